"""httpx's own transport, without the connections that httpcore 1.0 forgets.

httpcore holds off cancellation while it tidies up, but only anyio's: a native ``task.cancel()`` (Ctrl-C, a
TaskGroup, ``asyncio.timeout``) gets through. Depending on the moment, a connection then stays in the pool in
a state that nobody ever uses or closes, or its socket stays open in the event loop (encode/httpcore#1093 is
one case). Failed TLS handshakes behind a proxy leave such connections without any cancellation.

It is used on the way to a proxy, and where a library has replaced a way into httpx.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from pywats.transport.base import LayerStream, body_of

__all__ = ["HttpcoreTransport"]


class HttpcoreTransport(httpx.AsyncHTTPTransport):
    """``httpx.AsyncHTTPTransport``, which drops what a failed or cancelled request leaves behind.

    Takes the same arguments. It reaches into httpcore's pool, which offers no other way.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._pool._network_backend = _Backend(self._pool._network_backend)  # noqa: SLF001

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request."""
        try:
            response = await super().handle_async_request(request)
        except BaseException:
            await self.drop_orphans()
            raise
        response.stream = _Body(body_of(response), self)
        return response

    async def drop_orphans(self, pool_request: object = None) -> None:
        """Close the connections that belong to no request and are not idle.

        Args:
            pool_request: A request of the pool whose answer was not closed to the end: it is over.
        """
        requests, connections = self._pool._requests, self._pool._connections  # noqa: SLF001
        if pool_request in requests:
            requests.remove(pool_request)
        in_use = {id(request.connection) for request in requests}
        for connection in list(connections):
            if id(connection) not in in_use and not (connection.is_idle() or connection.is_closed()):
                connections.remove(connection)
                await connection.aclose()


class _Body(LayerStream):
    def __init__(self, inner: httpx.AsyncByteStream, network: HttpcoreTransport) -> None:
        super().__init__(inner)
        self._network = network

    async def aclose(self) -> None:
        try:
            await super().aclose()
        except BaseException:
            httpcore_stream = getattr(self._inner, "_httpcore_stream", None)
            await self._network.drop_orphans(getattr(httpcore_stream, "_pool_request", None))
            raise


class _Backend(httpcore.AsyncNetworkBackend):
    """httpcore's network backend, which closes a socket also when its TLS handshake is cancelled."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        start_tls = stream.start_tls

        async def start_tls_or_close(*args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
            try:
                return await start_tls(*args, **kwargs)
            except BaseException:
                await stream.aclose()
                raise

        # Replaced on the instance: wrapping the stream would cost something on every read and write.
        stream.start_tls = start_tls_or_close  # type: ignore[method-assign]
        return stream

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
