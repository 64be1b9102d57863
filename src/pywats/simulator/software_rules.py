"""What holds for packages: their stages, what may change in which, and what is taken from a client."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from sqlite3 import Row
from typing import Any

from .moments import now, utc_text
from .odata import find
from .tag_changes import is_deletion
from .wire import Members, bad_request

DRAFT = "Draft"
STATUSES = (DRAFT, "Pending", "Released", "Revoked")
ATTRIBUTES = (
    "None",
    "ExecuteOnce",
    "ExecuteAlways",
    "TopLevelFile",
    "OverwriteNever",
    "OverwriteOnNewPackageVersion",
    "ExecuteOncePerVersion",
)

_MOVES = {(DRAFT, "Pending"), ("Pending", DRAFT), ("Pending", "Released"), ("Released", "Revoked")}
_DATES = {"Released": "released", "Revoked": "revoked"}
_DELETABLE = (DRAFT, "Revoked")
_TAGS_CAN_CHANGE = ("Pending", "Released")
_NEVER_NULL = ("name", "installonroot", "priority", "status")

_USER = "simulator"


def _folder(number: int, name: str, description: str | None, parent: int | None = None) -> dict[str, Any]:
    return {
        "id": _folder_id(number),
        "parentId": None if parent is None else _folder_id(parent),
        "name": name,
        "description": description,
    }


def _folder_id(number: int) -> str:
    return f"5eed0000-0000-4000-8000-{number:012d}"


VIRTUAL_FOLDERS = [
    _folder(61, "Test programs", "What runs on the stations"),
    _folder(62, "Final function test", None, 61),
    _folder(63, "Tools", "Drivers and helpers"),
]
"""What every simulated server has; no operation of the API changes it."""


def stamp(*events: str) -> dict[str, str]:
    """Now and the user, as when and by whom something was created, modified, released or revoked."""
    moment = utc_text(now())
    return {name: value for event in events for name, value in ((event, moment), (f"{event}By", _USER))}


def choice(name: str, text: str, choices: Collection[str]) -> str:
    """The one of the choices that a text names in any letter case, or a 400."""
    chosen = find(text, tuple(choices))
    if chosen is None:
        raise bad_request(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return chosen


def sent_package(body: Mapping[str, Any]) -> Members:
    """The members of a package that a client sent; null where there must be a value counts as absent."""
    return Members(
        {name: value for name, value in body.items() if value is not None or name.lower() not in _NEVER_NULL}
    )


def details(sent: Members) -> dict[str, Any]:
    """What was sent of that which is for the client to say, or a 400."""
    values: dict[str, Any] = {
        name: sent.text(name) for name in ("description", "rootDirectory") if name in sent
    }
    if "name" in sent:
        values["name"] = sent.required("name")
    if "installOnRoot" in sent:
        values["installOnRoot"] = sent.flag("installOnRoot")
    if "priority" in sent:
        values["priority"] = sent.integer("priority")
    if "virtualFolderId" in sent:
        values["virtualFolderId"] = _known_folder(sent.guid("virtualFolderId"))
    if "tags" in sent:
        values["tags"] = json.dumps(_tags(sent.items("tags")))
    return values


def _known_folder(identifier: str | None) -> str | None:
    if identifier is not None and all(folder["id"] != identifier for folder in VIRTUAL_FOLDERS):
        raise bad_request(f"There is no virtual folder {identifier!r}.")
    return identifier


def _tags(sent: list[Members]) -> list[dict[str, Any]]:
    tags: dict[str, str | None] = {}
    for tag in sent:
        key, value = tag.required("key"), tag.text("value")
        if not is_deletion(tag):
            tags[key] = value
    return [{"key": key, "value": value} for key, value in tags.items()]


def moved(package: Row, status: str) -> dict[str, Any]:
    """What changes with a move to another status, or a 400."""
    if (package["status"], status) not in _MOVES:
        raise bad_request(f"A package that is {package['status']} cannot become {status}.")
    return {"status": status, **(stamp(_DATES[status]) if status in _DATES else {})}


def check_changes(package: Row, changes: Collection[str]) -> None:
    """Refuses changes that a package's status does not allow."""
    fixed = set(changes) - ({"tags"} if package["status"] in _TAGS_CAN_CHANGE else set())
    if fixed and package["status"] != DRAFT:
        names = ", ".join(sorted(fixed))
        raise bad_request(f"A package that is {package['status']} cannot change in {names}.")


def check_files_can_change(package: Row) -> None:
    """Refuses what is for drafts only."""
    if package["status"] != DRAFT:
        raise bad_request(f"The files of a package that is {package['status']} cannot change.")


def check_deletable(package: Row) -> None:
    """Refuses to delete what is in use, or is about to be."""
    if package["status"] not in _DELETABLE:
        raise bad_request(f"A package that is {package['status']} cannot be deleted.")
