from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

PATH = "/api/App/Processes"


def statuses(client, count, path=PATH):
    return [client.get(path).status_code for _ in range(count)]


def exchange(server, path=PATH):
    """One request on a socket of its own: what came back, and the error that ended it."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {server.token}\r\n\r\n"
        connection.sendall(head.encode())
        received = b""
        try:
            while data := connection.recv(65536):
                received += data
        except ConnectionError as error:
            return received, error
        return received, None


def test_a_fault_hits_as_often_as_it_is_told(server, client):
    server.fail(times=2)

    assert statuses(client, 3) == [503, 503, 200]


def test_a_fault_without_a_number_lasts_until_it_is_cleared(server, client):
    server.fail(times=None, status=500)
    assert statuses(client, 3) == [500, 500, 500]

    server.clear_faults()
    assert statuses(client, 1) == [200]


def test_faults_hit_in_the_order_in_which_they_were_set(server, client):
    server.fail(status=502)
    server.rate_limit()
    server.fail(status=504)

    assert statuses(client, 4) == [502, 429, 504, 200]


def test_a_fault_hits_only_its_paths_and_method(server, client):
    server.fail("/API/product/*", method="put", times=None)

    assert client.put("/api/Product/Vendors", json=[]).status_code == 503
    assert client.put("/api/Product/Revision", json={}).status_code == 503
    assert client.get("/api/Product/Vendors").status_code == 200
    assert client.put("/api/Product", json={}).status_code == 400


def test_a_failed_request_takes_no_effect_and_gets_the_servers_kind_of_body(server, client):
    server.fail(status=503)
    answer = client.put("/api/Product", json={"partNumber": "A"})

    assert answer.json() == {"message": "Service Unavailable (a fault of the simulator)"}
    assert "retry-after" not in answer.headers
    assert client.get("/api/Product/A").status_code == 404


@pytest.mark.parametrize("value", [0, 7, "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "nan", "1e400"])
def test_retry_after_is_sent_as_it_was_given(server, client, value):
    server.fail(status=599, retry_after=value)
    answer = client.get(PATH)

    assert (answer.status_code, answer.headers["retry-after"]) == (599, str(value))


def test_a_rate_limit_is_a_429_with_retry_after(server, client):
    server.rate_limit(retry_after=3)
    answer = client.get(PATH)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")


def test_a_delayed_request_takes_effect_even_after_its_client_has_left(server, client):
    server.delay(seconds=0.2)
    with pytest.raises(httpx.ReadTimeout):
        client.put("/api/Product", json={"partNumber": "A"}, timeout=0.05)
    assert [seen.status for seen in server.requests] == [None]

    deadline = time.monotonic() + 10
    while client.get("/api/Product/A").status_code == 404:
        assert time.monotonic() < deadline
    assert server.requests[0].status == 200


def test_a_delay_comes_before_the_answer(server, client):
    server.delay(seconds=0.1)
    begin = time.monotonic()

    assert statuses(client, 1) == [200]
    assert time.monotonic() - begin >= 0.1


def test_a_dropped_connection_ends_without_a_byte(server):
    server.drop()

    assert exchange(server) == (b"", None)
    assert [seen.status for seen in server.requests] == [None]


def test_a_reset_connection_ends_with_an_error(server):
    server.reset()

    received, error = exchange(server)
    assert received == b""
    assert isinstance(error, ConnectionResetError)


@pytest.mark.parametrize("fault", ["drop", "reset"])
@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_may_or_may_not_mean_a_lost_effect(server, client, fault, after):
    getattr(server, fault)(after=after)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.put("/api/Product", json={"partNumber": "A"})

    assert (client.get("/api/Product/A").status_code == 200) is after


@pytest.mark.parametrize("times", [1, 2])
def test_a_cut_answer_has_half_the_body_and_took_effect(server, client, times):
    server.cut(times=times)
    for _ in range(times):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            client.put("/api/Product", json={"partNumber": "A"})

    assert client.get("/api/Product/A").status_code == 200
    whole, _ = exchange_closing(server)
    server.cut()
    half, error = exchange(server)
    head, body = half.split(b"\r\n\r\n")
    assert error is None
    assert len(body) == len(whole.split(b"\r\n\r\n")[1]) // 2
    assert f"content-length: {len(body) * 2}".encode() in head


def exchange_closing(server):
    return exchange(server, f"{PATH} HTTP/1.1\r\nConnection: close\r\nX:")


def test_an_answer_without_a_body_is_cut_by_dropping_it(server, client):
    server.cut()
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.put("/api/Product/Vendors", json=[{"VendorName": "A"}])

    assert client.get("/api/Product/Vendors").json() == [{"VendorName": "A"}]


def test_a_streamed_file_is_cut_too(server, client, uut, submit):
    document = uut()
    submit(document)
    server.cut()

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        client.get(f"/api/Report/Certificate/{document['id']}")


def test_a_dripping_answer_comes_byte_by_byte_and_whole(server, client):
    expected = client.get("/nothing").json()
    server.drip(seconds_per_byte=0.001)

    with client.stream("GET", "/nothing") as answer:
        chunks = list(answer.iter_raw())

    assert len(chunks) > 1
    assert httpx.Response(200, content=b"".join(chunks)).json() == expected


def test_a_dripping_answer_ends_when_its_client_leaves(server, client):
    server.drip(seconds_per_byte=0.01)
    with client.stream("GET", PATH) as answer:
        next(answer.iter_raw())

    assert statuses(client, 1) == [200]


def test_a_random_share_of_the_requests_fails_and_a_seed_repeats_it(server, client):
    def outcomes():
        server.clear_faults()
        server.fail_randomly(0.5, seed=7, path="/api/*")
        result = []
        for _ in range(60):
            try:
                result.append(client.get(PATH).status_code)
            except httpx.TransportError as error:
                result.append(type(error).__name__)
        return result

    first = outcomes()

    assert outcomes() == first
    assert {200, 429, 502, 503, "ReadError", "RemoteProtocolError"} == set(first)
    assert 15 < first.count(200) < 45
    assert client.get("/nothing").status_code == 404


def test_a_rate_of_zero_and_one_mean_never_and_always(server, client):
    server.fail_randomly(0)
    assert statuses(client, 5) == [200] * 5

    server.fail_randomly(1, method="PUT")
    assert statuses(client, 1) == [200]
    assert server.requests[-1].status == 200


@pytest.mark.parametrize(
    "call",
    [
        lambda server: server.fail(7),
        lambda server: server.fail(method=7),
        lambda server: server.fail(times=0),
        lambda server: server.fail(times=True),
        lambda server: server.fail(status=200),
        lambda server: server.fail(status=600),
        lambda server: server.fail(status="503"),
        lambda server: server.fail(retry_after=-1),
        lambda server: server.fail(retry_after="a\r\nb"),
        lambda server: server.fail(retry_after=0.5),
        lambda server: server.delay(seconds=-1),
        lambda server: server.delay(seconds=float("nan")),
        lambda server: server.delay(seconds=True),
        lambda server: server.drip(seconds_per_byte="1"),
        lambda server: server.drop(after=1),
        lambda server: server.fail_randomly(1.1),
        lambda server: server.fail_randomly(1, seed="x"),
    ],
)
def test_a_wrong_option_is_a_value_error(server, call):
    with pytest.raises(ValueError, match="must be"):
        call(server)


class TestOverHttp:
    PATH = "/simulator/faults"

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "delay", "seconds": 0.5},
            {"kind": "fail", "status": 502, "retryAfter": "7"},
            {"kind": "rateLimit", "retryAfter": 2},
            {"kind": "drop", "after": True},
            {"kind": "reset", "after": False},
            {"kind": "cut"},
            {"kind": "drip", "secondsPerByte": 0.01},
            {"kind": "failRandomly", "rate": 0.5, "seed": 3},
        ],
    )
    def test_each_kind_can_be_set_and_is_listed(self, server, client, fault):
        common = {"path": "/api/*", "method": "GET"}
        answer = client.post(self.PATH, json={**fault, **common})

        assert answer.status_code == 201
        (listed,) = client.get(self.PATH).json()
        assert listed == answer.json()
        assert listed.items() >= {**fault, **common}.items()
        assert listed["times"] == (None if fault["kind"] == "failRandomly" else 1)

    def test_a_fault_hits_counts_down_and_can_be_taken_back(self, client):
        client.post(self.PATH, json={"kind": "fail", "times": 3})
        assert statuses(client, 1) == [503]
        assert client.get(self.PATH).json()[0]["times"] == 2

        assert client.delete(self.PATH).status_code == 204
        assert statuses(client, 1) == [200]
        assert client.get(self.PATH).json() == []

    @pytest.mark.parametrize(
        "fault",
        [
            {},
            {"kind": "explode"},
            {"kind": 7},
            {"kind": "fail", "status": 7},
            {"kind": "fail", "retry_after": 7},
            {"kind": "rateLimit", "status": 503},
            {"kind": "cut", "seconds": 7},
            {"kind": "delay"},
            [],
        ],
    )
    def test_a_wrong_fault_is_a_400(self, client, fault):
        answer = client.post(self.PATH, json=fault)

        assert answer.status_code == 400
        assert answer.json()["message"]

    def test_faults_spare_the_simulators_own_paths(self, server, client):
        server.drop(times=None)

        assert client.get(self.PATH).status_code == 200
