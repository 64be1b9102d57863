"""Which reports the server takes: the WSJF and WSXF documents' shape and the rules over it.

Checked are the required members, types, lengths and codes, and the rules known-process,
root-sequence, root-status, step-ids, main-unit, children, chart-or-file, single-status and
the three on loops. Not checked are rules that the API's description calls unenforced or
unknown, nor sibling-names, measurement-names, multi-status and those on repair codes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from .moments import parse_moment, sent_moment
from .process import PROCESS_NAMES
from .wire import INT32, bad_request, is_guid

RESULTS = {"P": "Passed", "F": "Failed", "E": "Error", "T": "Terminated"}

_INT16 = (-(2**15), 2**15 - 1)
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")
_STATUSES = ("P", "F", "E", "T", "S", "D", "U")
_MEASURED = ("P", "F", "S")
_ONE_LIMIT = ("EQ", "NE", "GT", "GE", "LT", "LE")
_TWO_LIMITS = ("GTLT", "GTLE", "GELT", "GELE", "LTGT", "LTGE", "LEGT", "LEGE")
_CHARTS = ("Line", "LineLogXY", "LineLogX", "LineLogY")
_MOST_SERIES = 10
_LOOP_TOTALS = ("num", "endingIndex", "passed", "failed")
_MEASUREMENTS = ("numericMeas", "stringMeas", "booleanMeas")
_WSXF_ATTRIBUTES = (
    "ID", "Location", "MachineName", "PN", "Purpose", "Result", "Rev", "SN", "Start", "Start_utc", "type",
)  # fmt: skip


class _Node:
    """A JSON object inside a report, and where it is."""

    def __init__(self, value: Any, place: str) -> None:
        self.place = place
        if not isinstance(value, dict):
            raise bad_request(f"{place}: must be an object.")
        self.value: dict[str, Any] = value

    def get(self, name: str) -> Any:
        return self.value.get(name)

    def refuse(self, reason: str) -> Exception:
        return bad_request(f"{self.place}: {reason}")

    def present(self, *names: str) -> None:
        """Members that must be there, if only as null."""
        for name in names:
            if name not in self.value:
                raise self.refuse(f"{name} is required.")

    def absent(self, *names: str) -> None:
        """Members that must be missing or null."""
        for name in names:
            if self.get(name) is not None:
                raise self.refuse(f"{name} must not be there.")

    def text(self, name: str, maximum: int | None = 100, *, required: bool = True, minimum: int = 1) -> None:
        value = self.get(name)
        if value is None and not required:
            return
        if not isinstance(value, str) or len(value) < (minimum if required else 0):
            raise self.refuse(f"{name} must be a text.")
        if maximum is not None and len(value) > maximum:
            raise self.refuse(f"{name} is longer than {maximum} characters.")

    def integer(self, name: str, limits: tuple[int, int] = INT32, *, required: bool = True) -> None:
        value = self.get(name)
        if value is None and not required:
            return
        if not isinstance(value, int) or isinstance(value, bool) or not limits[0] <= value <= limits[1]:
            raise self.refuse(f"{name} must be a whole number from {limits[0]} to {limits[1]}.")

    def number(self, name: str, *, required: bool = False) -> None:
        """A number or one of the three texts that stand for what JSON cannot write."""
        value = self.get(name)
        if value is None and not required:
            return
        if value not in _NOT_NUMBERS and (not isinstance(value, int | float) or isinstance(value, bool)):
            raise self.refuse(f"{name} must be a number.")

    def choice(self, name: str, choices: tuple[str, ...]) -> None:
        if self.get(name) not in choices:
            raise self.refuse(f"{name} must be one of {', '.join(choices)}.")

    def guid(self, name: str, *, required: bool = True) -> None:
        value = self.get(name)
        if not (is_guid(value) or (value is None and not required)):
            raise self.refuse(f"{name} must be a GUID.")

    def moment(self, name: str, *, required: bool = True) -> None:
        value = self.get(name)
        if value is None and not required:
            return
        try:
            parse_moment(str(value))
        except ValueError as error:
            raise self.refuse(f"{name} must be a date and time.") from error

    def content(self) -> None:
        """The members of an attached file."""
        self.text("name", 256)
        self.text("contentType")
        self.present("data")
        try:
            base64.b64decode(self.get("data") or "", validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise self.refuse("data must be base64.") from error

    def child(self, name: str) -> _Node | None:
        value = self.get(name)
        return None if value is None else _Node(value, f"{self.place}: {name}")

    def required_child(self, name: str) -> _Node:
        return _Node(self.get(name), f"{self.place}: {name}")

    def items(self, name: str) -> list[_Node]:
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.refuse(f"{name} must be an array.")
        return [_Node(item, f"{self.place}: {name}[{index}]") for index, item in enumerate(value)]


def check_wsjf(document: Any) -> None:
    """Refuses a WSJF document that the server would not take, with a 400 that names the place."""
    report = _Node(document, "report")
    report.choice("type", ("T", "R"))
    report.guid("id")
    for name in ("pn", "sn", "rev", "machineName", "location", "purpose"):
        report.text(name)
    report.integer("processCode", _INT16)
    report.text("processName", None, required=False)
    _check_process(report)
    report.choice("result", tuple(RESULTS))
    report.moment("start")
    report.moment("startUTC", required=False)
    for info in report.items("miscInfos"):
        info.text("description")
        info.text("text", required=False)
        info.number("numeric", required=info.get("text") is None)
    for unit in report.items("subUnits"):
        unit.text("partType", 50)
        unit.text("sn")
        unit.text("pn")
        unit.text("rev", required=False)
    for asset in report.items("assets"):
        asset.text("assetSN")
        asset.integer("usageCount")
    for data in report.items("binaryData"):
        data.content()
    _check_sets(report, "additionalData")
    if report.get("type") == "T":
        _check_uut(report)
    else:
        _check_uur(report)


def _check_process(node: _Node) -> None:
    """The rule known-process: what is sent must exist, each by itself, with the name's case."""
    if node.get("processCode") not in PROCESS_NAMES:
        raise node.refuse(f"there is no process with the code {node.get('processCode')}.")
    name = node.get("processName")
    if name is not None and name not in PROCESS_NAMES.values():
        raise node.refuse(f"there is no process with the name {name!r}.")


