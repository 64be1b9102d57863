"""From serial numbers to a finished box: two boards are numbered, tested, finalized and built into a box.

Everything runs against the local simulator.
"""

import io

from pywats import BadRequestError, NotFoundError, UUTReport, pyWATS
from pywats.models import (
    Bom,
    BomComponent,
    SequenceCallInfo,
    SerialNumberFileFormat,
    SerialNumberPool,
    SerialNumberRecord,
    Step,
    Unit,
    UnitPhaseId,
    UUTInfo,
)
from pywats.simulator import WatsSimulator


def main() -> None:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        fill_the_pool(api)
        boards = number_the_boards(api)
        for board in boards:
            run_tests(api, board)
        build_the_box(api, boards)
        read_the_changes(api)


def fill_the_pool(api: pyWATS) -> None:
    """Upload the numbers that were bought or reserved; here there are only three."""
    numbers = [SerialNumberRecord(id=f"CB-{number:06}") for number in range(1, 4)]
    file = io.BytesIO(SerialNumberPool(numbers=numbers).to_xml())
    api.production.upload_serial_numbers("Board", SerialNumberFileFormat.XML, file)


def number_the_boards(api: pyWATS) -> list[str]:
    boards = api.production.take_serial_numbers("Board", 2, ref_pn="BOARD-7", only_in_sequence=True)
    print(f"numbers for two boards: {', '.join(boards)}")
    print(f"what is left of the pool: {api.production.take_serial_numbers('Board', 5)}")
    try:
        api.production.take_serial_numbers("Board", 1)
    except NotFoundError as error:
        print(f"and then: {error.detail}")

    units = [Unit(serial_number=board, part_number="BOARD-7", revision="B") for board in boards]
    units.append(Unit(serial_number="BOX-1", part_number="BOX", revision="1"))
    units.append(Unit(serial_number="BOX-2"))
    saved = api.production.create_units(units)
    print(f"{saved.ok_count} units saved, {saved.error_count} refused: {saved.errors}")
    return boards


def run_tests(api: pyWATS, board: str) -> None:
    """Submit a passed run of each test operation, then let the server judge and finalize the board."""
    for process in api.process.get_processes(include_test_operations=True):
        report = UUTReport(
            pn="BOARD-7", sn=board, rev="B", process_code=process.code or 0, result="P",
            machine_name="FCT-3", location="Line 2", purpose="Production", uut=UUTInfo(user="operator"),
            root=Step(
                step_type="SequenceCall", name="Main", status="P",
                seq_call=SequenceCallInfo(path="board.seq", name="Main", version="1.0"),
            ),
        )  # fmt: skip
        api.report.submit_report(report)
    grade = api.production.verify_unit(board, part_number="BOARD-7")
    if grade and grade.all_processes_passed_last_run:
        print(f"{board} is {grade.status} with grade {grade.grade}")
        api.production.set_unit_phase(board, "BOARD-7", UnitPhaseId.FINALIZED)


def build_the_box(api: pyWATS, boards: list[str]) -> None:
    """Build the boards into a box that has room for one."""
    component = BomComponent(number="BOARD-7", rev="B", qty=1)
    api.product.update_bom(Bom(part_number="BOX", revision="1", components=[component]))
    for board in boards:
        try:
            api.production.add_child_unit(
                "BOX-1", "BOX", board, "BOARD-7", check_part_number="", check_revision=""
            )
        except BadRequestError as error:
            print(f"refused: {error.detail}")
    box = api.production.get_unit("BOX-1", "BOX")
    print(f"in the box: {[unit.serial_number for unit in (box and box.sub_units) or []]}")


def read_the_changes(api: pyWATS) -> None:
    """Read the queue of changes as an ERP system would: act on each, then acknowledge it."""
    for change in api.production.get_unit_changes(100):
        phase = UnitPhaseId(change.new_unit_phase_id or 0).name
        print(f"{change.unit_serial_number}: {phase}, in {change.new_parent_serial_number}")
        api.production.delete_unit_change(change.id)
    print(f"changes left: {len(api.production.get_unit_changes(100))}")


if __name__ == "__main__":
    main()
