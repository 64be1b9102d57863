"""Who retries when: pyWATS by its own functions, and other clients by what they document, on one page."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from pywats import RetryConfig, WatsConnectionError, WatsError, WatsTimeoutError
from pywats.transport.retry_policy import (
    is_idempotent,
    should_retry_error,
    should_retry_status,
    wait_seconds,
)

__all__ = [
    "NO_RETRIES",
    "OTHERS",
    "OVERLOADED",
    "REFUSED",
    "TIMED_OUT",
    "Budget",
    "Failure",
    "Policy",
    "RatioBudget",
    "TokenBudget",
    "backoff",
    "pywats",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """How an attempt failed: with an error, or with a status and perhaps ``Retry-After`` in seconds."""

    error: WatsError | None = None
    status: int = 0
    retry_after: float | None = None


REFUSED = Failure(error=WatsConnectionError("connection refused", request_sent=False))
TIMED_OUT = Failure(error=WatsTimeoutError("no answer in time"))
OVERLOADED = Failure(status=503)

# (0 for the first retry, how the attempt failed, random number from 0 to 1) -> seconds, or None to give up
Wait = Callable[[int, Failure, float], float | None]


class Budget(Protocol):
    """What limits the retries of one client beyond those of one call; times are in seconds."""

    def began(self, now: float) -> None:
        """A call begins."""

    def failed(self) -> None:
        """An attempt failed."""

    def may_retry(self, now: float, retry: int) -> bool:
        """Pay for a retry (0 for the first of a call) if there is enough left; return whether there was."""

    def served(self, retries: int) -> None:
        """A call got its answer after so many retries."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one kind of client does when an attempt fails.

    Attributes:
        name: As the tables show it.
        wait: How long to wait before the next attempt.
        budget: Makes the budget of one client that makes so many calls a second; None for no budget.
    """

    name: str
    wait: Wait
    budget: Callable[[float], Budget] | None = None


def pywats(name: str, config: RetryConfig, budget: Callable[[float], Budget] | None = None) -> Policy:
    """Return what pyWATS does when it submits a report, decided and timed by the product's own functions."""
    idempotent = is_idempotent("POST", {"wats_idempotent": True}, config)

    @cache
    def retried(failure: Failure) -> bool:
        if failure.error is not None:
            return should_retry_error(failure.error, config, idempotent=idempotent)
        return should_retry_status(failure.status, failure.retry_after, config, idempotent=idempotent)

    def wait(retry: int, failure: Failure, fraction: float) -> float | None:
        if retry >= config.max_retries or not retried(failure):
            return None
        return wait_seconds(retry, config, failure.retry_after, fraction)

    return Policy(name, wait, budget)


def exact(wait: float, fraction: float) -> float:
    """No jitter."""
    return wait


def full(wait: float, fraction: float) -> float:
    """From nothing to the whole wait."""
    return wait * fraction


def spread(low: float, high: float) -> Callable[[float, float], float]:
    """From ``low`` to ``high`` times the wait."""
    return lambda wait, fraction: wait * (low + (high - low) * fraction)


def backoff(
    retries: int,
    first: float,
    *,
    cap: float = math.inf,
    jitter: Callable[[float, float], float] = exact,
    obeys_retry_after: bool = False,
) -> Wait:
    """Return waits that double.

    Args:
        retries: After the first attempt.
        first: Seconds before the first retry.
        cap: The longest wait, before jitter, in seconds.
        jitter: What it does to a wait, given a random number from 0 to 1.
        obeys_retry_after: Whether ``Retry-After`` replaces the wait.
    """

    def wait(retry: int, failure: Failure, fraction: float) -> float | None:
        if retry >= retries:
            return None
        if obeys_retry_after and failure.retry_after is not None:
            return failure.retry_after
        return jitter(min(first * 2.0**retry, cap), fraction)

    return wait


