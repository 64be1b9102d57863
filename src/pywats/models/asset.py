"""Test equipment: its types, state, counters, calibration, maintenance and log."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from pywats.models.base import Timestamp, WatsModel
from pywats.models.product import Setting

__all__ = [
    "Asset",
    "AssetAlarmState",
    "AssetLog",
    "AssetLogType",
    "AssetMessage",
    "AssetOperationResult",
    "AssetState",
    "AssetStatus",
    "AssetType",
]


class AssetState(IntEnum):
    """Where an asset is in its life."""

    UNKNOWN = 0
    IN_OPERATION = 1
    IN_TRANSIT = 2
    IN_MAINTENANCE = 3
    IN_CALIBRATION = 4
    IN_STORAGE = 5
    SCRAPPED = 6


class AssetAlarmState(IntEnum):
    """How close an asset is to the limits of its type."""

    OK = 0
    WARNING = 1
    ALARM = 2


class AssetLogType(IntEnum):
    """What a log record is about. The meaning of 7 and 8 is not documented."""

    MESSAGE = 0
    REGISTER = 1
    UPDATE = 2
    RESET_COUNT = 3
    CALIBRATION = 4
    MAINTENANCE = 5
    STATE_CHANGE = 6
    UNKNOWN_7 = 7
    UNKNOWN_8 = 8


class AssetType(WatsModel):
    """Kind of asset, with the limits for all assets of that kind.

    Leave `type_id` out to add a type, send it to update one.

    Attributes:
        running_count_limit: Uses allowed between two calibrations.
        total_count_limit: Uses allowed in total; the server raises it to `running_count_limit`.
        maintenance_interval: Days from one maintenance to the next; fractions are allowed.
        calibration_interval: Days from one calibration to the next; fractions are allowed.
        warning_threshold: Percent of a limit at which the warning starts.
        alarm_threshold: Percent of a limit at which the alarm starts, not below `warning_threshold`.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"type_name"})

    type_id: UUID | None = None
    type_name: str
    running_count_limit: int | None = None
    total_count_limit: int | None = None
    maintenance_interval: float | None = None
    calibration_interval: float | None = None
    warning_threshold: float | None = None
    alarm_threshold: float | None = None
    is_readonly: bool | None = None
    icon: str | None = None


class AssetLog(WatsModel):
    """One record in the log of an asset.

    Attributes:
        property: Name of the property that was changed, on update records.
        value: What the property was changed to.
    """

    log_id: int | None = None
    asset_id: str | None = None
    serial_number: str | None = None
    date: Timestamp | None = None
    user: str | None = None
    type: AssetLogType | None = None
    property: str | None = None
    value: str | None = None
    comment: str | None = None


class Asset(WatsModel):
    """One piece of test equipment.

    The server keeps the counters and the calibration and maintenance dates of an asset that exists: they are
    changed by operations of their own. Rows of `get_assets` have no tags, children, type, log and client id;
    `xml_data` is in those rows only, with the tags in it.

    Attributes:
        asset_id: Chosen by the server; not always a UUID.
        serial_number: No two assets have the same.
        total_count: Uses in its life.
        running_count: Uses since the count was last reset.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"serial_number"})

    asset_id: str | None = None
    parent_asset_id: str | None = None
    serial_number: str
    parent_serial_number: str | None = None
    asset_name: str | None = None
    part_number: str | None = None
    revision: str | None = None
    type_id: UUID
    client_id: Annotated[int | None, Field(alias="ClientId")] = None
    state: AssetState | None = None
    description: str | None = None
    location: str | None = None
    first_seen_date: Timestamp | None = None
    last_seen_date: Timestamp | None = None
    last_maintenance_date: Timestamp | None = None
    next_maintenance_date: Timestamp | None = None
    last_calibration_date: Timestamp | None = None
    next_calibration_date: Timestamp | None = None
    total_count: int | None = None
    running_count: int | None = None
    tags: list[Setting] | None = None
    asset_children: list[Asset] | None = None
    asset_type: AssetType | None = None
    asset_log: list[AssetLog] | None = None
    xml_data: str | None = None


class AssetStatus(WatsModel):
    """Alarm level and counters of an asset. A server may send further members.

    Attributes:
        message: The reason for the alarm level, for people to read.
    """

    alarm_state: AssetAlarmState | None = None
    running_count: int | None = None
    total_count: int | None = None
    message: str | None = None


class AssetMessage(WatsModel):
    """Text for the log of an asset."""

    content: str


class AssetOperationResult(WatsModel):
    """What a server says about a command. None of its members is documented; `model_extra` holds them."""
