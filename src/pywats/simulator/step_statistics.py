"""Steps: which fail most, and the statistics of each.

A step fails most often counted by its own executions that failed (errors and terminations
are no failures); a sequence that failed because a step in it did is not counted, the step is.
The statistics of steps have a row for each step without measurements, and one for each
measurement, which repeats the counts of its step. Limits and operator are those of the newest
reading. The step that caused a report's result is the first one that is marked so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .analytics_filter import ReportFilter
from .analytics_reports import StoredReport, StoredReports
from .capability import described, limits
from .dimensions import arranged
from .steps import FAILED, SKIPPED, Execution, Reading, executions, number, readings

_COUNTS = {
    "stepPassedCount": "P", "stepDoneCount": "D", "stepSkippedCount": "S", "stepFailedCount": "F",
    "stepErrorCount": "E", "stepTerminatedCount": "T", "stepOtherCount": "U",
}  # fmt: skip
_NOT_PASSED = ("Failed", "Error", "Terminated")
_GROUPS = {"S": "Setup", "M": "Main", "C": "Cleanup"}


def step_kind(step: Mapping[str, Any]) -> dict[str, Any]:
    """What kind of step it is, as rows say it."""
    return {
        "stepName": step["name"],
        "stepType": step["stepType"],
        "stepGroup": _GROUPS[step["group"]],
    }


@dataclass
class _Failing:
    """A step of a product, in the reports examined so far."""

    first: Mapping[str, Any]
    total: int = 0
    fails: list[str] = field(default_factory=list)
    revisions: set[str] = field(default_factory=set)
    groups: dict[str, None] = field(default_factory=dict)


def top_failed(
    reports: StoredReports, selected: Iterable[StoredReport], top: int | None = None
) -> list[dict[str, Any]]:
    """A row for each step of each product that failed, most failures first.

    Revision is given where all reports with the step have the same one.
    """
    steps: dict[tuple[str, str], _Failing] = {}
    for report in selected:
        for path, step, is_culprit in executions(reports.document(report.header["uuid"])):
            if step["status"] == SKIPPED:
                continue
            failing = steps.setdefault((report.header["partNumber"], path), _Failing(step))
            failing.total += 1
            failing.revisions.add(report.header["revision"])
            failing.groups.update(dict.fromkeys(report.product_groups))
            if is_culprit:
                failing.fails.append(report.header["start"])
    rows = [_failing_row(*key, failing) for key, failing in steps.items() if failing.fails]
    order = [("failCount", True), ("failRate", True), ("partNumber", False), ("stepPath", False)]
    return arranged(rows, order, top)


def _failing_row(part_number: str, path: str, failing: _Failing) -> dict[str, Any]:
    return {
        **step_kind(failing.first),
        "stepPath": path,
        "partNumber": part_number,
        "revision": failing.revisions.pop() if len(failing.revisions) == 1 else None,
        "productGroup": ";".join(failing.groups) or None,
        "failCount": len(failing.fails),
        "totalCount": failing.total,
        "failRate": 100 * len(failing.fails) / failing.total,
        "firstFailDate": min(failing.fails),
        "lastFailDate": max(failing.fails),
    }


@dataclass
class _Step:
    """A step, in the reports examined so far, the newest first."""

    first: Execution
    statuses: Counter[str] = field(default_factory=Counter)
    caused: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    measurements: dict[str | None, list[Reading]] = field(default_factory=dict)

    def add(self, step: Mapping[str, Any]) -> None:
        self.statuses[step["status"]] += 1
        time = number(step.get("totTime"))
        if time is not None and step["status"] != SKIPPED:
            self.times.append(time)
        for reading in readings(step):
            self.measurements.setdefault(reading.name, []).append(reading)


def step_analysis(
    reports: StoredReports, tests: Iterable[StoredReport], filter_: ReportFilter
) -> list[dict[str, Any]]:
    """The statistics of the steps of some test reports, in execution order.

    Args:
        reports: Where the reports are read.
        tests: The test reports, the newest first.
        filter_: Limits the reports (``maxCount``) and the rows (``minCount``, ``topCount``).
    """
    steps: dict[str, _Step] = {}
    for report in list(tests)[: filter_.max_count]:
        caused = False
        for execution in executions(reports.document(report.header["uuid"])):
            step = steps.setdefault(execution.path, _Step(execution))
            step.add(execution.step)
            if execution.step.get("causedUUTFailure") and not caused:
                caused = True
                step.caused[report.header["result"]] += 1
    rows = [row for step in steps.values() for row in _step_rows(step)]
    return [row for row in rows if row["stepCount"] >= filter_.min_count][: filter_.top_count]


def _step_rows(step: _Step) -> Iterable[dict[str, Any]]:
    counts = {name: step.statuses[status] for name, status in _COUNTS.items()}
    row = {
        **step_kind(step.first.step),
        "stepPath": step.first.path,
        "stepCount": step.statuses.total(),
        **counts,
        "stepFailedErrorTerminatedCount": sum(step.statuses[status] for status in "FET"),
        "stepCausedUutFailedErrorTerminated": sum(step.caused[result] for result in _NOT_PASSED),
        **{f"stepCausedUut{result}": step.caused[result] for result in _NOT_PASSED},
        **_times(step.times),
    }
    if not step.measurements:
        yield {**row, **_measured(None, [])}
    for name, of_measurement in step.measurements.items():
        yield {**row, **_measured(name, of_measurement)}


def _times(times: list[float]) -> dict[str, float | None]:
    figures = described(times, {})
    return {"stepTimeAvg": figures["avg"], "stepTimeMax": figures["max"], "stepTimeMin": figures["min"]}


def _measured(name: str | None, all_readings: list[Reading]) -> dict[str, Any]:
    good = [reading for reading in all_readings if reading.sent["status"] != FAILED]
    return {
        "measureName": name,
        "compOperator": all_readings[0].sent.get("compOp") if all_readings else None,
        **_figures(all_readings),
        **{f"{figure}Wof": value for figure, value in _figures(good).items()},
    }


def _figures(some: list[Reading]) -> dict[str, Any]:
    values = [reading.value for reading in some if reading.value is not None]
    newest = some[0].sent if some else {}
    limit1, limit2 = limits(newest)
    return {
        "limit1": limit1,
        "limit2": limit2,
        "measureCount": sum(not reading.is_number or reading.value is not None for reading in some),
        **described(values, newest),
    }
