"""Whether a library has replaced a way into httpx or httpcore, to see requests or to answer them itself.

Libraries for tests do that (respx, pytest-httpx, VCR.py), and those that trace (OpenTelemetry, Sentry).
"""

from __future__ import annotations

from types import FunctionType

import httpcore
import httpx

__all__ = ["is_client_replaced", "is_transport_replaced"]

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
