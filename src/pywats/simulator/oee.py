"""Overall equipment effectiveness: availability, performance and quality of the stations that tested.

The API names the figures and not their formulas. Here:

- Each station with a matching report is planned to run for ``availableTime`` on each day of the
  window, days being UTC and the first number Monday's; a part of a day counts in part.
- Run time is the sum of the execution times, availability its share in the planned time.
- A unit is a serial number of a part number in a test operation, and good if its last matching
  report passed. Quality is the share of good units.
- Performance is the ideal cycle time over the actual one. The ideal is the planned time over
  ``targetOutput``; without that, the actual one is, and performance is 100.

Rates are percentages of at most 100, times are minutes. Reports say nothing about connection
times, so these limits are checked and have no effect; with a limit on the execution time,
reports without one do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .analytics_filter import Window
from .analytics_reports import StoredReport
from .moments import now, utc_text
from .periods import earlier
from .steps import finite, number
from .wire import Query, bad_request

_DAYS, _HOURS = 7, 24
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=36_525)
_LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    """What a station is planned to do.

    Attributes:
        hours: Available hours on each weekday, from Monday.
        target: Units per day, if they are planned.
        shortest: The shortest execution time that counts, in seconds.
        longest: The longest one.
    """

    hours: Sequence[float]
    target: int | None
    shortest: int | None
    longest: int | None

    def takes(self, report: StoredReport) -> bool:
        """Whether a report's execution time lies within the limits."""
        if self.shortest is None and self.longest is None:
            return True
        seconds = number(report.header["executionTime"])
        if seconds is None:
            return False
        return (self.shortest or 0) <= seconds and (self.longest is None or seconds <= self.longest)

    def minutes(self, begin: datetime, end: datetime) -> float:
        """The available time in a span."""
        total = 0.0
        day = begin.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < end:
            following = day + _DAY if day < _LAST_DAY else end
            total += (min(end, following) - max(begin, day)) / _DAY * self.hours[day.weekday()] * 60
            day = following
        return total


def read_plan(query: Query) -> Plan:
    """What the query parameters say, or a 400."""
    for name in ("minConnectionTime", "maxConnectionTime"):
        query.integer(name)
    return Plan(
        hours=_hours(query.required("availableTime")),
        target=query.integer("targetOutput", minimum=0) or None,
        shortest=query.integer("minExecutionTime"),
        longest=query.integer("maxExecutionTime"),
    )


def _hours(text: str) -> list[float]:
    try:
        hours = [float(part) for part in text.split(",")]
    except ValueError:
        hours = []
    if len(hours) != _DAYS or not all(0 <= value <= _HOURS for value in hours):
        raise bad_request(f"availableTime must be seven numbers from 0 to 24 with commas, not {text!r}.")
    return hours


def oee(selected: Iterable[StoredReport], window: Window, plan: Plan) -> dict[str, Any] | None:
    """The figures for some test reports, the newest first; None if there is no report.

    Args:
        selected: The reports.
        window: The time that is looked at.
        plan: What the stations are planned to do.
    """
    reports = [report for report in selected if plan.takes(report)]
    if not reports:
        return None
    end = window.end or now()
    begin = max(window.begin or reports[-1].start, earlier(end, _LONGEST))
    stations = len({report.header["stationName"] for report in reports})
    planned = plan.minutes(begin, end) * stations
    # A report may claim to have taken less than no time.
    run = sum(max(number(report.header["executionTime"]) or 0, 0) for report in reports) / 60
    newest = {report.unit: report for report in reversed(reports)}
    good = sum(report.header["result"] == "Passed" for report in newest.values())
    actual = run / len(newest)
    ideal = actual
    if plan.target:
        ideal = planned / (plan.target * stations * ((end - begin) / _DAY)) if end > begin else 0.0
    rates = {
        "availability": _percentage(run, planned),
        "performance": _percentage(ideal, actual),
        "quality": _percentage(good, len(newest)),
    }
    return {
        "oee": _product(rates.values()),
        **rates,
        "totalTime": max(0.0, (end - begin) / timedelta(minutes=1)) * stations,
        "runTime": finite(run),
        "downTime": finite(max(0.0, planned - run)),
        "plannedProductionTime": planned,
        "totalCount": len(newest),
        "goodCount": good,
        "rejectCount": len(newest) - good,
        "idealCycleTime": finite(ideal),
        "actualCycleTime": finite(actual),
        "period": f"{utc_text(begin, 'seconds')}/{utc_text(end, 'seconds')}",
        "partNumber": _common(reports, "partNumber"),
        "stationName": _common(reports, "stationName"),
    }


def _percentage(part: float, whole: float) -> float | None:
    return min(100.0, 100 * part / whole) if whole else None


def _product(rates: Iterable[float | None]) -> float | None:
    product = 100.0
    for rate in rates:
        if rate is None:
            return None
        product *= rate / 100
    return product


def _common(reports: Iterable[StoredReport], name: str) -> str | None:
    """What all reports have, or None."""
    values = {report.header[name] for report in reports}
    return values.pop() if len(values) == 1 else None
