"""One unit on the test station: a report is built while the test runs, submitted, found again, and repaired.

A local simulator takes the reports, so the script needs nothing and leaves nothing behind.
"""

import math

from pywats import UURReport, UUTReport, pyWATS
from pywats.models import ReportHeader
from pywats.simulator import WatsSimulator

RAILS = {"3V3": (3.31, 3.2, 3.4), "5V": (4.61, 4.85, 5.15), "12V": (12.02, 11.5, 12.5)}
RESISTANCES = (21.9, 21.7, 21.5)
FREQUENCIES = [10 * 10 ** (step / 10) for step in range(31)]


def main() -> None:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        report = test("SN-0001")
        print(f"{report.sn}: {report.result}")
        api.report.submit_report(report)

        for header in api.report.iter_headers("result eq 'Failed'"):
            print(f"to be repaired: {header.serial_number}, because of {header.caused_uut_failure_path}")
            api.report.submit_report(repair(header, report))

        for header in api.report.iter_headers("reportType eq 'R'"):
            print(f"repaired: {header.serial_number}, {header.comment}")


def test(serial_number: str) -> UUTReport:
    """Test one unit. Statuses follow from the limits; nothing here decides what passed."""
    report = UUTReport.create(
        pn="CTRL-BOARD-07",
        sn=serial_number,
        rev="B",
        process_code=100,
        user="operator",
        location="Line 2",
        purpose="Production",
        sequence_name="Final test",
        sequence_path="board.py",
        sequence_version="2.4.1",
    )
    report.add_misc_info("Firmware image", "cb07-2.4.1")
    report.add_asset("FIXTURE-7")
    report.root.add_action("Connect fixture", group="S", tot_time=1.5)

    power = report.root.add_sequence("Power")
    for name, (volts, low, high) in RAILS.items():
        power.add_numeric(f"{name} rail", volts, low=low, high=high, unit="V")
    contact = power.add_loop("Contact resistance")
    for milliohms in RESISTANCES:
        contact.add_numeric(milliohms, high=50, unit="mOhm")

    digital = report.root.add_sequence("Digital")
    digital.add_string("Firmware", "2.4.1", limit="2.4.1")
    relays = digital.add_multi_boolean("Relays")
    for number in range(1, 5):
        relays.add_pass_fail(f"K{number}", ok=True)

    gains = [-10 * math.log10(1 + (frequency / 3000) ** 2) for frequency in FREQUENCIES]
    response = report.root.add_chart(
        "Response", x_label="Frequency", x_unit="Hz", y_label="Gain", y_unit="dB", chart_type="LineLogX"
    )
    response.add_series("Measured", FREQUENCIES, gains)
    response.add_numeric("Gain at 10 Hz", gains[0], low=-0.5, high=0.5, unit="dB")

    report.root.add_attachment("Console log", b"boot ok\n", filename="console.txt", group="C")
    report.finish()
    return report


def repair(header: ReportHeader, tested: UUTReport) -> UURReport:
    """Repair what the test found, and say which step of it that was."""
    report = UURReport.create(
        header,
        process_code=500,
        user="technician",
        location="Line 2",
        purpose="Repair",
        comment="Regulator replaced",
    )
    failed = tested.failed_step
    failure = report.add_failure(
        "Component", "Defect component", com_ref="U4", step_id=failed.id if failed else None
    )
    failure.attach_file(b"4.61 V\n", filename="tp7.txt")
    report.finish()
    return report


if __name__ == "__main__":
    main()
