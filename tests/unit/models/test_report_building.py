"""Reports that are built step by step: what they carry, and what is refused."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from pywats import UURReport, UUTReport
from pywats.models import (
    BooleanMeasurement,
    CallExecutableInfo,
    Chart,
    MessagePopupInfo,
    NumericMeasurement,
    SequenceCallInfo,
    Step,
    StepAttachment,
    StringMeasurement,
    UUTInfo,
)
from tests.contract.schemas import problems

IDENTITY: dict[str, Any] = {
    "pn": "CTRL-BOARD-07", "sn": "SN-0001", "rev": "B", "process_code": 100, "user": "operator",
    "location": "Line 2", "purpose": "Production",
}  # fmt: skip


@pytest.fixture
def report() -> UUTReport:
    return UUTReport.create(**IDENTITY, sequence_name="Main")


@pytest.fixture
def power(report: UUTReport) -> Step:
    return report.root.add_sequence("Power")


def members(step: Step) -> dict[str, Any]:
    return {name: value for name, value in step.to_wire().items() if name not in ("id", "group", "steps")}


def test_a_new_report_says_who_tested_what_where() -> None:
    report = UUTReport.create(
        **IDENTITY,
        machine_name="FCT-3",
        sequence_name="Main",
        sequence_path="board.seq",
        sequence_version="2.4.1",
        start=datetime.fromisoformat("2026-07-01T12:00:00+02:00"),
        batch_sn="B1",
        comment="first",
        fixture_id="FX-1",
        test_socket_index=2,
    )
    assert report.to_wsjf() == {
        "type": "T", "id": str(report.id), "pn": "CTRL-BOARD-07", "sn": "SN-0001", "rev": "B",
        "processCode": 100, "result": "P", "machineName": "FCT-3", "location": "Line 2",
        "purpose": "Production", "start": "2026-07-01T12:00:00+02:00", "startUTC": "2026-07-01T10:00:00Z",
        "uut": {"user": "operator", "batchSN": "B1", "comment": "first", "fixtureId": "FX-1",
                "testSocketIndex": 2},
        "root": {"id": 0, "group": "M", "stepType": "SequenceCall", "name": "Main", "status": "P",
                 "seqCall": {"path": "board.seq", "name": "Main", "version": "2.4.1"}},
    }  # fmt: skip


def test_a_new_report_is_of_this_computer_and_starts_now() -> None:
    before = datetime.now(UTC)
    report = UUTReport.create(**IDENTITY)
    assert report.machine_name == socket.gethostname()
    assert before <= report.start <= datetime.now(UTC)
    assert report.root.seq_call == SequenceCallInfo(path="MainSequence", name="MainSequence", version="1.0")
    assert report.to_wsjf()["uut"] == {"user": "operator"}


@pytest.mark.parametrize("name", ["pn", "sn", "rev", "user", "location", "purpose", "machine_name"])
@pytest.mark.parametrize("value", ["", "x" * 101])
def test_the_texts_of_a_new_report_have_their_lengths(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"should have at (least|most)"):
        UUTReport.create(**{**IDENTITY, name: value})


@pytest.mark.parametrize("name", ["pn", "sn", "rev"])
@pytest.mark.parametrize("value", ["SN-1\r\n", " SN-1", "SN\t1", "SN\x001"])
def test_what_a_scanner_adds_to_a_number_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name}=.*cannot be printed"):
        UUTReport.create(**{**IDENTITY, name: value})


@pytest.mark.parametrize("name", ["pn", "sn"])
@pytest.mark.parametrize("character", "*%?[]^!/\\")
def test_characters_that_break_searches_are_warned_of(name: str, character: str) -> None:
    with pytest.warns(UserWarning, match="letters, digits, - _ and . are safe") as warned:
        UUTReport.create(**{**IDENTITY, name: f"A{character}1"})
    assert warned[0].filename == __file__


# Steps.


def test_a_number_is_a_step(power: Step) -> None:
    step = power.add_numeric("3V3 rail", 3.31, low=3.2, high=3.4, unit="V")
    assert members(step) == {
        "stepType": "ET_NLT", "name": "3V3 rail", "status": "P",
        "numericMeas": [{"compOp": "GELE", "status": "P", "unit": "V", "value": 3.31, "lowLimit": 3.2,
                         "highLimit": 3.4}],
    }  # fmt: skip


def test_a_text_and_a_judgement_are_steps(power: Step) -> None:
    assert members(power.add_string("Firmware", "2.4.1", limit="2.4.1")) == {
        "stepType": "ET_SVT", "name": "Firmware", "status": "P",
        "stringMeas": [{"compOp": "EQ", "status": "P", "value": "2.4.1", "limit": "2.4.1"}],
    }  # fmt: skip
    assert members(power.add_pass_fail("Self test", ok=False)) == {
        "stepType": "ET_PFT", "name": "Self test", "status": "F", "booleanMeas": [{"status": "F"}],
        "causedUUTFailure": True,
    }  # fmt: skip


def test_several_measurements_are_a_step(power: Step) -> None:
    rails = power.add_multi_numeric("Rails")
    assert rails.add_numeric("3V3", 3.3, low=3) is rails
    rails.add_numeric("5V", 5)
    names = power.add_multi_string("Names").add_string("Host", "cb07", limit="cb07")
    relays = power.add_multi_boolean("Relays").add_pass_fail("K1", ok=True)
    assert members(rails) == {
        "stepType": "ET_MNLT", "name": "Rails", "status": "P",
        "numericMeas": [{"compOp": "GE", "name": "3V3", "status": "P", "value": 3.3, "lowLimit": 3},
                        {"compOp": "LOG", "name": "5V", "status": "P", "value": 5}],
    }  # fmt: skip
    assert members(names)["stringMeas"][0]["name"] == "Host"
    assert members(relays) == {
        "stepType": "ET_MPFT", "name": "Relays", "status": "P",
        "booleanMeas": [{"name": "K1", "status": "P"}],
    }  # fmt: skip


def test_a_chart_has_plots_and_values(power: Step) -> None:
    chart = power.add_chart("Response", x_label="Frequency", x_unit="Hz", y_label="Gain", y_unit="dB",
                            label="Frequency response", chart_type="LineLogX")  # fmt: skip
    assert chart.add_series("Measured", [10, 1e-7], iter([-0.5, 2])) is chart
    chart.add_numeric("Peak", 2, high=3)
    assert members(chart) == {
        "stepType": "WATS_XYGMNLT", "name": "Response", "status": "P",
        "chart": {"chartType": "LineLogX", "label": "Frequency response", "xLabel": "Frequency",
                  "xUnit": "Hz", "yLabel": "Gain", "yUnit": "dB",
                  "series": [{"dataType": "XYG", "name": "Measured", "xdata": "10;1e-07",
                              "ydata": "-0.5;2"}]},
        "numericMeas": [{"compOp": "LE", "name": "Peak", "status": "P", "value": 2, "lowLimit": 3}],
    }  # fmt: skip


def test_a_chart_is_labelled_like_its_step(power: Step) -> None:
    chart = power.add_chart("Response", x_label="x", y_label="y").chart
    assert chart == Chart(chart_type="Line", label="Response", x_label="x", y_label="y")


@pytest.mark.parametrize("source", ["path", "text", "bytes"])
def test_a_file_is_a_step(power: Step, tmp_path: Path, source: str) -> None:
    path = tmp_path / "console.txt"
    path.write_bytes(b"boot ok")
    content: dict[str, Any] = {"path": path, "text": str(path), "bytes": bytearray(b"boot ok")}
    filename = "console.txt" if source == "bytes" else None
    assert members(power.add_attachment("Log", content[source], filename=filename)) == {
        "stepType": "WATS_AttachFile", "name": "Log", "status": "P",
        "attachment": {"name": "console.txt", "contentType": "text/plain",
                       "data": base64.b64encode(b"boot ok").decode()},
    }  # fmt: skip


def test_a_file_can_be_attached_to_any_step(power: Step) -> None:
    step = power.add_numeric("Ripple", 5)
    assert step.attach_file(b"x", filename="scope.x-unknown") is step
    assert step.attachment == StepAttachment(
        name="scope.x-unknown", content_type="application/octet-stream", data=b"x"
    )
    other = power.add_action("Wait").attach_file(b"x", filename="a.txt", content_type="text/csv")
    assert other.to_wire()["attachment"]["contentType"] == "text/csv"


def test_what_tests_nothing_is_a_step_too(power: Step) -> None:
    assert members(power.add_action("Connect")) == {"stepType": "ET_A", "name": "Connect", "status": "D"}
    assert members(power.add_action("Settle", step_type="NI_Wait"))["stepType"] == "NI_Wait"
    popup = power.add_message_popup("Display", "All lit", 1)
    assert (popup.step_type, popup.status) == ("MessagePopup", "P")
    assert popup.message_popup == MessagePopupInfo(response="All lit", button=1)
    program = power.add_call_executable("Calibrate", 0)
    assert (program.step_type, program.status) == ("CallExecutable", "P")
    assert program.call_exe == CallExecutableInfo(exit_code=0)


def test_a_sequence_is_in_the_file_of_the_one_above_unless_said(report: UUTReport) -> None:
    power = report.root.add_sequence("Power", path="power.seq", sequence_name="Rails", version="2")
    assert power.seq_call == SequenceCallInfo(path="power.seq", name="Rails", version="2")
    assert power.add_sequence("Standby").seq_call == SequenceCallInfo(
        path="power.seq", name="Standby", version="2"
    )


def test_a_step_says_more_if_asked(power: Step) -> None:
    step = power.add_numeric(
        "5V rail",
        4.61,
        low=4.85,
        group="S",
        start=datetime.fromisoformat("2026-07-01T12:00:00+02:00"),
        tot_time=0.44,
        error_code=4102,
        error_message="Rail below its lower limit.",
        report_text="Measured at TP7.",
    )
    document = step.to_wire()
    assert document.items() >= {
        "group": "S", "start": "2026-07-01T12:00:00+02:00", "totTime": 0.44, "errorCode": 4102,
        "errorMessage": "Rail below its lower limit.", "reportText": "Measured at TP7.",
    }.items()  # fmt: skip


def test_a_step_says_nothing_that_no_step_knows(power: Step) -> None:
    details: Any = {"tot_tyme": 1}
    with pytest.raises(TypeError, match="'tot_tyme'"):
        power.add_action("Wait", **details)
    assert power.steps is None


def test_steps_are_numbered_in_the_order_of_adding(report: UUTReport) -> None:
    power, digital = report.root.add_sequence("Power"), report.root.add_sequence("Digital")
    later = power.add_action("Wait")
    assert [report.root.id, power.id, digital.id, later.id] == [0, 1, 2, 3]


# Refusals.

SERIES = {f"series {number}": ([1], [2]) for number in range(10)}


def full_chart(power: Step) -> Step:
    chart = power.add_chart("Chart", x_label="x", y_label="y")
    for name, (x, y) in SERIES.items():
        chart.add_series(name, x, y)
    return chart


REFUSED: dict[str, Callable[[Step], object]] = {
    "Main/Power/: a name is needed": lambda power: power.add_numeric("", 1),
    "Main/Power/  : a name is needed": lambda power: power.add_action("  "),
    "Main/Power/Wait: there is one of this name": lambda power: power.add_sequence("Wait"),
    "Main/Power/Wait : there is one of this name": lambda power: power.add_action("Wait "),
    "Main/Power/x{101}: name: ": lambda power: power.add_action("x" * 101),
    "Main/Power/Wait/a: 'Wait' is no sequence": lambda power: first(power).add_numeric("a", 1),
    "Main/Power/Wait/b: 'Wait' is no sequence": lambda power: first(power).add_sequence("b"),
    "Main/Power/a: step_type: ": lambda power: power.add_action("a", step_type=""),
    "Main/Power/a: the status U is for reading": lambda power: power.add_action("a", status=unknown()),
    "Main/Power/a: 'X' is not a valid": lambda power: power.add_action("a", status=unknown("X")),
    "Main/Power/a: error_message: ": lambda power: power.add_action("a", error_message="x" * 201),
    "Main/Power/a: report_text: ": lambda power: power.add_action("a", report_text="x" * 5001),
    "Main/Power/a: seq_call.path: ": lambda power: power.add_sequence("a", path="x" * 501),
    "Main/Power/a: seq_call.version: ": lambda power: power.add_sequence("a", version="x" * 31),
    "Main/Power/Rails/: a name is needed": lambda power: multi(power).add_numeric("", 1),
    "Main/Power/Rails/3V3: there is one of": lambda power: multi(power).add_numeric("3V3", 1),
    "Main/Power/Rails/a: name: ": lambda power: multi(power).add_numeric("a" * 101, 1),
    "Main/Power/Rails/a: 'Rails' is no sequence": lambda power: multi(power).add_string("a", "b"),
    "Main/Power/Rails/a: tot_time: said of steps": lambda power: multi(power).add_numeric("a", 1, tot_time=1),
    "Main/Power/a: response: ": lambda power: power.add_message_popup("a", "x" * 101, 1),
    "Main/Power/a: the response has": lambda power: power.add_message_popup("a", "", 1),
    "Main/Power/a: button: ": lambda power: power.add_message_popup("a", "x", 40_000),
    "Main/Power/a: exit_code is a number": lambda power: power.add_call_executable("a", unknown("0")),
    "Main/Power/a: content that comes as bytes": lambda power: power.add_attachment("a", b"x"),
    "Main/Power/a: name: ": lambda power: power.add_attachment("a", b"x", filename="x" * 101),
    "Main/Power/a: label: ": lambda power: power.add_chart("a", x_label="x", y_label="y", label=""),
    "Main/Power/a: y_label: ": lambda power: power.add_chart("a", x_label="x", y_label="y" * 51),
    "Main/Power/Chart: the step has a file or": lambda power: full_chart(power).attach_file(
        b"x", filename="a.txt"
    ),
    "Main/Power/Chart: a chart has 10 series": lambda power: full_chart(power).add_series("a", [1], [2]),
    "Main/Power/Wait: the step has no chart": lambda power: first(power).add_series("a", [1], [2]),
    "Main/Power/Wait: the step has a file": lambda power: [
        first(power).attach_file(b"x", filename="a.txt") for _ in range(2)
    ],
}


def unknown(status: Any = "U") -> Any:
    return status


def first(power: Step) -> Step:
    assert power.steps is not None
    return power.steps[0]


def multi(power: Step) -> Step:
    return power.add_multi_numeric("Rails").add_numeric("3V3", 1)


@pytest.mark.parametrize("reason", REFUSED)
def test_what_the_api_forbids_is_refused_with_its_path(power: Step, reason: str) -> None:
    power.add_action("Wait")
    with pytest.raises(ValueError, match=f"^{reason.replace('/a:', '/a+:')}"):
        REFUSED[reason](power)


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ([1, 2], [1], "has 2 x and 1 y"),
        ([], [], "has 0 points"),
        (range(10_001), range(10_001), "has 10001 points"),
        ([1, float("nan")], [1, 2], r"x\[1\] is nan"),
        ([1], [float("inf")], r"y\[0\] is inf"),
        (["1"], [2], r"x\[0\] is a number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(power: Step, x: Any, y: Any, reason: str) -> None:
    chart = power.add_chart("Chart", x_label="x", y_label="y")
    with pytest.raises(ValueError, match=f"^Main/Power/Chart: .*{reason}"):
        chart.add_series("a", x, y)
    assert members(chart).keys() == {"stepType", "name", "status", "chart"}
    assert chart.chart is not None
    assert chart.chart.series is None


def test_ten_thousand_points_can_be_drawn(power: Step) -> None:
    chart = power.add_chart("Chart", x_label="x", y_label="y").add_series("a", range(10_000), range(10_000))
    assert chart.to_wire()["chart"]["series"][0]["ydata"].endswith(";9998;9999")


@pytest.mark.parametrize(
    "attempt",
    [
        lambda power: power.add_numeric("Bad", 1, low=float("nan")),
        lambda power: power.add_numeric("Bad", 0, low=1, report_text="x" * 5001),
        lambda power: power.add_sequence("Bad", version="x" * 31),
        lambda power: power.add_step(Step(step_type="X", name="Wait", status="F")),
        lambda power: power.add_loop("Wait"),
        lambda power: power.steps[1].add_numeric("3V3", 0, low=1),
        lambda power: power.steps[1].add_numeric("x" * 101, 0, low=1),
    ],
)
def test_nothing_is_half_done_after_a_refusal(
    report: UUTReport, power: Step, attempt: Callable[[Step], object]
) -> None:
    power.add_action("Wait")
    power.add_multi_numeric("Rails").add_numeric("3V3", 1)
    before = report.to_wsjf()
    with pytest.raises(ValueError, match="Main/Power/"):
        attempt(power)
    assert report.to_wsjf() == before
    assert power.add_action("Next").id == 4


def test_a_file_that_is_not_there_leaves_nothing_behind(power: Step, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        power.add_attachment("Log", tmp_path / "missing.txt")
    assert power.steps is None


# Steps made by hand.


def sequence(*steps: Step, name: str = "Made", status: Any = "P") -> Step:
    call = SequenceCallInfo(path="a", name="a", version="1")
    return Step(step_type="SequenceCall", name=name, status=status, seq_call=call, steps=list(steps))


def test_a_step_made_by_hand_is_added_and_numbered(report: UUTReport, power: Step) -> None:
    inner = Step(step_type="NI_Wait", name="Wait", status="D", id=77)
    text = StringMeasurement(comp_op="EQ", value="a", limit="a", status="P")
    firmware = Step(step_type="ET_SVT", name="Firmware", status="P", string_meas=[text])
    made = sequence(inner, firmware, status="F")
    assert power.add_step(made) is made
    assert [made.id, inner.id, firmware.id] == [2, 3, 4]
    assert (power.status, report.result) == ("F", "F")
    assert made.add_action("More").id == 5


NUMBER = NumericMeasurement(comp_op="LOG", status="P", value=1)
WRONG: dict[str, Callable[[], Step]] = {
    "Made: a step carries one of numeric_meas and boolean_meas": lambda: Step(
        step_type="X", name="Made", status="P", numeric_meas=[NUMBER],
        boolean_meas=[BooleanMeasurement(status="P")],
    ),
    "Made: only a sequence, with seq_call, has steps": lambda: Step(
        step_type="X", name="Made", status="P", steps=[]
    ),
    "Made: a step has a chart or a file, not both": lambda: Step(
        step_type="X", name="Made", status="P",
        chart=Chart(chart_type="Line", label="a", x_label="x", y_label="y"),
        attachment=StepAttachment(name="a", content_type="b", data=b""),
    ),
    "Made: a step is a program or a message": lambda: Step(
        step_type="X", name="Made", status="P", call_exe=CallExecutableInfo(exit_code=0),
        message_popup=MessagePopupInfo(response="a", button=1),
    ),
    "Made: a step is what its only measurement is: P, not F": lambda: Step(
        step_type="ET_NLT", name="Made", status="F", numeric_meas=[NUMBER]
    ),
    "Made: several measurements have names": lambda: Step(
        step_type="ET_MNLT", name="Made", status="P", numeric_meas=[NUMBER, NUMBER]
    ),
    "Made/Inner: a step with a failed measurement is F, not P": lambda: sequence(
        Step(step_type="ET_MPFT", name="Inner", status="P", boolean_meas=[
            BooleanMeasurement(status="F", name="a"), BooleanMeasurement(status="P", name="b")])
    ),
    "Made/Inner: a step with several measurements is F only": lambda: sequence(
        Step(step_type="ET_MPFT", name="Inner", status="F", boolean_meas=[
            BooleanMeasurement(status="P", name="a"), BooleanMeasurement(status="P", name="b")])
    ),
    "Made: the status U is for reading": lambda: Step(step_type="X", name="Made", status="U"),
    "Made: 'Done' is not a valid": lambda: Step(step_type="X", name="Made", status="Done"),
    "Made: the limits are not those of GELE": lambda: Step(
        step_type="X", name="Made", status="P", numeric_meas=[
            NumericMeasurement(comp_op="GELE", value=1, low_limit=1, status="P")],
    ),
    "Made: the limits are not those of LE": lambda: Step(
        step_type="X", name="Made", status="P", numeric_meas=[
            NumericMeasurement(comp_op="LE", value=1, high_limit=1, status="P")],
    ),
    "Made: the limit is not that of EQ": lambda: Step(
        step_type="X", name="Made", status="P", string_meas=[
            StringMeasurement(comp_op="EQ", value="a", status="P")],
    ),
    "Made: there are two steps named 'Inner'": lambda: sequence(
        *(Step(step_type="X", name="Inner", status="D") for _ in range(2))
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", WRONG)
def test_a_wrong_step_made_by_hand_is_refused(power: Step, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^Main/Power/Made: .*{reason}"):
        power.add_step(WRONG[reason]())
    assert power.steps is None


def test_a_step_is_in_one_place_only(report: UUTReport, power: Step) -> None:
    step = power.add_action("Wait")
    for taken in (step, report.root, UUTReport.create(**IDENTITY).root):
        with pytest.raises(ValueError, match="part of a tree already"):
            report.root.add_step(taken)
    with pytest.raises(ValueError, match="part of a tree already"):
        (alone := sequence()).add_step(alone)


def test_steps_that_were_put_into_the_list_by_hand_count(report: UUTReport, power: Step) -> None:
    power.add_action("Wait")
    assert power.steps is not None
    power.steps.append(Step(step_type="X", name="Bad", status="F", id=10))
    assert power.add_action("Next").id == 11
    assert report.result == "F"
    with pytest.raises(ValueError, match="there is one of this name"):
        power.add_action("Bad")


def test_an_assigned_list_of_steps_counts_at_once(report: UUTReport, power: Step) -> None:
    power.steps = [Step(step_type="X", name="Bad", status="F")]
    assert report.result == "F"
    power.steps[0].status = "P"
    assert report.result == "P"


def test_a_renamed_step_gives_its_name_back(power: Step) -> None:
    power.add_action("Wait").name = "Settle"
    power.add_action("Wait")
    with pytest.raises(ValueError, match="there is one of this name"):
        power.add_action("Settle")


def test_steps_without_ids_stay_without() -> None:
    alone = sequence()
    alone.add_action("Wait")
    alone.add_step(Step(step_type="X", name="Made", status="D", id=5))
    assert "id" not in str(alone.to_wire())


def test_a_read_report_can_grow(report: UUTReport, power: Step) -> None:
    power.add_action("Wait")
    stored = UUTReport.from_wsjf(report.to_wsjf())
    assert stored.root.steps is not None
    assert stored.root.steps[0].add_numeric("5V", 4, low=4.85).id == 3
    assert (stored.root.steps[0].status, stored.result) == ("F", "F")  # it goes on as it began
    assert stored.root.add_sequence("Digital").to_wire()["seqCall"]["path"] == "Main"


# The report itself.


def test_a_report_says_what_was_in_use(report: UUTReport) -> None:
    report.add_misc_info("Firmware image", "cb07-2.4.1")
    report.add_misc_info("Operator note", "")
    report.add_sub_unit("Power module", sn="PM3-7781", pn="PM-3")
    report.add_sub_unit("Display", sn="D1", pn="DSP", rev="A", position=2)
    report.add_asset("FIXTURE-1")
    report.add_asset("PROBE-7", 24)
    document = report.to_wsjf()
    assert document["miscInfos"] == [
        {"description": "Firmware image", "text": "cb07-2.4.1"},
        {"description": "Operator note", "text": ""},
    ]
    assert document["subUnits"] == [
        {"partType": "Power module", "sn": "PM3-7781", "pn": "PM-3"},
        {"partType": "Display", "sn": "D1", "pn": "DSP", "rev": "A", "position": 2},
    ]
    assert document["assets"] == [
        {"assetSN": "FIXTURE-1", "usageCount": 1},
        {"assetSN": "PROBE-7", "usageCount": 24},
    ]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda report: report.add_misc_info("", "a"),
        lambda report: report.add_misc_info("a", "x" * 101),
        lambda report: report.add_sub_unit("", sn="1", pn="2"),
        lambda report: report.add_sub_unit("a", sn="1\n", pn="2"),
        lambda report: report.add_asset(""),
    ],
)
def test_a_refused_part_is_not_added(report: UUTReport, attempt: Callable[[UUTReport], object]) -> None:
    before = report.to_wsjf()
    with pytest.raises(ValueError):
        attempt(report)
    assert report.to_wsjf() == before


def test_a_finished_report_says_how_long_it_took(report: UUTReport) -> None:
    report.finish(report.start + timedelta(seconds=48.25))
    assert (report.uut.exec_time, report.root.tot_time) == (48.25, 48.25)


def test_a_report_takes_no_less_than_no_time(report: UUTReport) -> None:
    report.start = datetime.now(UTC) + timedelta(hours=1)  # the clock was set back
    report.finish()
    assert report.uut.exec_time == 0
    with pytest.raises(ValueError, match="before the start"):
        report.finish(report.start - timedelta(seconds=1))


@pytest.fixture
def central_europe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is that of Central Europe where Python can set it, which is not on Windows."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    set_zone: Callable[[], None] = getattr(time, "tzset", lambda: None)
    set_zone()
    yield
    monkeypatch.undo()
    set_zone()


# In summer, in winter, in the hour that comes twice, and in the one that never comes.
LOCAL = [
    datetime.fromisoformat("2026-07-01T12:00"),
    datetime.fromisoformat("2026-01-01T12:00"),
    datetime.fromisoformat("2026-10-25T02:30"),
    datetime.fromisoformat("2026-10-25T02:30").replace(fold=1),
    datetime.fromisoformat("2026-03-29T02:30"),
]


@pytest.mark.usefixtures("central_europe")
@pytest.mark.parametrize("start", LOCAL, ids=str)
def test_a_naive_start_is_local_time_and_both_starts_agree(start: datetime) -> None:
    report = UUTReport.create(**IDENTITY, start=start)
    step = report.root.add_action("Wait", start=start)
    document = report.to_wsjf()
    moment = start.astimezone(UTC)
    assert datetime.fromisoformat(document["startUTC"]) == moment
    assert datetime.fromisoformat(document["start"]) == moment
    assert datetime.fromisoformat(step.to_wire()["start"]) == moment
    assert document["startUTC"].endswith("Z")


@pytest.mark.parametrize("hours", [-11, 0, 2, 13])
def test_a_start_of_any_zone_keeps_its_offset(hours: int) -> None:
    start = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=hours)))
    document = UUTReport.create(**IDENTITY, start=start).to_wsjf()
    assert datetime.fromisoformat(document["start"]).utcoffset() == timedelta(hours=hours)
    assert datetime.fromisoformat(document["startUTC"]) == start


def test_a_report_of_one_of_everything_is_what_the_contract_wants(report: UUTReport) -> None:
    main = report.root
    main.add_action("Connect", group="S")
    power = main.add_sequence("Power")
    power.add_numeric("3V3", 3.3, low=3, high=4)
    power.add_numeric("NaN", float("nan"), low=float("-inf"))
    power.add_multi_numeric("Rails").add_numeric("3V3", 3).add_numeric("5V", 5, comp_op="NE", low=5)
    power.add_multi_string("Names").add_string("Host", "a", limit="A", comp_op="IGNORECASE")
    power.add_multi_boolean("Relays").add_pass_fail("K1", ok=True)
    main.add_chart("Chart", x_label="x", y_label="y").add_series("a", [1], [2]).add_numeric("Peak", 2)
    main.add_attachment("Log", b"boot ok", filename="log.txt")
    main.add_message_popup("Display", "All lit", 1)
    main.add_call_executable("Calibrate", 0)
    main.add_loop("Contact").add_numeric(21.5, high=50)
    main.add_loop("Soak").add_sequence().add_pass_fail("Alive", ok=True)
    main.add_numeric("Skipped", 1, status="S")
    for empty in (main.add_multi_string, main.add_multi_boolean, main.add_multi_numeric, main.add_sequence):
        empty(empty.__name__)
    main.add_loop("Empty loop")
    assert list(problems(report.to_wsjf(), {"$ref": "#/components/schemas/UutReport"})) == []


def test_parts_put_together_by_hand_say_what_they_say_until_steps_are_added() -> None:
    values = {name: value for name, value in IDENTITY.items() if name != "user"}
    report = UUTReport(
        **values, machine_name="FCT-3", result="P", uut=UUTInfo(user="me"), root=sequence(status="P")
    )
    report.root.status = "F"
    assert (report.result, report.root.status) == ("P", "F")
    report.root.status = "P"
    report.root.add_numeric("5V", 4, low=4.85)
    assert (report.result, report.root.status) == ("F", "F")


def test_a_status_that_was_read_and_does_not_follow_from_the_steps_stays() -> None:
    built = UUTReport.create(**IDENTITY)
    odd = built.root.add_sequence("Optional", status="P")
    odd.add_pass_fail("a", ok=False)
    stored = UUTReport.from_wsjf(built.to_wsjf())
    assert stored.root.steps is not None
    stored.root.steps[0].add_pass_fail("b", ok=False)
    assert (stored.root.steps[0].status, stored.result) == ("P", "P")


@pytest.mark.parametrize("status", ["F", "E", "T"])
def test_a_report_that_was_read_without_its_steps_does_not_become_better(status: str) -> None:
    document = UUTReport.create(**IDENTITY).to_wsjf()
    document["result"] = document["root"]["status"] = status
    stored = UUTReport.from_wsjf(document)
    stored.root.add_pass_fail("late", ok=True)
    assert (stored.root.status, stored.result) == (status, status)


def test_a_step_that_was_read_takes_measurements_that_fail(report: UUTReport) -> None:
    report.root.add_multi_numeric("Rails").add_numeric("a", 1, high=2)
    stored = UUTReport.from_wsjf(report.to_wsjf())
    assert stored.root.steps is not None
    stored.root.steps[-1].add_numeric("b", 3, high=2)
    assert (stored.root.steps[-1].status, stored.result) == ("F", "F")


def test_a_removed_step_has_no_say_any_more(report: UUTReport) -> None:
    first = report.root.add_pass_fail("a", ok=False)
    report.root.add_pass_fail("b", ok=False)
    assert report.root.steps is not None
    report.root.steps.remove(first)
    report.root.add_action("c")
    first.status = "P"
    assert report.result == "F"


def test_measurements_that_are_assigned_decide(report: UUTReport) -> None:
    step = report.root.add_pass_fail("a", ok=False)
    step.boolean_meas = [BooleanMeasurement(status="P")]
    assert (step.status, report.result) == ("P", "P")


def test_a_time_given_as_a_text_without_offset_is_local_time() -> None:
    report = UUTReport.create(**IDENTITY, start="2026-07-01T10:00:00")  # type: ignore[arg-type]
    moment = datetime(2026, 7, 1, 10).astimezone()
    assert (report.start, report.start_utc) == (moment, moment)
    assert datetime.fromisoformat(report.to_wsjf()["start"]).tzinfo is not None


@pytest.mark.parametrize("name", ["pn", "sn", "rev"])
def test_a_number_in_place_of_a_name_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} must be a text, not 5"):
        UUTReport.create(**{**IDENTITY, name: 5})


def test_a_repair_needs_a_report_or_its_header() -> None:
    with pytest.raises(TypeError, match="tested must be a UUTReport or its ReportHeader, not 'SN-1'"):
        UURReport.create("SN-1", process_code=500, user="u", location="l", purpose="p")  # type: ignore[arg-type]


def test_a_loop_that_was_taken_out_takes_no_more_iterations(report: UUTReport) -> None:
    loop = report.root.add_loop("L")
    assert report.root.steps is not None
    report.root.steps.clear()
    report.root.add_action("k")
    before = loop.step.to_wire()
    with pytest.raises(ValueError, match="no longer part of"):
        loop.add_pass_fail(ok=True)
    assert loop.step.to_wire() == before
