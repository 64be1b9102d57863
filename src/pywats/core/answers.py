"""What an answer means: decoded bytes -> model, 4xx and 5xx -> error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TypedDict, TypeVar

import httpx

from pywats.core.error_detail import error_detail, one_line
from pywats.exceptions import (
    NotFoundError,
    WatsAPIError,
    WatsError,
    WatsResponseError,
    bare_url,
    error_class_for_status,
)
from pywats.transport.retry import retry_after_of
from pywats.transport.timeout import MAX_BODY_BYTES, BufferedBody

__all__ = [
    "Facts",
    "api_error",
    "decoded",
    "empty_answer",
    "facts_of",
    "is_empty",
    "parse_json",
    "parse_text",
    "parse_with",
    "read_body",
    "read_error_body",
]

T = TypeVar("T")

_MAX_ERROR_BYTES = 64 * 1024


class Facts(TypedDict):
    """What every error about an answer carries.

    Attributes:
        correlation_id: The ``X-Correlation-ID`` of the call; None if it had none.
        attempts: How many times the request was tried.
        method: The HTTP method.
        url: The URL without query and credentials.
    """

    correlation_id: str | None
    attempts: int
    method: str
    url: str


def facts_of(response: httpx.Response) -> Facts:
    """Return what the layers of the chain noted about a request and its answer."""
    return {
        "correlation_id": response.extensions.get("wats_correlation_id"),
        "attempts": response.extensions["wats_attempts"],
        "method": response.request.method,
        "url": bare_url(response.request.url),
    }


async def decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the decoded body of an answer, piece by piece.

    Raises:
        WatsResponseError: It cannot be decoded.
    """
    if "," in response.headers.get("Content-Encoding", ""):
        # We accept one coding. Of two, a kilobyte can expand to more than a machine has.
        raise WatsResponseError("the answer is encoded more than once", **facts_of(response))
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    except httpx.DecodingError as error:
        problem = str(error)
    else:
        return
    # Raised out here, without its cause: httpx's error holds the request, and so the token.
    raise WatsResponseError(f"the answer cannot be decoded: {problem}", **facts_of(response))


async def read_body(response: httpx.Response) -> bytes:
    """Read and decode the whole body of a successful answer.

    Raises:
        WatsResponseError: The body cannot be decoded, or is larger than `MAX_BODY_BYTES` when decoded.
    """
    if isinstance(response.stream, BufferedBody) and "Content-Encoding" not in response.headers:
        return response.stream.raw
    body = bytearray()
    async for chunk in decoded(response):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise WatsResponseError(
                f"the answer is larger than {MAX_BODY_BYTES // 2**20} MiB", **facts_of(response)
            )
    return bytes(body)


async def read_error_body(response: httpx.Response) -> bytes:
    """Read and decode the start of the body of an error answer, as far as it can be decoded."""
    body = bytearray()
    with suppress(WatsResponseError):
        async for chunk in decoded(response):
            body += chunk
            if len(body) >= _MAX_ERROR_BYTES:
                break
    return bytes(body)


def is_empty(body: bytes) -> bool:
    """Return whether a JSON body says nothing."""
    return body.strip() in (b"", b"null")


def parse_json(response: httpx.Response, body: bytes, result: type[T]) -> T:
    """Return a JSON body as the type that the API promises.

    Raises:
        WatsResponseError: It is not JSON, or not of that type.
    """
    # Loaded by the first answer that needs it: a program that only imports pywats does not wait for pydantic.
    from pywats.core.parsing import first_problem, parsed  # noqa: PLC0415

    try:
        value: T = parsed(result, body)
    except (ValueError, RecursionError) as error:
        problem = first_problem(error)
    else:
        return value
    # Raised out here, without pydantic's error as its cause: that one shows the body, which may echo a token.
    if "html" in response.headers.get("Content-Type", "").lower():
        problem = f"it is an HTML page: {problem}"
    raise WatsResponseError(f"the answer is not what the API promises: {problem}", **facts_of(response))


def parse_text(response: httpx.Response, body: bytes) -> str:
    """Return a body as text.

    Raises:
        WatsResponseError: It is not in the encoding that it claims.
    """
    charset = response.charset_encoding or "utf-8"
    try:
        return body.decode(charset).removeprefix("\N{BYTE ORDER MARK}")
    except (LookupError, UnicodeError):
        problem = f"the answer is not text in the encoding {charset:.40}"
    # Raised out here, without its cause: Python's error holds the body.
    raise WatsResponseError(problem, **facts_of(response))


def parse_with(parse: Callable[[str], T], response: httpx.Response, body: bytes) -> T:
    """Return what a function makes of a body that is text.

    Raises:
        WatsResponseError: It is not in the encoding that it claims, or the function raised ValueError.
    """
    text = parse_text(response, body)
    try:
        return parse(text)
    except ValueError as error:
        problem = str(error)
    # Raised out here, without its cause: a parser's error may hold the body.
    raise WatsResponseError(f"the answer is not what the API promises: {problem}", **facts_of(response))


def empty_answer(response: httpx.Response) -> WatsError:
    """Return the error for an answer that is empty where the API promises something."""
    if response.request.method == "GET":
        return NotFoundError(
            "the server has no such thing: its answer is empty",
            status_code=response.status_code,
            **facts_of(response),
        )
    return WatsResponseError(
        "the server did what it was asked to, but its answer is empty: look before you repeat the call",
        **facts_of(response),
    )


def api_error(response: httpx.Response, body: bytes, secret: str) -> WatsAPIError:
    """Return the error for a 4xx or 5xx answer.

    Args:
        response: The answer.
        body: The start of its body.
        secret: A text that must not appear in the error.
    """
    phrase = httpx.codes.get_reason_phrase(response.status_code)
    detail = error_detail(body, response.headers.get("Content-Type", ""), secret)
    if not detail and response.reason_phrase != phrase:
        # ASP.NET may put its message there.
        detail = one_line(response.reason_phrase, secret)
    status = f"{response.status_code} {phrase}".strip()
    return error_class_for_status(response.status_code)(
        f"the server answered {status}" + (f": {detail}" if detail else ""),
        status_code=response.status_code,
        detail=detail,
        retry_after=retry_after_of(response),
        **facts_of(response),
    )
