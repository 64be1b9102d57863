"""Which station fails, at which step, and by how much: from the yield of a day down to single values.

Runs on the local simulator, with reports that it submits first.
"""

import random
from typing import Literal

from pywats import UUTReport, pyWATS
from pywats.models import (
    MeasurementPath,
    NumericMeasurement,
    SequenceCallInfo,
    Step,
    UUTInfo,
    WATSFilter,
    YieldDimension,
    YieldKpi,
)
from pywats.simulator import WatsSimulator

BOARD = "CTRL-BOARD-07"
LOW, HIGH = 3.2, 3.4


def main() -> None:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        operation = next(process for process in api.process.get_processes() if process.is_test_operation)
        submit_a_day(api, operation.code or 0)
        print(f"{BOARD} in {operation.name}, on WATS {api.analytics.get_version()}")
        board = WATSFilter(part_number=BOARD, test_operation=operation.name)

        print("\nStations, the worst first")
        for row in api.analytics.get_dynamic_yield(
            board, dimensions=[(YieldKpi.FPY, "asc"), YieldKpi.UNIT_COUNT, YieldDimension.STATION_NAME]
        ):
            print(f"   {row.station_name}: {row.unit_count} units, first pass yield {row.fpy}")

        print("\nSteps that fail most")
        for failing in api.analytics.get_top_failed(board):
            print(f"   {failing.step_path}: {failing.fail_count} of {failing.total_count}")

        print("\nMeasurements, and the values outside of their limits")
        for step in api.analytics.get_test_step_analysis(board):
            if step.step_path and step.measure_count:
                print(f"   {step.step_name}: mean {step.avg:.3f}, cpk {step.cpk:.2f}")
                path = MeasurementPath.parse(step.step_path, measurement=step.measure_name)
                print_failed_values(api, board, path)


def print_failed_values(api: pyWATS, board: WATSFilter, path: MeasurementPath) -> None:
    for group in api.analytics.get_measurements(board, measurement_paths=path):
        for one in group.measurements:
            if one.status == "Failed":
                print(f"      {one.serial_number}: {one.value:.3f} {one.unit}")


def submit_a_day(api: pyWATS, process_code: int) -> None:
    """Submit forty tests; station FCT-2 reads a bit high."""
    noise = random.Random(7)  # noqa: S311  the same day each time
    for number in range(40):
        station, volts = ("FCT-1", 3.30) if number % 2 else ("FCT-2", 3.37)
        api.report.submit_report(tested(process_code, f"SN-{number:03}", station, noise.gauss(volts, 0.03)))


def tested(process_code: int, serial_number: str, station: str, volts: float) -> UUTReport:
    status: Literal["P", "F"] = "P" if LOW <= volts <= HIGH else "F"
    rail = NumericMeasurement(
        comp_op="GELE", value=volts, low_limit=LOW, high_limit=HIGH, unit="V", status=status
    )
    steps = [Step(step_type="ET_NLT", name="3V3 rail", status=status, numeric_meas=[rail])]
    sequence = SequenceCallInfo(path="board.seq", name="Main", version="1.0")
    return UUTReport(
        pn=BOARD,
        sn=serial_number,
        rev="B",
        process_code=process_code,
        result=status,
        machine_name=station,
        location="Line 2",
        purpose="Production",
        uut=UUTInfo(user="operator"),
        root=Step(step_type="SequenceCall", name="Main", status=status, steps=steps, seq_call=sequence),
    )


if __name__ == "__main__":
    main()
