"""Files of 200 MB go down and up in constant memory, over real sockets."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from pywats import SyncConfig, pyWATS
from pywats.core.files import DownloadTarget
from tests.support import TOKEN

SIZE = 200 * 1000 * 1000
MOST = 30 * 1000 * 1000
PIECE = bytes(64 * 1024)
ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"


class LargeFileServer:
    """Answers any GET with `SIZE` zeros and takes in any other body, without keeping any of it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.received = 0
        self._listener.settimeout(20)  # a client that never comes must not hold up the test run
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            head, _, rest = self._head(connection).partition(b"\r\n\r\n")
            if head.startswith(b"GET"):
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n".encode())
                for start in range(0, SIZE, len(PIECE)):
                    connection.sendall(PIECE[: SIZE - start])
            else:
                announced = re.search(rb"content-length: (\d+)", head.lower())
                assert announced
                self.received = len(rest)
                buffer = bytearray(64 * 1024)
                while self.received < int(announced[1]):
                    self.received += connection.recv_into(buffer)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def _head(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(64 * 1024)
        return data


@pytest.fixture
def server() -> Iterator[LargeFileServer]:
    server = LargeFileServer()
    yield server
    server.stop()


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        assert tracemalloc.get_traced_memory()[1] - before < MOST
    finally:
        tracemalloc.stop()


class Counter(io.RawIOBase):
    """A file object that counts what is written to it."""

    count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        size = len(memoryview(data))  # type: ignore[arg-type]
        self.count += size
        return size


def test_memory_that_is_used_is_seen() -> None:
    with pytest.raises(AssertionError), little_memory():
        bytes(MOST)


@pytest.mark.parametrize("kind", ["path", "file object"])
def test_a_200_mb_attachment_comes_down_in_constant_memory(
    server: LargeFileServer, tmp_path: Path, kind: str
) -> None:
    target: DownloadTarget = tmp_path / "log.bin" if kind == "path" else Counter()  # type: ignore[assignment]
    steps: list[tuple[int, int | None]] = []
    with pyWATS(server.url, TOKEN, sync_config=SyncConfig(timeout=None)) as api, little_memory():
        size = api.report.get_attachment(
            ID, target, step_id=1, progress=lambda *step: steps.__setitem__(slice(None), [step])
        )
    assert size == SIZE
    assert steps == [(SIZE, SIZE)]
    assert (target.count if isinstance(target, Counter) else (tmp_path / "log.bin").stat().st_size) == SIZE


@pytest.mark.parametrize("kind", ["path", "file object"])
def test_a_200_mb_package_goes_up_in_constant_memory(
    server: LargeFileServer, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "package.zip"
    with path.open("wb") as file:
        file.truncate(SIZE)
    steps: list[tuple[int, int | None]] = []
    with (
        path.open("rb") as opened,
        pyWATS(server.url, TOKEN, sync_config=SyncConfig(timeout=None)) as api,
        little_memory(),
    ):
        api.software.upload_zip(
            ID,
            path if kind == "path" else opened,
            progress=lambda *step: steps.__setitem__(slice(None), [step]),
        )
    assert SIZE < server.received < SIZE + 1000
    assert steps == [(SIZE, SIZE)]
