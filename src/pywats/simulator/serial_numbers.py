"""Serial numbers: types, the pool of each, taking numbers out of it, and files.

The types are there from the start, with empty pools; numbers come in by upload. Of a file that
is taken in, numbers that the type has already are passed over, and those that its columns or
attributes call taken are taken. A file with a number that does not match the type's regEx is
refused as a whole. The lowest free numbers are taken first. A number follows another if the
digits at its end do, before the check digit of an IMEI; a MAC address is hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from sqlite3 import Row
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .moments import now, sent_moment, utc_text
from .multipart import uploaded_file
from .serial_number_files import MEDIA_TYPES, read, written
from .store import Store
from .wire import ApiRoute, Query, bad_request, done, download, not_found

_SCHEMA = """
CREATE TABLE IF NOT EXISTS serial_number_type (
    name TEXT PRIMARY KEY,
    description TEXT,
    format TEXT,
    regEx TEXT,
    identifier INTEGER NOT NULL
);
INSERT OR IGNORE INTO serial_number_type VALUES
    ('Serial number', 'Any text', NULL, NULL, 0),
    ('Board', 'Circuit boards', 'CB-000000', '^CB-[0-9]{6}$', 0),
    ('MAC address', 'Network interfaces', 'XX-XX-XX-XX-XX-XX', '^([0-9A-F]{2}-){5}[0-9A-F]{2}$', 1),
    ('IMEI', 'Mobile devices', '000000000000000', '^[0-9]{15}$', 2);
CREATE TABLE IF NOT EXISTS serial_number (
    type TEXT NOT NULL REFERENCES serial_number_type,
    id TEXT NOT NULL,
    address TEXT NOT NULL,
    generated TEXT NOT NULL,
    taken TEXT,
    refSN TEXT,
    refPN TEXT,
    refStn TEXT,
    PRIMARY KEY (type, id)
);
CREATE INDEX IF NOT EXISTS serial_number_order ON serial_number (type, address, id);
CREATE INDEX IF NOT EXISTS serial_number_free ON serial_number (type, address, id) WHERE taken IS NULL;
"""

_MAC_ADDRESS, _IMEI = 1, 2
_IDENTIFIERS = {0: "Serial number", _MAC_ADDRESS: "MAC address", _IMEI: "IMEI"}
_MAX_LENGTH = 100
_REFERENCES = ("refSN", "refPN", "refStn")
_DIGITS = "microseconds"

# What XML cannot hold, and nobody prints on a label.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")

_FREE = "SELECT * FROM serial_number WHERE type = ? AND taken IS NULL ORDER BY address, id LIMIT ?"
_TAKE = "UPDATE serial_number SET taken = ?, refSN = ?, refPN = ?, refStn = ? WHERE type = ? AND id = ?"
_CONDITIONS = {
    "startAddress": "address >= ?",
    "endAddress": "address <= ?",
    "startDate": "generated >= ?",
    "endDate": "generated <= ?",
    "refSN": "refSN = ?",
    "refPN": "refPN = ?",
}
_RANGE = ("startAddress", "endAddress", "startDate", "endDate")
_ADD = "INSERT OR IGNORE INTO serial_number VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class SerialNumberService:
    """Answers the operations under ``/api/Production/SerialNumbers``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def routes(self) -> list[ApiRoute]:
        """The routes of serial numbers."""
        return [
            ApiRoute("GET", "/api/Production/SerialNumbers/Types", self.get_serial_number_types),
            ApiRoute("POST", "/api/Production/SerialNumbers/Take", self.take_serial_numbers),
            ApiRoute("GET", "/api/Production/SerialNumbers/ByRange", self.get_serial_numbers_by_range),
            ApiRoute(
                "GET", "/api/Production/SerialNumbers/ByReference", self.get_serial_numbers_by_reference
            ),
            ApiRoute("GET", "/api/Production/SerialNumbers", self.export_serial_numbers),
            ApiRoute("PUT", "/api/Production/SerialNumbers", self.upload_serial_numbers),
        ]

    async def get_serial_number_types(self, _request: Request) -> Response:
        """Lists the types."""
        rows = self._store.rows("SELECT * FROM serial_number_type ORDER BY rowid")
        return JSONResponse(
            [{**dict(row), "identifierName": _IDENTIFIERS[row["identifier"]]} for row in rows]
        )

    async def take_serial_numbers(self, request: Request) -> Response:
        """Takes the lowest free numbers; as XML unless CSV is wanted.

        There is no await between finding and taking them, so no other request gets them too.
        """
        query = Query(request)
        kind = self._type(query)
        format_ = _format(query.text("format") or "XML")
        quantity = query.integer("quantity", minimum=1)
        if quantity is None:
            raise bad_request("The parameter quantity is required.")
        references = [
            _printable(name, query.text(name) or "") or None for name in ("refSN", "refPN", "stationName")
        ]
        in_sequence = query.flag("onlyInSequence")
        free = self._store.rows(_FREE, kind["name"], -1 if in_sequence else quantity)
        if not free:
            raise not_found(f"There is no free serial number of the type {kind['name']!r}.")
        numbers = _first_run(free, quantity, kind) if in_sequence else free
        if not numbers:
            raise bad_request(f"There are no {quantity} free serial numbers in sequence.")
        moment = utc_text(now(), _DIGITS)
        with self._store.transaction():
            for number in numbers:
                self._store.run(_TAKE, moment, *references, kind["name"], number["id"])
        taken = dict(zip(("taken", *_REFERENCES), (moment, *references), strict=True))
        records = _records([{**dict(number), **taken} for number in numbers], kind)
        return Response(written(records, format_), media_type=MEDIA_TYPES[format_])

    async def get_serial_numbers_by_range(self, request: Request) -> Response:
        """Lists the numbers from one to another, free and taken."""
        query = Query(request)
        query.required("startAddress")
        query.required("endAddress")
        return JSONResponse(self._selected(query, self._type(query), _RANGE))

    async def get_serial_numbers_by_reference(self, request: Request) -> Response:
        """Lists the numbers that were taken for a unit, a part, or both."""
        query = Query(request)
        if query.text("refSN") is None and query.text("refPN") is None:
            raise bad_request("One of the parameters refSN and refPN is required.")
        names = ("refSN", "refPN", "startDate", "endDate")
        return JSONResponse(self._selected(query, self._type(query), names))

    async def export_serial_numbers(self, request: Request) -> Response:
        """Downloads the numbers of a type, free and taken."""
        query = Query(request)
        kind = self._type(query)
        format_ = _format(query.required("format"))
        content = written(self._selected(query, kind, _RANGE), format_)
        return download(content, MEDIA_TYPES[format_], f"{kind['name']}.{format_.lower()}")

    async def upload_serial_numbers(self, request: Request) -> Response:
        """Adds the numbers in a file to a type."""
        query = Query(request)
        kind = self._type(query)
        format_ = _format(query.required("format"))
        file = await uploaded_file(request)
        numbers = [_checked(record, kind) for record in read(file.content, format_)]
        moment = utc_text(now(), _DIGITS)
        with self._store.transaction():
            for number in numbers:
                self._store.run(
                    _ADD,
                    kind["name"],
                    number["id"],
                    _key(number["id"], kind),
                    moment,
                    *(number[name] for name in ("taken", *_REFERENCES)),
                )
        return done()

    def _type(self, query: Query) -> Row:
        name = query.required("serialNumberType")
        kind = self._store.row("SELECT * FROM serial_number_type WHERE name = ?", name)
        if kind is None:
            raise not_found(f"There is no serial number type {name!r}.")
        return kind

    def _selected(self, query: Query, kind: Row, names: Iterable[str]) -> list[dict[str, Any]]:
        """The numbers of a type that these parameters let through, in order."""
        given = {name: text for name in names if (text := query.text(name)) is not None}
        conditions = ["type = ?", *(_CONDITIONS[name] for name in given)]
        rows = self._store.rows(
            f"SELECT * FROM serial_number WHERE {' AND '.join(conditions)} ORDER BY address, id",  # noqa: S608
            kind["name"],
            *(_sortable(name, text, kind) for name, text in given.items()),
        )
        return _records(rows, kind)


