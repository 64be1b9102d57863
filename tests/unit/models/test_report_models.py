"""Reports: built ones are complete, read ones come back as they were."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pywats.models import (
    NumericMeasurement,
    Report,
    ReportInsertResult,
    ReportResultCode,
    SequenceCallInfo,
    Step,
    StepAttachment,
    StepStatusCode,
    UURInfo,
    UURReport,
    UURSubUnit,
    UUTInfo,
    UUTReport,
)
from pywats.models.base import LENIENT, to_json

CONTRACT = Path(__file__).parents[2] / "contract" / "wats-openapi.yaml"
EXAMPLES: dict[str, Any] = {
    name: example["value"]
    for name, example in yaml.load(CONTRACT.read_text(encoding="utf-8"), yaml.CSafeLoader)["components"][
        "examples"
    ].items()
}
UUT, UUR = EXAMPLES["UutReportExample"], EXAMPLES["UurReportExample"]


def uut_report(**changes: Any) -> UUTReport:
    values: dict[str, Any] = {
        "pn": "X", "sn": "1", "rev": "A", "process_code": 100, "result": "P", "machine_name": "FCT-1",
        "location": "Line 2", "purpose": "Test", "uut": UUTInfo(user="me"),
        "root": Step(step_type="SequenceCall", name="Main", status="P",
                     seq_call=SequenceCallInfo(path="a.seq", name="Main", version="1")),
    }  # fmt: skip
    return UUTReport(**values | changes)


def steps_of(step: Step) -> list[Step]:
    return [step, *(below for child in step.steps or [] for below in steps_of(child))]


@pytest.mark.parametrize(("kind", "document"), [(UUTReport, UUT), (UURReport, UUR)])
@pytest.mark.parametrize("form", [dict, json.dumps, lambda document: json.dumps(document).encode()])
def test_the_examples_of_the_contract_come_back_unchanged(kind: Any, document: Any, form: Any) -> None:
    report = kind.from_wsjf(form(document))
    assert report.to_wsjf() == document
    assert json.loads(to_json(report)) == document


def test_every_member_of_the_examples_is_known() -> None:
    def unknown(value: object) -> list[str]:
        if isinstance(value, list):
            return [name for item in value for name in unknown(item)]
        fields = getattr(value, "__dict__", {}) if hasattr(value, "model_extra") else {}
        extra = getattr(value, "model_extra", None) or {}
        return [*extra, *(name for item in fields.values() for name in unknown(item))]

    assert unknown(UUTReport.from_wsjf(UUT)) == []
    assert unknown(UURReport.from_wsjf(UUR)) == []


def test_the_examples_pass_the_checks_of_a_built_report() -> None:
    assert UUTReport.model_validate(UUT).to_wsjf() == UUT
    assert UURReport.model_validate(UUR).to_wsjf() == UUR


def test_the_members_of_a_read_report_have_their_types() -> None:
    report = UUTReport.from_wsjf(UUT)
    assert report.id == UUID(UUT["id"])
    assert report.result is ReportResultCode.FAILED
    assert report.start == datetime(2025, 3, 18, 8, 15, tzinfo=UTC)
    steps = {step.name: step for step in steps_of(report.root)}
    assert len(steps_of(report.root)) == 23
    assert steps["5V rail"].caused_uut_failure is True
    numeric, chart = steps["Ripple"].numeric_meas, steps["Frequency response"].chart
    assert numeric is not None
    assert [one.low_limit for one in numeric] == [30, 50, None]
    assert chart is not None
    assert chart.series is not None
    assert len(chart.series) == 2
    assert steps["Burn-in temperature"].status is StepStatusCode.SKIPPED


def test_a_built_report_has_an_id_a_start_and_the_same_start_in_utc() -> None:
    before = datetime.now(UTC)
    one, other = uut_report(), uut_report()
    document = one.to_wsjf()
    assert one.id != other.id
    assert document["type"] == "T"
    assert document["id"] == str(one.id)
    assert before <= one.start <= datetime.now(UTC)
    assert one.start.tzinfo is not None
    assert one.start_utc == one.start
    assert document["startUTC"].endswith("Z")


def test_a_built_report_keeps_the_id_and_times_it_was_given() -> None:
    start = datetime.fromisoformat("2025-03-18T09:15:00+01:00")
    report = uut_report(id=UUT["id"], start=start)
    assert report.to_wsjf()["id"] == UUT["id"]
    assert report.to_wsjf()["start"] == "2025-03-18T09:15:00+01:00"
    assert report.to_wsjf()["startUTC"] == "2025-03-18T08:15:00Z"


@pytest.mark.parametrize("name", ["pn", "sn", "rev", "machine_name", "location", "purpose"])
@pytest.mark.parametrize("value", ["", "x" * 101, None, 5])
def test_a_built_report_checks_its_names(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match="validation error"):
        uut_report(**{name: value})


@pytest.mark.parametrize("missing", ["pn", "process_code", "result", "uut", "root"])
def test_a_built_report_needs_its_required_members(missing: str) -> None:
    values = dict(uut_report())
    del values[missing]
    with pytest.raises(ValidationError, match="Field required"):
        UUTReport(**values)


def test_a_built_repair_report_needs_a_unit() -> None:
    values: dict[str, Any] = {
        "pn": "X", "sn": "1", "rev": "A", "process_code": 500, "result": "P", "machine_name": "REP-1",
        "location": "Line 2", "purpose": "Repair", "uur": UURInfo(user="me", process_code=100),
    }  # fmt: skip
    with pytest.raises(ValidationError, match="sub_units"):
        UURReport(**values, sub_units=[])
    unit = UURSubUnit(idx=0, part_type="Main", sn="1", pn="X")
    assert UURReport(**values, sub_units=[unit]).to_wsjf()["subUnits"] == [
        {"idx": 0, "partType": "Main", "sn": "1", "pn": "X"}
    ]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"type": "T", "id": UUT["id"], "pn": "X"},
        {"type": "T", "root": None, "uut": None, "uur": None, "miscInfos": None, "subUnits": []},
        {**UUT, "start": "2025-03-18T09:15:00.1234567+01:00", "result": "D", "newMember": [1, {"a": None}]},
        {**UUT, "pn": "x" * 500, "sn": "", "processCode": 100_000},
    ],
)
def test_a_partial_or_odd_document_comes_back_unchanged(document: dict[str, Any]) -> None:
    assert UUTReport.from_wsjf(document).to_wsjf() == document


@pytest.mark.parametrize("document", ["[]", "3", b"null", "{", {"type": "R"}])
def test_what_is_no_test_report_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match=r"WSJF document|of type|Expecting"):
        UUTReport.from_wsjf(document)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (UUT, UUTReport),
        (UUR, UURReport),
        ({"id": UUT["id"]}, UUTReport),
        ({"id": UUR["id"], "uur": {"user": "me"}}, UURReport),
        ({"type": "?"}, UUTReport),
    ],
)
def test_the_kind_of_a_report_is_told_by_its_type_or_by_its_content(document: Any, kind: type) -> None:
    report = TypeAdapter[UUTReport | UURReport](Report).validate_json(json.dumps(document), context=LENIENT)
    assert type(report) is kind
    assert report.to_wsjf() == document


def test_a_report_object_is_taken_for_what_it_is() -> None:
    report = UURReport.from_wsjf(UUR)
    assert TypeAdapter[UUTReport | UURReport](Report).validate_python(report) is report


def test_a_report_of_ten_thousand_steps_comes_back_unchanged() -> None:
    steps = [{**UUT["root"]["steps"][1]["steps"][1], "id": number} for number in range(1, 10_001)]
    document = {**UUT, "root": {**UUT["root"], "steps": steps}}
    report = UUTReport.from_wsjf(document)
    assert len(report.root.steps or []) == 10_000
    assert report.to_wsjf() == document
    assert json.loads(to_json(report)) == document


@pytest.mark.parametrize("depth", [100, 150])
def test_a_report_of_deeply_nested_sequences_comes_back_unchanged(depth: int) -> None:
    step = UUT["root"]["steps"][1]["steps"][0]
    for number in range(depth):
        step = {"id": number, "group": "M", "stepType": "SequenceCall", "name": "s", "status": "P",
                "seqCall": {"path": "a", "name": "s", "version": None}, "steps": [step]}  # fmt: skip
    document = {**UUT, "root": step}
    report = UUTReport.from_wsjf(json.dumps(document))
    assert len(steps_of(report.root)) == depth + 1
    assert json.loads(to_json(report)) == document


def test_what_the_server_sent_in_place_of_steps_may_be_too_deep_to_write() -> None:
    nested: object = "no step"
    for _ in range(400):
        nested = [nested]
    report = UUTReport.from_wsjf({**UUT, "root": nested})
    with pytest.raises(ValueError, match="depth"):
        report.to_wsjf()


@pytest.mark.parametrize(
    ("answer", "uuid"),
    [
        ({"ID": UUT["id"], "uuid": UUT["id"], "Report_ID": 7}, UUT["id"]),
        ([{"ID": UUT["id"], "uuid": UUT["id"]}], UUT["id"]),
        ({"id": UUT["id"]}, None),
        (UUT["id"], None),
    ],
)
def test_the_answer_to_a_submission_is_read_in_all_its_forms(answer: object, uuid: str | None) -> None:
    result = TypeAdapter(ReportInsertResult).validate_json(json.dumps(answer), context=LENIENT)
    assert result.id == UUID(UUT["id"])
    assert result.uuid == (None if uuid is None else UUID(uuid))


short = st.text(min_size=1, max_size=20)
optional_text = st.none() | short
numbers = (
    st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["NaN", "Infinity", "-Infinity"])
)


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


numeric = st.fixed_dictionaries(
    {
        "compOp": st.sampled_from(["LOG", "GELE", "gele", "EQT"]),
        "status": st.sampled_from("PFS"),
        "value": numbers,
    },
    optional={
        "name": optional_text,
        "unit": optional_text,
        "lowLimit": st.none() | numbers,
        "valueFormat": short,
    },
)
payload = {
    "numericMeas": st.lists(numeric, max_size=3),
    "stringMeas": st.lists(
        some(compOp=short, status=st.sampled_from("PFS"), value=optional_text), max_size=2
    ),
    "booleanMeas": st.lists(some(name=optional_text, status=st.sampled_from("PFS")), max_size=2),
    "messagePopup": some(response=optional_text, button=st.none() | st.integers(-5, 5)),
    "callExe": some(exitCode=st.none() | numbers),
    "attachment": some(name=short, contentType=short, data=st.none() | st.just("YQ==")),
    "chart": some(
        chartType=st.just("Line"), label=short, series=st.none() | st.lists(some(name=short), max_size=2)
    ),
    "loop": some(idx=st.none() | st.integers(0, 9), num=st.none() | st.integers(0, 9), passed=st.none()),
    "additionalResults": st.none()
    | st.lists(some(name=short, props=st.lists(some(name=short, value=short)))),
}


def a_step(children: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "group": st.sampled_from("SMC"),
            "stepType": short,
            "name": short,
            "status": st.sampled_from("PFETSDUX"),
        },
        optional={
            "id": st.none() | st.integers(0, 1000),
            "totTime": st.none() | numbers,
            "causedUUTFailure": st.none() | st.booleans(),
            "start": st.sampled_from([None, "2025-03-18T09:15:00.1234567+01:00", "2025-03-18T09:15:00Z"]),
            "seqCall": some(path=short, name=short, version=optional_text),
            "steps": children,
            "somethingNew": st.none() | short,
            **payload,
        },
    )


step_trees = st.recursive(
    a_step(st.just([])), lambda inner: a_step(st.lists(inner, max_size=3)), max_leaves=8
)


@given(step_trees)
def test_any_step_tree_comes_back_unchanged(root: dict[str, Any]) -> None:
    document = {**UUT, "root": root}
    assert UUTReport.from_wsjf(json.dumps(document)).to_wsjf() == document


@given(st.floats())
def test_any_float_can_be_measured_and_sent(value: float) -> None:
    measurement = NumericMeasurement(comp_op="LOG", status="P", value=value)
    sent = json.loads(to_json(measurement))["value"]
    assert math.isnan(float(sent)) if math.isnan(value) else float(sent) == value


def test_the_start_in_utc_goes_with_an_assigned_start() -> None:
    report = UUTReport.from_wsjf(UUT)
    report.start = datetime(2026, 7, 2, 12, tzinfo=timezone(timedelta(hours=2)))
    assert report.to_wsjf()["startUTC"] == "2026-07-02T10:00:00Z"


def test_an_assigned_start_without_zone_is_local_time() -> None:
    report = UUTReport.from_wsjf(UUT)
    report.start = datetime(2026, 7, 2, 12)  # noqa: DTZ001
    assert report.start == datetime(2026, 7, 2, 12).astimezone()


def test_the_content_of_a_file_is_given_as_bytes() -> None:
    attachment = StepAttachment(name="log.txt", content_type="text/plain", data=b"PASSED12")
    assert attachment.to_wire()["data"] == "UEFTU0VEMTI="


def test_the_content_of_a_file_as_text_is_base64_already() -> None:
    attachment = StepAttachment(name="log.txt", content_type="text/plain", data="UEFTU0VEMTI=")
    assert attachment.to_wire()["data"] == "UEFTU0VEMTI="
