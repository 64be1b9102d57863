"""Whatever WSJF a server sends comes back unchanged: any kind of step, odd spellings, unknown members."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pywats import UURReport, UUTReport
from pywats.models import Report, Step
from pywats.models.base import LENIENT, to_json
from tests.support import REPORT
from tests.unit.models.test_report_models import UUR, UUT, steps_of

short = st.text(max_size=8)
text = st.none() | short
number = (
    st.none()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["NaN", "Infinity", "-Infinity", "1,5", ""])
)
whole = st.none() | st.integers(-(2**40), 2**40)
flag = st.none() | st.booleans()
moment = st.sampled_from(
    [None, "", "0001-01-01T00:00:00", "2025-03-18T09:15:00.1234567+01:00", "2025-03-18T09:15:00Z", "soon"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | short,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(short, inner, max_size=2),
    max_leaves=3,
)
unknown = st.dictionaries(st.sampled_from(["somethingNew", "x-y", "Ærlig", "path", "model_config"]), anything)


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of the members, and unknown ones."""
    known = st.fixed_dictionaries({}, optional=members)
    return st.builds(lambda one, other: {**other, **one}, known, unknown)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(one, max_size=2) | st.sampled_from([{}, "none"])


status = st.sampled_from(["P", "F", "E", "T", "S", "D", "U", "X", "p", "Passed", None, 3])
file = some(name=text, contentType=text, data=st.sampled_from([None, "YQ==", "no base64!"]), id=text)
sets = several(
    some(
        name=text,
        props=several(
            some(
                name=text,
                type=st.sampled_from(["Number", "Obj", "odd"]),
                value=text,
                props=several(some(name=text, type=text)),
                array=st.none()
                | some(dimension=whole, type=text, indexes=several(some(text=text, value=some(name=text)))),
            )
        ),
    )
)
numeric = some(
    compOp=st.sampled_from(["GELE", "gele", "EQT", "", None]),
    name=text,
    status=status,
    unit=text,
    value=number,
    valueFormat=text,
    lowLimit=number,
    highLimit=number,
)
members: dict[str, st.SearchStrategy[Any]] = {
    "id": whole,
    "group": st.sampled_from(["S", "M", "C", "Main", None]),
    "stepType": st.sampled_from(["SequenceCall", "ET_MNLT", "WATS_XYGMNLT", "NI_Wait", "", None]),
    "name": text,
    "status": status,
    "start": moment,
    "totTime": number,
    "errorCode": whole,
    "errorMessage": text,
    "reportText": text,
    "causedSeqFailure": flag,
    "causedUUTFailure": flag,
    "loop": st.none() | some(idx=whole, num=whole, endingIndex=whole, passed=whole, failed=whole),
    "seqCall": st.none() | some(path=text, name=text, version=text),
    "numericMeas": several(numeric),
    "stringMeas": several(
        some(compOp=st.sampled_from(["IgnoreCase", "Equal", "LOG"]), status=status, value=text, limit=text)
    ),
    "booleanMeas": several(some(name=text, status=status)),
    "messagePopup": st.none() | some(response=text, button=whole),
    "callExe": st.none() | some(exitCode=number),
    "chart": st.none()
    | some(
        chartType=st.sampled_from(["Line", "line", None]),
        label=text,
        series=several(some(dataType=text, name=text, xdata=text, ydata=st.just("1;2.5"))),
    ),
    "attachment": st.none() | file,
    "additionalResults": sets,
}
steps = st.recursive(
    some(**members),
    lambda inner: some(**members, steps=several(inner | st.just("no step"))),
    max_leaves=6,
)
shared: dict[str, st.SearchStrategy[Any]] = {
    "id": text,
    "pn": text,
    "sn": text,
    "processCode": whole,
    "result": status,
    "start": moment,
    "startUTC": moment,
    "miscInfos": several(some(description=text, text=text, numeric=number)),
    "subUnits": several(
        some(
            partType=text,
            sn=text,
            idx=whole,
            failures=several(some(category=text, code=text, refStepId=whole, attachments=several(file))),
        )
    ),
    "assets": several(some(assetSN=text, usageCount=whole)),
    "assetStats": several(some(assetSN=text, runningCount=whole, daysSinceCalibration=number)),
    "binaryData": several(file),
    "additionalData": sets,
}
uut = some(user=text, execTime=number, testSocketIndex=whole, refUURs=several(some(id=text, start=moment)))
uur = some(user=text, processCode=whole, refUUT=text, confirmDate=moment, children=several(text))


@given(some(**shared, root=st.none() | steps, uut=st.none() | uut, uur=st.none()))
def test_any_test_report_comes_back_unchanged(document: dict[str, Any]) -> None:
    document = {**document, "type": "T"}
    report = UUTReport.from_wsjf(json.dumps(document))
    assert report.to_wsjf() == document
    assert json.loads(to_json(report)) == document
    assert UUTReport.from_wsjf(report.to_wsjf()).to_wsjf() == document


@given(some(**shared, uur=st.none() | uur, root=st.none()))
def test_any_repair_report_comes_back_unchanged(document: dict[str, Any]) -> None:
    document = {**document, "type": "R"}
    report = UURReport.from_wsjf(json.dumps(document).encode())
    assert report.to_wsjf() == document
    assert json.loads(to_json(report)) == document


@given(some(**shared, root=st.none() | steps, uut=st.none() | uut))
def test_a_copy_of_any_report_is_the_same_document(document: dict[str, Any]) -> None:
    report = UUTReport.from_wsjf(document)
    for other in (copy.deepcopy(report), pickle.loads(pickle.dumps(report))):
        assert other.to_wsjf() == report.to_wsjf()


