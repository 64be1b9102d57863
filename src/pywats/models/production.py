"""Units, their phases and assemblies, serial numbers and batches."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Set as AbstractSet
from enum import IntEnum, StrEnum
from typing import Annotated, Any, ClassVar, Self
from xml.etree import ElementTree as ET

from pydantic import Field, ValidationError
from pydantic.alias_generators import to_camel

from pywats.models.base import LENIENT, Timestamp, UtcTimestamp, WatsModel
from pywats.models.product import Product, ProductRevision, Setting

__all__ = [
    "BulkSaveResult",
    "ChildUnitCheckResult",
    "ProductionBatch",
    "SerialNumberFileFormat",
    "SerialNumberIdentifier",
    "SerialNumberPool",
    "SerialNumberRecord",
    "SerialNumberType",
    "Unit",
    "UnitChange",
    "UnitPhaseId",
    "UnitVerification",
    "UnitVerificationGrade",
]


class UnitPhaseId(IntEnum):
    """Phase of a unit's life cycle; a queued one is the plain phase plus 4096."""

    UNKNOWN = 1
    UNDER_PRODUCTION = 2
    PRODUCTION_REPAIR = 4
    SERVICE_REPAIR = 8
    FINALIZED = 16
    SCRAPPED = 32
    EXTENDED_TEST = 64
    CUSTOMIZATION = 128
    REPAIRED = 256
    MISSING = 512
    IN_STORAGE = 1024
    SHIPPED = 2048
    UNDER_PRODUCTION_QUEUED = 4098
    PRODUCTION_REPAIR_QUEUED = 4100
    SERVICE_REPAIR_QUEUED = 4104


class SerialNumberIdentifier(IntEnum):
    """What the numbers of a type identify."""

    SERIAL_NUMBER = 0
    MAC_ADDRESS = 1
    IMEI = 2


class SerialNumberFileFormat(StrEnum):
    """Format of a file with serial numbers."""

    XML = "XML"
    CSV = "CSV"


class Unit(WatsModel):
    """One physical unit in production. When saving, its serial number is the key.

    `unit_phase` and `tags` are read-only: they show `unit_phase_id` and what `xml_data` holds.

    Attributes:
        parent_serial_number: Serial number of the unit that this one is built into.
        serial_date: When the serial number was given.
        current_location: Where the unit is.
        xml_data: Custom data: XML with a Root element, whose child elements have a Value attribute each.
        process_code: Code of the process that the unit is in.
        product_revision: The record of its revision, if the server includes it.
        product: The record of its product, if the server includes it.
        sub_units: The units built into this one.
    """

    serial_number: str | None = None
    part_number: str | None = None
    revision: str | None = None
    parent_serial_number: str | None = None
    batch_number: str | None = None
    serial_date: Timestamp | None = None
    current_location: str | None = None
    xml_data: str | None = None
    unit_phase_id: UnitPhaseId | None = None
    unit_phase: str | None = None
    process_code: str | int | None = None
    tags: list[Setting] | None = None
    product_revision: ProductRevision | None = None
    product: Product | None = None
    sub_units: list[Unit] | None = None

    def to_wire(self, exclude: AbstractSet[str] = frozenset()) -> dict[str, Any]:
        """Return the JSON object; what is left out of it is left out of the units below it, too."""
        return _without({to_camel(name) for name in exclude}, super().to_wire(exclude))


class BulkSaveResult(WatsModel):
    """What became of the items of a request that saves many; they can fail one by one.

    Attributes:
        ok_count: Items that were saved; None if the server does not say.
        error_count: Items that were not saved; None if the server does not say.
        errors: What went wrong, in whichever shape the server has it.
    """

    ok_count: Annotated[int | None, Field(ge=0)] = None
    error_count: Annotated[int | None, Field(ge=0)] = None
    errors: list[Any] | None = None


class UnitChange(WatsModel):
    """One entry in the queue of unit changes: what holds for the unit after the change.

    Attributes:
        id: What `delete_unit_change` takes.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"id"})

    id: int
    unit_serial_number: str | None = None
    new_parent_serial_number: str | None = None
    new_part_number: str | None = None
    new_revision: str | None = None
    new_unit_phase_id: UnitPhaseId | None = None


class UnitVerification(WatsModel):
    """Standing of a unit in one process.

    Attributes:
        process_index: Place of the process in the order.
        start_utc: Start of the test; None while the status is unknown.
        total_count: Number of test runs.
        non_passed_count: Number of runs that did not pass.
        repair_count: Number of repairs.
    """

    process_code: int | None = None
    process_name: str | None = None
    process_index: int | None = None
    status: str | None = None
    start_utc: UtcTimestamp | None = None
    station_name: str | None = None
    total_count: int | None = None
    non_passed_count: int | None = None
    repair_count: int | None = None


class UnitVerificationGrade(WatsModel):
    """Verdict on a unit over all processes of its verification rule.

    A unit passes when `all_processes_passed_last_run` is True.

    Attributes:
        status: Overall status; "ok" and "warning", in any letter case, are those of a finished unit.
        grade: Overall grade; which ones there are is set up on the server.
        all_processes_executed_in_correct_order: Tested in the order of the process indexes.
        results: One for each process of the rule.
    """

    status: str | None = None
    grade: str | None = None
    all_processes_executed_in_correct_order: bool | None = None
    all_processes_passed_first_run: bool | None = None
    all_processes_passed_any_run: bool | None = None
    all_processes_passed_last_run: bool | None = None
    no_repairs: bool | None = None
    results: list[UnitVerification] | None = None


class ChildUnitCheckResult(WatsModel):
    """Outcome of checking the children of a unit.

    Its members are documented nowhere; whatever the server sends is in `model_extra`.
    """


class ProductionBatch(WatsModel):
    """A production batch; when saving, its number is the key.

    Attributes:
        batch_size: Number of units in the batch.
    """

    batch_number: str | None = None
    batch_size: int | None = None


class SerialNumberType(WatsModel):
    """A kind of serial number with a pool of its own on the server.

    `identifier_name` is read-only.

    Attributes:
        name: What the operations take as `serial_number_type`.
        format: Pattern for display.
        reg_ex: Regular expression that a number has to match.
    """

    name: str | None = None
    description: str | None = None
    format: str | None = None
    reg_ex: str | None = None
    identifier: SerialNumberIdentifier | None = None
    identifier_name: str | None = None


class SerialNumberRecord(WatsModel):
    """One serial number. Only `id` is confirmed on a server.

    Attributes:
        id: The serial number.
        taken: When it was taken; None while it is free.
        seq: How many numbers follow without a gap.
        ref_sn: Serial number of the unit that it was taken for.
        ref_pn: Part number that it was taken for.
        ref_stn: Station that took it.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"id"})

    id: str
    taken: UtcTimestamp | None = None
    seq: int | None = None
    ref_sn: Annotated[str | None, Field(alias="refSN")] = None
    ref_pn: Annotated[str | None, Field(alias="refPN")] = None
    ref_stn: str | None = None


