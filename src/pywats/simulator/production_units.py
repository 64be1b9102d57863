"""The units that the server tracks, and the queue of their changes."""

from __future__ import annotations

from collections.abc import Mapping
from sqlite3 import Row
from typing import Any

from .custom_data import checked_xml, tags
from .moments import sent_moment, utc_text
from .store import Store
from .wire import ApiError, Members, bad_request, not_found

# AUTOINCREMENT: an entry never gets the id of one that was removed.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS unit (
    serialNumber TEXT PRIMARY KEY,
    partNumber TEXT NOT NULL,
    revision TEXT,
    parentSerialNumber TEXT REFERENCES unit,
    batchNumber TEXT,
    serialDate TEXT,
    currentLocation TEXT,
    xmlData TEXT,
    unitPhaseId INTEGER NOT NULL,
    processCode TEXT
);
CREATE INDEX IF NOT EXISTS unit_parent ON unit (parentSerialNumber);
CREATE TABLE IF NOT EXISTS unit_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unitSerialNumber TEXT NOT NULL,
    newParentSerialNumber TEXT,
    newPartNumber TEXT NOT NULL,
    newRevision TEXT,
    newUnitPhaseId INTEGER NOT NULL
);
"""

FINALIZED = 16
PHASES = {
    1: "Unknown",
    2: "Under production",
    4: "Production repair",
    8: "Service repair",
    FINALIZED: "Finalized",
    32: "Scrapped",
    64: "Extended test",
    128: "Customization",
    256: "Repaired",
    512: "Missing",
    1024: "In storage",
    2048: "Shipped",
    4098: "Under production queued",
    4100: "Production repair queued",
    4104: "Service repair queued",
}
"""The phases of a unit and their names."""

_UNDER_PRODUCTION = 2
_LOGGED = ("parentSerialNumber", "partNumber", "revision", "unitPhaseId")


class UnitTable:
    """The units, and the changes of those that were logged."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def find(self, serial_number: str, part_number: str | None = None) -> Row | None:
        """The unit with a serial number, if it has the part number too; none given fits all."""
        unit = self._store.row("SELECT * FROM unit WHERE serialNumber = ?", serial_number)
        return None if unit is None or part_number not in (None, "", unit["partNumber"]) else unit

    def found(self, serial_number: str, part_number: str) -> Row:
        """The same, or a 404."""
        unit = self.find(serial_number, part_number)
        if unit is None:
            raise not_found(f"There is no unit {serial_number!r} of {part_number or 'any product'!r}.")
        return unit

    def children(self, unit: Row) -> list[Row]:
        """The units that are built into one, directly."""
        return self._store.rows(
            "SELECT * FROM unit WHERE parentSerialNumber = ? ORDER BY serialNumber", unit["serialNumber"]
        )

    def revision(self, unit: Row) -> Row | None:
        """The record of a unit's product revision."""
        return self._store.row(
            "SELECT r.*, p.partNumber AS PartNumber FROM revision r JOIN product p USING (productId)"
            " WHERE p.partNumber = ? AND r.revision = ?",
            unit["partNumber"],
            unit["revision"],
        )

    def described(self, unit: Row) -> dict[str, Any]:
        """A unit as the API shows it."""
        product = self._store.row("SELECT * FROM product WHERE partNumber = ?", unit["partNumber"])
        revision = self.revision(unit)
        return {
            **dict(unit),
            "unitPhase": PHASES[unit["unitPhaseId"]],
            "tags": tags(unit["xmlData"]),
            "product": product and {**_record(product), "nonSerial": bool(product["nonSerial"])},
            "productRevision": revision and _record(revision),
            "subUnits": [self.described(child) for child in self.children(unit)],
        }

    def save(self, sent: Members) -> None:
        """Adds a unit, or changes the one with its serial number; a 400 if it is wrong."""
        serial_number = sent.required("serialNumber")
        unit = self.find(serial_number)
        values = self._values(serial_number, sent)
        if unit is None:
            self._add({"partNumber": sent.required("partNumber"), "unitPhaseId": _UNDER_PRODUCTION, **values})
        else:
            self.change(unit, values)

    def change(self, unit: Row, values: Mapping[str, Any]) -> None:
        """Changes a unit, and logs that if it is of interest."""
        after = {**dict(unit), **values}
        assignments = ", ".join(f"{name} = ?" for name in after)
        self._store.run(
            f"UPDATE unit SET {assignments} WHERE serialNumber = ?",  # noqa: S608 - our own names
            *after.values(),
            unit["serialNumber"],
        )
        if any(after[name] != unit[name] for name in _LOGGED):
            self._store.run(
                "INSERT INTO unit_change VALUES (NULL, ?, ?, ?, ?, ?)",
                unit["serialNumber"],
                *(after[name] for name in _LOGGED),
            )

    def refuse_loop(self, serial_number: str, parent: Row | None) -> None:
        """A 400 if the unit would be inside itself."""
        while parent is not None:
            if parent["serialNumber"] == serial_number:
                raise bad_request(f"The unit {serial_number!r} would be inside itself.")
            above = parent["parentSerialNumber"]
            parent = None if above is None else self.find(above)

    def changes(self, maximum: int) -> list[dict[str, Any]]:
        """The oldest entries of the queue."""
        rows = self._store.rows("SELECT * FROM unit_change ORDER BY id LIMIT ?", maximum)
        return [dict(row) for row in rows]

    def remove_change(self, identifier: str) -> bool:
        """Removes an entry of the queue; False if there is none."""
        row = self._store.row("SELECT id FROM unit_change WHERE CAST(id AS TEXT) = ?", identifier)
        if row is not None:
            self._store.run("DELETE FROM unit_change WHERE id = ?", row["id"])
        return row is not None

    def _add(self, values: Mapping[str, Any]) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self._store.run(f"INSERT INTO unit ({names}) VALUES ({marks})", *values.values())  # noqa: S608 - our own names

    def _values(self, serial_number: str, sent: Members) -> dict[str, Any]:
        """What was sent of a unit, checked."""
        names = ("revision", "batchNumber", "currentLocation")
        values: dict[str, Any] = {name: sent.text(name) for name in names if name in sent}
        values["serialNumber"] = serial_number
        if "partNumber" in sent:
            values["partNumber"] = sent.required("partNumber")
        if "parentSerialNumber" in sent:
            values["parentSerialNumber"] = self._parent(serial_number, sent.text("parentSerialNumber"))
        if "serialDate" in sent:
            values["serialDate"] = _moment("serialDate", sent.text("serialDate"))
        if "xmlData" in sent:
            values["xmlData"] = checked_xml(sent.text("xmlData"))
        if "processCode" in sent:
            values["processCode"] = _process_code(sent)
        if sent.integer("unitPhaseId") is not None:
            values["unitPhaseId"] = sent.choice("unitPhaseId", tuple(PHASES))
        return values

    def _parent(self, serial_number: str, parent_serial_number: str | None) -> str | None:
        if not parent_serial_number:
            return None
        parent = self.find(parent_serial_number)
        if parent is None:
            raise bad_request(f"There is no unit {parent_serial_number!r} to be the parent.")
        self.refuse_loop(serial_number, parent)
        return parent_serial_number


def _record(row: Row) -> dict[str, Any]:
    return {**dict(row), "tags": tags(row["xmlData"])}


def _moment(name: str, text: str | None) -> str | None:
    return None if text is None else utc_text(sent_moment(text, name), "auto")


def _process_code(sent: Members) -> str | None:
    """The code as text, which is what the server makes of it; clients also send numbers."""
    try:
        number = sent.integer("processCode")
    except ApiError:
        return sent.text("processCode")
    return None if number is None else str(number)