def _check_uut(report: _Node) -> None:
    report.absent("uur")
    uut = report.required_child("uut")
    uut.text("user")
    uut.number("execTime")
    uut.integer("testSocketIndex", _INT16, required=False)
    uut.text("batchSN", required=False)
    uut.text("comment", 5000, required=False)
    uut.integer("errorCode", required=False)
    uut.text("errorMessage", 200, required=False)
    uut.text("fixtureId", required=False)
    root = _Node(report.get("root"), "root")
    root.required_child("seqCall")
    identifiers = list(_check_step(root))
    if root.get("status") != report.get("result"):
        raise root.refuse("status must equal the report's result.")
    given = [identifier for identifier in identifiers if identifier is not None]
    if given and len(given) < len(identifiers):
        raise root.refuse("either every step has an id or none.")
    if len(set(given)) < len(given):
        raise root.refuse("step ids must be unique.")


def _check_uur(report: _Node) -> None:
    report.absent("root", "uut")
    uur = report.required_child("uur")
    uur.text("user")
    uur.integer("processCode", _INT16)
    uur.text("processName", None, required=False)
    _check_process(uur)
    uur.present("refUUT", "confirmDate", "finalizeDate", "execTime")
    uur.guid("refUUT", required=False)
    uur.moment("confirmDate", required=False)
    uur.moment("finalizeDate", required=False)
    uur.number("execTime")
    uur.text("comment", 5000, required=False)
    units = report.items("subUnits")
    for unit in units:
        unit.integer("idx", (0, INT32[1]))
        for failure in unit.items("failures"):
            failure.text("category", None)
            failure.text("code", None)
            for data in failure.items("attachments"):
                data.content()
    if not any(unit.get("idx") == 0 for unit in units):
        raise report.refuse("subUnits must hold the repaired unit, with idx 0.")


def _check_step(step: _Node) -> Iterator[int | None]:
    """Checks a step and those below it; yields their ids."""
    step.choice("group", ("S", "M", "C"))
    step.text("stepType")
    step.text("name")
    step.choice("status", _STATUSES)
    step.integer("id", (0, INT32[1]), required=False)
    step.number("totTime")
    loop = step.child("loop")
    if loop is not None:
        _check_loop(loop)
    yield step.get("id")
    # The server ignores what a skipped step carries beyond these.
    if step.get("status") == "S":
        return
    _check_payload(step)
    sequence = step.child("seqCall")
    if sequence is None:
        step.absent("steps")
        return
    sequence.text("path", 500, minimum=0)
    sequence.text("name", 200, minimum=0)
    sequence.present("version")
    sequence.text("version", 30, required=False)
    children = step.items("steps")
    for index, child in enumerate(children):
        child.place = f"{step.place}/{child.get('name') or f'steps[{index}]'}"
        yield from _check_step(child)
    _check_loops(children)


def _check_payload(step: _Node) -> None:
    for measurement in step.items("numericMeas"):
        _check_numeric(measurement)
    for measurement in step.items("stringMeas"):
        _check_string(measurement)
    for measurement in step.items("booleanMeas"):
        measurement.choice("status", _MEASURED)
    measurements = [item for name in _MEASUREMENTS for item in step.items(name)]
    if len(measurements) == 1 and measurements[0].get("status") != step.get("status"):
        raise step.refuse("status must equal the status of the one measurement.")
    chart = step.child("chart")
    if chart is not None:
        step.absent("attachment")
        _check_chart(chart)
    attachment = step.child("attachment")
    if attachment is not None:
        attachment.content()
    popup = step.child("messagePopup")
    if popup is not None:
        popup.present("response", "button")
    program = step.child("callExe")
    if program is not None:
        program.present("exitCode")
    _check_sets(step, "additionalResults")


