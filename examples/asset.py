"""A test fixture and its probes are looked after: worn by tests, reported as worn, renewed and calibrated.

The assets are made on a local simulator, so the script needs nothing and leaves nothing behind.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pywats import pyWATS
from pywats.models import Asset, AssetAlarmState, AssetState, AssetType
from pywats.simulator import WatsSimulator

FIXTURE = "FIX-12"


def main() -> None:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        register(api)
        while use(api):
            pass
        renew_the_probes(api)
        print_the_log(api)


def register(api: pyWATS) -> None:
    """Make a fixture that is calibrated once a year, with two rows of probes that wear out."""
    fixtures, probes = uuid4(), uuid4()
    api.asset.save_asset_type(AssetType(type_id=fixtures, type_name="Fixture", calibration_interval=365))
    api.asset.save_asset_type(
        AssetType(
            type_id=probes,
            type_name="Probes",
            running_count_limit=5,
            warning_threshold=80,
            alarm_threshold=100,
        )
    )
    api.asset.save_asset(Asset(serial_number=FIXTURE, type_id=fixtures, location="Line 2"))
    for row in ("A", "B"):
        api.asset.save_asset(
            Asset(serial_number=f"{FIXTURE}-{row}", type_id=probes, parent_serial_number=FIXTURE)
        )
    calibrated = datetime.now(UTC) - timedelta(days=100)
    api.asset.record_calibration(serial_number=FIXTURE, date_time=calibrated, comment="Certificate 4711")
    due = api.asset.get_asset(FIXTURE).next_calibration_date
    print(f"{FIXTURE} is due for calibration {due:%Y-%m-%d}")


def use(api: pyWATS) -> bool:
    """Count one test on the fixture and all that is in it, and tell whether its probes can go on."""
    api.asset.increment_count(serial_number=FIXTURE, increment_by=1, increment_children=True)
    status = api.asset.get_asset_status(serial_number=f"{FIXTURE}-A")
    print(f"{status.running_count} uses, {status.alarm_state!r}: {status.message or 'nothing to do'}")
    return status.alarm_state != AssetAlarmState.ALARM


def renew_the_probes(api: pyWATS) -> None:
    """Take the fixture out of the line, change the probes that need it, and put it back."""
    api.asset.set_asset_state(AssetState.IN_MAINTENANCE, serial_number=FIXTURE)
    for probes in api.asset.get_sub_assets(serial_number=FIXTURE, level=1):
        status = api.asset.get_asset_status(id=probes.asset_id)
        if status.alarm_state != AssetAlarmState.OK:
            api.asset.reset_running_count(id=probes.asset_id, comment="New probes")
            print(f"{probes.serial_number} is renewed after {status.running_count} uses")
    api.asset.record_maintenance(serial_number=FIXTURE, comment="Cleaned")
    api.asset.set_asset_state(AssetState.IN_OPERATION, serial_number=FIXTURE)


def print_the_log(api: pyWATS) -> None:
    """Show what happened to the fixture and its probes, from the beginning."""
    for record in api.asset.iter_asset_log(f"startswith(serialNumber, '{FIXTURE}')"):
        change = f"{record.property} = {record.value}" if record.property else ""
        print(f"  {record.serial_number:8} {record.type!r} {change} {record.comment or ''}")


if __name__ == "__main__":
    main()