class TokenBudget:
    """A bucket that calls fill and retries empty.

    Args:
        size: The most tokens it holds; it begins full.
        keep: A retry needs more than this.
        per_failure: Taken by each failed attempt.
        per_retry: Taken by each retry.
        per_call: Given by each call that is served at once.
        per_rescue: Given by each call that is served after retries.
    """

    def __init__(
        self,
        size: float,
        *,
        keep: float = 0.0,
        per_failure: float = 0.0,
        per_retry: float = 0.0,
        per_call: float,
        per_rescue: float,
    ) -> None:
        self.tokens = size
        self._size, self._keep = size, keep
        self._per_failure, self._per_retry = per_failure, per_retry
        self._per_call, self._per_rescue = per_call, per_rescue

    def began(self, now: float) -> None:
        """Nothing: only answers count."""

    def failed(self) -> None:
        self.tokens = max(self.tokens - self._per_failure, 0.0)

    def may_retry(self, now: float, retry: int) -> bool:
        if self.tokens <= self._keep or self.tokens < self._per_retry:
            return False
        self.tokens -= self._per_retry
        return True

    def served(self, retries: int) -> None:
        self.tokens = min(self.tokens + (self._per_rescue if retries else self._per_call), self._size)


class RatioBudget:
    """Retries are a share of the calls of the last seconds, and a few more.

    Args:
        rate: Calls a second that the client made so far.
        ratio: Retries per call.
        floor: Retries a second that are always allowed.
        window: Seconds that count.
        share: The part of what is left that one call may use.
    """

    def __init__(
        self, rate: float, *, ratio: float, floor: float = 0.0, window: float, share: float = 1.0
    ) -> None:
        self._ratio, self._reserve, self._window, self._share = ratio, floor * window, window, share
        self._calls = deque(-(age + 0.5) / rate for age in reversed(range(int(window * rate))))
        self._retries: deque[float] = deque()

    def began(self, now: float) -> None:
        self._calls.append(now)

    def failed(self) -> None:
        """Nothing: only retries count."""

    def may_retry(self, now: float, retry: int) -> bool:
        for times in (self._calls, self._retries):
            while times and times[0] <= now - self._window:
                times.popleft()
        left = self._reserve + self._ratio * len(self._calls) - len(self._retries)
        if left < 1 or retry >= math.ceil(self._share * (left + retry)):
            return False
        self._retries.append(now)
        return True

    def served(self, retries: int) -> None:
        """Nothing: a retry that helped costs the same."""


def grpc_budget(rate: float) -> Budget:
    """10 tokens, a failure takes one, an answer gives 0.1, no retries at 5 or fewer (gRPC A6)."""
    return TokenBudget(10, keep=5, per_failure=1, per_call=0.1, per_rescue=0.1)


def aws_budget(rate: float) -> Budget:
    """500 tokens, a retry takes 14 and gives them back if it helps (AWS SDKs, rules of 2026)."""
    return TokenBudget(500, per_retry=14, per_call=1, per_rescue=14)


def sre_budget(rate: float) -> Budget:
    """One retry for ten calls, over two minutes (Site Reliability Engineering, chapter 21)."""
    return RatioBudget(rate, ratio=0.1, window=120)


def station_budget(rate: float) -> Budget:
    """One retry for ten calls and one each ten seconds: what fits less than a call a second."""
    return RatioBudget(rate, ratio=0.1, floor=0.1, window=60)


def finagle_budget(rate: float) -> Budget:
    """One retry for five calls and ten a second, over ten seconds; a call takes a fifth of what is left."""
    return RatioBudget(rate, ratio=0.2, floor=10, window=10, share=0.2)


def finagle_budget_without_floor(rate: float) -> Budget:
    """The same without the ten a second."""
    return RatioBudget(rate, ratio=0.2, window=10, share=0.2)


NO_RETRIES = Policy("no retries", backoff(0, 0))

OTHERS = (
    Policy("httpx-retries", backoff(10, 0, obeys_retry_after=True)),
    Policy("10 attempts, 0.5 s doubling", backoff(9, 0.5)),
    Policy(".NET standard (Polly)", backoff(3, 2, jitter=spread(0.75, 1.25), obeys_retry_after=True)),
    Policy("pywats-api sync", backoff(3, 2)),
    Policy("openai", backoff(2, 0.5, cap=8, jitter=spread(0.75, 1), obeys_retry_after=True)),
    Policy("AWS 2026", backoff(2, 0.05, cap=20, jitter=full), aws_budget),
    Policy("Finagle", backoff(1000, 0), finagle_budget),
    Policy("Finagle without floor", backoff(1000, 0), finagle_budget_without_floor),
    Policy("gRPC A6", backoff(4, 0.1, cap=1, jitter=spread(0.8, 1.2)), grpc_budget),
    Policy("SRE 3 attempts, 10 %", backoff(2, 1, jitter=full), sre_budget),
)