class SerialNumberPool(WatsModel):
    """Serial numbers as files and answers hold them."""

    numbers: Annotated[list[SerialNumberRecord], Field(alias="SN")] = Field(default_factory=list)

    def to_xml(self) -> bytes:
        """Write the document: a SerialNumbers element with an SN element for each number."""
        root = ET.Element("SerialNumbers")
        for number in self.numbers:
            given = {name: value for name, value in number.to_wire().items() if value is not None}
            ET.SubElement(root, "SN", {name: str(value) for name, value in given.items()})
        document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return document

    @classmethod
    def from_xml(cls, document: str | bytes) -> Self:
        """Read a document as `to_xml` writes it.

        Raises:
            ValueError: It is no XML, its root is not SerialNumbers, or a number has no id.
        """
        try:
            root = ET.fromstring(document)  # noqa: S314  expat 2.4.1 and later bound entity expansion
        # An encoding that Python does not know is a LookupError.
        except (ET.ParseError, LookupError) as error:
            raise ValueError(f"it is no XML: {error}") from error
        if _local_name(root) != "SerialNumbers":
            raise ValueError(f"its root is {_local_name(root)}, not SerialNumbers")
        return cls._read([element.attrib for element in root.iter() if _local_name(element) == "SN"])

    @classmethod
    def from_csv(cls, text: str) -> Self:
        """Read one number per line: its first cell, or the cells that the first line names.

        The first line does so if it has a cell ``id``, ``SN`` or ``serial number``; letter case and spaces do
        not matter. Cells are parted by commas or semicolons.

        Raises:
            ValueError: It is no CSV, or a line has no number.
        """
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
        except csv.Error as error:
            raise ValueError(f"it is no CSV: {error}") from error
        names = [_column(cell) for cell in rows[0]] if rows else []
        if "id" in names:
            del rows[0]
        else:
            names = ["id"]
        cells = [dict(zip(names, row, strict=False)) for row in rows]
        return cls._read([{name: cell for name, cell in row.items() if cell} for row in cells])

    @classmethod
    def from_text(cls, text: str, format: SerialNumberFileFormat) -> Self:
        """Read an answer that should be in a format: servers are known to send another one.

        Args:
            text: XML, a JSON array of numbers or of their records, one of these inside a JSON string, CSV if
                that is the format, or nothing at all.
            format: The format that was asked for.

        Raises:
            ValueError: It is none of these.
        """
        if text.strip() in ("", "null"):
            return cls()
        if text.lstrip().startswith("<"):
            return cls.from_xml(text.strip())
        match _json(text):
            case str(inner):
                return cls.from_text(inner, format)
            case list(items) | {"SN": list(items)}:
                return cls._read([_with_text_id(item) for item in items])
        # Any text is CSV, also an error message; so it must have been asked for.
        if format is SerialNumberFileFormat.CSV:
            return cls.from_csv(text)
        raise ValueError("it holds no serial numbers, neither in XML nor in JSON")

    @classmethod
    def _read(cls, records: list[Any]) -> Self:
        try:
            numbers = [SerialNumberRecord.model_validate(record, context=LENIENT) for record in records]
        except ValidationError:
            # Its own text would repeat the record.
            raise ValueError("a serial number has no id") from None
        return cls(numbers=numbers)


def _without(names: set[str], unit: dict[str, Any]) -> dict[str, Any]:
    """Return a unit, as it is on the wire, without some members in it and in the units below it."""
    kept = {name: value for name, value in unit.items() if name not in names}
    below = kept.get("subUnits")
    if names and isinstance(below, list):
        kept["subUnits"] = [_without(names, one) if isinstance(one, dict) else one for one in below]
    return kept


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _with_text_id(item: object) -> object:
    """Return the record of a serial number, which may be a bare number in JSON, or have one for its id."""
    record = item if isinstance(item, dict) else {"id": item}
    number = record.get("id")
    return {**record, "id": str(number)} if type(number) is int else record


def _column(cell: str) -> str:
    """Return the member that a cell of the first line of a CSV file names."""
    name = "".join(cell.split()).lower()
    if name in ("sn", "serialnumber"):
        return "id"
    members = (str(field.alias) for field in SerialNumberRecord.model_fields.values())
    return next((member for member in members if member.lower() == name), cell)


def _local_name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
