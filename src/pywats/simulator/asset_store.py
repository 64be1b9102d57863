"""Assets as they are kept: their tables, how they are found, and what is written when they change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from sqlite3 import Row
from typing import Any

from .moments import now, sent_moment, utc_text
from .store import Store
from .wire import INT32, Query, bad_request, not_found

_SCHEMA = """
CREATE TABLE IF NOT EXISTS asset_type (
    typeId TEXT PRIMARY KEY,
    typeName TEXT NOT NULL,
    runningCountLimit INTEGER,
    totalCountLimit INTEGER,
    maintenanceInterval REAL,
    calibrationInterval REAL,
    warningThreshold REAL,
    alarmThreshold REAL,
    isReadonly INTEGER NOT NULL,
    icon TEXT
);
CREATE TABLE IF NOT EXISTS asset (
    assetId TEXT PRIMARY KEY COLLATE NOCASE,
    parentAssetId TEXT REFERENCES asset,
    serialNumber TEXT NOT NULL UNIQUE,
    assetName TEXT,
    partNumber TEXT,
    revision TEXT,
    typeId TEXT NOT NULL REFERENCES asset_type,
    ClientId INTEGER,
    state INTEGER NOT NULL,
    description TEXT,
    location TEXT,
    firstSeenDate TEXT NOT NULL,
    lastSeenDate TEXT NOT NULL,
    lastMaintenanceDate TEXT,
    externalMaintenanceDate TEXT,
    lastCalibrationDate TEXT,
    externalCalibrationDate TEXT,
    totalCount INTEGER NOT NULL,
    runningCount INTEGER NOT NULL,
    xmlData TEXT
);
CREATE INDEX IF NOT EXISTS asset_parent ON asset (parentAssetId);
CREATE TABLE IF NOT EXISTS asset_log (
    logId INTEGER PRIMARY KEY AUTOINCREMENT,
    assetId TEXT NOT NULL REFERENCES asset,
    date TEXT NOT NULL,
    type INTEGER NOT NULL,
    property TEXT,
    value TEXT,
    comment TEXT
);
CREATE INDEX IF NOT EXISTS asset_log_asset ON asset_log (assetId);
CREATE TABLE IF NOT EXISTS asset_usage (
    reportId TEXT NOT NULL,
    assetId TEXT NOT NULL REFERENCES asset,
    PRIMARY KEY (reportId, assetId)
);
"""

_ASSETS = """
SELECT a.*, p.serialNumber AS parentSerialNumber,
    t.runningCountLimit, t.totalCountLimit, t.maintenanceInterval, t.calibrationInterval,
    t.warningThreshold, t.alarmThreshold
