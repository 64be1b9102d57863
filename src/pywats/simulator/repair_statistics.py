"""Repair: how often what was repaired.

A repair report holds failures, on the repaired unit or on units inside it; each is a repair.
Dimensions that a failure has (codes, component, referenced step, the type of the unit that it
is on) count failures; a report without any counts there with null. The part is the one that
the report is on. Types of repair are those that the process gives its codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .analytics_filter import ReportFilter
from .analytics_reports import StoredReport, StoredReports
from .dimensions import Expression, Sources, arranged, grouped, read_expression
from .periods import period_label
from .process import PROCESSES
from .report_header import steps
from .steps import SEPARATOR, as_text
from .wire import bad_request

_FAILURE_TYPES = (
    "Default", "AutomaticProcess", "Scrapped", "NoFailureFound",
    "Component", "Design", "ManualProcess", "Replaced",
)  # fmt: skip
_KPIS = ("repairReportCount", "repairCount")

_REPAIR_TYPES: dict[tuple[int, str, str], str] = {
    (process["code"], category["description"], code["description"]): _FAILURE_TYPES[code["failureType"]]
    for process in PROCESSES
    for category in process.get("repairOperation", {}).get("repairCategories", [])
    for code in category["repairCodes"]
}


class Repair(NamedTuple):
    """A failure that was repaired, or a repair report without any.

    Attributes:
        report: The repair report.
        unit: The sub unit that the failure is on.
        failure: The failure as it was sent; empty if there is none.
        step: Name and path of the step of the test that showed it.
    """

    report: StoredReport
    unit: Mapping[str, Any]
    failure: Mapping[str, Any]
    step: tuple[str | None, str | None]


class RepairReader:
    """Reads the failures out of repair reports, and their steps out of the tests."""

    def __init__(self, reports: StoredReports) -> None:
        self._reports = reports
        self._steps: dict[str | None, dict[int | None, tuple[str, str]]] = {}

    def repairs(self, report: StoredReport) -> Iterator[Repair]:
        """The failures of a repair report."""
        for unit in self._reports.document(report.header["uuid"]).get("subUnits") or []:
            for failure in unit.get("failures") or []:
                yield Repair(report, unit, failure, self._step(report, failure))

    def _step(self, report: StoredReport, failure: Mapping[str, Any]) -> tuple[str | None, str | None]:
        test = report.header["referencedUut"]
        if test not in self._steps:
            self._steps[test] = {
                step.get("id"): (step["name"], path)
                for path, step in steps(self._reports.document(test), SEPARATOR)
            }
        number = failure.get("refStepId")
        unknown = (as_text(failure.get("refStepName")), None)
        return self._steps[test].get(number, unknown) if isinstance(number, int) else unknown


def _header(name: str) -> Callable[[Repair], list[tuple[Any, ...]]]:
    return lambda repair: [(repair.report.header[name],)]


def _test(name: str) -> Callable[[Repair], list[tuple[Any, ...]]]:
    return lambda repair: [(repair.report.test.get(name),)]


def _failure(name: str) -> Callable[[Repair], list[tuple[Any, ...]]]:
    return lambda repair: [(as_text(repair.failure.get(name)),)]


_SOURCES: Sources[Repair] = {
    ("partNumber",): _header("partNumber"),
    ("revision",): _header("revision"),
    ("productName",): lambda repair: [(repair.report.product_name,)],
    ("productGroup",): lambda repair: [(group,) for group in repair.report.product_groups],
    ("unitType",): lambda repair: [(repair.unit.get("partType"),)],
    ("repairOperation",): _header("processName"),
    ("level",): _header("location"),
    ("stationName",): _header("stationName"),
    ("location",): _header("location"),
    ("purpose",): _header("purpose"),
    ("operator",): _header("userName"),
    ("miscInfoDescription", "miscInfoString"): lambda repair: [
        (info["description"], info["value"]) for info in repair.report.misc_infos
    ],
    ("repairCode",): _failure("code"),
    ("repairCategory",): _failure("category"),
    ("repairType",): lambda repair: [(repair_type(repair),)],
    ("componentRef",): _failure("comRef"),
    ("componentNumber",): _failure("artNumber"),
    ("componentRevision",): _failure("artRev"),
    ("componentVendor",): _failure("artVendor"),
    ("componentDescription",): _failure("artDescription"),
    ("functionBlock",): _failure("funcBlock"),
    ("referencedStep", "referencedStepPath"): lambda repair: [repair.step],
    ("testOperation",): lambda repair: [(repair.report.test_operation,)],
    ("testLevel",): _test("location"),
    ("testStationName",): _test("stationName"),
    ("testLocation",): _test("location"),
    ("testPurpose",): _test("purpose"),
    ("testOperator",): _test("userName"),
    ("batchNumber",): _test("batchNumber"),
    ("swFilename",): _test("swFilename"),
    ("swVersion",): _test("swVersion"),
}
_PERIODS = ("period", "testPeriod")
_DIMENSIONS = (*_PERIODS, *(name for names in _SOURCES for name in names))


def repair_type(repair: Repair) -> str | None:
    """What kind of repair a failure's code stands for in the repair operation."""
    failure = repair.failure
    code = repair.report.header["processCode"], failure.get("category", ""), failure.get("code", "")
    return _REPAIR_TYPES.get(code)


