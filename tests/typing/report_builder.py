"""How reports are built, as type checkers see it; never run.

Each ignored error is a promise: mypy reports an ignore that is not needed any more.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from pywats import UURReport, UUTReport
from pywats.models import (
    Loop,
    NumericCompOp,
    ReportBinaryData,
    ReportHeader,
    ReportMiscInfo,
    Step,
    StepDetails,
    UURFailure,
    UURSubUnit,
)


def build(report: UUTReport, when: datetime) -> None:
    power = report.root.add_sequence("Power", group="S", start=when)
    assert_type(power, Step)
    assert_type(power.add_numeric("3V3", 3.3, low=3, high=Decimal("3.4"), comp_op="GTLT"), Step)
    assert_type(power.add_numeric("5V", 5, low=4, comp_op=NumericCompOp.GREATER_THAN, status="P"), Step)
    assert_type(power.add_string("Firmware", "2.4.1", limit="2.4.1", comp_op="IGNORECASE"), Step)
    assert_type(power.add_multi_boolean("Relays").add_pass_fail("K1", ok=True), Step)
    assert_type(power.add_chart("C", x_label="x", y_label="y").add_series("a", [1, 2.5], range(2)), Step)
    assert_type(power.add_attachment("Log", Path("log.txt"), tot_time=0.1), Step)
    assert_type(power.add_action("Wait", status="E").attach_file(b"x", filename="x.txt"), Step)
    assert_type(power.add_loop("Loop"), Loop)
    assert_type(power.add_loop("Loop").add_numeric(1, high=2, report_text="a"), Step)
    assert_type(power.steps, list[Step] | None)
    assert_type(report.add_misc_info("a", "b"), ReportMiscInfo)
    details: StepDetails = {"tot_time": 1.5, "group": "C"}
    power.add_pass_fail("K2", ok=True, **details)
    power.status = "T"
    report.result = "F"


def repair(tested: UUTReport | ReportHeader) -> None:
    report = UURReport.create(tested, process_code=500, user="me", location="Line 2", purpose="Repair")
    assert_type(report, UURReport)
    assert_type(report.add_failure("Component", "Defect", step_id=4), UURFailure)
    assert_type(report.add_sub_unit("Module", sn="1", pn="2", parent=report.main_unit), UURSubUnit)
    assert_type(report.attach_file("photo.png"), ReportBinaryData)


def build_wrongly(report: UUTReport, power: Step) -> None:
    UUTReport.create("X", "1")  # type: ignore[call-arg]
    UUTReport.create(pn="X", sn="1", rev="A", process_code=100, user="me", location="L")  # type: ignore[call-arg]
    power.add_numeric("3V3", "3.3")  # type: ignore[arg-type]
    power.add_numeric("3V3", 3.3, 3.2, 3.4)  # type: ignore[call-arg]
    power.add_numeric("3V3", 3.3, comp_op="GTE")  # type: ignore[arg-type]
    power.add_numeric("3V3", 3.3, status="E")  # type: ignore[arg-type]
    power.add_numeric("3V3", 3.3, tot_tyme=1)  # type: ignore[call-arg]
    power.add_numeric("3V3", 3.3, tot_time="1")  # type: ignore[arg-type]
    power.add_string("Firmware", 241)  # type: ignore[arg-type]
    power.add_string("Firmware", "2.4.1", comp_op="GT")  # type: ignore[arg-type]
    power.add_pass_fail("K1", "F")  # type: ignore[arg-type]
    power.add_action("Wait", status="U")  # type: ignore[arg-type]
    power.add_loop("Loop").add_string("a", "b")  # type: ignore[call-arg]
    report.add_sub_unit("Module", "SN", "PN")  # type: ignore[call-arg]
    UURReport.create(report.id, process_code=500, user="me", location="L", purpose="R")  # type: ignore[arg-type]
