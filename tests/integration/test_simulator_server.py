from __future__ import annotations

import socket
import sqlite3
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from pywats.simulator import WatsSimulator

PATH = "/api/App/Processes"


def connect(server, **options):
    headers = {"Authorization": f"Basic {server.token}"}
    return httpx.Client(base_url=server.url, headers=headers, trust_env=False, **options)


def report():
    return {
        "type": "T",
        "id": str(uuid.uuid4()),
        "pn": "A",
        "sn": "1",
        "rev": "B",
        "processCode": 100,
        "result": "P",
        "machineName": "FCT-3",
        "location": "Line 2",
        "purpose": "Production",
        "start": "2025-03-18T09:15:00+01:00",
        "uut": {"user": "operator.a"},
        "root": {
            "group": "M",
            "stepType": "SequenceCall",
            "name": "Main",
            "status": "P",
            "seqCall": {"path": "a", "name": "b", "version": "1"},
        },
    }


def test_it_takes_requests_inside_the_with_block_and_none_after():
    with WatsSimulator() as server, connect(server) as client:
        assert client.get(PATH).status_code == 200
        url = server.url

    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_start_and_stop_can_be_repeated_and_keep_the_list_of_requests():
    server = WatsSimulator()
    for _ in range(3):
        server.start()
        with connect(server) as client:
            client.get(PATH)
        server.stop()
    server.stop()

    assert [seen.status for seen in server.requests] == [200, 200, 200]


def test_starting_twice_is_refused():
    with WatsSimulator() as server, pytest.raises(RuntimeError, match="running already"):
        server.start()


def test_a_stopped_one_has_no_url_and_none_shows_its_token():
    server = WatsSimulator(token="c2VjcmV0")

    assert repr(server) == "<WatsSimulator stopped>"
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.url
    with server:
        assert repr(server) == f"<WatsSimulator {server.url}>"


@pytest.mark.parametrize("token", ["", "two words", "ø", "a\n"])
def test_a_token_that_no_header_can_carry_is_refused(token):
    with pytest.raises(ValueError, match="token"):
        WatsSimulator(token=token)


def test_a_given_port_is_used_and_refused_while_taken():
    with WatsSimulator() as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match=r"in use|only one usage"):
            WatsSimulator(port=port).start()
    with WatsSimulator(port=port) as server:
        assert server.url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("host", "shown"), [("localhost", "localhost"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")]
)
def test_the_url_is_one_to_connect_to(host, shown):
    try:
        server = WatsSimulator(host=host).start()
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with connect(server) as client:
        assert client.get(PATH).status_code == 200
    assert server.url.startswith(f"http://{shown}:")
    server.stop()


def test_several_run_side_by_side_each_with_its_own_data():
    with WatsSimulator() as one, WatsSimulator() as other, connect(one) as first, connect(other) as second:
        first.put("/api/Product", json={"partNumber": "A"})

        assert first.get("/api/Product/A").status_code == 200
        assert second.get("/api/Product/A").status_code == 404
        assert one.token != other.token


def test_a_file_survives_a_restart(tmp_path):
    path = tmp_path / "wats.db"
    document = report()
    with WatsSimulator(db=path, token="t") as server, connect(server) as client:
        client.put("/api/Product", json={"partNumber": "A"})
        client.post("/api/Report/WSJF", json=document)
    with WatsSimulator(db=str(path), token="t") as server, connect(server) as client:
        assert client.get("/api/Product/A").status_code == 200
        assert client.get(f"/api/Report/Wsjf/{document['id']}").json() == document


def test_a_file_that_is_no_database_is_refused_and_nothing_stays_open(tmp_path):
    path = tmp_path / "wats.db"
    path.write_text("this is not a database, and long enough to be seen as such" * 10)

    with pytest.raises(sqlite3.DatabaseError):
        WatsSimulator(db=path).start()


def test_memory_is_forgotten_when_it_stops():
    server = WatsSimulator()
    for _ in range(2):
        with server, connect(server) as client:
            assert client.get("/api/Product/A").status_code == 404
            client.put("/api/Product", json={"partNumber": "A"})


def test_it_stops_at_once_despite_hanging_dripping_and_idle_clients():
    with WatsSimulator() as server, connect(server, timeout=60) as client:
        client.get(PATH)
        server.delay(seconds=3600, method="PUT")
        server.drip(seconds_per_byte=3600, method="GET", times=2)
        begun = threading.Barrier(4)

        def hang(method):
            begun.wait()
            with pytest.raises(httpx.TransportError):
                client.request(method, "/api/Product/Vendors", json=[])

        half = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
        half.sendall(b"PUT /api/Product HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        with ThreadPoolExecutor() as threads:
            calls = [threads.submit(hang, method) for method in ("PUT", "GET", "GET")]
            begun.wait()
            deadline = time.monotonic() + 10
            while len(server.requests) < 5:
                assert time.monotonic() < deadline
            before = time.monotonic()
            server.stop()
            elapsed = time.monotonic() - before
            for call in calls:
                call.result()
        half.close()

    assert elapsed < 0.5


def test_a_stop_leaves_no_thread():
    before = threading.active_count()
    for _ in range(20):
        with WatsSimulator() as server, connect(server) as client:
            client.get(PATH)

    assert threading.active_count() == before


def test_a_client_that_leaves_amid_its_upload_is_seen_and_harms_nobody():
    with WatsSimulator() as server, connect(server) as client:
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as half:
            half.sendall(b"PUT /api/Product HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")

        assert client.get(PATH).status_code == 200
        deadline = time.monotonic() + 10
        while len(server.requests) < 2:
            assert time.monotonic() < deadline
    assert {(seen.path, seen.status) for seen in server.requests} == {("/api/Product", None), (PATH, 200)}


def test_a_large_upload_arrives_whole():
    document = {**report(), "extra": "x" * 5_000_000}
    with WatsSimulator() as server, connect(server) as client:
        assert client.post("/api/Report/WSJF", json=document).status_code == 200
        assert client.get(f"/api/Report/Wsjf/{document['id']}").json() == document


def test_many_clients_at_once_are_served():
    with WatsSimulator() as server, connect(server) as client, ThreadPoolExecutor(16) as threads:

        def save(number):
            return client.put("/api/Product", json={"partNumber": f"P{number}"}).status_code

        assert set(threads.map(save, range(200))) == {200}
        assert len(client.get("/api/Product/Query").json()) == 200


def test_a_thousand_reports_are_taken_in_five_seconds():
    with WatsSimulator() as server, connect(server) as client:
        begin = time.monotonic()
        for _ in range(1000):
            assert client.post("/api/Report/WSJF", json=report()).status_code == 200

        assert time.monotonic() - begin < 5


def test_expected_headers_of_an_answer_are_there_and_no_other():
    with WatsSimulator() as server, connect(server) as client:
        answer = client.get(PATH)

    assert set(answer.headers) == {"content-length", "content-type", "date"}
