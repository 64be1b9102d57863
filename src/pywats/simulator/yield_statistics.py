"""Yield: how many units pass, and in which run.

A unit is counted where its first run is, and all its runs are looked at, wherever they are. So a
station that only retests has reports and no units, and no unit-based yield. A unit has passed by
a run if it passed in one of the runs up to it; in the last run if that one passed. Reports
are counted where they are. Yields are in percent, ppm in failures per million. Trends are
differences to the span of the same length before; with the dimension ``period``, to the period
before. Targets of KPIs cannot be set here, so their colours and limits are null.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from .analytics_filter import ReportFilter
from .analytics_reports import StoredReport
from .dimensions import Expression, Sources, arranged, grouped, read_expression
from .periods import period_label, period_start, periods_back
from .wire import bad_request

_FIGURES = (
    "unitCount", "fpCount", "spCount", "tpCount", "lpCount", "fpy", "spy", "tpy", "lpy",
    "testYieldCount", "testReportCount", "testYield", "firstUtc", "lastUtc",
    "fpFailCount", "spFailCount", "tpFailCount", "lpFailCount", "retestCount",
    "ppmFpy", "ppmSpy", "ppmTpy", "ppmLpy", "ppmTestYield",
)  # fmt: skip
_TARGETS = tuple(
    f"{which}{what}" for which in ("fp", "sp", "tp", "lp", "ty") for what in ("Color", "Alarm", "Warning")
)
_PREVIOUS = {"previousUnitCount": "unitCount", "previousTestReportCount": "testReportCount"}
_TRENDS = {
    f"{name}Trend": name
    for name in (
        "fpy", "spy", "tpy", "lpy", "unitCount", "fpCount", "spCount", "tpCount", "lpCount",
        "testReportCount", "testYieldCount", "testYield",
        "ppmFpy", "ppmSpy", "ppmTpy", "ppmLpy", "ppmTestYield",
    )
}  # fmt: skip

KPIS = (*_FIGURES, *_TARGETS, *_PREVIOUS, *_TRENDS)

_Key = tuple[Any, ...]


def _header(name: str) -> Callable[[StoredReport], list[tuple[Any, ...]]]:
    return lambda report: [(report.header[name],)]


_SOURCES: Sources[StoredReport] = {
    ("partNumber",): _header("partNumber"),
    ("productName",): lambda report: [(report.product_name,)],
    ("stationName",): _header("stationName"),
    ("location",): _header("location"),
    ("purpose",): _header("purpose"),
    ("revision",): _header("revision"),
    ("testOperation",): _header("processName"),
    ("processCode",): _header("processCode"),
    ("swFilename",): _header("swFilename"),
    ("swVersion",): _header("swVersion"),
    ("productGroup",): lambda report: [(group,) for group in report.product_groups],
    ("level",): _header("location"),
    ("batchNumber",): _header("batchNumber"),
    ("operator",): _header("userName"),
    ("fixtureId",): _header("fixtureId"),
    ("socketIndex",): _header("testSocketIndex"),
    ("errorCode",): _header("errorCode"),
    ("miscInfoDescription", "miscInfoString"): lambda report: [
        (info["description"], info["value"]) for info in report.misc_infos
    ],
    ("stepCausedUutFailure",): _header("causedUutFailure"),
    ("stepPathCausedUutFailure",): _header("causedUutFailurePath"),
    ("assetSerialNumber", "assetName"): lambda report: report.assets,
}
_DIMENSIONS = ("period", *(name for names in _SOURCES for name in names))


def read_yield_dimensions(text: str) -> Expression:
    """The meaning of a dimension expression for yield, or a 400."""
    return read_expression(text, _DIMENSIONS, KPIS, {*_PREVIOUS, *_TRENDS})


def yield_rows(
    tests: Collection[StoredReport], filter_: ReportFilter, expression: Expression
) -> list[dict[str, Any]]:
    """A row for each group of test reports, in the order of the expression.

    Args:
        tests: All test reports.
        filter_: Which of them are meant, and which rows.
        expression: What to group by, which figures to give, and the order.
    """
    names = expression.dimensions
    preceding = _preceding(tests, filter_, names)
    rows = []
    for key, reports in _grouped(filter_.select(tests), filter_, names).items():
        figures = _figures(reports)
        if figures["unitCount"] >= filter_.min_count:
            before = preceding(key)
            changes = _changes(figures, None if before is None else _figures(before))
            rows.append({**dict(zip(names, key, strict=True)), **figures, **changes})
    shown = (*names, *expression.kpis)
    return [
        {name: row[name] for name in shown} for row in arranged(rows, expression.order, filter_.most_rows)
    ]


def _preceding(
    tests: Iterable[StoredReport], filter_: ReportFilter, dimensions: Sequence[str]
) -> Callable[[_Key], list[StoredReport] | None]:
    """Finds the reports that the row with a key is compared with; None where there is no time before."""
    meant = [report for report in tests if filter_.takes(report)]
    if "period" in dimensions:
        return _in_period_before(meant, filter_, dimensions)
    window = filter_.window.preceding()
    if window is None:
        return lambda _: None
    groups = _grouped(filter(window.holds_start, meant), filter_, dimensions)
    return lambda key: groups.get(key, [])


def _in_period_before(
    reports: Collection[StoredReport], filter_: ReportFilter, dimensions: Sequence[str]
) -> Callable[[_Key], list[StoredReport]]:
    grouping = filter_.grouping
    if grouping is None:
        raise bad_request("The dimension period needs a dateGrouping.")
    groups = _grouped(reports, filter_, dimensions)
    starts = {period_start(report.start, grouping) for report in reports}
    before = {
        period_label(start, grouping): period_label(periods_back(start, grouping, 1), grouping)
        for start in starts
    }
    place = dimensions.index("period")
    return lambda key: groups.get((*key[:place], before[key[place]], *key[place + 1 :]), [])


def _grouped(
    reports: Iterable[StoredReport], filter_: ReportFilter, dimensions: Sequence[str]
) -> dict[_Key, list[StoredReport]]:
    grouping = filter_.grouping
    if grouping is None:
        return grouped(reports, dimensions, _SOURCES)
    sources = {**_SOURCES, ("period",): lambda report: [(period_label(report.start, grouping),)]}
    return grouped(reports, dimensions, sources)


def _figures(reports: Collection[StoredReport]) -> dict[str, Any]:
    firsts = [report for report in reports if report.header["run"] == 1]
    units, count = len(firsts), len(reports)
    starts = [report.header["start"] for report in reports]
    figures: dict[str, Any] = {
        "unitCount": units,
        "testReportCount": count,
        "retestCount": count - units,
        "firstUtc": min(starts, default=None),
        "lastUtc": max(starts, default=None),
    }
    passed = {
        "fp": sum(report.passed_by(1) for report in firsts),
        "sp": sum(report.passed_by(2) for report in firsts),
        "tp": sum(report.passed_by(3) for report in firsts),
        "lp": sum(report.runs[-1] == "Passed" for report in firsts),
    }
    for which, number in passed.items():
        figures[f"{which}Count"] = number
        figures[f"{which}FailCount"] = units - number
        figures[f"{which}y"] = _share(number, units, 100)
        figures[f"ppm{which[0].upper()}py"] = _share(units - number, units, 1_000_000)
    good = sum(report.header["result"] == "Passed" for report in reports)
    figures["testYieldCount"] = good
    figures["testYield"] = _share(good, count, 100)
    figures["ppmTestYield"] = _share(count - good, count, 1_000_000)
    return figures


def _share(part: int, whole: int, scale: int) -> float | None:
    return scale * part / whole if whole else None


def _changes(figures: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """The figures that come from a comparison, and those that come from targets."""
    before = dict.fromkeys(figures) if before is None else before
    return {
        **dict.fromkeys(_TARGETS),
        **{name: before[figure] for name, figure in _PREVIOUS.items()},
        **{name: _difference(figures[figure], before[figure]) for name, figure in _TRENDS.items()},
    }


def _difference(value: float | None, before: float | None) -> float | None:
    return None if value is None or before is None else value - before
