"""Arguments of operations, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, Flag
from typing import TypeVar, cast
from uuid import UUID

from pywats.models.base import WatsModel

__all__ = [
    "checked_code",
    "checked_int",
    "checked_member",
    "checked_models",
    "checked_uuid",
    "optional_code",
    "optional_int",
    "optional_member",
    "required_text",
    "wire_time",
]

E = TypeVar("E", bound=Enum)
M = TypeVar("M", bound=WatsModel)

_LARGEST = 2**31 - 1
"""The largest number that the API takes."""


def required_text(name: str, value: object, *, may_be_empty: bool = False) -> str:
    """Return a text that the server insists on.

    Args:
        name: What the caller calls it.
        value: What the caller gave.
        may_be_empty: Whether a blank text has a meaning of its own.

    Raises:
        TypeError: It is no text.
        ValueError: It is blank.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {value!r}")
    if not may_be_empty and not value.strip():
        raise ValueError(f"{name} must not be blank: {value!r}")
    return value


def checked_int(name: str, value: object, minimum: int = 0, maximum: int = _LARGEST) -> int:
    """Return an integer.

    Args:
        name: What the caller calls it.
        value: What the caller gave.
        minimum: The least that it may be.
        maximum: The most that it may be.

    Raises:
        ValueError: It is no integer, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise ValueError(f"{name} must be an integer from {minimum} to {maximum}, not {value!r}")
    return value


def optional_int(name: str, value: object, minimum: int = 0, maximum: int = _LARGEST) -> int | None:
    """Return an integer as `checked_int` does; None stays None."""
    return None if value is None else checked_int(name, value, minimum, maximum)


def checked_code(name: str, value: object) -> int | str:
    """Return what is named by a number or a text.

    Args:
        name: What the caller calls it.
        value: What the caller gave.

    Raises:
        TypeError: It is neither.
        ValueError: It is a blank text, or a number that is negative or too large.
    """
    return required_text(name, value) if isinstance(value, str) else checked_int(name, value)


def optional_code(name: str, value: object) -> int | str | None:
    """Return a number or a text as `checked_code` does; None stays None."""
    return None if value is None else checked_code(name, value)


def checked_member(kind: type[E], name: str, value: object) -> E:
    """Return a member of an enumeration, given as such or by its value.

    Args:
        kind: The enumeration.
        name: What the caller calls it.
        value: What the caller gave.

    Raises:
        ValueError: It is none; the message lists those that there are.
    """
    try:
        member = kind(value)
    except ValueError:
        member = None
    # True and 1.0 equal a member, but nobody means it; a flag would take a negative number as a complement.
    usable = isinstance(value, kind | str) or (type(value) is int and value >= 0)
    if member is None or not usable or (isinstance(member, Flag) and not member):
        choices = ", ".join(f"{one.name} ({one.value!r})" for one in kind)
        raise ValueError(f"{name} must be a {kind.__name__}: {choices}; not {value!r}")
    return member


def optional_member(kind: type[E], name: str, value: object) -> E | None:
    """Return a member of an enumeration as `checked_member` does; None stays None."""
    return None if value is None else checked_member(kind, name, value)


def checked_models(kind: type[M], name: str, values: object) -> list[M]:
    """Return models, given in any iterable.

    Args:
        kind: What each of them must be.
        name: What the caller calls them.
        values: What the caller gave.

    Raises:
        TypeError: It is no iterable, a single model, or one with something else in it.
    """
    # A model is an iterable too: of its members.
    if isinstance(values, WatsModel) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be several {kind.__name__} objects, not {type(values).__name__}")
    models = list(values)
    for index, model in enumerate(models):
        if not isinstance(model, kind):
            raise TypeError(f"{name}[{index}] must be a {kind.__name__}, not {type(model).__name__}")
    return models


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
        ValueError: It is naive, and so near to an end of time that it has no local time.
    """
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime, not {value!r}")
    try:
        moment = value if value.tzinfo else value.astimezone()
    # Which one depends on the system.
    except (OSError, OverflowError, ValueError) as error:
        raise ValueError(f"{name} has no local time: {value}; give it a time zone") from error
    return moment.isoformat().replace("+00:00", "Z")
