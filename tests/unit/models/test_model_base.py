"""Strict when a program builds, lenient when a server sends, and nothing lost in between."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AliasChoices, Field, TypeAdapter, ValidationError

from pywats.models import (
    NumericMeasurement,
    Process,
    Product,
    ProductRevision,
    ProductState,
    ReportHeader,
    ReportHeaderResult,
    Setting,
    Step,
    StepLoop,
    UURInfo,
    Vendor,
)
from pywats.models.base import (
    LENIENT,
    Timestamp,
    UtcTimestamp,
    WatsModel,
    one_or_many,
    reader,
    to_json,
)


def read(kind: Any, content: object) -> Any:
    return reader(kind).validate_json(json.dumps(content), context=LENIENT)


def test_a_built_object_needs_its_required_members() -> None:
    with pytest.raises(ValidationError, match="part_number"):
        Product.model_validate({"name": "no part number"})


def test_a_read_object_may_lack_required_members_and_does_not_gain_them() -> None:
    setting = read(Setting, {"value": "partial"})
    assert setting.key is None
    assert to_json(setting) == b'{"value":"partial"}'


@pytest.mark.parametrize("content", [{"name": "X"}, {"partNumber": 5}, {"partNumber": None}])
def test_a_read_object_without_what_identifies_it_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="part_number"):
        read(Product, content)


def test_a_read_object_does_not_gain_the_defaults_of_a_built_one() -> None:
    assert read(Step, {"name": "x"}).group is None
    assert read(Step, {"name": "x"}).to_wire() == {"name": "x"}


def test_a_built_object_sends_its_defaults_and_no_nulls() -> None:
    step = Step(step_type="Action", name="Wait", status="D")
    assert step.to_wire() == {"group": "M", "stepType": "Action", "name": "Wait", "status": "D"}


def test_members_that_the_server_always_wants_are_sent_as_null() -> None:
    assert StepLoop(idx=2).to_wire() == {
        "idx": 2, "num": None, "endingIndex": None, "passed": None, "failed": None
    }  # fmt: skip
    assert {"refUUT", "confirmDate", "finalizeDate", "execTime"} < UURInfo(
        user="me", process_code=100
    ).to_wire().keys()


@pytest.mark.parametrize(
    "content",
    [
        {"name": 5, "stepType": ["x"], "status": None, "group": "Z", "totTime": "fast", "loop": 3},
        {"id": -1, "name": "", "stepType": "x" * 101, "reportText": "y" * 6000, "steps": [1, None]},
        {"numericMeas": [{"compOp": "gele", "status": "?", "value": "12.5"}], "start": "yesterday"},
        {"seqCall": "a.seq", "steps": {"name": "no list"}, "chart": [], "unknown": {"deep": [None]}},
    ],
)
def test_whatever_shape_a_member_has_it_is_read_and_written_back(content: dict[str, Any]) -> None:
    assert read(Step, content).to_wire() == content


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (list[Setting], [{"value": "no key"}, {"key": 5, "new": 1}]),
        (list[Step], [{"steps": [{"name": 5, "steps": [{"numericMeas": [{"value": "12.5"}]}]}]}]),
        (list[Product], [{"partNumber": "a", "revisions": [{"name": "no revision"}], "tags": [{}]}]),
        (Product | None, {"partNumber": "a", "state": "odd"}),
        (dict[str, ReportHeader], {"a": {"start": "yesterday", "serial_number": "by its name here"}}),
    ],
)
def test_what_pydantic_itself_reads_in_the_lenient_context_is_the_same(kind: Any, content: object) -> None:
    expected = TypeAdapter(kind).validate_json(json.dumps(content), context=LENIENT)
    assert read(kind, content) == expected
    assert TypeAdapter(kind).validate_python(content, context=LENIENT) == expected


def test_an_object_that_is_one_already_is_read_as_it_is() -> None:
    step = Step(step_type="Action", name="x", status="D")
    assert Step.model_validate(step, context=LENIENT) is step


def test_an_error_in_a_list_says_where_it_is_by_the_names_of_this_language() -> None:
    with pytest.raises(ValidationError) as refusal:
        read(list[Product], [{"partNumber": "a"}, {"name": "no part number"}])
    assert [error["loc"] for error in refusal.value.errors()] == [(1, "part_number")]


class Noting(WatsModel):
    name: str
    notes: list[str] | None = None

    def model_post_init(self, context: dict[str, Any] | None, /) -> None:
        super().model_post_init(context)
        self.__dict__["notes"] = [f"made of {self.name} in {context}"]


def test_a_read_object_knows_that_it_was_read() -> None:
    assert read(list[Noting], [{"name": "a"}])[0].notes == [f"made of a in {LENIENT}"]
    assert Noting(name="a").notes == ["made of a in None"]


def test_what_is_no_object_at_all_is_still_an_error() -> None:
    with pytest.raises(ValidationError):
        read(Product, ["not", "a", "product"])


def test_unknown_members_are_kept() -> None:
    header = read(ReportHeader, {"uuid": None, "someNewField": {"a": 1}})
    assert header.someNewField == {"a": 1}
    assert header.to_wire() == {"uuid": None, "someNewField": {"a": 1}}


def test_a_known_value_of_an_open_enumeration_is_the_enum_and_another_one_a_text() -> None:
    assert read(ReportHeader, {"result": "Failed"}).result is ReportHeaderResult.FAILED
    assert read(ReportHeader, {"result": "Brilliant"}).result == "Brilliant"
    assert read(Product, {"partNumber": "a", "state": 1}).state is ProductState.ACTIVE
    assert read(Product, {"partNumber": "a", "state": 7}).state == 7


class Ticketed(WatsModel):
    number: int = Field(validation_alias=AliasChoices("ticketNo", "no"), serialization_alias="ticketNo")


@pytest.mark.parametrize("spelling", ["ticketNo", "no", "number"])
def test_a_member_of_two_spellings_is_built_and_read_by_each(spelling: str) -> None:
    assert Ticketed.model_validate({spelling: 7}).number == 7
    assert read(Ticketed, {spelling: 7}).number == 7


def test_no_spelling_of_a_member_counts_as_misspelt() -> None:
    assert ProductRevision.model_validate({"revision": "A", "PartNumber": "X"}).part_number == "X"


@pytest.mark.parametrize("spelling", ["PartNumber", "partNumber"])
def test_a_revision_reads_both_spellings_of_part_number_and_writes_the_servers(spelling: str) -> None:
    revision = read(ProductRevision, {"revision": "A", spelling: "X"})
    assert revision.part_number == "X"
    assert json.loads(to_json(revision)) == {"revision": "A", "PartNumber": "X"}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_cannot_write_travel_as_text(text: str) -> None:
    measurement = read(NumericMeasurement, {"compOp": "LOG", "status": "P", "value": text})
    assert isinstance(measurement.value, float)
    assert measurement.to_wire()["value"] == text
    built = NumericMeasurement(comp_op="LOG", status="P", value=float(text.replace("Infinity", "inf")))
    assert built.to_wire()["value"] == text


def test_an_integer_stays_an_integer() -> None:
    measurement = read(NumericMeasurement, {"compOp": "GE", "status": "P", "value": 3, "lowLimit": 2.0})
    assert to_json(measurement) == b'{"compOp":"GE","status":"P","value":3,"lowLimit":2.0}'


@pytest.mark.parametrize("value", [True, "12.5", None])
def test_a_measured_value_must_be_a_number(value: Any) -> None:
    with pytest.raises(ValidationError):
        NumericMeasurement(comp_op="LOG", status="P", value=value)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-18T09:15:00.1234567+01:00",
        "2025-03-18T09:15:00.000Z",
        "2025-03-18T09:15:00",
        "2025-03-18 09:15Z",
    ],
)
def test_a_time_that_was_read_is_written_back_letter_by_letter(text: str) -> None:
    header = read(ReportHeader, {"start": text})
    assert isinstance(header.start, datetime)
    assert header.start.replace(tzinfo=None, microsecond=0) == datetime(2025, 3, 18, 9, 15)  # noqa: DTZ001
    assert header.to_wire() == {"start": text}


def test_a_time_that_was_calculated_from_a_read_one_is_written_as_it_is() -> None:
    header = read(ReportHeader, {"start": "2025-03-18T09:15:00.1234567Z"})
    header.start += timedelta(hours=1)
    assert header.to_wire() == {"start": "2025-03-18T10:15:00.123456Z"}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_of_what_was_read_is_written_letter_by_letter_too(copied: Any) -> None:
    content = {"start": "2025-03-18T09:15:00.1234567+01:00", "new": [1]}
    header = read(ReportHeader, content)
    assert copied(header) == header
    assert copied(header).to_wire() == content


def test_a_copy_of_a_calculated_time_is_written_as_it_is() -> None:
    later = read(ReportHeader, {"start": "2025-03-18T09:15:00.1234567Z"}).start + timedelta(hours=1)
    assert ReportHeader(start=copy.copy(later)).to_wire() == {"start": "2025-03-18T10:15:00.123456Z"}


def test_a_time_that_comes_as_a_number_is_unix_time() -> None:
    assert read(ReportHeader, {"start": 0}).start == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_naive_time_is_local_time() -> None:
    moment = datetime(2025, 3, 18, 9, 15)  # noqa: DTZ001
    step = Step(step_type="Action", name="x", status="D", start=moment)
    assert step.start == moment.astimezone()


def test_a_day_begins_at_midnight_local_time() -> None:
    text = TypeAdapter(Timestamp).dump_json(TypeAdapter(Timestamp).validate_python(date(2025, 6, 1))).decode()
    assert datetime.fromisoformat(json.loads(text)) == datetime(2025, 6, 1).astimezone()


@pytest.mark.parametrize(
    "text",
    ["2025-06-01T10:00:00.1234567", "2025-06-01T10:00:00.1234567Z", "2025-06-01T12:00:00.1234567+02:00"],
)
def test_a_time_said_to_be_utc_is_read_as_utc_without_an_offset_too(text: str) -> None:
    moment = TypeAdapter(UtcTimestamp).validate_python(text, context=LENIENT)
    assert moment == datetime(2025, 6, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert json.loads(TypeAdapter(UtcTimestamp).dump_json(moment)) == text


@pytest.mark.parametrize("content", [{"key": "a"}, [{"key": "a"}]])
def test_one_object_in_place_of_a_list_is_a_list_of_one(content: Any) -> None:
    assert read(one_or_many(list[Setting]), content) == [Setting(key="a")]


def test_what_is_neither_an_object_nor_a_list_of_them_is_still_an_error() -> None:
    with pytest.raises(ValidationError):
        read(one_or_many(list[Setting]), "key")


def test_a_time_with_an_offset_keeps_it() -> None:
    moment = datetime(2025, 3, 18, 9, 15, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    step = Step(step_type="Action", name="x", status="D", start=moment)
    assert step.to_wire()["start"] == "2025-03-18T09:15:00+05:30"
    step.start = moment.astimezone(UTC)
    assert step.to_wire()["start"] == "2025-03-18T03:45:00Z"


def test_a_body_is_compact_utf8_and_a_list_stays_a_list() -> None:
    assert to_json(Vendor(vendor_name="Müller")) == '{"VendorName":"Müller"}'.encode()
    assert to_json([Vendor(vendor_name="a")]) == b'[{"VendorName":"a"}]'
    assert to_json([]) == b"[]"


def test_excluded_members_are_left_out_of_each() -> None:
    products = [Product(part_number="a", tags=[]), Product(part_number="b")]
    assert to_json(products, exclude=["tags"]) == b'[{"partNumber":"a"},{"partNumber":"b"}]'


def test_a_repair_operation_reads_with_all_its_codes() -> None:
    content = {
        "code": 500,
        "isRepairOperation": True,
        "repairOperation": {
            "uutBinding": 1,
            "repairCategories": [{"imageConstraint": "2", "repairCodes": [{"failureType": 4, "status": 1}]}],
            "miscInfos": [{"inputMask": None, "sortOrder": 0}],
        },
    }
    process = read(Process, content)
    assert process.repair_operation.repair_categories[0].repair_codes[0].failure_type.name == "COMPONENT"
    assert process.to_wire() == content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


MEMBERS = ["name", "stepType", "status", "loop", "seqCall", "steps", "numericMeas", "chart", "new"]


@given(st.dictionaries(st.sampled_from(MEMBERS), json_values))
def test_any_json_is_read_as_a_step_without_losing_or_adding_a_member(content: dict[str, Any]) -> None:
    step: WatsModel = read(Step, content)
    assert step.to_wire().keys() == content.keys()


def test_a_misspelt_member_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ValidationError, match="did you mean 'caused_uut_failure'"):
        Step(step_type="Action", name="x", status="F", caused_uut_failur=True)


def test_a_misspelt_assignment_is_refused_with_a_suggestion() -> None:
    step = Step(step_type="Action", name="x", status="F")
    with pytest.raises(ValueError, match="did you mean 'report_text'"):
        step.report_txt = "x"


def test_a_member_of_the_users_own_is_sent() -> None:
    step = Step(step_type="Action", name="x", status="F", vendorExtension=1)
    assert step.to_wire()["vendorExtension"] == 1


def test_a_member_like_a_known_one_that_a_server_sent_is_kept() -> None:
    assert read(Step, {"reportTxt": "x"}).to_wire() == {"reportTxt": "x"}


class Checked(WatsModel):
    name: Annotated[str, Field(max_length=3)]
    start: Timestamp | None = None
    parts: list[Product] | None = None


def test_an_assignment_is_checked_like_a_built_member() -> None:
    model = Checked(name="abc")
    with pytest.raises(ValueError, match=r"Checked\.name: String should have at most 3 characters"):
        model.name = "abcd"
    assert model.name == "abc"


def test_a_refused_assignment_says_where_inside_the_value_the_fault_is() -> None:
    with pytest.raises(ValueError, match=r"Checked\.parts\.1\.part_number: "):
        Checked(name="a").parts = [Product(part_number="a"), {"partNumber": ""}]  # type: ignore[list-item]


def test_a_naive_datetime_that_is_assigned_is_local_time() -> None:
    model = Checked(name="a")
    model.start = datetime(2026, 7, 1, 12)  # noqa: DTZ001 - naive on purpose
    assert model.start == datetime(2026, 7, 1, 12).astimezone()
    assert model.start.tzinfo is not None


def test_a_naive_datetime_that_was_put_there_unchecked_is_written_with_its_offset() -> None:
    model = Checked(name="a").model_copy(update={"start": datetime(2026, 7, 1, 12)})  # noqa: DTZ001 - naive on purpose
    written = datetime.fromisoformat(model.to_wire()["start"])
    assert written == datetime(2026, 7, 1, 12).astimezone()
    assert written.tzinfo is not None


def test_a_member_that_was_read_can_be_assigned_although_others_are_odd() -> None:
    model = TypeAdapter(Checked).validate_python({"name": "too long", "parts": 7}, context=LENIENT)
    model.start = datetime(2026, 7, 1, tzinfo=UTC)
    assert model.to_wire() == {"name": "too long", "parts": 7, "start": "2026-07-01T00:00:00Z"}


def test_an_unknown_member_cannot_be_assigned() -> None:
    with pytest.raises(ValueError, match="Checked has no member 'serial_number'"):
        Checked(name="a").serial_number = "x"  # type: ignore[attr-defined]


def test_an_unknown_member_that_was_read_can_be_assigned() -> None:
    model = read(Checked, {"name": "a", "new": 1})
    model.new = 2
    assert model.to_wire() == {"name": "a", "new": 2}


def test_an_object_shows_what_is_in_it() -> None:
    assert repr(Checked(name="a")) == "Checked(name='a')"


def test_a_moment_that_was_read_shows_as_one() -> None:
    model = read(Checked, {"name": "a", "start": "2026-07-01T00:00:00Z"})
    assert "start=datetime.datetime(2026, 7, 1, 0, 0, tzinfo=" in repr(model)
