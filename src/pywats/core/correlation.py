"""Correlation IDs: one for each call, the same in our log and in the server's."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = [
    "CORRELATION_HEADER",
    "check_correlation_id",
    "correlation_id",
    "correlation_id_var",
    "generate_correlation_id",
]

CORRELATION_HEADER = "X-Correlation-ID"

correlation_id_var: ContextVar[str | None] = ContextVar("correlation_id", default=None)
"""The correlation ID of the running call; None outside a call."""

_VALID_ID = re.compile(r"[\x21-\x7e]{1,128}")


def generate_correlation_id() -> str:
    """Return a new random correlation ID: 32 hexadecimal digits (a UUID4, RFC 9562)."""
    return uuid.uuid4().hex


def check_correlation_id(value: str) -> str:
    """Return the value if it may be sent as a correlation ID.

    Args:
        value: 1 to 128 visible ASCII characters.

    Raises:
        ValueError: Anything else. A line break would add a header of its own to the request
            (RFC 9110 section 5.5).
    """
    if not isinstance(value, str) or not _VALID_ID.fullmatch(value):
        raise ValueError(f"correlation_id must be 1 to 128 visible ASCII characters, not {value!r:.200}")
    return value


@contextmanager
def correlation_id(value: str) -> Iterator[str]:
    """Choose the correlation ID of all calls inside a with-block.

    Args:
        value: 1 to 128 visible ASCII characters.

    Yields:
        The same value.

    Raises:
        ValueError: The value may not be sent as a header.
    """
    token = correlation_id_var.set(check_correlation_id(value))
    try:
        yield value
    finally:
        correlation_id_var.reset(token)