def _check_sets(node: _Node, name: str) -> None:
    """The named sets of free properties, on the report or on a step."""
    for data in node.items(name):
        data.text("name", 200)
        data.present("props")
        for item in data.items("props"):
            item.present("name")
            item.text("type")


def _check_loop(loop: _Node) -> None:
    if loop.get("idx") is None:
        for name in _LOOP_TOTALS:
            loop.integer(name, _INT16)
    else:
        loop.integer("idx", (0, _INT16[1]))
        loop.absent(*_LOOP_TOTALS)


def _check_numeric(measurement: _Node) -> None:
    measurement.text("compOp", None)
    measurement.choice("status", _MEASURED)
    measurement.number("value", required=True)
    operator = measurement.get("compOp")
    measurement.number("lowLimit", required=operator in _ONE_LIMIT + _TWO_LIMITS)
    measurement.number("highLimit", required=operator in _TWO_LIMITS)
    if operator == "LOG":
        measurement.absent("lowLimit")
    if operator in ("LOG", *_ONE_LIMIT):
        measurement.absent("highLimit")


def _check_string(measurement: _Node) -> None:
    measurement.text("compOp", None)
    measurement.choice("status", _MEASURED)
    measurement.present("value")
    measurement.text("value", required=False)
    if measurement.get("compOp") == "LOG":
        measurement.absent("limit")
    else:
        measurement.text("limit", minimum=0)


def _check_chart(chart: _Node) -> None:
    chart.choice("chartType", _CHARTS)
    chart.text("label")
    chart.text("xLabel", 50)
    chart.text("yLabel", 50)
    series = chart.items("series")
    if len(series) > _MOST_SERIES:
        raise chart.refuse(f"there are more than {_MOST_SERIES} series.")
    for plot in series:
        plot.choice("dataType", ("XYG",))
        plot.text("name")
        plot.present("xdata", "ydata")
        plot.text("xdata", None, required=False)
        plot.text("ydata", None, required=False)


def _check_loops(steps: list[_Node]) -> None:
    """A summary step comes first, its iterations follow with the same name."""
    for index, summary in enumerate(steps):
        loop = summary.get("loop")
        if loop is None or loop.get("num") is None:
            continue
        if loop["num"] != loop["endingIndex"] + 1:
            raise summary.refuse("loop: num must be endingIndex + 1.")
        iterations = []
        for step in steps[index + 1 :]:
            number = (step.get("loop") or {}).get("idx")
            if number is None or step.get("name") != summary.get("name"):
                break
            iterations.append((number, step))
        if iterations and max(number for number, _ in iterations) != loop["endingIndex"]:
            raise summary.refuse("loop: endingIndex must be the highest idx of the iterations.")
        for _, step in iterations:
            skipped = "S" in (step.get("status"), summary.get("status"))
            if not skipped and _limits(step) != _limits(summary):
                raise step.refuse("an iteration must have the limits of its summary step.")


def _limits(step: _Node) -> list[tuple[Any, ...]]:
    return [
        tuple(measurement.get(name) for name in ("compOp", "lowLimit", "highLimit", "limit"))
        for kind in _MEASUREMENTS
        for measurement in step.items(kind)
    ]


def check_wsxf(root: Element) -> Element:
    """The one Report of a WSXF document, or a 400."""
    namespace, _, name = root.tag.rpartition("}")
    if name != "Reports" or not namespace:
        raise bad_request("The root element must be Reports, in a namespace.")
    reports = root.findall(f"{namespace}}}Report")
    if len(reports) != 1:
        raise bad_request("Reports must hold exactly one Report.")
    _check_attributes(reports[0])
    processes = reports[0].findall(f"{namespace}}}Process")
    if len(processes) != 1:
        raise bad_request("Report must hold exactly one Process.")
    code = processes[0].get("Code", "")
    if code not in map(str, PROCESS_NAMES):
        raise bad_request(f"Process: there is no process with the Code {code!r}.")
    return reports[0]


def _check_attributes(report: Element) -> None:
    for attribute in _WSXF_ATTRIBUTES:
        if not report.get(attribute):
            raise bad_request(f"Report: the attribute {attribute} is required.")
    if not is_guid(report.get("ID")):
        raise bad_request("Report: ID must be a GUID.")
    for attribute, choices in (("type", ("UUT", "UUR")), ("Result", tuple(RESULTS.values()))):
        if report.get(attribute) not in choices:
            raise bad_request(f"Report: {attribute} must be one of {', '.join(choices)}.")
    for attribute in ("Start", "Start_utc"):
        sent_moment(report.attrib[attribute], f"Report: {attribute}")
