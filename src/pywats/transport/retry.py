"""RetryTransport: attempts, backoff, ``Retry-After``."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from pywats.core.config import SyncConfig
from pywats.exceptions import WatsError
from pywats.transport.base import ConfiguredLayer, LayerStream, body_of, derive_request, path_of
from pywats.transport.retry_policy import (
    is_idempotent,
    parse_http_date,
    parse_retry_after,
    should_retry_error,
    should_retry_status,
    wait_seconds,
)

__all__ = ["RETRY_COUNT_HEADER", "RetryTransport", "retry_after_of"]

RETRY_COUNT_HEADER = "X-Retry-Count"
"""The request header of a second attempt and later ones: 1, 2 ..."""

_log = logging.getLogger(__name__)


class RetryTransport(ConfiguredLayer):
    """Sends a request again when that is safe and may help.

    What is retried, and after what wait, is decided in `retry_policy`. A body that is not held in memory is
    sent again only if the failed attempt did not touch it, or if ``wats_replayable`` in
    ``request.extensions`` says that reading it again begins at its start.

    Args:
        inner: The next layer below: it makes one attempt.
        config: For requests that bring none of their own.
        sleep: Waits for a number of seconds.
        rand: Returns a random number from 0 to 1.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        config: SyncConfig,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rand: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(inner, config)
        self._sleep = sleep
        self._rand = rand

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and again if needed.

        Returns:
            The first response that is not retried, or the last one; ``wats_attempts`` in its extensions says
            how many attempts it took.

        Raises:
            WatsError: What the last attempt raised, with ``attempts``.
        """
        call = _Call(request, self.config_of(request))
        retry = 0
        while True:
            try:
                response = await self._inner.handle_async_request(call.attempt(retry))
            except Exception as error:
                if isinstance(error, WatsError):
                    error.attempts = retry + 1
                wait = call.wait_after_error(retry, error, self._rand)
                if wait is None:
                    raise
                reason = error.message if isinstance(error, WatsError) else type(error).__name__
            else:
                response.extensions["wats_attempts"] = retry + 1
                wait = call.wait_after_response(retry, response, self._rand)
                if wait is None:
                    return response
                reason = f"status {response.status_code}"
                await response.aclose()
            retry += 1
            _log.warning(
                "attempt %d of %d failed (%s), next in %.2f s: %s %s",
                retry,
                call.max_retries + 1,
                reason,
                wait,
                request.method,
                path_of(request),
            )
            await self._sleep(wait)


class _Call:
    """One request on its way through its attempts."""

    def __init__(self, request: httpx.Request, config: SyncConfig) -> None:
        self.max_retries = config.retry.max_retries if config.retry_enabled else 0
        self._request = request
        self._policy = config.retry
        self._idempotent = is_idempotent(request.method, request.extensions, config.retry)
        self._deadline: float | None = request.extensions.get("wats_deadline")
        if self._deadline is None and config.total_timeout is not None:
            self._deadline = time.monotonic() + config.total_timeout
        # httpx.ByteStream is what a request with its body in memory has: it can be sent any number of times.
        in_memory = isinstance(request.stream, httpx.ByteStream)
        replayable = in_memory or request.extensions.get("wats_replayable", False)
        self._body = None if replayable else _WatchedBody(body_of(request))

    def attempt(self, retry: int) -> httpx.Request:
        """Return the request as it is sent in this attempt."""
        headers = {RETRY_COUNT_HEADER: str(retry)} if retry else {}
        extensions: dict[str, Any] = {}
        if self._deadline is not None:
            extensions["wats_deadline"] = self._deadline
        return derive_request(self._request, headers=headers, extensions=extensions, stream=self._body)

    def wait_after_error(self, retry: int, error: Exception, rand: Callable[[], float]) -> float | None:
        """Return the seconds to wait before the next attempt, or None if there is to be none."""
        wanted = should_retry_error(error, self._policy, idempotent=self._idempotent)
        return self._wait(retry, None, rand) if wanted else None

    def wait_after_response(
        self, retry: int, response: httpx.Response, rand: Callable[[], float]
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None if there is to be none."""
        retry_after = retry_after_of(response)
        wanted = should_retry_status(
            response.status_code, retry_after, self._policy, idempotent=self._idempotent
        )
        return self._wait(retry, retry_after, rand) if wanted else None

    def _wait(self, retry: int, retry_after: float | None, rand: Callable[[], float]) -> float | None:
        if retry >= self.max_retries or (self._body is not None and self._body.touched):
            return None
        wait = wait_seconds(retry, self._policy, retry_after, rand())
        if self._deadline is not None and time.monotonic() + wait >= self._deadline:
            return None
        return wait


class _WatchedBody(LayerStream):
    """A request body that knows whether it has been read from."""

    touched = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.touched = True
        async for chunk in self._inner:
            yield chunk


def retry_after_of(response: httpx.Response) -> float | None:
    """Return the seconds that an answer asks to wait, or None.

    A date is compared to the answer's own ``Date``, if it has one: the clocks of test stations are often
    wrong.
    """
    if "Retry-After" not in response.headers:
        return None
    values = response.headers.get_list("Retry-After")
    now = parse_http_date(response.headers.get("Date", "")) or datetime.now(UTC)
    return parse_retry_after(values, now)
