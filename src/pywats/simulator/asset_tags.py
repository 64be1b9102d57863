"""The tags of an asset, kept as XML: ``<Root><Color Value="red"/></Root>``."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from .tag_changes import is_deletion
from .wire import Members, bad_request, parse_xml

# As .NET's XmlConvert writes characters that XML does not allow in a name.
_UNFIT = re.compile(r"^[^A-Za-z_]|[^A-Za-z0-9_.-]|_(?=x[0-9A-F]{4,6}_)")
_ENCODED = re.compile(r"_x([0-9A-F]{4,6})_")


def tags(xml: str | None) -> list[dict[str, str | None]]:
    """The tags as the API shows them."""
    return [{"key": key, "value": value} for key, value in _values(xml).items()]


def changed_tags(xml: str | None, sent: list[Members]) -> str | None:
    """The XML after the changes that were sent: each tag sets its value, or goes if it says so."""
    values = _values(xml)
    for tag in sent:
        key = tag.required("key")
        values[key] = tag.text("value")
        if is_deletion(tag):
            del values[key]
    return _written(values) if values else None


def _values(xml: str | None) -> dict[str, str | None]:
    root = parse_xml(xml or "<Root/>")
    return {_ENCODED.sub(lambda code: chr(int(code[1], 16)), tag.tag): tag.get("Value") for tag in root}


def _written(values: dict[str, str | None]) -> str:
    root = ET.Element("Root")
    for key, value in values.items():
        name = _UNFIT.sub(lambda unfit: f"_x{ord(unfit[0]):04X}_", key)
        ET.SubElement(root, name, {} if value is None else {"Value": value})
    xml = ET.tostring(root, encoding="unicode")
    try:
        parse_xml(xml)
    except ValueError as error:
        raise bad_request(f"A tag holds what XML cannot: {error}") from error
    return xml
