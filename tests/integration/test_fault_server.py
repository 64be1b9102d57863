"""The fault server commits the faults it promises, and records what it got."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.support import Stopwatch
from tests.support.fault_server import (
    Behaviour,
    FaultServer,
    close_before_answer,
    close_kept_alive,
    delay,
    drip_body,
    drip_head,
    garbage,
    hang,
    hold,
    refused_url,
    reset_before_answer,
    reset_in_body,
    respond,
    truncate,
    truncate_chunked,
)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=2, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(close_before_answer(), httpx.RemoteProtocolError, id="close"),
        pytest.param(reset_before_answer(), httpx.ReadError, id="reset"),
        pytest.param(reset_in_body(), httpx.ReadError, id="reset in body"),
        pytest.param(truncate(), httpx.RemoteProtocolError, id="truncate"),
        pytest.param(truncate_chunked(), httpx.RemoteProtocolError, id="truncate chunked"),
        pytest.param(garbage(), httpx.RemoteProtocolError, id="garbage"),
    ],
)
def test_a_fault_is_what_the_client_meets(
    client: httpx.Client, behaviour: Behaviour, error: type[httpx.HTTPError]
) -> None:
    with FaultServer([behaviour]) as server, pytest.raises(error):
        client.get(server.url)


@pytest.mark.parametrize("behaviour", [hang(), drip_head(0.01), delay(1)], ids=["hang", "drip", "delay"])
def test_a_slow_server_has_not_answered_in_time(behaviour: Behaviour) -> None:
    with FaultServer([behaviour]) as server, socket.create_connection((server.host, server.port)) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        server.wait_until(lambda: server.requests)
        sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            while b"\r\n\r\n" not in sock.recv(100):
                sock.settimeout(0.005)


def test_a_dripped_body_is_complete_in_the_end(client: httpx.Client) -> None:
    with FaultServer([drip_body(0.001, b"drip")]) as server:
        assert client.get(server.url).content == b"drip"


def test_the_script_is_played_in_order_then_the_server_is_healthy(client: httpx.Client) -> None:
    with FaultServer([respond(503), respond(429)]) as server:
        answers = [client.get(f"{server.url}/api/Product/X") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 429, 200]
    assert answers[2].json() == {"partNumber": "X"}


def test_a_callable_chooses_the_behaviour_by_the_request(client: httpx.Client) -> None:
    with FaultServer(lambda request: respond(200, request.path)) as server:
        assert client.get(f"{server.url}/here").text == "/here"


def test_a_request_is_recorded_as_it_was_sent(client: httpx.Client) -> None:
    with FaultServer() as server:
        client.put(f"{server.url}/a%20b?c=d", content=b"body", headers={"X-Thing": "7"})
        (request,) = server.requests
    assert (request.method, request.path, request.query, request.body) == ("PUT", "/a b", "c=d", b"body")
    assert request.headers["x-thing"] == "7"


def test_a_chunked_request_body_is_put_together(client: httpx.Client) -> None:
    with FaultServer() as server:
        client.post(server.url, content=iter([b"one ", b"two"]))
        assert server.requests[0].body == b"one two"


def test_a_kept_alive_connection_is_closed_when_the_next_request_comes(client: httpx.Client) -> None:
    with FaultServer([close_kept_alive()]) as server:
        client.get(server.url)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(server.url)
        assert [request.connection for request in server.requests] == [0, 0]


def test_a_held_answer_comes_after_its_event(client: httpx.Client) -> None:
    event = threading.Event()
    with FaultServer([hold(event, respond(200, b"released"))]) as server:
        threading.Timer(0.02, event.set).start()
        assert client.get(server.url).content == b"released"


def test_a_client_that_leaves_is_counted(client: httpx.Client) -> None:
    with FaultServer([hang()]) as server:
        with pytest.raises(httpx.ReadTimeout):
            client.get(server.url, timeout=0.05)
        server.wait_until(lambda: server.disconnects == 1 and server.open_connections == 0)


def test_a_refused_url_refuses(client: httpx.Client) -> None:
    with refused_url() as url, pytest.raises(httpx.ConnectError):
        client.get(url)


def test_a_server_that_does_not_listen_yet_refuses(client: httpx.Client) -> None:
    with FaultServer(listen=False) as server:
        with pytest.raises(httpx.ConnectError):
            client.get(server.url)
        server.listen()
        assert client.get(server.url).status_code == 200


def test_stopping_does_not_wait_for_clients() -> None:
    with FaultServer([hang(), drip_body(10)]) as server:
        socks = [socket.create_connection((server.host, server.port)) for _ in range(3)]
        for sock in socks[:2]:
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        server.wait_until(lambda: len(server.requests) == 2 and server.connections == 3)
        with Stopwatch() as watch:
            server.stop()
        for sock in socks:
            sock.close()
    assert watch.seconds < 0.5
