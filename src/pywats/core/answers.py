"""What an answer means: decoded bytes -> model, 4xx and 5xx -> error."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, TypedDict, TypeVar

import httpx
import pydantic

from pywats.core.error_detail import error_detail
from pywats.exceptions import (
    NotFoundError,
    WatsAPIError,
    WatsResponseError,
    bare_url,
    error_class_for_status,
)
from pywats.models.base import LENIENT
from pywats.transport.retry import retry_after_of
from pywats.transport.timeout import MAX_BODY_BYTES

__all__ = ["Facts", "api_error", "facts_of", "is_empty", "not_found", "parse_json", "parse_text", "read_body"]

T = TypeVar("T")

_MAX_ERROR_BYTES = 64 * 1024


class Facts(TypedDict):
    """What every error about an answer carries."""

    correlation_id: str | None
    attempts: int
    method: str
    url: str


def facts_of(response: httpx.Response) -> Facts:
    """Return what the layers of the chain noted about a request and its answer."""
    return {
        "correlation_id": response.extensions.get("wats_correlation_id"),
        "attempts": response.extensions.get("wats_attempts", 1),
        "method": response.request.method,
        "url": bare_url(response.request.url),
    }


async def read_body(response: httpx.Response) -> bytes:
    """Read and decode a whole body; of an error answer only the start.

    Raises:
        WatsResponseError: The body cannot be decoded, or is larger than `MAX_BODY_BYTES` when decoded.
    """
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if response.is_error and len(body) >= _MAX_ERROR_BYTES:
                break
            if len(body) > MAX_BODY_BYTES:
                raise WatsResponseError(
                    f"the answer is larger than {MAX_BODY_BYTES // 2**20} MiB", **facts_of(response)
                )
    except httpx.DecodingError as error:
        raise WatsResponseError(f"the answer cannot be decoded: {error}", **facts_of(response)) from error
    return bytes(body)


def is_empty(body: bytes) -> bool:
    """Return whether a JSON body says nothing."""
    return body.strip() in (b"", b"null")


def parse_json(response: httpx.Response, body: bytes, result: type[T]) -> T:
    """Return a JSON body as the type that the API promises.

    Raises:
        WatsResponseError: It is not JSON, or not of that type.
    """
    try:
        value: T = _validated(result, body)
    except (pydantic.ValidationError, RecursionError) as error:
        problem = _first_problem(error)
    else:
        return value
    # Raised out here, without pydantic's error as its cause: that one shows the body, which may echo a token.
    media_type = response.headers.get("Content-Type", "no content type")
    raise WatsResponseError(
        f"the answer is not what the API promises: {problem} ({media_type})", **facts_of(response)
    )


def _validated(result: Any, body: bytes) -> Any:
    adapter = _adapter(result)
    try:
        return adapter.validate_json(body, context=LENIENT)
    except pydantic.ValidationError as error:
        if "recursion limit" not in _first_problem(error):
            raise
        # pydantic's parser gives up at 200 nested brackets: a report with 99 nested sequences.
        return adapter.validate_python(json.loads(body), context=LENIENT)


@cache
def _adapter(result: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(result)


def _first_problem(error: pydantic.ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    # The input stays out: it may be long, and it is not ours to show.
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{problem['msg']}, at {place}" if place else problem["msg"]


def parse_text(response: httpx.Response, body: bytes) -> str:
    """Return a body as text.

    Raises:
        WatsResponseError: It is not in the encoding that it claims.
    """
    try:
        return body.decode(response.charset_encoding or "utf-8-sig")
    except (LookupError, UnicodeDecodeError) as error:
        raise WatsResponseError(f"the answer is not text: {error}", **facts_of(response)) from error


def not_found(response: httpx.Response) -> NotFoundError:
    """Return the error for an answer that is empty where the API promises something."""
    return NotFoundError(
        "the server has no such thing: its answer is empty",
        status_code=response.status_code,
        **facts_of(response),
    )


def api_error(response: httpx.Response, body: bytes, secret: str) -> WatsAPIError:
    """Return the error for a 4xx or 5xx answer.

    Args:
        response: The answer.
        body: The start of its body.
        secret: A text that must not appear in the error.
    """
    detail = error_detail(body, response.headers.get("Content-Type", ""), secret)
    status = f"{response.status_code} {response.reason_phrase}".strip()
    return error_class_for_status(response.status_code)(
        f"the server answered {status}" + (f": {detail}" if detail else ""),
        status_code=response.status_code,
        detail=detail,
        retry_after=retry_after_of(response),
        **facts_of(response),
    )
