"""The filter that the statistics share: which reports are meant, and how many rows are wanted.

Texts are compared with regard to letter case, ``status`` and the names of members without. All
that is given has to hold, each operation passing over what it does not honour. Members that are
null or empty, and counts of 0, are taken as not given.

The time is limited by ``dateFrom`` and ``dateTo``; else, where ``periodCount`` or ``dateGrouping``
is given, to ``periodCount`` periods (30, if not given), the last of which is the running one if
``includeCurrentPeriod`` is true and the one before if not; else to the last 30 days. With both,
``periodCount`` goes back from ``dateTo``.

``run`` tells which test of a unit in an operation counts: 1, 2 and 3, -1 for the last, -2 for all. What
``yield`` means is not certain: here the same, while the percentages that it may be limit nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .analytics_reports import StoredReport, StoredReports
from .moments import now, sent_moment
from .odata import find
from .periods import DAY, HOUR, YEAR, earlier, period_start, periods_back
from .report_rules import RESULTS
from .wildcards import Pattern
from .wire import Members, Query, bad_request

Condition = Callable[[StoredReport], bool]
_Texts = Callable[[StoredReport], Iterable[str | None]]

DEFAULT_DAYS = 30
ALL_RUNS = -2

_LAST = -1
_RUNS = (1, 2, 3, _LAST, ALL_RUNS)
_STATUSES = ("Passed", "Failed", "Error", "Terminated", "Done", "Skipped")
_LETTERS = {letter.lower(): word for letter, word in RESULTS.items()}


def _header(name: str) -> _Texts:
    return lambda report: (report.header[name],)


def _test(name: str) -> _Texts:
    return lambda report: (report.test.get(name),)


# Repair reports have no batch, program or socket; there those of the test that was failed count.
_TEXTS: dict[str, _Texts] = {
    "serialNumber": _header("serialNumber"),
    "partNumber": _header("partNumber"),
    "revision": _header("revision"),
    "batchNumber": _test("batchNumber"),
    "stationName": _header("stationName"),
    "testOperation": lambda report: (report.test_operation, _as_text(report.test_code)),
    "productGroup": lambda report: report.product_groups,
    "level": _header("location"),
    "swFilename": _test("swFilename"),
    "swVersion": _test("swVersion"),
    "socket": lambda report: (_as_text(report.test.get("testSocketIndex")),),
}
_MISC = {"description": "miscDescription", "value": "miscValue"}

ALL_MEMBERS = frozenset(_TEXTS) | {
    "status", "yield", "run", "dateFrom", "dateTo", "dateGrouping", "periodCount", "includeCurrentPeriod",
    "maxCount", "minCount", "topCount", *_MISC.values(),
}  # fmt: skip
"""What a filter can have that selects; ``dimensions`` does not."""


class _Sent(Members):
    """The members of a filter, without those that are empty or that the operation does not honour."""

    def __init__(self, members: Mapping[str, Any], honoured: Collection[str]) -> None:
        known = {name.lower() for name in honoured}
        super().__init__(
            {
                name: value
                for name, value in members.items()
                if name.lower() in known and value not in (None, "")
            }
        )

    def count(self, name: str) -> int | None:
        return self.integer(name, minimum=0) or None

    def flag(self, name: str) -> bool:
        return name in self and super().flag(name)

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        return None if value is None else sent_moment(value, name)


@dataclass(frozen=True)
class Window:
    """A span of time; what has no end (or begin) is open there.

    Attributes:
        begin: Its begin, which belongs to it.
        end: Its end, which belongs to it too.
    """

    begin: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return (self.begin is None or moment >= self.begin) and (self.end is None or moment <= self.end)

    def holds_start(self, report: StoredReport) -> bool:
        """Whether a report started in it."""
        return self.holds(report.start)

    def preceding(self) -> Window | None:
        """The span of the same length before it; None if it has no begin."""
        if self.begin is None:
            return None
        length = (self.end or now()) - self.begin
        # Its end does not belong to it, as it is the begin of this one; starts are whole seconds.
        return Window(earlier(self.begin, length), earlier(self.begin, timedelta(seconds=1)))


def last_days(days: int) -> Window:
    """The span from some days ago on."""
    return Window(earlier(now(), timedelta(days=min(days, timedelta.max.days))))


@dataclass(frozen=True)
class ReportFilter:
    """What a filter says.

    Attributes:
        conditions: What reports have to fulfil, apart from the time.
        window: When they have to start.
        grouping: The number of the period length, if one is given.
        max_count: The most data to consider, or to return.
        min_count: Rows with a lower count are left out.
        top_count: How many rows are wanted.
    """

    conditions: tuple[Condition, ...]
    window: Window
    grouping: int | None = None
    max_count: int | None = None
    min_count: int = 0
    top_count: int | None = None

    @property
    def most_rows(self) -> int | None:
        """How many rows to return where ``maxCount`` limits nothing else."""
        return min(filter(None, (self.top_count, self.max_count)), default=None)

    def takes(self, report: StoredReport) -> bool:
        """Whether a report is meant, whenever it started."""
        return all(condition(report) for condition in self.conditions)

    def select(self, reports: Iterable[StoredReport]) -> list[StoredReport]:
        """The reports that are meant."""
        return [report for report in reports if self.window.holds_start(report) and self.takes(report)]


def read_filter(
    members: Mapping[str, Any],
    honoured: Collection[str] = ALL_MEMBERS,
    *,
    default_days: int | None = DEFAULT_DAYS,
    default_run: int = ALL_RUNS,
) -> ReportFilter:
    """The filter that a JSON object describes, or a 400.

    Args:
        members: The members of the object.
        honoured: Those that the operation honours.
        default_days: How many days to go back if no time is given; None for all time.
        default_run: Which run counts if neither ``run`` nor ``yield`` says it.
    """
    sent = _Sent(members, honoured)
    return ReportFilter(
        conditions=tuple(_conditions(sent, default_run)),
        window=_window(sent, default_days),
        grouping=_grouping(sent),
        max_count=sent.count("maxCount"),
        min_count=sent.count("minCount") or 0,
        top_count=sent.count("topCount"),
    )


def _conditions(sent: _Sent, default_run: int) -> Iterable[Condition]:
    for name, texts in _TEXTS.items():
        text = sent.text(name)
        if text is not None:
            yield text_condition(text, texts)
    status = sent.text("status")
    if status is not None:
        pattern = Pattern(";".join(map(_status, filter(None, status.split(";")))))
        yield lambda report: pattern.takes((report.header["result"],))
    yield from _misc_conditions(sent)
    runs = [run for run in (_run(sent), _yield(sent)) if run is not None] or [default_run]
    yield from (_run_condition(run) for run in runs if run != ALL_RUNS)


def text_condition(text: str, texts: _Texts) -> Condition:
    """The condition that one of a report's texts is as a filter wants it."""
    pattern = Pattern(text)
    return lambda report: pattern.takes(texts(report))


