"""Calls of the production service."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from pywats import AsyncWATS
from pywats.models import (
    Bom,
    BomComponent,
    BulkSaveResult,
    Product,
    ProductionBatch,
    ProductRevision,
    SerialNumberFileFormat,
    SerialNumberPool,
    SerialNumberRecord,
    Unit,
    UnitPhaseId,
)
from tests.contract.scenarios.report import UUT
from tests.contract.scenarios.scenario import Scenario

PARENT = Unit(
    serial_number="BOX 1/ä",
    part_number="BOX",
    revision="A",
    batch_number="LOT-1",
    serial_date=datetime(2025, 3, 18, tzinfo=UTC),
    current_location="Line 2",
    xml_data='<Root><Color Value="red"/></Root>',
    unit_phase_id=UnitPhaseId.UNDER_PRODUCTION,
    process_code="100",
)
CHILD = Unit(serial_number="PSU-1", part_number="PSU", revision="B", unit_phase_id=UnitPhaseId.FINALIZED)
BOX = {"parent_serial_number": "BOX 1/ä", "parent_part_number": "BOX"}
RELATION = {**BOX, "child_serial_number": "PSU-1", "child_part_number": "PSU"}
UNIT = {"serial_number": "BOX 1/ä", "part_number": "BOX"}
NUMBERS = SerialNumberPool(numbers=[SerialNumberRecord(id=f"CB-00000{digit}") for digit in range(1, 7)])
BOARD = {"serial_number_type": "Board"}
NO_TYPE = {"serial_number_type": "nothing"}
THEN = datetime(2025, 3, 18, 9, 15, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


async def units(api: AsyncWATS) -> None:
    for part, revision in (("BOX", "A"), ("PSU", "B")):
        await api.product.save_product(Product(part_number=part))
        await api.product.save_revision(ProductRevision(part_number=part, revision=revision))
    box_build = Bom(part_number="BOX", revision="A", components=[BomComponent(number="PSU", rev="B", qty=1)])
    await api.product.update_bom(box_build)
    await api.production.create_units([PARENT, CHILD])


async def assembled(api: AsyncWATS) -> None:
    await units(api)
    await api.production.add_child_unit(**RELATION, check_part_number="PSU", check_revision="B")


async def changed(api: AsyncWATS) -> int:
    """Change a unit and return the id of the change."""
    await units(api)
    await api.production.set_unit_phase(**UNIT, phase=UnitPhaseId.FINALIZED)
    return (await api.production.get_unit_changes(10))[0].id


async def tested(api: AsyncWATS) -> None:
    await api.report.submit_report(UUT)


async def numbers(api: AsyncWATS) -> None:
    await api.production.upload_serial_numbers(
        "Board", SerialNumberFileFormat.XML, io.BytesIO(NUMBERS.to_xml())
    )
    await api.production.take_serial_numbers("Board", 2, ref_sn="BOX-1", ref_pn="BOX", station_name="FCT-3")


SCENARIOS = {
    "get_unit": Scenario(UNIT, prepare=assembled, unknown={"serial_number": "nothing"}),
    "create_units": Scenario({"units": [PARENT, CHILD]}, prepare=units),
    "verify_unit": Scenario(
        {"serial_number": UUT["sn"]},
        ({"serial_number": UUT["sn"], "part_number": UUT["pn"]},),
        tested,
        unknown={"serial_number": "nothing"},
    ),
    "get_unit_changes": Scenario(
        {"max_count": 10}, prepare=changed, unknown="a queue is there also when nothing waits in it"
    ),
    "delete_unit_change": Scenario(
        lambda change: {"change_id": change}, prepare=changed, unknown={"change_id": 4711}
    ),
    "set_unit_phase": Scenario(
        {**UNIT, "phase": UnitPhaseId.SHIPPED}, prepare=units, unknown={"serial_number": "nothing"}
    ),
    "set_unit_process": Scenario(
        {**UNIT, "process_name": "Final function test"}, prepare=units, unknown={"serial_number": "nothing"}
    ),
    "add_child_unit": Scenario(
        {**RELATION, "check_part_number": "", "check_revision": ""},
        ({**RELATION, "check_part_number": "PSU", "check_revision": "B"},),
        units,
        unknown={"child_serial_number": "nothing"},
    ),
    "remove_child_unit": Scenario(RELATION, prepare=assembled, unknown={"child_serial_number": "nothing"}),
    "check_child_units": Scenario(BOX, prepare=assembled, unknown={"parent_serial_number": "nothing"}),
    "get_serial_number_types": Scenario(),
    "take_serial_numbers": Scenario(
        {**BOARD, "quantity": 2},
        (
            {
                **BOARD,
                "quantity": 2,
                "ref_sn": "BOX-1",
                "ref_pn": "BOX",
                "station_name": "FCT-3",
                "only_in_sequence": True,
                "format": SerialNumberFileFormat.CSV,
            },
        ),
        numbers,
        unknown=NO_TYPE,
        returns=(list[str], "the numbers themselves, whichever of the three forms they come in"),
    ),
    "get_serial_numbers_by_range": Scenario(
        {**BOARD, "start_address": "CB-000001", "end_address": "CB-000004"},
        (
            {
                **BOARD,
                "start_address": "CB-000001",
                "end_address": "CB-000004",
                "start_date": THEN,
                "end_date": LATER,
            },
        ),
        numbers,
        unknown=NO_TYPE,
    ),
    "get_serial_numbers_by_reference": Scenario(
        {**BOARD, "ref_sn": "BOX-1"},
        ({**BOARD, "ref_sn": "BOX-1", "ref_pn": "BOX", "start_date": THEN, "end_date": LATER},),
        numbers,
        unknown=NO_TYPE,
        beyond={"ref_sn": "the server wants one of the two references, says the contract in a note"},
    ),
    "export_serial_numbers": Scenario(
        {**BOARD, "format": SerialNumberFileFormat.XML},
        (
            {
                **BOARD,
                "format": SerialNumberFileFormat.CSV,
                "start_address": "CB-000001",
                "end_address": "CB-000004",
                "start_date": THEN,
                "end_date": LATER,
            },
        ),
        numbers,
        unknown=NO_TYPE,
    ),
    "upload_serial_numbers": Scenario(
        {**BOARD, "format": SerialNumberFileFormat.XML, "file": NUMBERS.to_xml()}, unknown=NO_TYPE
    ),
    "save_batches": Scenario(
        {"batches": [ProductionBatch(batch_number="LOT-2", batch_size=50)]},
        returns=(BulkSaveResult, "the other form, the batches themselves, is counted"),
    ),
}
