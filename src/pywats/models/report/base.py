"""What test and repair reports share."""

from __future__ import annotations

import json
import re
import socket
import warnings
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID, uuid4

from pydantic import Field

from pywats.models.base import LENIENT, Timestamp, WatsModel, is_lenient
from pywats.models.report.additional_data import ReportAdditionalData
from pywats.models.report.codes import ResultField
from pywats.models.report.fields import Int16, Name100
from pywats.models.report.header_parts import (
    ReportAsset,
    ReportAssetStats,
    ReportBinaryData,
    ReportMiscInfo,
    ReportSubUnit,
)

__all__ = ["ReportBase", "check_unit", "this_computer"]

_TROUBLESOME: Final = re.compile(r"[*%?\[\]^!/\\]")


class ReportBase(WatsModel):
    """Members that test and repair reports share."""

    type: str
    id: UUID = Field(default_factory=uuid4)
    pn: Name100
    sn: Name100
    rev: Name100
    product_name: str | None = None
    process_code: Int16
    process_code_format: str | None = None
    process_name: str | None = None
    result: ResultField
    machine_name: Name100
    location: Name100
    purpose: Name100
    origin: str | None = None
    start: Timestamp = Field(default_factory=lambda: datetime.now().astimezone())
    start_utc: Annotated[Timestamp | None, Field(alias="startUTC")] = None
    misc_infos: list[ReportMiscInfo] | None = None
    sub_units: list[ReportSubUnit] | None = None
    assets: list[ReportAsset] | None = None
    asset_stats: list[ReportAssetStats] | None = None
    binary_data: list[ReportBinaryData] | None = None
    additional_data: list[ReportAdditionalData] | None = None

    def model_post_init(self, context: dict[str, Any] | None, /) -> None:
        """Give a built report its start in UTC."""
        super().model_post_init(context)
        if not is_lenient(context) and self.start_utc is None:
            self.start_utc = self.start.astimezone(UTC)

    def __setattr__(self, name: str, value: object) -> None:
        """Set a member; the start in UTC goes with the start."""
        super().__setattr__(name, value)
        if name == "start":
            super().__setattr__("start_utc", self.start.astimezone(UTC))

    def __copy__(self) -> Self:
        """Copy the steps and lists, too, so that no report grows with another. The id stays the same."""
        return deepcopy(self)

    @classmethod
    def from_wsjf(cls, document: str | bytes | Mapping[str, object]) -> Self:
        """Read a WSJF document, also one that a server sent with parts left out.

        Args:
            document: JSON text, or the object that was read from it.

        Raises:
            ValueError: It is not a JSON object, or is the other kind of report.
        """
        # A bare NaN, which is no JSON, becomes the text that WSJF has for it.
        content = json.loads(document, parse_constant=str) if isinstance(document, str | bytes) else document
        if not isinstance(content, Mapping):
            raise ValueError(  # noqa: TRY004  the text is at fault, not the caller's types
                f"a WSJF document is a JSON object, not {type(content).__name__}"
            )
        own_type = cls.model_fields["type"].default
        if content.get("type", own_type) != own_type:
            raise ValueError(f"{cls.__name__} reads reports of type {own_type!r}, not {content['type']!r}")
        return cls.model_validate(dict(content), context=LENIENT)

    def to_wsjf(self) -> dict[str, Any]:
        """Write the WSJF document: the members that were given, under their names on the wire."""
        return self.to_wire()

    def add_misc_info(self, description: str, text: str) -> ReportMiscInfo:
        """Add a searchable key and value.

        Args:
            description: The key, 100 characters at most. On a repair report it is a field that is configured
                for the repair operation.
            text: The value, 100 characters at most.

        Returns:
            The new misc info.

        Raises:
            ValueError: A text is too long, or the key empty.
        """
        info = ReportMiscInfo(description=description, text=text)
        self.misc_infos = [*(self.misc_infos or []), info]
        return info

    def _end(self, end: datetime | None) -> datetime:
        moment = datetime.now(UTC) if end is None else end.astimezone(UTC)  # naive means local time
        if moment < self.start and end is not None:
            raise ValueError(f"the end {end} is before the start {self.start}")
        return max(moment, self.start)


def this_computer() -> str:
    """Return the name of this computer."""
    return socket.gethostname()


def check_unit(pn: str, sn: str, rev: str) -> None:
    """Refuse what can only be a mistake of a scanner, and warn of what the server cannot search for.

    Raises:
        TypeError: One is no text.
        ValueError: A text begins or ends with a space, or has control characters.
    """
    for name, text in (("pn", pn), ("sn", sn), ("rev", rev)):
        if not isinstance(text, str):
            raise TypeError(f"{name} must be a text, not {text!r}")
        if text != text.strip() or any(not one.isprintable() for one in text):
            raise ValueError(f"{name}={text!r} has spaces at an end, or characters that cannot be printed")
    for name, text in (("pn", pn), ("sn", sn)):
        if found := "".join(sorted(set(_TROUBLESOME.findall(text)))):
            warnings.warn(
                f"{name}={text!r}: {found} gets in the way of searches; letters, digits, - _ and . are safe",
                stacklevel=3,
            )
