"""What a user can configure: `RetryConfig` and `SyncConfig`."""

from __future__ import annotations

import sys
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

__all__ = ["RetryConfig", "SyncConfig"]


@dataclass(frozen=True, slots=True)
class RetryConfig:
    """When a failed request is sent again, and how long to wait before.

    Attributes:
        max_retries: Retries after the first attempt, so at most ``max_retries + 1`` attempts.
        backoff: Before retry *n* (0, 1, 2 ...) wait ``backoff ** n`` seconds: 1, 2, 4 ...
        retry_on_errors: An error is retried if it, or its ``__cause__``, is one of these classes.
        max_backoff: The longest wait that backoff and its jitter lead to, in seconds; 0 means no waiting.
        jitter: Lengthens each wait by a random share of up to this much (0.5: up to 50 %), so that a
            thousand stations don't retry in step; 0 turns it off.
        retry_on_status: Answers with one of these statuses are retried like errors.
        respect_retry_after: Never wait for less than the server asks for in ``Retry-After``.
        max_retry_after: A server that asks for a longer wait, in seconds, is not retried: the error comes at
            once, with ``retry_after`` on it.
        retry_non_idempotent: Also retry requests that may already have taken effect, such as a POST whose
            answer was lost. The server may then do the work twice.

    Raises:
        ValueError: A value is out of range; the message names the field.
        TypeError: A value has the wrong type; the message names the field.
    """

    max_retries: int = 3
    backoff: float = 2.0
    retry_on_errors: tuple[type[Exception], ...] = (ConnectionError, TimeoutError)
    max_backoff: float = 60.0
    jitter: float = 0.5
    retry_on_status: AbstractSet[int] = frozenset({408, 429, 502, 503, 504})
    respect_retry_after: bool = True
    max_retry_after: float = 120.0
    retry_non_idempotent: bool = False

    def __post_init__(self) -> None:
        _check_int("max_retries", self.max_retries, minimum=0)
        _check_seconds("backoff", self.backoff)
        _check_seconds("max_backoff", self.max_backoff)
        _check_number("jitter", self.jitter)
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter must be between 0 and 1, not {self.jitter!r}")
        _check_seconds("max_retry_after", self.max_retry_after)
        _check_bool("respect_retry_after", self.respect_retry_after)
        _check_bool("retry_non_idempotent", self.retry_non_idempotent)
        object.__setattr__(self, "retry_on_errors", _exception_classes(self.retry_on_errors))
        object.__setattr__(self, "retry_on_status", _statuses(self.retry_on_status))


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """How each call behaves: its time limits, its retries, its correlation ID.

    Attributes:
        timeout: Seconds (> 0) for one attempt: waiting for a connection, connecting, sending, waiting and
            reading the whole body; None means no limit.
        total_timeout: Seconds (> 0) for the whole call: every attempt, every wait, every request it makes;
            None means no limit.
        retry_enabled: Whether failed requests are retried as ``retry`` says.
        retry: When and how to retry.
        correlation_id_enabled: Whether requests carry an ``X-Correlation-ID``.

    Raises:
        ValueError: A value is out of range; the message names the field.
        TypeError: A value has the wrong type; the message names the field.
    """

    timeout: float | None = 30.0
    total_timeout: float | None = None
    retry_enabled: bool = False
    retry: RetryConfig = field(default_factory=RetryConfig)
    correlation_id_enabled: bool = True

    def __post_init__(self) -> None:
        for name in ("timeout", "total_timeout"):
            value = getattr(self, name)
            if value is not None:
                _check_seconds(name, value)
                if value == 0:
                    raise ValueError(
                        f"{name} must be more than 0 seconds, or None for no limit; not {_show(value)}"
                    )
        _check_bool("retry_enabled", self.retry_enabled)
        _check_bool("correlation_id_enabled", self.correlation_id_enabled)
        if not isinstance(self.retry, RetryConfig):
            raise TypeError(f"retry must be a RetryConfig, not {self.retry!r}")


def _show(value: object) -> str:
    try:
        return repr(value)
    except ValueError:
        return "a number of thousands of digits"


def _check_int(name: str, value: object, *, minimum: int) -> None:
    # bool is an int to Python, but max_retries=True is a mistake.
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {_show(value)}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, not {_show(value)}")


def _check_number(name: str, value: object) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {_show(value)}")
    # The comparison also refuses NaN, and whole numbers that no float can hold.
    if not abs(value) <= sys.float_info.max:
        raise ValueError(f"{name} must be finite, not {_show(value)}")


def _check_seconds(name: str, value: float) -> None:
    _check_number(name, value)
    if value < 0:
        raise ValueError(f"{name} must not be negative, not {_show(value)}")


def _check_bool(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {_show(value)}")


def _exception_classes(value: object) -> tuple[type[Exception], ...]:
    classes = (value,) if isinstance(value, type) else value
    if not isinstance(classes, tuple | list | set | frozenset):
        raise TypeError(f"retry_on_errors must be a tuple of exception classes, not {_show(value)}")
    for item in classes:
        if not (isinstance(item, type) and issubclass(item, Exception)):
            raise TypeError(f"retry_on_errors must hold exception classes only, not {_show(item)}")
    return tuple(classes)


def _statuses(value: object) -> frozenset[int]:
    if not isinstance(value, tuple | list | set | frozenset):
        raise TypeError(f"retry_on_status must be a set of HTTP statuses, not {_show(value)}")
    for item in value:
        _check_int("retry_on_status", item, minimum=100)
        if item not in range(400, 600):
            raise ValueError(f"retry_on_status must hold statuses from 400 to 599, not {_show(item)}")
    return frozenset(value)
