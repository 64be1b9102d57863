"""Requests go where a library sees them that has replaced a way into httpx or httpcore.

Libraries for tests do that (respx, pytest-httpx, VCR.py), and those that trace (OpenTelemetry, Sentry).
"""

from __future__ import annotations

from types import FunctionType, TracebackType
from typing import Any

import httpcore
import httpx

from pywats.transport.httpcore_leaks import HttpcoreTransport

__all__ = ["SeenTransport", "is_client_replaced", "is_transport_replaced"]

_CLIENT_METHODS = ("send", "_send_single_request", "_transport_for_url")
_TRANSPORTS = (httpx.AsyncHTTPTransport, httpcore.AsyncConnectionPool, httpcore.AsyncHTTPConnection)


def is_client_replaced() -> bool:
    """Return whether only what ``httpx.AsyncClient`` sends is seen."""
    return any(_is_replaced(getattr(httpx.AsyncClient, name, None)) for name in _CLIENT_METHODS)


def is_transport_replaced() -> bool:
    """Return whether only what ``httpx.AsyncHTTPTransport`` sends is seen."""
    return any(_is_replaced(transport.handle_async_request) for transport in _TRANSPORTS)


def _is_replaced(function: object) -> bool:
    # A wrapper may pass for what it wraps, but not in its type and in where it was defined.
    if type(function) is FunctionType:
        return not function.__globals__.get("__name__", "").startswith(("httpx.", "httpcore."))
    return function is not None


class SeenTransport(HttpcoreTransport):
    """`HttpcoreTransport`, which sends through ``httpx.AsyncClient`` where that is replaced.

    Takes the same arguments.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._options = options
        self._client: httpx.AsyncClient | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request."""
        if is_client_replaced():
            return await self._replaced_client().send(request, stream=True)
        return await super().handle_async_request(request)

    def _replaced_client(self) -> httpx.AsyncClient:
        if self._client is None:
            network = HttpcoreTransport(**self._options)
            # Time limits are the business of the layers above, proxies that of the transport.
            self._client = httpx.AsyncClient(transport=network, timeout=None, trust_env=False)  # noqa: S113
        return self._client

    async def aclose(self) -> None:
        """Close all connections."""
        await super().aclose()
        if self._client is not None:
            await self._client.aclose()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        # httpx's own closes the pool of httpcore alone.
        await self.aclose()