def test_numbers_that_json_cannot_write_are_read_as_numbers() -> None:
    step = {"numericMeas": [{"value": "NaN", "lowLimit": "-Infinity", "highLimit": "Infinity"}]}
    measurements = UUTReport.from_wsjf({**REPORT, "root": step}).root.numeric_meas
    assert measurements is not None
    assert math.isnan(measurements[0].value)
    assert (measurements[0].low_limit, measurements[0].high_limit) == (-math.inf, math.inf)


def test_a_bare_nan_of_a_careless_sender_is_kept_as_wsjf_writes_it() -> None:
    text = '{"type":"T","root":{"totTime":NaN,"odd":[Infinity],"steps":["x",NaN,{"odd":NaN}]}}'
    root = UUTReport.from_wsjf(text).to_wsjf()["root"]
    assert root == {"totTime": "NaN", "odd": ["Infinity"], "steps": ["x", "NaN", {"odd": "NaN"}]}
    odd = '{"type":"T","root":{"steps":{"odd":NaN}}}'
    assert UUTReport.from_wsjf(odd).to_wsjf()["root"] == {"steps": {"odd": "NaN"}}


def big(steps: int) -> UUTReport:
    report = UUTReport.create(
        pn="X", sn="1", rev="A", process_code=100, user="me", location="Line 2", purpose="Test"
    )
    for group in range(steps // 100):
        sequence = report.root.add_sequence(f"sequence {group}")
        rails = sequence.add_multi_numeric("rails")
        for number in range(98):
            sequence.add_numeric(f"step {number}", number, low=0, high=99, unit="V")
            rails.add_numeric(f"rail {number}", number, low=0)
    return report


def test_a_report_of_ten_thousand_steps_is_built_and_comes_back_unchanged() -> None:
    report = big(10_000)
    document = report.to_wsjf()
    assert len(steps_of(report.root)) == 10_001
    assert (report.result, len(json.dumps(document)) > 1_000_000) == ("P", True)
    stored = UUTReport.from_wsjf(json.dumps(document))
    assert stored == report
    assert stored.to_wsjf() == document
    assert pickle.loads(pickle.dumps(report)) == copy.deepcopy(report) == report


@pytest.mark.parametrize("shape", ["wide", "several"])
def test_ten_thousand_in_one_place_are_built_one_by_one(shape: str) -> None:
    report = UUTReport.create(
        pn="X", sn="1", rev="A", process_code=100, user="me", location="Line 2", purpose="Test"
    )
    place = report.root if shape == "wide" else report.root.add_multi_numeric("rails")
    for number in range(10_000):
        place.add_numeric(f"rail {number}", number, high=9_000)
    assert report.result == "F"


# About as deep as Python's own JSON goes below the frames of a test: a sequence takes two levels of brackets.
DEPTH = 400


def test_a_report_as_deep_as_json_goes_is_built_and_comes_back_unchanged() -> None:
    report = UUTReport.create(
        pn="X", sn="1", rev="A", process_code=100, user="me", location="Line 2", purpose="Test"
    )
    sequence = report.root
    for _ in range(DEPTH - 1):
        sequence = sequence.add_sequence("s")
    sequence.add_pass_fail("deep", ok=False)
    assert (report.result, sequence.id) == ("F", DEPTH - 1)
    text = to_json(report)
    stored = UUTReport.from_wsjf(text)
    assert to_json(stored) == text
    step, depth = stored.root, 0
    while step.steps:
        step, depth = step.steps[0], depth + 1
    assert (depth, step.name) == (DEPTH, "deep")


def test_a_deep_report_of_either_kind_is_read_from_a_server() -> None:
    step: dict[str, Any] = {"name": "deep"}
    for _ in range(DEPTH):
        step = {"name": "s", "steps": [step]}
    adapter = TypeAdapter[UUTReport | UURReport](Report)
    report = adapter.validate_python({"type": "T", "root": step}, context=LENIENT)
    assert isinstance(report, UUTReport)
    assert json.loads(to_json(report)) == {"type": "T", "root": step}


@pytest.mark.parametrize("steps", [None, "none", {}, ["none"], [None, {"name": "one"}]])
def test_what_is_no_step_comes_back_unchanged_from_any_depth(steps: object) -> None:
    step = {"name": "deep", "steps": steps}
    for _ in range(DEPTH):
        step = {"name": "s", "steps": [step]}
    report = UUTReport.from_wsjf({"type": "T", "root": step})
    assert json.loads(to_json(report)) == {"type": "T", "root": step}


def test_a_step_is_written_alone_or_with_those_below() -> None:
    step = Step.model_validate(UUT["root"])
    assert step.to_wire() == UUT["root"]
    assert step.to_wire({"steps", "id"}).keys() == UUT["root"].keys() - {"steps", "id"}
    assert "root" not in UUTReport.from_wsjf(UUT).to_wire({"root"})


def test_the_same_object_twice_in_a_document_becomes_two_steps() -> None:
    again = {"name": "again", "status": "P"}
    report = UUTReport.from_wsjf({"type": "T", "root": {"name": "r", "steps": [again, again]}})
    assert report.root.steps is not None
    report.root.steps[0].status = "F"
    assert report.root.steps[1].status == "P"


def test_the_example_of_a_repair_comes_back_unchanged() -> None:
    assert pickle.loads(pickle.dumps(UURReport.from_wsjf(UUR))).to_wsjf() == UUR
