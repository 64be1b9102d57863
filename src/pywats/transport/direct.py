"""The direct way to a server: a pool of our own connections in place of httpcore's.

For each request httpcore's pool looks at every connection and every waiter. Proxies, and all that httpcore
does for them, stay its business.
"""

from __future__ import annotations

import math
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx

from pywats.exceptions import ClientClosedError
from pywats.transport.connect import connect
from pywats.transport.http11 import Connection, close
from pywats.transport.replaced import SeenTransport, is_client_replaced, is_transport_replaced

__all__ = ["DirectTransport"]

# What these mean is httpcore's business.
_HTTPCORE_EXTENSIONS = frozenset({"sni_hostname", "target", "trace"})

_Origin = tuple[str, bytes, int | None]


class DirectTransport(SeenTransport):
    """``httpx.AsyncHTTPTransport`` with its own connections to http and https servers.

    Where a library has replaced the way into httpx or httpcore, requests go that way, so that it sees them.
    There is no limit on connections here: that is `LimitTransport`'s work.

    Args:
        verify: TLS settings.
        limits: How many idle connections are kept, and for how long.
    """

    def __init__(self, *, verify: ssl.SSLContext, limits: httpx.Limits) -> None:
        super().__init__(verify=verify, limits=limits)
        verify.set_alpn_protocols(["http/1.1"])
        self._context = verify
        self._most_idle = _or_infinite(limits.max_keepalive_connections)
        self._idle_seconds = _or_infinite(limits.keepalive_expiry)
        # In the order in which they became idle.
        self._idle: deque[_Idle] = deque()
        self._busy: set[Connection] = set()
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request.

        ``wats_unsent`` in ``request.extensions`` is True until its first byte is handed to the network.

        Raises:
            ClientClosedError: `aclose` was called.
            httpx.TransportError: As ``httpx.AsyncHTTPTransport`` does.
        """
        self._check_open()
        if (
            is_client_replaced()
            or is_transport_replaced()
            or request.url.scheme not in ("http", "https")
            or not _HTTPCORE_EXTENSIONS.isdisjoint(request.extensions)
        ):
            return await super().handle_async_request(request)
        request.extensions["wats_unsent"] = True
        connection = await self._connection(request)
        try:
            await connection.send(request)
            head = await connection.receive_head(request)
        except BaseException:
            await self._drop(connection)
            raise
        return httpx.Response(
            head.status_code,
            headers=head.fields,
            stream=_Body(connection, request, self),
            extensions={"http_version": head.version, "reason_phrase": head.reason},
        )

    async def _connection(self, request: httpx.Request) -> Connection:
        origin = _origin(request.url)
        while (idle := self._newest_idle(origin)) is not None:
            self._idle.remove(idle)
            if idle.until > time.monotonic() and idle.connection.is_usable():
                self._busy.add(idle.connection)
                return idle.connection
            await close(idle.connection)
        seconds = request.extensions.get("timeout", {}).get("connect")
        connection = await connect(request.url, self._context, seconds)
        if self._closed:
            await close(connection)
        self._check_open()
        self._busy.add(connection)
        return connection

    def _check_open(self) -> None:
        if self._closed:
            raise ClientClosedError("the WATS client was closed", request_sent=False)

    def _newest_idle(self, origin: _Origin) -> _Idle | None:
        return next((idle for idle in reversed(self._idle) if idle.origin == origin), None)

    async def _drop(self, connection: Connection) -> None:
        self._busy.discard(connection)
        await close(connection)

    async def give_back(self, connection: Connection, request: httpx.Request) -> None:
        """Take a connection whose exchange is over: for the next one, if there can be one."""
        if self._closed or not connection.end_exchange():
            await self._drop(connection)
            return
        self._busy.remove(connection)
        self._idle.append(_Idle(connection, _origin(request.url), time.monotonic() + self._idle_seconds))
        await close(*self._surplus())

    def _surplus(self) -> list[Connection]:
        """Take the idle connections that are too old or too many."""
        now = time.monotonic()
        surplus = []
        while self._idle and (self._idle[0].until <= now or len(self._idle) > self._most_idle):
            surplus.append(self._idle.popleft().connection)
        return surplus

    async def aclose(self) -> None:
        """Close all connections, also those in use."""
        self._closed = True
        connections = [*self._busy, *(idle.connection for idle in self._idle)]
        self._idle.clear()
        await close(*connections)
        await super().aclose()


class _Idle(NamedTuple):
    connection: Connection
    origin: _Origin
    until: float


class _Body(httpx.AsyncByteStream):
    """The body of an answer, whose connection is given back when it is closed."""

    def __init__(self, connection: Connection, request: httpx.Request, pool: DirectTransport) -> None:
        self._connection = connection
        self._request = request
        self._pool = pool
        self._closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.receive_body(self._request)

    async def aclose(self) -> None:
        # A second time, the connection may be in use by another request.
        if not self._closed:
            self._closed = True
            await self._pool.give_back(self._connection, self._request)


def _or_infinite(limit: float | None) -> float:
    return math.inf if limit is None else limit


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.raw_host, url.port
