"""Calls of the asset service."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from pywats import AsyncWATS
from pywats.models import (
    Asset,
    AssetMessage,
    AssetState,
    AssetType,
    ChangeType,
    Setting,
)
from tests.contract.scenarios.scenario import Arguments, Scenario

TYPE_ID = UUID("2f3c6f0e-7a3b-4d7e-9a53-0f6b1c2d3e01")
TYPE = AssetType(
    type_id=TYPE_ID,
    type_name="Fixture",
    running_count_limit=1000,
    total_count_limit=100_000,
    maintenance_interval=30.5,
    calibration_interval=365,
    warning_threshold=80,
    alarm_threshold=100,
)
SERIAL = "FIX 12/ä&1"
FIXTURE = Asset(
    serial_number=SERIAL,
    type_id=TYPE_ID,
    asset_name="Fixture twelve",
    part_number="FIX",
    revision="A",
    state=AssetState.IN_OPERATION,
    description="Bed of nails",
    location="Line 2",
    tags=[Setting(key="Nails", value="512", change=ChangeType.ADD)],
)
PROBE = Asset(serial_number="PROBE-1", parent_serial_number=SERIAL, type_id=TYPE_ID)
NOBODY = {"serial_number": "nothing"}
THEN = datetime(2025, 3, 18, 9, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 18, tzinfo=UTC)


async def assets(api: AsyncWATS) -> str:
    """Make a fixture with a probe in it, and return the id of the fixture."""
    await api.asset.save_asset_type(TYPE)
    fixture = await api.asset.save_asset(FIXTURE)
    await api.asset.save_asset(PROBE)
    assert fixture.asset_id is not None
    return fixture.asset_id


def on_the_fixture(minimal: Arguments | None = None, **more: object) -> Scenario:
    """An operation that finds the asset by its serial number or by its id.

    Args:
        minimal: Required arguments.
        **more: All others.
    """
    required = minimal or {}
    return Scenario(
        {"serial_number": SERIAL, **required},
        (lambda fixture: {"id": fixture, **required, **more},),
        assets,
        unknown=NOBODY,
    )


SCENARIOS = {
    "get_assets": Scenario(
        more=(
            {
                "filter": "serialNumber ne 'it''s' and state eq 1",
                "top": 10,
                "skip": 0,
                "orderby": "serialNumber desc",
            },
        ),
        prepare=assets,
    ),
    "save_asset": Scenario({"asset": FIXTURE}, prepare=lambda api: api.asset.save_asset_type(TYPE)),
    "delete_asset": on_the_fixture(),
    "get_asset": Scenario({"asset_id": SERIAL}, prepare=assets, unknown={"asset_id": "nothing"}),
    "get_asset_status": on_the_fixture(translate=True, culture_code="en-US"),
    "set_asset_state": on_the_fixture({"state": AssetState.IN_CALIBRATION}),
    "increment_count": Scenario(
        {"serial_number": SERIAL, "increment_by": 1},
        (
            lambda fixture: {
                "id": fixture,
                "increment_by": 3,
                "increment_children": True,
                "culture_code": "en-US",
            },
            {"serial_number": SERIAL, "total_count": 12},
        ),
        assets,
        unknown=NOBODY,
        beyond={"increment_by": "without a number there is nothing to count"},
    ),
    "reset_running_count": on_the_fixture(comment="New nails"),
    "set_running_count": on_the_fixture({"running_count": 5}),
    "set_total_count": on_the_fixture({"total_count": 7}),
    "record_calibration": on_the_fixture(date_time=THEN, comment="By the lab"),
    "record_external_calibration": on_the_fixture(from_date=THEN, to_date=LATER, comment="By the lab"),
    "record_maintenance": on_the_fixture(date_time=THEN, comment="Cleaned"),
    "record_external_maintenance": on_the_fixture(from_date=THEN, to_date=LATER, comment="Cleaned"),
    "get_asset_log": Scenario(
        more=(
            {
                "filter": "serialNumber ne 'nothing'",
                "top": 10,
                "skip": 0,
                "orderby": "date desc",
            },
        ),
        prepare=assets,
    ),
    "add_log_message": on_the_fixture(
        {"message": AssetMessage(content="Nail 7 is bent")}, culture_code="en-US"
    ),
    "get_asset_types": Scenario(
        more=(
            {
                "filter": "typeName eq 'Fixture'",
                "top": 10,
                "skip": 0,
                "orderby": "typeName",
            },
        ),
        prepare=assets,
    ),
    "save_asset_type": Scenario(
        {"asset_type": AssetType(type_name="Cable")},
        ({"asset_type": TYPE},),
        repeatable="the description has it: with a type id the server does not make one up",
    ),
    "get_sub_assets": on_the_fixture(level=2),
}
