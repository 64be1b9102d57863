from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pywats.models import (
    SerialNumberFileFormat,
    SerialNumberPool,
    SerialNumberRecord,
    Unit,
    UnitChange,
    UnitPhaseId,
)
from pywats.models.base import LENIENT

# What XML 1.0 can hold; a tab or line break in an attribute would come back as a space.
texts = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    min_size=1,
)
records = st.builds(SerialNumberRecord, id=texts, seq=st.none() | st.integers(0), ref_sn=st.none() | texts)


@given(st.lists(records))
def test_a_pool_comes_back_from_its_xml(numbers: list[SerialNumberRecord]) -> None:
    pool = SerialNumberPool.from_xml(SerialNumberPool(numbers=numbers).to_xml())
    read = [(number.id, number.seq, number.ref_sn) for number in pool.numbers]
    assert read == [(number.id, number.seq, number.ref_sn) for number in numbers]


def test_xml_has_the_names_of_the_api() -> None:
    number = SerialNumberRecord(
        id="A&1",
        taken=datetime(2025, 3, 18, 8, 15, tzinfo=UTC),
        seq=0,
        ref_sn="U",
        ref_pn="P",
        ref_stn="S",
    )
    assert (
        SerialNumberPool(numbers=[number, SerialNumberRecord(id="2", ref_sn=None)]).to_xml()
        == b"<?xml version='1.0' encoding='utf-8'?>\n<SerialNumbers>"
        b'<SN id="A&amp;1" taken="2025-03-18T08:15:00Z" seq="0" refSN="U" refPN="P" refStn="S" />'
        b'<SN id="2" /></SerialNumbers>'
    )


@pytest.mark.parametrize(
    "document",
    ["", "<SerialNumbers>", "<Other/>", "<SerialNumbers><SN/></SerialNumbers>", b'<?xml encoding="x"?><a/>'],
)
def test_what_is_no_pool_is_no_xml_of_one(document: str | bytes) -> None:
    with pytest.raises(ValueError):
        SerialNumberPool.from_xml(document)


def test_an_encoding_that_nobody_knows_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="no XML"):
        SerialNumberPool.from_xml(b'<?xml version="1.0" encoding="klingon"?><SerialNumbers/>')


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("7\n8\n", [("7", None), ("8", None)]),
        ("7\r\n\r\n8", [("7", None), ("8", None)]),
        ("7,U\n8,\n", [("7", None), ("8", None)]),
        ("id,taken,refSN\n7,,U\n8,,\n", [("7", "U"), ("8", None)]),
        ("refSN;id\nU;7\n;8\n", [("7", "U"), ("8", None)]),
        ('"id","refSN"\n"7","U, ""1"""\n', [("7", 'U, "1"')]),
        ("ID;Taken;RefSN\n7;;U\n8;;\n", [("7", "U"), ("8", None)]),
        ("SerialNumber,refsn\n7,U\n8,\n", [("7", "U"), ("8", None)]),
        ("Note,serial number\nx,7\n,8\n", [("7", None), ("8", None)]),
        ("SN\n7\n8\n", [("7", None), ("8", None)]),
        ("id\n", []),
        ("", []),
    ],
)
def test_csv_has_one_number_per_line(text: str, numbers: list[tuple[str, str | None]]) -> None:
    read = SerialNumberPool.from_csv(text).numbers
    assert [(number.id, number.ref_sn) for number in read] == numbers


@pytest.mark.parametrize(
    ("text", "message"), [("id,refSN\n,U\n", "has no id"), ("7\n" + "8" * 200_000, "no CSV")]
)
def test_what_has_no_number_in_a_line_is_no_csv(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SerialNumberPool.from_csv(text)


@pytest.mark.parametrize("text", ["7", "12345678\n12345679", '"7","x"', '"7"', "null\n7"])
def test_numbers_that_look_like_json_are_csv_where_csv_was_asked_for(text: str) -> None:
    pool = SerialNumberPool.from_text(text, SerialNumberFileFormat.CSV)
    assert pool.numbers[-1].id in text


def test_a_phase_that_is_not_known_is_read_as_it_is_but_not_built() -> None:
    assert Unit.model_validate({"unitPhaseId": 8192}, context=LENIENT).unit_phase_id == 8192
    with pytest.raises(ValidationError):
        Unit.model_validate({"unitPhaseId": 8192})


@pytest.mark.parametrize("name", ["UNDER_PRODUCTION", "PRODUCTION_REPAIR", "SERVICE_REPAIR"])
def test_a_queued_phase_is_the_plain_one_plus_4096(name: str) -> None:
    assert UnitPhaseId[f"{name}_QUEUED"] == UnitPhaseId[name] + 4096


@pytest.mark.parametrize("code", ["100", 100])
def test_a_process_code_is_kept_as_it_came(code: str | int) -> None:
    assert Unit.model_validate({"processCode": code}, context=LENIENT).to_wire() == {"processCode": code}


def test_a_change_that_cannot_be_acknowledged_is_none() -> None:
    with pytest.raises(ValidationError):
        UnitChange.model_validate({"unitSerialNumber": "U"}, context=LENIENT)


def test_a_time_without_offset_is_utc() -> None:
    number = SerialNumberRecord.model_validate({"id": "7", "taken": "2025-03-18T08:15:00"}, context=LENIENT)
    assert number.taken == datetime(2025, 3, 18, 8, 15, tzinfo=UTC)
