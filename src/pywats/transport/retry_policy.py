"""What to retry, and how long to wait: functions of plain values, without clock, network or randomness."""

from __future__ import annotations

import re
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from pywats.core.config import RetryConfig
from pywats.exceptions import WatsError
from pywats.transport.base import causes

__all__ = [
    "backoff_seconds",
    "is_idempotent",
    "parse_http_date",
    "parse_retry_after",
    "should_retry_error",
    "should_retry_status",
    "wait_seconds",
]

_IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})

_PERMANENT_ERRORS = (
    ssl.SSLCertVerificationError,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.StreamError,
)

# RFC 9110 section 10.2.3 knows whole seconds only; servers send fractions too.
_SECONDS = r"\d+(?:\.\d+)?"

# RFC 9110 section 5.6.7: IMF-fixdate, and the obsolete formats of RFC 850 and of C's asctime().
_TIME = r"\d\d:\d\d:\d\d"
_HTTP_DATE = (
    rf"[A-Z][a-z]{{2}}, \d\d [A-Z][a-z]{{2}} \d{{4}} {_TIME} GMT"
    rf"|[A-Z][a-z]{{5,8}}, \d\d-[A-Z][a-z]{{2}}-\d\d {_TIME} GMT"
    rf"|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]\d {_TIME} \d{{4}}"
)
_ITEM = re.compile(rf"{_HTTP_DATE}|{_SECONDS}", re.ASCII)

# A field sent twice may arrive joined by commas (RFC 9110 section 5.3).
_LIST = re.compile(rf"(?:{_ITEM.pattern})(?:\s*,\s*(?:{_ITEM.pattern}))*", re.ASCII)


def is_idempotent(method: str, extensions: Mapping[str, Any], policy: RetryConfig) -> bool:
    """Return whether repeating a request does no more than sending it once (RFC 9110 section 9.2.2).

    Args:
        method: The HTTP method, in capitals.
        extensions: The request's extensions; ``wats_idempotent`` knows better than the method.
        policy: With ``retry_non_idempotent`` every request counts as idempotent.
    """
    declared: bool | None = extensions.get("wats_idempotent")
    if policy.retry_non_idempotent:
        return True
    return method in _IDEMPOTENT_METHODS if declared is None else declared


def should_retry_error(error: Exception, policy: RetryConfig, *, idempotent: bool) -> bool:
    """Return whether a request that ended in an error may be sent again.

    TLS verification failures, invalid URLs and protocol misuse never get better by repeating. Any other error
    of ``retry_on_errors`` is retried if the request is idempotent or surely was not sent.

    Args:
        error: What the attempt raised.
        policy: Which errors are retried.
        idempotent: Whether the request may be repeated if it already took effect.
    """
    if any(_is_permanent(cause) for cause in causes(error)):
        return False
    if not isinstance(error, policy.retry_on_errors) and not isinstance(
        error.__cause__, policy.retry_on_errors
    ):
        return False
    sent = error.request_sent if isinstance(error, WatsError) else True
    return idempotent or not sent


def _is_permanent(error: BaseException) -> bool:
    proxy_wants_login = isinstance(error, httpx.ProxyError) and str(error).startswith("407")
    return proxy_wants_login or isinstance(error, _PERMANENT_ERRORS)


def should_retry_status(
    status_code: int, retry_after: float | None, policy: RetryConfig, *, idempotent: bool
) -> bool:
    """Return whether a request that was answered may be sent again.

    429, and 503 with ``Retry-After``, say that the server did not act on the request, so that any request may
    be repeated. A server that asks for more than ``max_retry_after`` seconds is left alone.

    Args:
        status_code: The status of the answer.
        retry_after: Seconds that the server asks to wait, or None.
        policy: Which statuses are retried.
        idempotent: Whether the request may be repeated if it already took effect.
    """
    if status_code not in policy.retry_on_status:
        return False
    if policy.respect_retry_after and retry_after is not None and retry_after > policy.max_retry_after:
        return False
    limited = status_code == HTTPStatus.TOO_MANY_REQUESTS
    refused = status_code == HTTPStatus.SERVICE_UNAVAILABLE and retry_after is not None
    return idempotent or limited or refused


def backoff_seconds(retry: int, policy: RetryConfig) -> float:
    """Return the wait before a retry without jitter, in seconds.

    It is ``backoff ** retry``, capped so that the longest jitter still ends at ``max_backoff``: jitter cut
    off at the cap would make all stations wait for exactly the same time.

    Args:
        retry: 0 for the first retry.
        policy: ``backoff``, ``max_backoff`` and ``jitter``.
    """
    cap = policy.max_backoff / (1 + policy.jitter)
    try:
        return min(float(policy.backoff) ** retry, cap)
    except OverflowError:
        return cap


def wait_seconds(retry: int, policy: RetryConfig, retry_after: float | None, fraction: float) -> float:
    """Return how long to wait before a retry, in seconds.

    Args:
        retry: 0 for the first retry.
        policy: How to back off.
        retry_after: Seconds that the server asked for: a lower bound; None for none.
        fraction: A random number from 0 to 1 that chooses the jitter.
    """
    asked = retry_after if policy.respect_retry_after and retry_after is not None else 0.0
    wait = max(backoff_seconds(retry, policy), asked) * (1 + policy.jitter * fraction)
    return min(wait, sys.float_info.max)


def parse_retry_after(values: Iterable[str], now: datetime) -> float | None:
    """Return the seconds that a server asks to wait (RFC 9110 section 10.2.3): finite and at least 0.

    The header is hostile input: what is neither a number of seconds nor an HTTP-date counts as absent, and of
    several values the longest counts, so that the wait is never shorter than asked.

    Args:
        values: The values of all ``Retry-After`` headers of the answer.
        now: What a date is compared to: best the answer's own ``Date``, since a station's clock may be wrong.
    """
    waits = [wait for value in values for wait in _waits(value.strip(), now)]
    return max(waits, default=None)


def _waits(value: str, now: datetime) -> Iterator[float]:
    if not _LIST.fullmatch(value):
        return
    for item in _ITEM.findall(value):
        date = parse_http_date(item)
        if date is not None:
            yield max((date - now).total_seconds(), 0.0)
        elif ":" not in item:
            # A number too large for a float is still finite, and longer than anyone waits.
            yield min(float(item), sys.float_info.max)


def parse_http_date(value: str) -> datetime | None:
    """Return an HTTP-date in any of its three formats (RFC 9110 section 5.6.7), or None if it is none."""
    if not re.fullmatch(_HTTP_DATE, value, re.ASCII):
        return None
    try:
        # All three are in UTC, but only two of them say so.
        return parsedate_to_datetime(value).replace(tzinfo=UTC)
    except ValueError:
        return None
