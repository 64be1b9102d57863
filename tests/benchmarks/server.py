"""A server that costs next to nothing, in a process of its own: what is measured is the client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["PRODUCT", "bench_server"]

PRODUCT = (
    b'{"partNumber":"CTRL-BOARD-07","name":"Control board","description":"Main control board",'
    b'"nonSerial":false,"state":1,"productId":"5b8c4f0e-8f3e-4a50-9a2b-3d2c1e0f9a77"}'
)
_SUBMITTED = b'[{"ID":"5b8c4f0e-8f3e-4a50-9a2b-3d2c1e0f9a77"}]'


@contextmanager
def bench_server() -> Iterator[str]:
    """Start the server; yield its URL."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def _answer(body: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\n"
        b"Content-Type: application/json; charset=utf-8\r\n"
        b"Date: Wed, 25 Nov 2026 12:00:00 GMT\r\n"
        b"Server: Kestrel\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )


class _Server(asyncio.Protocol):
    _answers = {b"GET": _answer(PRODUCT), b"POS": _answer(_SUBMITTED)}  # noqa: RUF012 - never changed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            length = _content_length(head) if end else 0
            if not end or len(rest) < length:
                return
            self._received = rest[length:]
            self._transport.write(self._answers[head[:3]])


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
