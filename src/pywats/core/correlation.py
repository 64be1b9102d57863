"""Correlation IDs: one for each call, the same in our log and in the server's."""

from __future__ import annotations

import os
import re
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
"""The request header that carries the ID to the server."""

correlation_id_var: ContextVar[str | None] = ContextVar("correlation_id", default=None)
"""The correlation ID of the running call; None outside a call."""

# RFC 9562 section 5.4: the version, 4, and the variant, binary 10, are fixed; all other bits are random.
_UUID4_FIXED = 0x4 << 76 | 0b10 << 62
_UUID4_RANDOM = (1 << 128) - 1 ^ (0xF << 76 | 0b11 << 62)

_VALID_ID = re.compile(r"[\x21-\x7e]{1,128}")


def generate_correlation_id() -> str:
    """Return a new random correlation ID: 32 hexadecimal digits (a UUID4, RFC 9562)."""
    # What uuid.uuid4().hex returns, without an object around it.
    return f"{int.from_bytes(os.urandom(16)) & _UUID4_RANDOM | _UUID4_FIXED:032x}"


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