FROM asset a JOIN asset_type t USING (typeId) LEFT JOIN asset p ON p.assetId = a.parentAssetId
"""


class LogType(IntEnum):
    """Kinds of log records."""

    MESSAGE = 0
    REGISTER = 1
    UPDATE = 2
    RESET_COUNT = 3
    CALIBRATION = 4
    MAINTENANCE = 5
    STATE_CHANGE = 6


def as_text(moment: datetime) -> str:
    """A moment as it is kept: in UTC and always of the same length, so that texts sort like moments."""
    return utc_text(moment, "microseconds")


def read_moment(text: str | None, name: str) -> str | None:
    """A moment that was sent, as it is kept, or a 400."""
    return None if text is None else as_text(sent_moment(text, name))


class Assets:
    """The assets, their types and their log.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def all(self) -> list[Row]:
        """Every asset, with the limits of its type."""
        return self._store.rows(_ASSETS)

    def by_id(self, identifier: str) -> Row | None:
        """The asset with an id."""
        return self._store.row(f"{_ASSETS} WHERE a.assetId = ?", identifier)

    def by_serial_number(self, serial_number: str) -> Row | None:
        """The asset with a serial number."""
        return self._store.row(f"{_ASSETS} WHERE a.serialNumber = ?", serial_number)

    def one(self, identifier: str) -> Row:
        """The asset with an id that is sure to exist."""
        return self._store.one(f"{_ASSETS} WHERE a.assetId = ?", identifier)

    def named(self, query: Query) -> Row:
        """The asset that the parameter id or serialNumber names, or a 400 or 404."""
        identifier, serial_number = query.text("id"), query.text("serialNumber")
        if identifier is not None and serial_number is None:
            asset = self.by_id(identifier)
        elif serial_number is not None and identifier is None:
            asset = self.by_serial_number(serial_number)
        else:
            raise bad_request("Give one of the parameters id and serialNumber.")
        if asset is None:
            raise not_found(f"There is no asset {identifier or serial_number!r}.")
        return asset

    def children(self, identifier: str) -> list[Row]:
        """The assets right below one."""
        return self._store.rows(f"{_ASSETS} WHERE a.parentAssetId = ? ORDER BY a.serialNumber", identifier)

    def below(self, identifier: str, level: int = 0) -> list[Row]:
        """The assets below one, level by level: down to a level, or all of them for 0."""
        found: list[Row] = []
        parents = [identifier]
        while parents:
            children = [child for parent in parents for child in self.children(parent)]
            found += children
            level -= 1
            parents = [] if level == 0 else [child["assetId"] for child in children]
        return found

    def log(self, identifier: str | None = None) -> list[Row]:
        """The log records of one asset or of all, newest first."""
        return self._store.rows(
            "SELECT l.*, a.serialNumber FROM asset_log l JOIN asset a USING (assetId)"
            " WHERE ? IN (a.assetId, '') ORDER BY logId DESC",
            identifier or "",
        )

    def record(
        self,
        identifier: str,
        kind: LogType,
        *,
        property_: str | None = None,
        value: Any = None,
        comment: str | None = None,
    ) -> None:
        """Writes a log record."""
        self._store.run(
            "INSERT INTO asset_log (assetId, date, type, property, value, comment) VALUES (?, ?, ?, ?, ?, ?)",
            identifier,
            as_text(now()),
            kind,
            property_,
            None if value is None else str(value),
            comment,
        )

    def add(self, values: Mapping[str, Any]) -> None:
        """Stores a new asset."""
        marks = ", ".join("?" * len(values))
        self._store.run(f"INSERT INTO asset ({', '.join(values)}) VALUES ({marks})", *values.values())  # noqa: S608 - our own names
        self.record(values["assetId"], LogType.REGISTER)

    def set(self, identifier: str, **values: Any) -> None:
        """Sets columns of an asset, without a log record."""
        for name, value in values.items():
            self._store.run(f"UPDATE asset SET {name} = ? WHERE assetId = ?", value, identifier)  # noqa: S608 - our own names

    def change(self, asset: Row, values: Mapping[str, Any], comment: str | None = None) -> None:
        """Sets columns of an asset, with a log record for each that it did not have before."""
        for name, value in values.items():
            if asset[name] != value:
                self.set(asset["assetId"], **{name: value})
                kind = LogType.STATE_CHANGE if name == "state" else LogType.UPDATE
                self.record(asset["assetId"], kind, property_=name, value=value, comment=comment)

    def count(self, asset: Row, uses: int, comment: str | None = None) -> None:
        """Adds uses to both counts, or a 400 if they do not fit."""
        total = asset["totalCount"] + uses
        if total > INT32[1]:
            raise bad_request(f"The asset {asset['serialNumber']!r} cannot count further than {INT32[1]}.")
        self.set(asset["assetId"], runningCount=asset["runningCount"] + uses, lastSeenDate=as_text(now()))
        self.change(asset, {"totalCount": total}, comment)

    def count_for_report(self, asset: Row, uses: int, report_id: str) -> None:
        """Adds the uses that a report tells of, unless that report has told of this asset before."""
        if self._store.row(
            "SELECT 1 FROM asset_usage WHERE reportId = ? AND assetId = ?", report_id, asset["assetId"]
        ):
            return
        self._store.run("INSERT INTO asset_usage VALUES (?, ?)", report_id, asset["assetId"])
        # A report is not refused for the sake of a counter.
        self.count(asset, max(0, min(uses, INT32[1] - asset["totalCount"])), f"Report {report_id}")

    def delete(self, asset: Row) -> None:
        """Removes an asset with its log; its children move up to its parent."""
        identifier = asset["assetId"]
        for child in self.children(identifier):
            self.change(child, {"parentAssetId": asset["parentAssetId"]})
        for table in ("asset_log", "asset_usage", "asset"):
            self._store.run(f"DELETE FROM {table} WHERE assetId = ?", identifier)  # noqa: S608 - our own names

    def types(self) -> list[Row]:
        """Every asset type."""
        return self._store.rows("SELECT * FROM asset_type")

    def type(self, identifier: str) -> Row | None:
        """The asset type with an id."""
        return self._store.row("SELECT * FROM asset_type WHERE typeId = ?", identifier)

    def type_of(self, asset: Row) -> Row:
        """The type of an asset."""
        return self._store.one("SELECT * FROM asset_type WHERE typeId = ?", asset["typeId"])

    def save_type(self, values: Mapping[str, Any]) -> Row:
        """Stores an asset type in place of the one with its id, and returns it."""
        marks = ", ".join("?" * len(values))
        self._store.run(
            f"INSERT OR REPLACE INTO asset_type ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 - our own names
            *values.values(),
        )
        return self._store.one("SELECT * FROM asset_type WHERE typeId = ?", values["typeId"])
