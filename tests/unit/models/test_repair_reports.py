"""Repair reports that are built: whose repair it is, what was found, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pywats import UURReport, UUTReport
from pywats.models import ReportHeader, UURSubUnit
from tests.contract.schemas import problems

TEST_ID = UUID("6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01")
REPAIRED: dict[str, Any] = {
    "process_code": 500, "user": "technician", "location": "Line 2", "purpose": "Repair",
}  # fmt: skip
HEADER = ReportHeader(
    uuid=TEST_ID, part_number="CTRL-BOARD-07", serial_number="SN-0001", revision="B", process_code=100
)


@pytest.fixture
def tested() -> UUTReport:
    return UUTReport.create(
        pn="CTRL-BOARD-07", sn="SN-0001", rev="B", process_code=100, user="operator", location="Line 2",
        purpose="Production",
    )  # fmt: skip


@pytest.fixture
def repair(tested: UUTReport) -> UURReport:
    return UURReport.create(tested, **REPAIRED)


def test_a_repair_refers_to_its_test(tested: UUTReport) -> None:
    repair = UURReport.create(
        tested,
        **REPAIRED,
        machine_name="BENCH-1",
        part_type="Board",
        comment="again",
        confirm_date=datetime.fromisoformat("2026-07-01T12:00:00+02:00"),
        start=datetime.fromisoformat("2026-07-01T12:30:00+02:00"),
    )
    assert repair.to_wsjf() == {
        "type": "R", "id": str(repair.id), "pn": "CTRL-BOARD-07", "sn": "SN-0001", "rev": "B",
        "processCode": 500, "result": "P", "machineName": "BENCH-1", "location": "Line 2",
        "purpose": "Repair", "start": "2026-07-01T12:30:00+02:00", "startUTC": "2026-07-01T10:30:00Z",
        "uur": {"user": "technician", "comment": "again", "processCode": 100, "refUUT": str(tested.id),
                "confirmDate": "2026-07-01T10:00:00Z", "finalizeDate": None, "execTime": None},
        "subUnits": [{"idx": 0, "partType": "Board", "sn": "SN-0001", "pn": "CTRL-BOARD-07", "rev": "B"}],
    }  # fmt: skip


def test_a_header_is_enough_to_refer_to(tested: UUTReport) -> None:
    of_header, of_report = UURReport.create(HEADER, **REPAIRED), UURReport.create(tested, **REPAIRED)
    assert of_header.uur.ref_uut == TEST_ID
    assert of_header.uur.process_code == of_report.uur.process_code == 100
    assert of_header.main_unit == of_report.main_unit


@pytest.mark.parametrize("name", ["part_number", "serial_number", "revision", "process_code", "uuid"])
def test_a_header_that_lacks_something_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"the test report lacks its {name}"):
        UURReport.create(HEADER.model_copy(update={name: None}), **REPAIRED)


def test_a_failure_says_what_was_wrong(repair: UURReport) -> None:
    failure = repair.add_failure(
        "Component", "Defect component", step_id=4, com_ref="U4", comment="Shorted.", func_block="Power",
        art_number="REG-5V", art_rev="1", art_vendor="Example Semi", art_description="5 V regulator",
    )  # fmt: skip
    repair.add_failure("Solder", "Cold joint")
    assert repair.main_unit.failures is not None
    assert repair.main_unit.failures[0] is failure
    assert repair.to_wsjf()["subUnits"][0]["failures"] == [
        {"category": "Component", "code": "Defect component", "comment": "Shorted.", "comRef": "U4",
         "funcBlock": "Power", "artNumber": "REG-5V", "artRev": "1", "artVendor": "Example Semi",
         "artDescription": "5 V regulator", "refStepId": 4},
        {"category": "Solder", "code": "Cold joint"},
    ]  # fmt: skip


def test_sub_units_are_numbered_and_can_have_failed(repair: UURReport) -> None:
    module = repair.add_sub_unit("Power module", sn="PM3", pn="PM-3", rev="A", position=1)
    chip = repair.add_sub_unit("Chip", sn="C1", pn="CH", parent=module)
    repair.add_failure("Solder", "Cold joint", unit=chip)
    assert repair.to_wsjf()["subUnits"][1:] == [
        {"idx": 1, "parentIdx": 0, "partType": "Power module", "sn": "PM3", "pn": "PM-3", "rev": "A",
         "position": 1},
        {"idx": 2, "parentIdx": 1, "partType": "Chip", "sn": "C1", "pn": "CH",
         "failures": [{"category": "Solder", "code": "Cold joint"}]},
    ]  # fmt: skip


def test_files_are_attached_to_the_report_and_to_failures(repair: UURReport, tmp_path: Path) -> None:
    photo = tmp_path / "u4.png"
    photo.write_bytes(b"abc")
    failure = repair.add_failure("Component", "Defect component")
    failure.attach_file(photo)
    failure.attach_file(b"abc", filename="a.bin", content_type="x/y")
    repair.attach_file(photo, filename="bench.png")
    document = repair.to_wsjf()
    png = {"contentType": "image/png", "data": "YWJj"}
    assert document["binaryData"] == [{"name": "bench.png", **png}]
    assert document["subUnits"][0]["failures"][0]["attachments"] == [
        {"name": "u4.png", **png},
        {"name": "a.bin", "contentType": "x/y", "data": "YWJj"},
    ]


def test_a_finished_repair_is_closed(repair: UURReport) -> None:
    repair.finish(repair.start + timedelta(minutes=25))
    document = repair.to_wsjf()["uur"]
    assert document["execTime"] == 1500
    assert document["finalizeDate"].endswith("Z")
    assert repair.uur.finalize_date == repair.start + timedelta(minutes=25)
    repair.finish()
    assert repair.uur.finalize_date <= datetime.now(UTC)


def test_a_repair_has_misc_info(repair: UURReport) -> None:
    repair.add_misc_info("Repair station", "Bench A")
    assert repair.to_wsjf()["miscInfos"] == [{"description": "Repair station", "text": "Bench A"}]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda repair: repair.add_failure("", "code"),
        lambda repair: repair.add_failure("category", ""),
        lambda repair: repair.add_failure("a", "b", com_ref="x" * 51),
        lambda repair: repair.add_failure("a", "b", unit=UURSubUnit(idx=1, part_type="a", sn="b", pn="c")),
        lambda repair: repair.add_sub_unit("a" * 51, sn="b", pn="c"),
        lambda repair: repair.add_sub_unit("a", sn=" b", pn="c"),
        lambda repair: repair.add_sub_unit(
            "a", sn="b", pn="c", parent=UURSubUnit(idx=1, part_type="a", sn="b", pn="c")
        ),
        lambda repair: repair.attach_file(b"x"),
        lambda repair: repair.attach_file(b"x", filename="x" * 257),
        lambda repair: repair.main_unit.failures[0].attach_file(b"x", filename=""),
        lambda repair: repair.finish(repair.start - timedelta(seconds=1)),
    ],
)
def test_what_the_api_forbids_is_refused_and_changes_nothing(
    repair: UURReport, attempt: Callable[[UURReport], object]
) -> None:
    repair.add_failure("Component", "Defect component")
    before = repair.to_wsjf()
    with pytest.raises(ValueError):
        attempt(repair)
    assert repair.to_wsjf() == before


def test_a_read_repair_without_its_unit_says_so() -> None:
    with pytest.raises(ValueError, match="no sub unit with idx 0"):
        UURReport.from_wsjf({"type": "R"}).add_failure("a", "b")


def test_the_repaired_unit_need_not_come_first(repair: UURReport) -> None:
    repair.add_sub_unit("a", sn="b", pn="c")
    repair.sub_units = repair.sub_units[::-1]
    repair.add_failure("Solder", "Cold joint")
    assert [unit.failures is None for unit in repair.sub_units] == [True, False]


def test_a_copied_repair_grows_alone(repair: UURReport) -> None:
    other = repair.model_copy()
    assert other == repair
    other.add_failure("a", "b")
    assert repair.main_unit.failures is None


def test_a_repair_of_everything_is_what_the_contract_wants_and_comes_back(repair: UURReport) -> None:
    repair.add_failure("Component", "Defect component", com_ref="U4", step_id=4).attach_file(
        b"x", filename="a.txt"
    )
    repair.add_failure("Solder", "Cold joint", unit=repair.add_sub_unit("PM", sn="1", pn="2"))
    repair.attach_file(b"x", filename="b.txt")
    repair.add_misc_info("Repair station", "Bench A")
    repair.finish()
    document = repair.to_wsjf()
    assert list(problems(document, {"$ref": "#/components/schemas/UurReport"})) == []
    assert UURReport.from_wsjf(document) == repair
