"""Serial numbers in files and answers: XML, CSV and JSON.

XML is a SerialNumbers element with an SN element for each number. CSV has one number per line;
a first line with ``id`` in it names the columns, otherwise the number is the first cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from .wire import bad_request, parse_xml

COLUMNS = ("id", "taken", "seq", "refSN", "refPN", "refStn")
"""What is known of a number; all but the first may be missing."""

MEDIA_TYPES = {"XML": "application/xml", "CSV": "text/csv"}
"""The formats of files."""


def written(records: Iterable[Mapping[str, Any]], format_: str) -> bytes:
    """A file with numbers."""
    return _xml(records) if format_ == "XML" else _csv(records)


def read(content: bytes, format_: str) -> list[dict[str, str]]:
    """The numbers in a file, or a 400."""
    try:
        records = _read_xml(content) if format_ == "XML" else _read_csv(content)
    except (ValueError, csv.Error) as error:
        raise bad_request(f"The file is no {format_}: {error}") from error
    if not records:
        raise bad_request("The file holds no serial number.")
    return records


def _xml(records: Iterable[Mapping[str, Any]]) -> bytes:
    root = ET.Element("SerialNumbers")
    for record in records:
        known = {name: str(record[name]) for name in COLUMNS if record[name] is not None}
        ET.SubElement(root, "SN", known)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _csv(records: Iterable[Mapping[str, Any]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows([record[name] for name in COLUMNS] for record in records)
    return file.getvalue().encode()


def _read_xml(content: bytes) -> list[dict[str, str]]:
    root = parse_xml(content)
    if root.tag != "SerialNumbers":
        raise ValueError(f"The root element must be SerialNumbers, not {root.tag}.")
    return [dict(element.attrib) for element in root.iter("SN")]


def _read_csv(content: bytes) -> list[dict[str, str]]:
    rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) if any(row)]
    names = rows.pop(0) if rows and "id" in rows[0] else ["id"]
    return [dict(zip(names, row, strict=False)) for row in rows]