def _status(text: str) -> str:
    mark, word = text[: text.startswith("!")], text.removeprefix("!")
    known = _LETTERS.get(word.lower()) or find(word, _STATUSES)
    if known is None:
        raise bad_request(f"status must be of {', '.join(_STATUSES)}, not {text!r}.")
    return mark + known


def _misc_conditions(sent: _Sent) -> Iterable[Condition]:
    """One misc info has to fit both: its description, and its value."""
    patterns = [(key, Pattern(text)) for key, name in _MISC.items() if (text := sent.text(name))]
    if patterns:
        yield lambda report: any(
            all(pattern.takes((info[key],)) for key, pattern in patterns) for info in report.misc_infos
        )


def _run(sent: _Sent) -> int | None:
    run = sent.integer("run")
    if run is not None and run not in _RUNS:
        raise bad_request(f"run must be one of {', '.join(map(str, _RUNS))}, not {run}.")
    return run


def _yield(sent: _Sent) -> int | None:
    which = sent.integer("yield", minimum=min(_RUNS), maximum=100)
    return which if which in _RUNS else None


def _run_condition(run: int) -> Condition:
    if run == _LAST:
        return lambda report: report.header["run"] == len(report.runs)
    return lambda report: report.header["run"] == run


def _grouping(sent: _Sent) -> int | None:
    grouping = sent.integer("dateGrouping", minimum=-1, maximum=YEAR)
    return grouping if grouping in range(HOUR, YEAR + 1) else None


def _window(sent: _Sent, default_days: int | None) -> Window:
    begin, end = sent.moment("dateFrom"), sent.moment("dateTo")
    periods, grouping = sent.count("periodCount"), _grouping(sent)
    current = sent.flag("includeCurrentPeriod")
    dated = begin is not None or end is not None
    if periods is None and (dated or grouping is None):
        return Window(begin, end) if dated or default_days is None else last_days(default_days)
    if periods is not None and sent.integer("dateGrouping") == -1:
        raise bad_request("periodCount needs a dateGrouping other than -1.")
    length = DAY if grouping is None else grouping
    running = period_start(end or now(), length)
    first = periods_back(running, length, (periods or DEFAULT_DAYS) - current)
    last = end if current else earlier(running, timedelta(seconds=1))
    return Window(first if begin is None else max(first, begin), last)


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


def place_conditions(query: Query, reports: StoredReports) -> Iterator[Condition]:
    """The conditions that the parameters productGroupId and levelId set, or a 400."""
    groups = _names(query, "productGroupId", reports.product_groups())
    if groups is not None:
        yield lambda report: not groups.isdisjoint(report.product_groups)
    levels = _names(query, "levelId", reports.levels())
    if levels is not None:
        yield lambda report: report.header["location"] in levels


def _names(query: Query, name: str, known: Mapping[int, str]) -> set[str] | None:
    """The names that go with the ids in a parameter; None if there are no ids."""
    text = query.text(name)
    if text is None:
        return None
    numbers = [part.strip() for part in text.split(";") if part.strip()]
    if not all(re.fullmatch("[0-9]{1,10}", number) for number in numbers):
        raise bad_request(f"{name} must be whole numbers with ;, not {text!r}.")
    return {known[number] for number in map(int, numbers) if number in known}
