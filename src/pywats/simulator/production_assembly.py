"""What is built into what: adding and removing child units, and checking them.

The box build of a unit is the BOM of its product revision. Each component takes as many
children of its number and revision as its Qty says (1 if it says nothing). A blank revision
takes all; otherwise ``*`` and ``%`` stand for any characters, and ``?`` for one. A revision
without BOM takes no children; checkPartNumber and checkRevision let it have some, and replace
the whole check of part, revision and quantity, each of them unless it is blank. The result of
a check has members of our own, as the API's description shows none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .custom_data import tags
from .production_units import FINALIZED, PHASES, UnitTable
from .store import Store
from .wildcards import wildcard_test
from .wire import ApiRoute, Query, bad_request, done, parse_xml

_COMPONENT = "{http://wats.virinco.com/schemas/WATS/wsbf}Component"


@dataclass
class _Slot:
    """A component of a box build, and how many children it still has room for."""

    number: str
    revision: str
    free: int

    def takes(self, unit: Row) -> bool:
        return (
            bool(self.free) and unit["partNumber"] == self.number and _fits(self.revision, unit["revision"])
        )


class AssemblyService:
    """Answers AddChildUnit, RemoveChildUnit and CheckChildUnits."""

    def __init__(self, store: Store, units: UnitTable) -> None:
        self._store = store
        self._units = units

    def routes(self) -> list[ApiRoute]:
        """The routes of assembly."""
        return [
            ApiRoute("POST", "/api/Production/AddChildUnit", self.add_child_unit),
            ApiRoute("POST", "/api/Production/RemoveChildUnit", self.remove_child_unit),
            ApiRoute("GET", "/api/Production/CheckChildUnits", self.check_child_units),
        ]

    async def add_child_unit(self, request: Request) -> Response:
        """Puts a unit into another, if all rules allow it."""
        query = Query(request)
        part_number, revision = _given(query, "checkPartNumber"), _given(query, "checkRevision")
        parent, child = self._unit(query, "parent"), self._unit(query, "child")
        name = child["serialNumber"]
        if child["parentSerialNumber"] is not None:
            raise bad_request(f"The unit {name!r} is in {child['parentSerialNumber']!r} already.")
        self._units.refuse_loop(name, parent)
        if not self._is_final(child):
            raise bad_request(f"The unit {name!r} is in phase {PHASES[child['unitPhaseId']]}.")
        if part_number or revision:
            fits = part_number in ("", child["partNumber"]) and _fits(revision, child["revision"])
        else:
            slots = self._slots(parent)
            _fill(slots, self._units.children(parent))
            fits = any(slot.takes(child) for slot in slots)
        if not fits:
            raise bad_request(
                f"The unit {name!r}, {child['partNumber']!r} revision {child['revision']!r}, "
                f"does not fit into {parent['serialNumber']!r}."
            )
        return self._move(child, parent["serialNumber"])

    async def remove_child_unit(self, request: Request) -> Response:
        """Takes a unit out of another."""
        query = Query(request)
        parent, child = self._unit(query, "parent"), self._unit(query, "child")
        if child["parentSerialNumber"] != parent["serialNumber"]:
            raise bad_request(f"The unit {child['serialNumber']!r} is not in {parent['serialNumber']!r}.")
        return self._move(child, None)

    async def check_child_units(self, request: Request) -> Response:
        """Tells which children are wrong, and which are missing."""
        parent = self._unit(Query(request), "parent")
        slots = self._slots(parent)
        children = self._units.children(parent)
        fitting = _fill(slots, children)
        found = [
            {
                "serialNumber": child["serialNumber"],
                "partNumber": child["partNumber"],
                "revision": child["revision"],
                "isInBoxBuild": child in fitting,
                "isFinalized": self._is_final(child),
            }
            for child in children
        ]
        missing = [
            {"partNumber": slot.number, "revision": slot.revision, "quantity": slot.free}
            for slot in slots
            if slot.free
        ]
        right = all(child["isInBoxBuild"] and child["isFinalized"] for child in found)
        return JSONResponse({"isOk": right and not missing, "children": found, "missing": missing})

    def _move(self, child: Row, parent_serial_number: str | None) -> Response:
        with self._store.transaction():
            self._units.change(child, {"parentSerialNumber": parent_serial_number})
        return done()

    def _unit(self, query: Query, role: str) -> Row:
        return self._units.found(query.required(f"{role}SerialNumber"), _given(query, f"{role}PartNumber"))

    def _slots(self, parent: Row) -> list[_Slot]:
        """The components of a unit's box build; those that name a revision take their pick first."""
        revision = self._units.revision(parent)
        xml = None if revision is None else revision["xmlData"]
        components = parse_xml(xml or "<Root/>").iter(_COMPONENT)
        # Custom data of a revision may hold anything under this name.
        slots = [_slot(component.attrib) for component in components if "Number" in component.attrib]
        return sorted(slots, key=lambda slot: re.search(r"[*%?]", slot.revision or "*") is not None)

    def _is_final(self, unit: Row) -> bool:
        """Whether a unit may be built in: Finalized, or in the phase that its revision's tag names."""
        revision = self._units.revision(unit)
        xml = None if revision is None else revision["xmlData"]
        named = [tag["value"] for tag in tags(xml) if tag["key"] == "PhaseFinalized"]
        phase = unit["unitPhaseId"]
        return phase == FINALIZED or any(
            _spelling(name) in (str(phase), _spelling(PHASES[phase])) for name in named
        )


def _given(query: Query, name: str) -> str:
    """The value of a parameter that may be blank, but not left out."""
    if name.lower() not in query:
        raise bad_request(f"The parameter {name} is required; it may be blank.")
    return query.text(name) or ""


_QUANTITY = re.compile(r"[0-9]{1,9}")


def _slot(component: dict[str, str]) -> _Slot:
    quantity = component.get("Qty", "1")
    return _Slot(
        component["Number"], component.get("Rev", ""), int(quantity) if _QUANTITY.fullmatch(quantity) else 1
    )


def _fill(slots: list[_Slot], units: Iterable[Row]) -> list[Any]:
    """Gives each unit a place where it fits, and returns those that have one."""
    placed = []
    for unit in units:
        slot = next((slot for slot in slots if slot.takes(unit)), None)
        if slot is not None:
            slot.free -= 1
            placed.append(unit)
    return placed


def _fits(mask: str, revision: str | None) -> bool:
    test = wildcard_test(mask, lambda part: "." if part == "?" else re.escape(part))
    return not mask or test(revision or "") is not None


def _spelling(phase: str) -> str:
    return re.sub(r"[ _]", "", phase).lower()
