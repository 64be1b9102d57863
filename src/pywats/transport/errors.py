"""ErrorTransport: the one place where httpx errors become pyWATS errors."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from types import TracebackType

import httpcore
import httpx

from pywats.exceptions import WatsConnectionError, WatsError, WatsTimeoutError, bare_url
from pywats.transport.base import Layer, LayerStream, body_of, causes

__all__ = ["ErrorTransport"]

_TRANSLATED = (httpx.TransportError, httpx.InvalidURL, httpx.StreamError, ConnectionError, TimeoutError)

_SYSTEM_REASONS: dict[type[BaseException], str] = {
    ConnectionRefusedError: "connection refused",
    ConnectionResetError: "connection reset",
    BrokenPipeError: "connection closed while sending",
    socket.gaierror: "the host name cannot be resolved",
}

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    ConnectionRefusedError,
)

_HTTPCORE_NOT_SENT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
)


class ErrorTransport(Layer):
    """Translates the errors of the network, also those that arise while a body is read.

    Besides httpx's errors these are Python's ConnectionError and TimeoutError, which a transport given by the
    user may raise.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request.

        Raises:
            WatsConnectionError: The connection could not be made, or broke.
            WatsTimeoutError: One of httpx's own time limits ended.
            WatsError: The request cannot be sent at all: unsupported scheme, protocol misuse.
        """
        with _Translation(request):
            response = await self._inner.handle_async_request(request)
        response.stream = _TranslatedStream(body_of(response), request)
        return response


class _TranslatedStream(LayerStream):
    def __init__(self, inner: httpx.AsyncByteStream, request: httpx.Request) -> None:
        super().__init__(inner)
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _Translation(self._request):
            async for chunk in self._inner:
                yield chunk

    async def aclose(self) -> None:
        with _Translation(self._request):
            await super().aclose()


class _Translation:
    """A with-block that raises the pyWATS error in place of httpx's."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, _TRANSLATED) and not isinstance(error, WatsError):
            raise _pywats_error(error, self._request) from error


def _pywats_error(error: Exception, request: httpx.Request) -> WatsError:
    """Return the pyWATS error that says what an httpx error says.

    ``request_sent`` is False for errors that arise before the first byte of the request is sent.
    """
    # A transport that is not httpx's may call a connection that broke later by the same name.
    certain = error.__cause__ is None or isinstance(error.__cause__, _HTTPCORE_NOT_SENT)
    unsent = request.extensions.get("wats_unsent", False) or (isinstance(error, _NOT_SENT) and certain)
    kind, message = _kind_and_message(error)
    return kind(message, method=request.method, url=bare_url(request.url), request_sent=not unsent)


def _reason(error: Exception) -> str:
    """Return what the system says, where it says more than httpx: "All connection attempts failed"."""
    for cause in causes(error):
        for kind, text in _SYSTEM_REASONS.items():
            if isinstance(cause, kind):
                return text
    return str(error) or type(error).__name__


def _kind_and_message(error: Exception) -> tuple[type[WatsError], str]:
    reason = _reason(error)
    match error:
        case httpx.PoolTimeout() | httpx.ConnectTimeout():
            return WatsTimeoutError, "no connection to the server in time"
        case httpx.TimeoutException() | TimeoutError():
            return WatsTimeoutError, "no complete answer from the server in time"
        case httpx.ProxyError():
            return WatsConnectionError, f"the proxy refused the connection: {reason}"
        case httpx.ConnectError():
            return WatsConnectionError, f"cannot connect to the server: {reason}"
        case httpx.NetworkError() | httpx.RemoteProtocolError() | ConnectionError():
            return WatsConnectionError, f"the connection broke: {reason}"
        case _:
            return WatsError, f"the request cannot be sent: {reason}"
