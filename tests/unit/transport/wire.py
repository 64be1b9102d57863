"""A connection without a network: what asyncio would give to `Connection`, played by the test."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx

from pywats.transport.http11 import Connection


class Wire(asyncio.Transport):
    """The asyncio transport of a `Connection`; the test is the server at its other end.

    Args:
        answers: What the server answers, each to what is written to it at a time.
    """

    def __init__(self, *answers: bytes) -> None:
        super().__init__()
        self._socket, self.far_end = socket.socketpair()
        self._answers = list(answers)
        self.written = b""
        self.closing = False
        self.aborted = 0
        self.is_paused = False
        self.limit: int | None = None
        self.connection = Connection()
        self.connection.connection_made(self)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"socket": self._socket}[name]

    def write(self, data: Any) -> None:
        self.written += data
        if data and self._answers:
            self.connection.data_received(self._answers.pop(0))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.limit = high

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.closing = True
        self.aborted += 1
        asyncio.get_running_loop().call_soon(self.lose)

    def lose(self, error: Exception | None = None) -> None:
        """Do as asyncio does when a connection is gone."""
        self.connection.connection_lost(error)
        self.forget()

    def forget(self) -> None:
        """Free what the system has given."""
        self._socket.close()
        self.far_end.close()

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


async def send_and_receive(
    connection: Connection, request: httpx.Request | None = None
) -> tuple[int, list[tuple[bytes, bytes]], bytes, bool]:
    """Make an exchange; return status, headers and body of the answer, and whether there can be another."""
    request = httpx.Request("GET", "http://wats.test/") if request is None else request
    await connection.send(request)
    head = await connection.receive_head(request)
    body = b"".join([part async for part in connection.receive_body(request)])
    return head.status_code, head.fields, body, connection.end_exchange()
