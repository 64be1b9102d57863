"""The direct way to a server: a pool of our own connections in place of httpcore's.

httpcore's pool and its locks take longer than everything else in a request, and longer with each connection
and each waiter. Proxies, and all that httpcore does for them, stay its business.
"""

from __future__ import annotations

import ssl
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from types import FunctionType
from typing import Any

import httpcore
import httpx

from pywats.exceptions import ClientClosedError
from pywats.transport.connect import connect
from pywats.transport.http11 import Connection
from pywats.transport.httpcore_leaks import NetworkTransport

__all__ = ["KEEPALIVE_SECONDS", "DirectTransport"]

# An idle connection is kept for as long as httpx itself keeps one.
KEEPALIVE_SECONDS = 5.0

# Libraries for tests (respx, pytest-httpx) and for tracing replace one of these.
_ENTRANCES = (httpx.AsyncHTTPTransport, httpcore.AsyncConnectionPool)

_Origin = tuple[str, bytes, int | None]


class DirectTransport(NetworkTransport):
    """``httpx.AsyncHTTPTransport`` with its own connections to http and https servers.

    Takes the same arguments, of which ``verify`` has to be a context. Where a library has replaced the way
    into httpx or httpcore, requests go that way, so that it sees them. There is no limit on connections here:
    that is `LimitTransport`'s work.
    """

    def __init__(self, *, verify: ssl.SSLContext, **options: Any) -> None:
        super().__init__(verify=verify, **options)
        verify.set_alpn_protocols(["http/1.1"])
        self._context = verify
        self._idle: defaultdict[_Origin, deque[Connection]] = defaultdict(deque)
        self._busy: set[Connection] = set()
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request.

        ``wats_unsent`` in ``request.extensions`` is True until its first byte is handed to the network.

        Raises:
            httpx.TransportError: As ``httpx.AsyncHTTPTransport`` does.
        """
        if request.url.scheme not in ("http", "https") or _is_replaced():
            return await super().handle_async_request(request)
        connection = await self._connection(request)
        try:
            await connection.send(request)
            head = await connection.receive_head(request)
        except BaseException:
            await self._drop(connection)
            raise
        return httpx.Response(
            head.status_code,
            headers=head.headers.raw_items(),
            stream=_Body(connection, request, self),
            extensions={"http_version": b"HTTP/" + head.http_version, "reason_phrase": head.reason},
        )

    async def _connection(self, request: httpx.Request) -> Connection:
        idle = self._idle[_origin(request.url)]
        while idle:
            connection = idle.pop()
            if connection.is_usable() and connection.idle_until > time.monotonic():
                self._busy.add(connection)
                return connection
            await connection.aclose()
        request.extensions["wats_unsent"] = True
        seconds = request.extensions.get("timeout", {}).get("connect")
        connection = await connect(request.url, self._context, seconds)
        self._busy.add(connection)
        if self._closed:
            await self._drop(connection)
            raise ClientClosedError("the WATS client was closed", request_sent=False)
        del request.extensions["wats_unsent"]
        return connection

    async def _drop(self, connection: Connection) -> None:
        self._busy.discard(connection)
        await connection.aclose()

    async def give_back(self, connection: Connection, request: httpx.Request) -> None:
        """Take a connection whose exchange is over: for the next one, if there can be one."""
        if connection not in self._busy:
            return
        if not connection.end_exchange():
            await self._drop(connection)
            return
        self._busy.remove(connection)
        now = time.monotonic()
        connection.idle_until = now + KEEPALIVE_SECONDS
        self._idle[_origin(request.url)].append(connection)
        for idle in self._idle.values():
            while idle and idle[0].idle_until <= now:
                await idle.popleft().aclose()

    async def aclose(self) -> None:
        """Close all connections, also those in use."""
        self._closed = True
        await super().aclose()
        for connection in (*self._busy, *(one for idle in self._idle.values() for one in idle)):
            await connection.aclose()
        self._idle.clear()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, whose connection is given back when it is closed."""

    def __init__(self, connection: Connection, request: httpx.Request, pool: DirectTransport) -> None:
        self._connection = connection
        self._request = request
        self._pool = pool

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.receive_body(self._request)

    async def aclose(self) -> None:
        await self._pool.give_back(self._connection, self._request)


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.raw_host, url.port


def _is_replaced() -> bool:
    return any(not _is_own(entrance.handle_async_request) for entrance in _ENTRANCES)


def _is_own(function: object) -> bool:
    # A wrapper may pass for what it wraps, but not in its type and its module.
    return type(function) is FunctionType and function.__globals__["__name__"].startswith(
        ("httpx.", "httpcore.")
    )
