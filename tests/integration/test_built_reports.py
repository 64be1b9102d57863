"""Reports that were built with the add methods, submitted and read back over a real socket."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from pywats import UURReport, UUTReport, pyWATS
from pywats.models import Step
from pywats.simulator import WatsSimulator


@pytest.fixture
def api() -> Iterator[pyWATS]:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as client:
        yield client


def one_of_everything() -> UUTReport:
    report = UUTReport.create(
        pn="CTRL-BOARD-07", sn="SN-0001", rev="B", process_code=100, user="operator", location="Line 2",
        purpose="Production", batch_sn="B1", comment="one of everything", fixture_id="FX-1",
        test_socket_index=1, sequence_path="board.seq", sequence_version="2.4.1",
    )  # fmt: skip
    main = report.root
    main.add_action("Connect", group="S", tot_time=1.5)
    power = main.add_sequence("Power")
    power.add_numeric("3V3", 3.31, low=3.2, high=3.4, unit="V")
    power.add_numeric("Open", math.inf, low=-math.inf)
    power.add_numeric("5V", 4.61, low=4.85, high=5.15, unit="V", error_code=1, error_message="too low")
    power.add_multi_numeric("Ripple").add_numeric("3V3", 11, high=30).add_numeric("Current", 0.7)
    digital = main.add_sequence("Digital")
    digital.add_pass_fail("Self test", ok=True)
    digital.add_multi_boolean("Relays").add_pass_fail("K1", ok=True).add_pass_fail("K2", ok=True)
    digital.add_string("Firmware", "2.4.1", limit="2.4.1").attach_file(b"log", filename="firmware.txt")
    digital.add_multi_string("Identity").add_string("Host", "cb07", limit="CB07", comp_op="IGNORECASE")
    response = main.add_chart("Response", x_label="Frequency", x_unit="Hz", y_label="Gain", y_unit="dB")
    response.add_series("Channel 1", [10, 100, 1e3], [-0.4, 0.1, 1.4]).add_numeric("Peak", 1.4, high=3)
    contact = main.add_loop("Contact")
    for ohms in (21.9, 66, 21.5):
        contact.add_numeric(ohms, high=50, unit="mOhm")
    soak = main.add_loop("Soak")
    soak.add_sequence().add_pass_fail("Alive", ok=True)
    main.add_message_popup("Display", "All lit", 1)
    main.add_call_executable("Calibrate", 0)
    main.add_attachment("Console", b"boot ok", filename="console.txt")
    main.add_numeric("Burn-in", 0, status="S")
    main.add_step(Step(step_type="NI_Wait", name="Discharge", status="D", group="C"))
    report.add_misc_info("Firmware image", "cb07-2.4.1")
    report.add_sub_unit("Power module", sn="PM3-7781", pn="PM-3", rev="A")
    report.add_asset("FIXTURE-1")
    report.finish()
    return report


def test_a_report_of_one_of_everything_comes_back_equal(api: pyWATS) -> None:
    report = one_of_everything()
    api.report.submit_report(report)
    stored = api.report.get_report(report.id)
    assert stored == report
    assert stored.to_wsjf() == report.to_wsjf()


def test_the_header_says_what_the_report_came_to(api: pyWATS) -> None:
    report = one_of_everything()
    api.report.submit_report(report)
    (header,) = api.report.query_headers(f"uuid eq {report.id}")
    assert (header.result, header.caused_uut_failure) == ("Failed", "5V")
    assert header.caused_uut_failure_path == "MainSequence/Power/5V"
    assert (header.sw_filename, header.sw_version) == ("board.seq", "2.4.1")


def test_the_files_of_a_report_are_found_by_the_ids_of_its_steps(api: pyWATS, tmp_path: Path) -> None:
    report = one_of_everything()
    api.report.submit_report(report)
    console = next(step for step in report.root.steps or () if step.name == "Console")
    api.report.get_attachment(report.id, tmp_path / "out.txt", step_id=console.id)
    assert (tmp_path / "out.txt").read_bytes() == b"boot ok"


def test_a_report_that_went_on_after_it_was_submitted_replaces_itself(api: pyWATS) -> None:
    report = one_of_everything()
    api.report.submit_report(report)
    report.root.add_action("Abort", status="T")
    api.report.submit_report(report)
    assert api.report.get_report(report.id).result == "T"


def test_a_repair_of_a_found_report_comes_back(api: pyWATS, tmp_path: Path) -> None:
    report = one_of_everything()
    api.report.submit_report(report)
    (header,) = api.report.query_headers("result eq 'Failed'")
    repair = UURReport.create(
        header, process_code=500, user="technician", location="Line 2", purpose="Repair"
    )
    failure = repair.add_failure("Component", "Defect component", com_ref="U4", step_id=4)
    failure.attach_file(b"photo", filename="u4.png")
    repair.add_failure("Solder", "Cold joint", unit=repair.add_sub_unit("Module", sn="PM3", pn="PM-3"))
    repair.add_misc_info("Repair station", "Bench A")
    repair.attach_file(b"notes", filename="notes.txt")
    repair.finish()
    api.report.submit_report(repair)

    stored = api.report.get_report(repair.id)
    assert isinstance(stored, UURReport)
    failures = stored.main_unit.failures or []
    for file in (*(stored.binary_data or ()), *(failures[0].attachments or ())):
        assert file.id is not None  # given by the server
        file.model_fields_set.discard("id")
    assert stored.to_wsjf() == repair.to_wsjf()
    (found,) = api.report.query_headers("reportType eq 'R'")
    assert found.referenced_uut == report.id
