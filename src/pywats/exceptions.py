"""Every error that pyWATS raises on purpose.

* WatsError
    * WatsConnectionError (also httpx.NetworkError, ConnectionError)
    * WatsTimeoutError (also httpx.TimeoutException, TimeoutError)
    * WatsAPIError: the server answered 4xx or 5xx
        * BadRequestError 400, 422
        * AuthenticationError 401
        * PermissionDeniedError 403
        * NotFoundError 404 (also LookupError)
        * ConflictError 409
        * RateLimitError 429
        * ServerError 5xx
    * WatsResponseError: the answer is not what the API promises
    * ClientClosedError (also RuntimeError): the client was closed
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httpx

__all__ = [
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ConflictError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "WatsAPIError",
    "WatsConnectionError",
    "WatsError",
    "WatsResponseError",
    "WatsTimeoutError",
    "bare_url",
    "error_class_for_status",
]


class WatsError(Exception):
    """Base of all pyWATS errors.

    The layers of the chain fill in what they know: where the error arose sets ``method`` and ``url``, the
    retry layer ``attempts``, the correlation layer ``correlation_id``.

    Attributes:
        correlation_id: The ``X-Correlation-ID`` of the call, as the server logged it; None if it had none.
        attempts: How many times the request was tried; 0 if it did not get as far as that.
        method: The HTTP method, or None if no request was made.
        url: The URL without query and credentials, or None if no request was made.
        request_sent: False only if the request surely never reached the server, so that repeating it is
            safe whatever it does. True also stands for "unknown".
        advice: What to do about it; the last sentence of the message.
    """

    advice = ""

    def __init__(
        self,
        message: str,
        *,
        correlation_id: str | None = None,
        attempts: int = 0,
        method: str | None = None,
        url: str | None = None,
        request_sent: bool = True,
    ) -> None:
        super().__init__(message)
        self.correlation_id = correlation_id
        self.attempts = attempts
        self.method = method
        self.url = url
        self.request_sent = request_sent

    @property
    def message(self) -> str:
        """What failed, without the facts around it."""
        return str(self.args[0])

    @message.setter
    def message(self, message: str) -> None:
        self.args = (message,)

    def __str__(self) -> str:
        """Return what failed, where, after how many attempts, with which ID, and what to do next."""
        where = f"{self.method} {self.url}" if self.url else ""
        tries = f"{self.attempts} attempt{'s' if self.attempts != 1 else ''}" if self.attempts else ""
        trace = f"correlation ID {self.correlation_id}" if self.correlation_id else ""
        facts = ", ".join(fact for fact in (where, tries, trace) if fact)
        text = f"{self.message} [{facts}]" if facts else self.message
        return f"{text}. {self.advice}" if self.advice else text

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the facts, without the request: that one holds the token."""
        state = {name: value for name, value in vars(self).items() if name != "_request"}
        return _restore, (type(self), self.message, state)


def _restore(cls: type[WatsError], message: str, state: dict[str, Any]) -> WatsError:
    error = cls.__new__(cls)
    WatsError.__init__(error, message)
    vars(error).update(state)
    return error


class _RequestError(WatsError):
    """An error that httpx users know by its ``request``; this one never holds credentials."""

    _request: httpx.Request | None = None

    @property
    def request(self) -> httpx.Request:
        """The request that failed, without its Authorization headers, query and body.

        Raises:
            RuntimeError: The error did not pass through an ``httpx`` client.
        """
        if self._request is None:
            raise RuntimeError("The .request property has not been set.")
        return self._request

    @request.setter
    def request(self, request: httpx.Request) -> None:
        headers = [
            (name, value)
            for name, value in request.headers.multi_items()
            if name not in ("authorization", "proxy-authorization", "cookie")
        ]
        self._request = httpx.Request(request.method, bare_url(request.url), headers=headers)


class WatsConnectionError(_RequestError, httpx.NetworkError, ConnectionError):
    """The connection could not be made, or broke before the answer was complete."""

    advice = "Check that the server is running, the base URL, the network and the proxy."


class WatsTimeoutError(_RequestError, httpx.TimeoutException, TimeoutError):
    """The answer was not complete in time."""

    advice = "The server or the network is slow: try again, or raise the timeout."


class WatsAPIError(WatsError):
    """The server answered with a 4xx or 5xx status.

    Attributes:
        status_code: The status of the answer (RFC 9110 section 15).
        detail: The server's own text, cut to a readable length; empty if it gave none.
        retry_after: Seconds that the server asked to wait (``Retry-After``), or None.
    """

    advice = "The server refused the request; its own text says why."

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        detail: str = "",
        retry_after: float | None = None,
        correlation_id: str | None = None,
        attempts: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(message, correlation_id=correlation_id, attempts=attempts, method=method, url=url)
        self.status_code = status_code
        self.detail = detail
        self.retry_after = retry_after


class BadRequestError(WatsAPIError):
    """400 or 422: the server finds the request invalid."""

    advice = "Correct the request; sending the same again will fail again."


class AuthenticationError(WatsAPIError):
    """401: the token is missing or wrong."""

    advice = "Check the token (WATS_AUTH_TOKEN): it is the Base64 text that WATS shows, without 'Basic'."


class PermissionDeniedError(WatsAPIError):
    """403: the token is valid, but may not do this."""

    advice = "Ask the WATS administrator to give the token the right to do this."


class NotFoundError(WatsAPIError, LookupError):
    """404: there is no such thing on the server."""

    advice = "Check the identifier for typing errors, and the base URL."


class ConflictError(WatsAPIError):
    """409: the request contradicts what the server holds."""

    advice = "Read the current state from the server and decide again."


class RateLimitError(WatsAPIError):
    """429: too many requests."""

    advice = "Wait before the next request (see retry_after), or turn retries on."


class ServerError(WatsAPIError):
    """5xx: the server failed."""

    advice = "Try again later; give the correlation ID to the WATS administrator."


class WatsResponseError(WatsError):
    """The answer is not what the API promises: not JSON, of another shape, or too large."""

    advice = "Check that the base URL is a WATS server and not a login page or proxy in between."


class ClientClosedError(WatsError, RuntimeError):
    """The client was used after it was closed."""

    advice = "Create a new client, or keep its with-block open for as long as it is used."


_BY_STATUS: dict[int, type[WatsAPIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: BadRequestError,
    429: RateLimitError,
}


def error_class_for_status(status_code: int) -> type[WatsAPIError]:
    """Return the error class for a status of 400 or above."""
    return _BY_STATUS.get(
        status_code, ServerError if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else WatsAPIError
    )


def bare_url(url: httpx.URL) -> str:
    """Return a URL without query, fragment and credentials: fit for logs and errors."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))
