"""A TLS handshake that is cancelled closes its connection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

__all__ = ["close_cancelled_handshakes"]


def close_cancelled_handshakes(transport: httpx.AsyncHTTPTransport) -> httpx.AsyncHTTPTransport:
    """Return the transport, changed so that no socket leaks when a caller leaves during a TLS handshake.

    httpcore 1.0 closes the socket if the handshake fails or times out, but not if its task is cancelled. The
    event loop would hold the socket for good.
    """
    # httpx offers no way to give its pool a network backend.
    pool = transport._pool  # noqa: SLF001
    pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001
    return transport


class _Backend(httpcore.AsyncNetworkBackend):
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
