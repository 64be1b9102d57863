"""Arguments of operations, checked before anything is sent."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

__all__ = ["checked_int", "checked_uuid", "wire_time"]


def checked_int(name: str, value: object) -> int:
    """Return a number that counts something.

    Args:
        name: What the caller calls it.
        value: What the caller gave.

    Raises:
        ValueError: It is no integer from 0 to 2147483647, the largest that the API takes.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError(f"{name} must be an integer from 0 to {2**31 - 1}, not {value!r}")
    return value


def checked_uuid(name: str, value: object) -> UUID:
    """Return a UUID, given as such or as text.

    Args:
        name: What the caller calls it.
        value: What the caller gave.

    Raises:
        ValueError: It is no UUID.
    """
    if isinstance(value, UUID):
        return value
    try:
        return UUID(cast("str", value))
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a UUID, not {value!r}") from error


def wire_time(name: str, value: object) -> str | None:
    """Return a moment as the API takes it in a query: ISO 8601 with an offset, Z for UTC.

    Args:
        name: What the caller calls it.
        value: A datetime, local time if it is naive; None stays None.

    Raises:
        TypeError: It is no datetime.
    """
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime, not {value!r}")
    moment = value if value.tzinfo else value.astimezone()
    return moment.isoformat().replace("+00:00", "Z")
