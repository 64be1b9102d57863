"""Periods of time: hours to years of UTC, weeks from Monday.

The API gives them by number. Which number means what is told by its default filter alone: 30
periods of grouping 1 are the last 30 days. So they go from the hour, 0, to the year, 5.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

HOUR, DAY, WEEK, MONTH, QUARTER, YEAR = range(6)

_LENGTHS = {HOUR: timedelta(hours=1), DAY: timedelta(days=1), WEEK: timedelta(weeks=1)}
_MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def period_start(moment: datetime, grouping: int) -> datetime:
    """When the period began that a moment (UTC) lies in."""
    if grouping == HOUR:
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if grouping == DAY:
        return day
    if grouping == WEEK:
        return earlier(day, timedelta(days=day.weekday()))
    months = _MONTHS[grouping]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def periods_back(start: datetime, grouping: int, count: int) -> datetime:
    """The start of a period some periods before the one that starts then."""
    if grouping in _LENGTHS:
        try:
            return earlier(start, _LENGTHS[grouping] * count)
        except OverflowError:
            return _EARLIEST
    month = start.year * 12 + start.month - 1 - count * _MONTHS[grouping]
    return _EARLIEST if month < 12 else start.replace(year=month // 12, month=month % 12 + 1)  # noqa: PLR2004


def period_label(moment: datetime, grouping: int) -> str:
    """The name of the period that a moment lies in; in the order of time, names are in the order of texts."""
    start = period_start(moment, grouping)
    if grouping == WEEK:
        year, week, _ = start.isocalendar()
        return f"{year:04}-W{week:02}"
    labels = {
        HOUR: f"{start:%m-%dT%H}",
        DAY: f"{start:%m-%d}",
        MONTH: f"{start:%m}",
        QUARTER: f"Q{start.month // 3 + 1}",
    }
    # Not by %Y, which some platforms do not fill up to four digits.
    return f"{start.year:04}-{labels[grouping]}" if grouping in labels else f"{start.year:04}"


def earlier(moment: datetime, length: timedelta) -> datetime:
    """A moment some time before, at most the first one there is."""
    try:
        return moment - length
    except OverflowError:
        return _EARLIEST