def read_repair_dimensions(text: str) -> Expression:
    """The meaning of a dimension expression for repair, or a 400."""
    return read_expression(text, _DIMENSIONS, _KPIS)


def repair_rows(
    reports: StoredReports, filter_: ReportFilter, expression: Expression
) -> list[dict[str, Any]]:
    """A row for each group of repairs, in the order of the expression."""
    if filter_.grouping is None and set(_PERIODS) & set(expression.dimensions):
        raise bad_request("The dimensions period and testPeriod need a dateGrouping.")
    reader = RepairReader(reports)
    repairs: list[Repair] = []
    for report in filter_.select(reports.repairs()):
        repairs += list(reader.repairs(report)) or [Repair(report, {}, {}, (None, None))]
    rows = []
    for key, group in grouped(repairs, expression.dimensions, _sources(filter_.grouping)).items():
        figures = {
            "repairReportCount": len({repair.report.header["uuid"] for repair in group}),
            "repairCount": sum(bool(repair.failure) for repair in group),
        }
        if figures["repairCount"] >= filter_.min_count:
            rows.append({**dict(zip(expression.dimensions, key, strict=True)), **figures})
    shown = (*expression.dimensions, *expression.kpis)
    return [
        {name: row[name] for name in shown} for row in arranged(rows, expression.order, filter_.most_rows)
    ]


def repair_row(repair: Repair) -> dict[str, Any]:
    """A failure as the history shows it.

    A report has one code for a failure, which stands under both names of codes, and nothing that is
    told to be symptom, cause or action.
    """
    header, failure = repair.report.header, repair.failure
    step, path = repair.step
    return {
        "serialNumber": header["serialNumber"],
        "partNumber": header["partNumber"],
        "revision": header["revision"],
        "reportId": header["uuid"],
        "repairDate": header["start"],
        "failStepName": step,
        "failStepPath": path,
        "failCode": failure["code"],
        "repairCode": failure["code"],
        "symptom": None,
        "cause": None,
        "action": None,
    }


def _sources(grouping: int | None) -> Sources[Repair]:
    if grouping is None:
        return _SOURCES

    def test_period(repair: Repair) -> list[tuple[Any, ...]]:
        start = repair.report.test.get("start")
        return [(start and period_label(datetime.fromisoformat(start), grouping),)]

    return {
        **_SOURCES,
        ("period",): lambda repair: [(period_label(repair.report.start, grouping),)],
        ("testPeriod",): test_period,
    }
