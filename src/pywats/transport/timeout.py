"""TimeoutTransport: one attempt, to the last byte of the body."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator, Mapping

import httpx

from pywats.exceptions import WatsResponseError, WatsTimeoutError, bare_url
from pywats.transport.base import ConfiguredLayer, body_of, derive_request

__all__ = ["MAX_BODY_BYTES", "BufferedBody", "TimeoutTransport"]

MAX_BODY_BYTES = 256 * 1024 * 1024
"""A buffered body may be this large on the wire; larger ones have to be streamed."""

# Cancelling is the backstop. It comes a little after httpx's own limits, because these know in which phase
# they ended, and so whether the request may already have been sent.
_GRACE_SECONDS = 0.02

# Small slices let the reader of a compressed body stop a decompression bomb early.
_SLICE_BYTES = 16 * 1024

_PHASES = ("connect", "read", "write", "pool")


class TimeoutTransport(ConfiguredLayer):
    """Gives each attempt ``timeout`` seconds, and never more than is left of ``total_timeout``.

    The body is read inside the attempt and handed up buffered, so that a server that drips one byte a second
    or dies in the middle of the body fails here, where the request can be retried. With ``wats_stream`` in
    ``request.extensions`` the attempt ends with the head of the answer, and each read of the body may take as
    long as was left when the attempt began.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request once.

        Raises:
            WatsTimeoutError: The answer was not complete in time; its connection is dropped.
            WatsResponseError: The body is larger than `MAX_BODY_BYTES`.
        """
        streamed = request.extensions.get("wats_stream", False)
        seconds, limit = self._seconds_left(request)
        end = math.inf if seconds is None else time.monotonic() + seconds
        if seconds is not None:
            if seconds <= 0:
                raise _expired(request, limit, request_sent=False)
            timeouts = _WhatIsLeft(request.extensions.get("timeout", {}), end)
            extension = {"timeout": dict(timeouts) if streamed else timeouts}
            attempt = derive_request(request, extensions=extension)
        else:
            attempt = request
        try:
            async with asyncio.timeout(None if seconds is None else seconds + _GRACE_SECONDS):
                response = await self._inner.handle_async_request(attempt)
                # The body of an error answer is not what the caller wants to stream.
                if streamed and not response.is_error:
                    return response
                return await _buffered(response, request)
        except WatsTimeoutError as error:
            if time.monotonic() >= end:
                error.message = f"{error.message} ({limit})"
            raise
        except TimeoutError as error:
            unsent = attempt.extensions.get("wats_unsent", False)
            raise _expired(request, limit, request_sent=not unsent) from error

    def _seconds_left(self, request: httpx.Request) -> tuple[float | None, str]:
        """Return how long this attempt may take, and the name of the limit that says so."""
        config = self.config_of(request)
        deadline: float | None = request.extensions.get("wats_deadline")
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and (config.timeout is None or left < config.timeout):
            return left, f"total_timeout: {config.total_timeout} s"
        return config.timeout, f"timeout: {config.timeout} s"


class _WhatIsLeft(Mapping[str, float | None]):
    """httpx's four time limits, shrunk to what is left of the attempt at the moment they are asked for."""

    def __init__(self, given: Mapping[str, float | None], end: float) -> None:
        self._given = given
        self._end = end

    def __getitem__(self, phase: str) -> float | None:
        if phase not in _PHASES:
            raise KeyError(phase)
        left = max(self._end - time.monotonic(), 0.0)
        given = self._given.get(phase)
        return left if given is None else min(given, left)

    def __iter__(self) -> Iterator[str]:
        return iter(_PHASES)

    def __len__(self) -> int:
        return len(_PHASES)


async def _buffered(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    """Read the raw body and return a response that holds it, still undecoded."""
    stream = body_of(response)
    if response.is_closed:
        return response
    body = bytearray()
    try:
        async for chunk in stream:
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise WatsResponseError(
                    f"the answer is larger than {MAX_BODY_BYTES // 2**20} MiB",
                    method=request.method,
                    url=bare_url(request.url),
                )
    finally:
        await stream.aclose()
    response.stream = BufferedBody(bytes(body))
    return response


class BufferedBody(httpx.AsyncByteStream):
    """A body in memory, as it came from the network.

    Attributes:
        raw: All of its bytes.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.raw), _SLICE_BYTES):
            yield self.raw[start : start + _SLICE_BYTES]


def _expired(request: httpx.Request, limit: str, *, request_sent: bool) -> WatsTimeoutError:
    return WatsTimeoutError(
        f"no complete answer from the server in time ({limit})",
        method=request.method,
        url=bare_url(request.url),
        request_sent=request_sent,
    )
