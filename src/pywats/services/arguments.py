"""Arguments of operations, checked before anything is sent."""

from __future__ import annotations

from typing import cast
from uuid import UUID

__all__ = ["checked_uuid"]


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
