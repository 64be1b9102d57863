"""Moments, as the API reads and writes them: the server thinks in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .wire import bad_request

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def parse_moment(text: str) -> datetime:
    """The moment in UTC; a time without offset is taken for UTC. Raises ``ValueError``."""
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"{text!r} is not a date and time")
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range") from error


def sent_moment(text: str, name: str) -> datetime:
    """The moment that was sent as a member or parameter, or a 400 that names it."""
    try:
        return parse_moment(text)
    except ValueError as error:
        raise bad_request(f"{name}: {error}.") from error


def utc_text(moment: datetime, digits: str = "milliseconds") -> str:
    """A moment as it is written: in UTC; with as many digits as ``isoformat`` takes for its ``timespec``."""
    return moment.astimezone(UTC).isoformat(timespec=digits).replace("+00:00", "Z")
