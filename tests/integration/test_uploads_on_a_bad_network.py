"""Uploads on real sockets: sent again from the start where that is safe, never sent twice where it is not."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest

from pywats import RateLimitError, RetryConfig, SyncConfig, WatsConnectionError, WatsTimeoutError, pyWATS
from pywats.models import SerialNumberFileFormat
from tests.support import TOKEN
from tests.support.fault_server import (
    Behaviour,
    FaultServer,
    close_before_answer,
    hang,
    reset_before_answer,
    respond,
)

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
NUMBERS = b"SN-0001\r\n" * 50_000
RETRIES = SyncConfig(timeout=10, retry_enabled=True, retry=RetryConfig(max_retries=2, max_backoff=0))


def upload_numbers(server: FaultServer, source: object, config: SyncConfig = RETRIES) -> None:
    with pyWATS(server.url, TOKEN, sync_config=config) as api:
        api.production.upload_serial_numbers("MAC", SerialNumberFileFormat.CSV, source)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", [reset_before_answer(), close_before_answer(), respond(503)])
def test_a_repeatable_upload_that_failed_is_sent_again_whole(fault: Behaviour, tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_bytes(NUMBERS)
    with FaultServer([fault, fault], then=respond(200)) as server:
        upload_numbers(server, tmp_path / "numbers.csv")
        bodies = [request.body for request in server.requests]
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert NUMBERS in bodies[0]


def test_a_repeated_upload_begins_where_the_file_object_stood() -> None:
    file = io.BytesIO(b"header\r\n" + NUMBERS)
    file.seek(8)
    with FaultServer([reset_before_answer()], then=respond(200)) as server:
        upload_numbers(server, file)
        assert b"header" not in server.requests[1].body
        assert NUMBERS in server.requests[1].body


@pytest.mark.parametrize("fault", [reset_before_answer(), close_before_answer()])
def test_an_upload_of_unknown_outcome_is_sent_once(fault: Behaviour) -> None:
    with FaultServer([fault], then=respond(200)) as server:
        with (
            pyWATS(server.url, TOKEN, sync_config=RETRIES) as api,
            pytest.raises(WatsConnectionError) as caught,
        ):
            api.software.upload_zip(ID, io.BytesIO(b"PK"))
        assert len(server.requests) == 1
    assert caught.value.attempts == 1


def test_an_upload_that_the_server_put_off_is_sent_again_whole() -> None:
    with FaultServer([respond(429, headers={"Retry-After": "0"})], then=respond(200)) as server:
        with pyWATS(server.url, TOKEN, sync_config=RETRIES) as api:
            api.software.upload_zip(ID, io.BytesIO(b"PK" * 1000))
        first, second = server.requests
    assert first.body == second.body
    assert first.headers["Content-Length"] == str(len(first.body))


def test_a_file_that_cannot_be_rewound_is_sent_once_and_the_answer_is_shown() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with FaultServer(then=respond(429, headers={"Retry-After": "0"})) as server:
        with pytest.raises(RateLimitError):
            upload_numbers(server, Pipe(NUMBERS))
        assert len(server.requests) == 1
        assert NUMBERS in server.requests[0].body


def test_an_upload_to_a_server_that_hangs_ends_in_time_and_lets_go_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_bytes(NUMBERS)
    with FaultServer(then=hang()) as server, pytest.raises(WatsTimeoutError, match=r"timeout: 0\.2 s"):
        upload_numbers(server, tmp_path / "numbers.csv", SyncConfig(timeout=0.2))
    # Windows refuses this while the file is open.
    (tmp_path / "numbers.csv").unlink()


def test_sixteen_uploads_at_a_time_do_not_mix() -> None:
    errors: list[BaseException] = []

    def upload(api: pyWATS, number: int) -> None:
        try:
            api.software.upload_zip(ID, io.BytesIO(b"%02d" % number * 50_000))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            errors.append(error)

    with FaultServer(then=respond(200)) as server:
        with pyWATS(server.url, TOKEN) as api:
            threads = [threading.Thread(target=upload, args=(api, number)) for number in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        bodies = [request.body for request in server.requests]
    assert errors == []
    for number in range(16):
        assert sum(b"%02d" % number * 50_000 in body for body in bodies) == 1
