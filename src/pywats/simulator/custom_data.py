"""The custom data of products, revisions and units: XML, whose keys and values show as tags."""

from __future__ import annotations

from .wire import bad_request, parse_xml


def checked_xml(text: str | None) -> str | None:
    """Custom data as it was sent, or a 400."""
    if text:
        try:
            root = parse_xml(text)
        except ValueError as error:
            raise bad_request(f"xmlData: {error}") from error
        if root.tag != "Root":
            raise bad_request(f"xmlData must have the root element Root, not {root.tag}.")
    return text


def tags(xml: str | None) -> list[dict[str, str]]:
    """The keys and values of custom data."""
    if not xml:
        return []
    return [
        {"key": child.tag, "value": child.attrib["Value"]}
        for child in parse_xml(xml)
        if "Value" in child.attrib
    ]
