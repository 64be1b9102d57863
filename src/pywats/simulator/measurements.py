"""Measurements: single readings, and their figures, by path.

A path names a step, ``Main¶Voltage``, or a measurement in it, ``Main¶Voltage¶¶Output``; only with
that are the measurements of a step found that has several. No more than 10,000 readings are
looked at, the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from .analytics_filter import ReportFilter
from .analytics_reports import StoredReport, StoredReports
from .capability import described, limits
from .report_rules import RESULTS
from .steps import SEPARATOR, Reading, as_text, executions, readings
from .wire import bad_request

MOST_READINGS = 10_000

_MEASUREMENT = SEPARATOR * 2


class Found(NamedTuple):
    """A numeric reading, and where it was found.

    Attributes:
        report: The report.
        step: The step.
        step_path: Its path.
        reading: The measurement.
    """

    report: StoredReport
    step: Mapping[str, Any]
    step_path: str
    reading: Reading

    @property
    def paths(self) -> list[str]:
        """The paths that name it, the shortest first."""
        named = [f"{self.step_path}{_MEASUREMENT}{self.reading.name}"] if self.reading.name else []
        return [self.step_path, *named] if self.reading.is_alone else named or [self.step_path]


def read_paths(text: str | None) -> list[str] | None:
    """The paths of an expression, or a 400; None if there is no expression."""
    if text is None:
        return None
    paths = [path for path in text.split(";") if path]
    for path in paths:
        steps, separator, name = path.partition(_MEASUREMENT)
        if not all(steps.split(SEPARATOR)) or (separator and (not name or SEPARATOR in name)):
            raise bad_request(f"measurementPaths: {path!r} is no path.")
    if not paths:
        raise bad_request("measurementPaths holds no path.")
    return list(dict.fromkeys(paths))


def found_numbers(reports: StoredReports, tests: Iterable[StoredReport]) -> Iterator[Found]:
    """The numeric readings of some test reports."""
    for report in tests:
        for path, step, _ in executions(reports.document(report.header["uuid"])):
            for reading in readings(step):
                if reading.is_number:
                    yield Found(report, step, path, reading)


def by_path(
    numbers: Iterable[Found], filter_: ReportFilter, paths: Sequence[str] | None
) -> list[tuple[str, list[Found]]]:
    """The readings by path.

    Args:
        numbers: The readings.
        filter_: Limits the readings (``maxCount``) and the paths (``minCount``, ``topCount``).
        paths: The paths wanted, each of which is there, if only without readings; None for all found.
    """
    groups: dict[str, list[Found]] = {path: [] for path in paths or ()}
    wanted = (found for found in numbers if paths is None or not groups.keys().isdisjoint(found.paths))
    for found in islice(wanted, min(filter_.max_count or MOST_READINGS, MOST_READINGS)):
        for path in found.paths[:1] if paths is None else groups.keys() & set(found.paths):
            groups.setdefault(path, []).append(found)
    shown = [(path, some) for path, some in groups.items() if len(some) >= filter_.min_count]
    return shown[: filter_.top_count]


def reading_row(found: Found) -> dict[str, Any]:
    """A reading as it is shown; NaN and infinities as null."""
    header, sent = found.report.header, found.reading.sent
    limit1, limit2 = limits(sent)
    return {
        "id": header["uuid"],
        "serialNumber": header["serialNumber"],
        "partNumber": header["partNumber"],
        "revision": header["revision"],
        "stepName": found.step["name"],
        "stepPath": found.step_path,
        "value": found.reading.value,
        "limit1": limit1,
        "limit2": limit2,
        "unit": as_text(sent.get("unit")),
        "status": RESULTS[sent["status"]],
        "startUtc": header["start"],
    }


def figure_rows(some: Iterable[Found]) -> list[dict[str, Any]]:
    """The figures of readings, the newest first, with a row for each part number.

    Limits and unit are those of the newest; revision is given if it is the same in all.
    """
    products: dict[str, list[Found]] = {}
    for found in some:
        products.setdefault(found.report.header["partNumber"], []).append(found)
    return [_figures(of_product) for of_product in products.values()]


def _figures(some: list[Found]) -> dict[str, Any]:
    newest = some[0]
    values = [found.reading.value for found in some if found.reading.value is not None]
    limit1, limit2 = limits(newest.reading.sent)
    revisions = {found.report.header["revision"] for found in some}
    figures = described(values, newest.reading.sent)
    return {
        "stepName": newest.step["name"],
        "stepPath": newest.step_path,
        "partNumber": newest.report.header["partNumber"],
        "revision": revisions.pop() if len(revisions) == 1 else None,
        "count": len(values),
        **{name: value for name, value in figures.items() if not name.startswith("sigma")},
        "limit1": limit1,
        "limit2": limit2,
        "unit": as_text(newest.reading.sent.get("unit")),
    }
