"""One HTTP/1.1 connection on asyncio: h11 speaks the protocol (RFC 9112), asyncio moves the bytes."""

from __future__ import annotations

import asyncio
import select
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import h11
import httpx

from pywats.transport.base import body_of

__all__ = ["Connection", "close"]

# The head of an answer may be this large, as in httpcore.
_MAX_HEAD_BYTES = 100 * 1024

# More than this waits in the operating system, so that a slow reader slows the server down.
_MAX_RECEIVED_BYTES = 256 * 1024


class Connection(asyncio.Protocol):
    """A connection to one server, for one exchange at a time.

    Attributes:
        lost: Done when the connection is gone.
    """

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._reading_paused = False
        self._readable: asyncio.Future[bool] | None = None
        self._writable: asyncio.Future[bool] | None = None
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
        done = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        if not done or self._ended or self._received or self._h11.trailing_data[0]:
            return False
        self._h11.start_next_cycle()
        return True

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
        try:
            unsent = self._event_bytes(
                h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            )
            async for chunk in body_of(request):
                unsent += self._event_bytes(h11.Data(data=chunk))
                await self._write(unsent, request)
                unsent = b""
                if self._is_over():
                    return
            await self._write(unsent + self._event_bytes(h11.EndOfMessage()), request)
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error

    def _event_bytes(self, event: h11.Event) -> bytes:
        return self._h11.send(event) or b""

    async def _write(self, data: bytes, request: httpx.Request) -> None:
        if self._is_over():
            return
        request.extensions.pop("wats_unsent", None)
        self._transport.write(data)
        if self._writable is not None:
            await self._wait(self._writable, request, "write", httpx.WriteTimeout)

    def _is_over(self) -> bool:
        return self._ended or self._transport.is_closing()

    async def receive_head(self, request: httpx.Request) -> h11.Response:
        """Receive the head of the answer to a request.

        Raises:
            httpx.ReadTimeout: Nothing came in time.
            httpx.ReadError: The connection broke.
            httpx.RemoteProtocolError: The server closed the connection, or does not speak HTTP.
        """
        while True:
            event = await self._event(request)
            if isinstance(event, h11.Response):
                return event

    async def receive_body(self, request: httpx.Request) -> AsyncIterator[bytes]:
        """Receive the body of the answer; raises what `receive_head` does."""
        while True:
            event = await self._event(request)
            if not isinstance(event, h11.Data):
                return
            yield bytes(event.data)

    async def _event(self, request: httpx.Request) -> Any:
        while True:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                raise httpx.RemoteProtocolError(str(error)) from error
            if event is not h11.NEED_DATA:
                return event
            if not self._received and not self._ended:
                self._readable = self._loop.create_future()
                await self._wait(self._readable, request, "read", httpx.ReadTimeout)
            self._feed()

    def _feed(self) -> None:
        if self._received:
            self._h11.receive_data(bytes(self._received))
            self._received.clear()
            if self._reading_paused:
                self._reading_paused = False
                self._transport.resume_reading()
        elif self._error is not None:
            raise httpx.ReadError(str(self._error)) from self._error
        elif self._h11.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        else:
            self._h11.receive_data(b"")

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