def _sortable(name: str, text: str, kind: Row) -> str:
    """The value of a parameter as the table has it."""
    if name.endswith("Address"):
        return _key(_printable(name, text), kind)
    return _moment(name, text) if name.endswith("Date") else text


def _format(text: str) -> str:
    if text.upper() not in MEDIA_TYPES:
        raise bad_request(f"The parameter format must be XML or CSV, not {text!r}.")
    return text.upper()


def _moment(name: str, text: str) -> str:
    return utc_text(sent_moment(text, name), _DIGITS)


def _printable(name: str, text: str) -> str:
    if len(text) > _MAX_LENGTH or _UNPRINTABLE.search(text):
        raise bad_request(f"{name} must be at most {_MAX_LENGTH} printable characters, not {text!r}.")
    return text


def _checked(record: Mapping[str, str], kind: Row) -> dict[str, Any]:
    """A number of a file, or a 400."""
    identifier, taken = _printable("id", record.get("id", "")), record.get("taken")
    if not identifier:
        raise bad_request("A serial number of the file is empty.")
    if kind["regEx"] is not None and not re.fullmatch(kind["regEx"], identifier):
        raise bad_request(f"The serial number {identifier!r} does not match {kind['regEx']}.")
    references = {name: _printable(name, record.get(name, "")) or None for name in _REFERENCES}
    return {"id": identifier, "taken": _moment("taken", taken) if taken else None, **references}


def _position(identifier: str, kind: Row) -> tuple[str, int]:
    """Where a number stands among its like: numbers of the same text follow each other by value."""
    if kind["identifier"] == _MAC_ADDRESS:
        return "", int(re.sub(r"[^0-9A-Fa-f]", "", identifier) or "0", 16)
    if kind["identifier"] == _IMEI:
        identifier = identifier[:-1]
    text = identifier.rstrip("0123456789")
    return text, int(identifier[len(text) :] or "0")


def _key(identifier: str, kind: Row) -> str:
    """The position as a text that sorts like it."""
    text, value = _position(identifier, kind)
    return f"{text}\t{len(str(value)):03d}{value}"


def _follows(one: str, other: str, kind: Row) -> bool:
    (text, value), (next_text, next_value) = _position(one, kind), _position(other, kind)
    # What has no digits at its end has nothing after it.
    return text == next_text != one and value + 1 == next_value


def _first_run(numbers: Iterable[Row], length: int, kind: Row) -> list[Row]:
    """The first numbers without a gap, as many as are wanted; none if there is no such run."""
    run: list[Row] = []
    for number in numbers:
        if run and not _follows(run[-1]["id"], number["id"], kind):
            run = []
        run.append(number)
        if len(run) == length:
            return run
    return []


def _records(numbers: Iterable[Mapping[str, Any] | Row], kind: Row) -> list[dict[str, Any]]:
    """The records of numbers in order, each with how many of them follow without a gap."""
    records = [{name: number[name] for name in ("id", "taken", *_REFERENCES)} for number in numbers]
    following = 0
    for index in range(len(records) - 1, -1, -1):
        next_one = records[index + 1]["id"] if index + 1 < len(records) else None
        gap = next_one is None or not _follows(records[index]["id"], next_one, kind)
        following = 0 if gap else following + 1
        records[index]["seq"] = following
    return records
