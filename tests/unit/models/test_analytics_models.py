"""The filter, dimensions and paths that statistics are asked for, and the rows that they answer."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pywats.models import (
    CompOperator,
    DateGrouping,
    MeasurementData,
    MeasurementPath,
    RepairDimension,
    RepairKpi,
    ReportHeaderResult,
    ReportHeaderRow,
    RunFilter,
    SortDirection,
    StatusFilter,
    StepAnalysisRow,
    StepType,
    WATSFilter,
    YieldData,
    YieldDimension,
    YieldKpi,
)
from pywats.models.analytics_filter import dimension_expression, path_expression
from pywats.models.base import LENIENT

CONTRACT = Path(__file__).parents[2] / "contract" / "wats-openapi.yaml"
SCHEMAS: dict[str, Any] = yaml.load(CONTRACT.read_text(encoding="utf-8"), yaml.CSafeLoader)["components"][
    "schemas"
]
NOT_SORTABLE = SCHEMAS["YieldKpi"]["x-not-sortable"]

NAMES = st.text(st.characters(exclude_characters="¶;", exclude_categories=["Cs"]), min_size=1)


def read(kind: Any, content: object) -> Any:
    return TypeAdapter(kind).validate_python(content, context=LENIENT)


@pytest.mark.parametrize("kind", [YieldDimension, YieldKpi, RepairDimension, RepairKpi, SortDirection])
def test_the_names_to_group_by_are_those_of_the_contract(kind: Any) -> None:
    schema = SCHEMAS[kind.__name__]
    assert {member.name: member.value for member in kind} == dict(
        zip(schema["x-enum-names"], schema["enum"], strict=True)
    )


@pytest.mark.parametrize("kind", [StepType, CompOperator])
def test_the_words_that_are_known_of_an_open_enumeration_are_those_of_the_contract(kind: Any) -> None:
    schema = SCHEMAS[kind.__name__]
    assert {member.name: member.value for member in kind} == dict(
        zip(schema["x-enum-names"], schema["x-known-values"], strict=True)
    )


def test_a_filter_sends_what_was_given_and_nothing_else() -> None:
    filter = WATSFilter(
        serial_number="SN-%",
        status=StatusFilter.FAILED,
        yield_value=1,
        date_from=datetime(2025, 3, 18, 9, tzinfo=UTC),
        date_grouping=DateGrouping.NONE,
        run=RunFilter.LAST,
        include_current_period=False,
        top_count=0,
        level=None,
    )
    assert filter.to_wire() == {
        "serialNumber": "SN-%",
        "status": "Failed",
        "yield": 1,
        "dateFrom": "2025-03-18T09:00:00Z",
        "dateGrouping": -1,
        "run": -1,
        "includeCurrentPeriod": False,
        "topCount": 0,
    }


def test_a_member_that_is_taken_back_is_not_sent_as_null() -> None:
    filter = WATSFilter(part_number="a", revision="B", dimensions="fpy")
    filter.revision = filter.dimensions = None
    assert filter.to_wire() == {"partNumber": "a"}


def test_members_can_be_left_out_of_what_is_sent() -> None:
    assert WATSFilter(part_number="a", revision="B").to_wire({"revision"}) == {"partNumber": "a"}


def test_a_naive_date_is_local_time() -> None:
    noon = datetime(2025, 6, 1, 12)  # noqa: DTZ001  what a user writes
    sent = WATSFilter(date_to=noon).to_wire()["dateTo"]
    assert datetime.fromisoformat(sent) == noon.astimezone()


@pytest.mark.parametrize(
    "members",
    [
        {"part_no": "a"},
        {"partnumber": "a"},
        {"start": "2025-01-01"},
        {"top_count": -1},
        {"max_count": 2**31},
        {"min_count": "many"},
        {"period_count": 1.5},
        {"yield_value": 2**31},
        {"date_grouping": 6},
        {"run": 0},
        {"date_from": "yesterday"},
        {"include_current_period": "perhaps"},
        {"part_number": 7},
        {"dimensions": "partNumbr"},
    ],
)
def test_a_filter_that_cannot_be_right_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(members))):
        WATSFilter(**members)


@pytest.mark.parametrize(("name", "value"), [("top_count", -1), ("dimensions", "nothing"), ("part_no", "a")])
def test_a_filter_is_checked_when_it_is_changed_too(name: str, value: Any) -> None:
    filter = WATSFilter()
    with pytest.raises(ValueError, match=name):
        setattr(filter, name, value)
    assert filter.to_wire() == {}


def test_a_status_of_several_words_is_sent_as_it_is() -> None:
    assert WATSFilter(status="Failed;Error").to_wire() == {"status": "Failed;Error"}


def test_dimensions_of_a_filter_become_their_expression() -> None:
    filter = WATSFilter(dimensions=[YieldDimension.PART_NUMBER])
    filter.dimensions = [(RepairKpi.REPAIR_COUNT, "desc"), RepairDimension.REPAIR_CODE]
    assert filter.to_wire() == {"dimensions": "repairCount desc;repairCode"}


@pytest.mark.parametrize(
    "text", ["fpy", " fpy desc ;  partNumber asc; ", "unitCount desc;partNumber;testOperation"]
)
def test_an_expression_that_the_api_knows_is_taken_as_it_is(text: str) -> None:
    assert dimension_expression(text, YieldDimension, YieldKpi) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'', which is no dimension"),
        (";", "'', which is no dimension"),
        ("fpy;;level", "'', which is no dimension"),
        ("fpy,level", "'fpy,level', which is no dimension"),
        ("xyz", r"'xyz', which is no dimension or KPI here$"),
        ("fpy down", "'fpy down': a name is followed by asc, desc or nothing"),
        ("fpy asc desc", "followed by asc, desc or nothing"),
    ],
)
def test_an_expression_that_the_api_does_not_know_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dimension_expression(text, YieldDimension, YieldKpi)


@pytest.mark.parametrize("kpi", YieldKpi)
def test_rows_are_ordered_only_by_what_the_contract_allows(kpi: YieldKpi) -> None:
    assert dimension_expression([kpi], YieldKpi) == kpi.value
    if kpi.value not in NOT_SORTABLE:
        assert dimension_expression([(kpi, "asc")], YieldKpi) == f"{kpi.value} asc"
        return
    with pytest.raises(ValueError, match="cannot be ordered"):
        dimension_expression([(kpi, "asc")], YieldKpi)


@given(st.lists(NAMES, min_size=1), st.none() | NAMES)
def test_a_path_is_read_as_it_was_written(steps: list[str], measurement: str | None) -> None:
    path = MeasurementPath(*steps, measurement=measurement)
    assert MeasurementPath.parse(str(path)) == path
    assert pickle.loads(pickle.dumps(path)) == path


def test_a_path_and_the_name_of_a_measurement_in_it_make_one() -> None:
    assert str(MeasurementPath.parse("Main¶Rails", measurement="3V3")) == "Main¶Rails¶¶3V3"
    assert str(MeasurementPath.parse("Main¶Rails", measurement="")) == "Main¶Rails"
    assert MeasurementPath.parse("Main¶Rails¶¶5V", measurement="3V3").measurement == "5V"


@pytest.mark.parametrize(
    ("steps", "measurement"),
    [((), None), ((), "a"), (("",), None), (("a¶b",), None), (("a",), "b;c"), (("a",), "")],
)
def test_a_path_that_cannot_be_written_is_refused(steps: tuple[str, ...], measurement: str | None) -> None:
    with pytest.raises(ValueError, match="measurement path"):
        MeasurementPath(*steps, measurement=measurement)


def test_several_paths_are_parted_by_semicolons() -> None:
    assert path_expression([MeasurementPath("a", "b"), "c¶¶d"]) == "a¶b;c¶¶d"


@pytest.mark.parametrize(
    ("content", "member", "value"),
    [
        ({"reportId": "1"}, "id", "1"),
        ({"limitLow": 1.5}, "limit1", 1.5),
        ({"limitHigh": 2.5}, "limit2", 2.5),
        ({"timestamp": "2025-06-01T10:00:00"}, "start_utc", datetime(2025, 6, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_value_is_read_under_its_other_names(content: Any, member: str, value: Any) -> None:
    assert getattr(read(MeasurementData, content), member) == value


def test_times_in_utc_are_in_utc_without_an_offset_too() -> None:
    row = read(YieldData, {"firstUtc": "2025-06-01T10:00:00", "lastUtc": "2025-06-01T10:00:00Z"})
    assert row.first_utc == row.last_utc == datetime(2025, 6, 1, 10, tzinfo=UTC)


def test_words_that_are_not_known_are_read_as_texts() -> None:
    row = read(StepAnalysisRow, {"stepType": "ET_NLT", "compOperator": "gele"})
    assert (row.step_type, row.comp_operator) == ("ET_NLT", "gele")


def test_words_that_are_known_are_read_as_members() -> None:
    row = read(StepAnalysisRow, {"stepType": "PassFail", "compOperator": "GELE"})
    assert (row.step_type, row.comp_operator) == (StepType.PASS_FAIL, CompOperator.GELE)
    assert isinstance(row.step_type, StepType)
    assert isinstance(row.comp_operator, CompOperator)


def test_the_result_of_a_report_is_a_word_or_a_letter() -> None:
    assert read(ReportHeaderRow, {"result": "Passed"}).result is ReportHeaderResult.PASSED
    assert read(ReportHeaderRow, {"result": "P"}).result == "P"


def test_figures_that_are_not_documented_are_kept() -> None:
    assert read(YieldData, {"fpy": 1, "newKpi": 5}).to_wire() == {"fpy": 1, "newKpi": 5}
