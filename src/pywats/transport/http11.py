"""One HTTP/1.1 connection on asyncio."""

from __future__ import annotations

import asyncio
import select
import sys
from collections.abc import AsyncIterator, Callable
from typing import cast

import httpx

from pywats.transport.base import body_of
from pywats.transport.messages import (
    AnswerBody,
    AnswerHead,
    answer_body,
    body_length,
    read_head,
    write_chunk,
    write_head,
)

__all__ = ["Connection", "close"]

# Interim answers precede the answer itself (RFC 9110 section 15.2); 101 would be none that was asked for.
_INTERIM = {100, *range(102, 200)}

# More than this waits in the operating system, so that a slow reader slows the server down.
_MAX_RECEIVED_BYTES = 256 * 1024


class Connection(asyncio.Protocol):
    """A connection to one server, for one exchange at a time.

    Attributes:
        lost: Done when the connection is gone.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._reading_paused = False
        self._readable: asyncio.Future[bool] | None = None
        self._writable: asyncio.Future[bool] | None = None
        self._sent = False
        self._body: AnswerBody | None = None
        self.lost: asyncio.Future[None] = self._loop.create_future()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        # A request is sent when the system has all of it. For TLS, asyncio takes even 0 bytes as more than 0.
        self._transport.set_write_buffer_limits(high=1)
        self._has_input = _input_check(transport.get_extra_info("socket").fileno())

    def data_received(self, data: bytes) -> None:
        """Take what the server sent."""
        self._received += data
        if len(self._received) > _MAX_RECEIVED_BYTES:
            self._transport.pause_reading()
            self._reading_paused = True
        _wake(self._readable)

    def eof_received(self) -> None:
        """Note that the server sends no more; asyncio closes the connection then."""
        self._end(None)

    def connection_lost(self, error: Exception | None) -> None:
        """Note that the connection is gone."""
        self._end(error)
        self.lost.set_result(None)

    def _end(self, error: Exception | None) -> None:
        # What happens after the end makes the answer before it no less complete.
        if not self._ended:
            self._ended = True
            self._error = error
        _wake(self._readable)
        # Who sends no more reads no more, either.
        _wake(self._writable)

    def pause_writing(self) -> None:
        """Make the sender wait: the network is slower than the sender."""
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        """Let the sender go on."""
        _wake(self._writable)
        self._writable = None

    # What the pool calls

    def is_usable(self) -> bool:
        """Return whether another exchange can begin: it is idle, and the server has not closed it."""
        return not (self._ended or self._received or self._has_input())

    def end_exchange(self) -> bool:
        """End an exchange; return whether there can be another one."""
        body, sent = self._body, self._sent
        self._body, self._sent = None, False
        complete = sent and body is not None and body.done and body.reusable
        return complete and not self._ended and not self._received

    def abort(self) -> None:
        """Begin to close the connection, whatever is going on in it."""
        self._end(ConnectionAbortedError("it was closed by this client"))
        # asyncio's abort() fails if the connection is gone since the server ended it while we were sending.
        if not self.lost.done():
            self._transport.abort()

    # An exchange

    async def send(self, request: httpx.Request) -> None:
        """Send a request, as far as the server takes it.

        A server may answer before it has read everything, and close: whether there is an answer shows when it
        is read. ``wats_unsent`` is taken from ``request.extensions`` with the first byte.

        Raises:
            httpx.WriteTimeout: The network took no more bytes in time.
            httpx.LocalProtocolError: The request is not what HTTP allows.
        """
        unsent, left = write_head(request), body_length(request)
        async for chunk in body_of(request):
            if not chunk:
                continue
            if left is None:
                unsent += write_chunk(chunk)
            else:
                left -= len(chunk)
                unsent += chunk
            if left is not None and left < 0:
                raise httpx.LocalProtocolError("the body is longer than its Content-Length")
            await self._write(unsent, request)
            unsent = b""
            if self._is_over():
                return
        if left:
            raise httpx.LocalProtocolError("the body is shorter than its Content-Length")
        await self._write(unsent + (write_chunk(b"") if left is None else b""), request)
        self._sent = True

    async def _write(self, data: bytes, request: httpx.Request) -> None:
        if self._is_over():
            return
        request.extensions.pop("wats_unsent", None)
        self._transport.write(data)
        if self._writable is not None:
            await self._wait(self._writable, request, "write", httpx.WriteTimeout)

    def _is_over(self) -> bool:
        return self._ended or self._transport.is_closing()

    async def receive_head(self, request: httpx.Request) -> AnswerHead:
        """Receive the head of the answer to a request.

        Raises:
            httpx.ReadTimeout: Nothing came in time.
            httpx.ReadError: The connection broke.
            httpx.RemoteProtocolError: The server closed the connection, or does not speak HTTP.
        """
        while (head := read_head(self._received)) is None or head.status_code in _INTERIM:
            if head is None and not await self._more(request):
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        self._body = answer_body(head, request.method)
        return head

    async def receive_body(self, request: httpx.Request) -> AsyncIterator[bytes]:
        """Receive the body of the answer; raises what `receive_head` does."""
        body = self._body
        assert body is not None  # noqa: S101 - the head has been received
        while not body.done:
            data = body.take(self._received)
            if data:
                yield data
            elif not body.done and not await self._more(request):
                body.end()

    async def _more(self, request: httpx.Request) -> bool:
        """Wait for more; return False if the server has ended the connection."""
        if self._reading_paused:
            self._reading_paused = False
            self._transport.resume_reading()
        received = len(self._received)
        if not self._ended:
            self._readable = self._loop.create_future()
            await self._wait(self._readable, request, "read", httpx.ReadTimeout)
        if len(self._received) > received:
            return True
        if self._error is not None:
            raise httpx.ReadError(str(self._error)) from self._error
        return False

    async def _wait(
        self,
        event: asyncio.Future[bool],
        request: httpx.Request,
        phase: str,
        expired: type[httpx.TimeoutException],
    ) -> None:
        seconds: float | None = request.extensions.get("timeout", {}).get(phase)
        if seconds is None:
            await event
            return
        timer = self._loop.call_later(seconds, _wake, event, False)
        try:
            in_time = await event
        finally:
            timer.cancel()
        if not in_time:
            raise expired("")


async def close(*connections: Connection) -> None:
    """Close connections at once, and wait until their sockets are closed."""
    # All of them before the first wait, which may be cancelled.
    for connection in connections:
        connection.abort()
    if connections:
        await asyncio.wait([connection.lost for connection in connections])


def _wake(waiter: asyncio.Future[bool] | None, in_time: bool = True) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(in_time)


def _input_check(fd: int) -> Callable[[], object]:
    """Return a function that tells whether there is something to read: bytes, or the end."""
    if sys.platform == "win32":
        return lambda: select.select([fd], [], [], 0)[0]
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return lambda: poll.poll(0)
