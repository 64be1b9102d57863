"""How close an asset is to the limits of its type; limits and intervals that are not positive are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Any, NamedTuple

from .asset_store import as_text

OK, WARNING, ALARM = 0, 1, 2

_DAY = timedelta(days=1)
_COUNTS = ("running", "total")
_UPKEEP = ("calibration", "maintenance")


class _Upkeep(NamedTuple):
    """When an asset was last calibrated or maintained, and when it has to be again."""

    last: datetime | None
    due: datetime | None


def due_date(asset: Row, upkeep: str) -> str | None:
    """When calibration or maintenance is due: as another system says, or an interval after the last."""
    due = _upkeep(asset, upkeep).due
    return None if due is None else as_text(due)


def counters(asset: Row, moment: datetime) -> dict[str, Any]:
    """The counts, the days since each upkeep, and by how much they are above what is allowed.

    What has no limit is exceeded by nothing, and what was never done cannot be overdue.
    """
    found: dict[str, Any] = {}
    for name in _COUNTS:
        limit = _limit(asset[f"{name}CountLimit"])
        found[f"{name}Count"] = asset[f"{name}Count"]
        found[f"{name}CountExceeded"] = None if limit is None else max(0, asset[f"{name}Count"] - limit)
    for name in _UPKEEP:
        last, due = _upkeep(asset, name)
        found[f"daysSince{name.title()}"] = None if last is None else (moment - last) / _DAY
        found[f"{name}DaysOverdue"] = None if due is None else max(0.0, (moment - due) / _DAY)
    return found


def status(asset: Row, moment: datetime) -> tuple[int, str | None]:
    """The alarm level, and the reasons for it; no threshold for alarms means 100 percent."""
    alarm = 100 if asset["alarmThreshold"] is None else asset["alarmThreshold"]
    warning = alarm if asset["warningThreshold"] is None else asset["warningThreshold"]
    level, reasons = OK, []
    for percent, reason in _used(asset, moment):
        if percent >= warning:
            level = max(level, ALARM if percent >= alarm else WARNING)
            reasons.append(reason)
    return level, " ".join(reasons) or None


def _used(asset: Row, moment: datetime) -> Iterator[tuple[float, str]]:
    """How much of each limit is used, in percent, and how to say it."""
    for name in _COUNTS:
        count, limit = asset[f"{name}Count"], _limit(asset[f"{name}CountLimit"])
        if limit is not None:
            yield 100 * count / limit, f"The {name} count is {count} of {limit}."
    for name in _UPKEEP:
        last, due = _upkeep(asset, name)
        if due is None:
            continue
        overdue = (moment - due) / _DAY
        text = f"is {overdue:.1f} days overdue" if overdue >= 0 else f"is due in {-overdue:.1f} days"
        # Without a beginning there is no share of the time, only before and after.
        share = (moment - last) / (due - last) if last is not None and last < due else float(overdue >= 0)
        yield 100 * share, f"{name.title()} {text}."


def _upkeep(asset: Row, name: str) -> _Upkeep:
    last = _moment(asset[f"last{name.title()}Date"])
    external = _moment(asset[f"external{name.title()}Date"])
    interval = _limit(asset[f"{name}Interval"])
    if external is not None or last is None or interval is None:
        return _Upkeep(last, external)
    try:
        return _Upkeep(last, last + timedelta(days=interval))
    except OverflowError:  # beyond the calendar is never
        return _Upkeep(last, None)


def _limit(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
