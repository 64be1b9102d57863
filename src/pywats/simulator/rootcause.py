"""The service RootCause: tickets, their history and their attachments.

As real servers were seen to do, this one remembers the assignee of a ticket but leaves it out of
all answers, takes a missing assignee for none, and refuses a ticket without one unless it is open.

Where the API's description is silent, it does the following. A new ticket is open, of medium
priority and owned by who opens it, unless it says otherwise. On an update, all other members that
were not sent keep their value; the tags that were sent replace those that there are, less those
marked as deleted. A status can be followed by any other, but a ticket becomes archived only by
archiving it, and then stays as it is. The history has an entry for each comment, each change of
the progress text and each change of anything else; listed tickets come without it. A user follows
the tickets that he owns, works on or has written to. Who may manage all tickets is said in the
module ``accounts``. Archiving is done wholly or not at all, and answers with the ticket if it was
one.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from sqlite3 import Row
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .accounts import MANAGE_ALL_TICKETS, Accounts, caller
from .moments import now, utc_text
from .multipart import uploaded_file
from .store import Store
from .tag_changes import is_deletion
from .wire import (
    ApiError,
    ApiRoute,
    Members,
    Query,
    bad_request,
    download,
    guid,
    json_object,
    not_found,
    parse_json,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS ticket (
    ticketNumber INTEGER PRIMARY KEY AUTOINCREMENT,
    ticketId TEXT NOT NULL UNIQUE,
    progress TEXT,
    owner TEXT NOT NULL,
    assignee TEXT,
    subject TEXT NOT NULL,
    status INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    reportUuid TEXT,
    createdUtc TEXT NOT NULL,
    updatedUtc TEXT NOT NULL,
    team TEXT,
    origin TEXT,
    tags TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ticket_update (
    number INTEGER PRIMARY KEY,
    ticketId TEXT NOT NULL REFERENCES ticket,
    updateId TEXT NOT NULL,
    updateUtc TEXT NOT NULL,
    updateUser TEXT NOT NULL,
    content TEXT,
    updateType INTEGER NOT NULL,
    attachments TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ticket_attachment (
    attachmentId TEXT PRIMARY KEY,
    filename TEXT NOT NULL,
    mediaType TEXT NOT NULL,
    content BLOB NOT NULL
);
"""

_OPEN, _SOLVED, _ARCHIVED = 1, 8, 32
_STATUSES = (1, 2, 4, 8, 16, 32)
_ANY_STATUS = 63
_PRIORITIES = (0, 1, 2)
_MEDIUM = 1
_ASSIGNED, _FOLLOWING, _ALL = 0, 1, 2
_CONTENT, _PROGRESS, _PROPERTIES = 0, 1, 2

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_UNKNOWN_TYPE = "application/octet-stream"

_TEXTS = ("progress", "owner", "subject", "team", "origin")


class RootCauseService:
    """Answers the operations under ``/api/RootCause``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts = Accounts(store)
        store.create(_SCHEMA)

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return [
            ApiRoute("GET", "/api/RootCause/Ticket", self.get_ticket),
            ApiRoute("POST", "/api/RootCause/Ticket", self.create_ticket),
            ApiRoute("PUT", "/api/RootCause/Ticket", self.update_ticket),
            ApiRoute("GET", "/api/RootCause/Tickets", self.get_tickets),
            ApiRoute("POST", "/api/RootCause/ArchiveTickets", self.archive_tickets),
            ApiRoute("GET", "/api/RootCause/Attachment", self.get_ticket_attachment),
            ApiRoute("POST", "/api/RootCause/Attachment", self.upload_attachment),
        ]

    async def get_ticket(self, request: Request) -> Response:
        """Reads a ticket with its history."""
        row = self._found(guid(Query(request).required("ticketId"), "ticketId"))
        return JSONResponse(self._with_history(row))

    async def create_ticket(self, request: Request) -> Response:
        """Opens a ticket."""
        sent = Members(await json_object(request))
        moment = utc_text(now())
        ticket = {
            "ticketId": str(uuid.uuid4()),
            "status": _OPEN,
            "priority": _MEDIUM,
            "createdUtc": moment,
            "tags": "[]",
            **_values(sent),
        }
        ticket["owner"] = ticket.get("owner") or caller(request)
        _check(ticket)
        with self._store.transaction():
            self._save(ticket, moment)
            self._comment(ticket["ticketId"], sent, caller(request), moment)
        return JSONResponse(self._with_history(self._found(ticket["ticketId"])))

    async def update_ticket(self, request: Request) -> Response:
        """Changes a ticket and adds to its history."""
        sent = Members(await json_object(request))
        row = self._found(guid(sent.required("ticketId"), "ticketId"))
        if row["status"] == _ARCHIVED:
            raise bad_request(f"The ticket {row['ticketNumber']} is archived.")
        user, moment = caller(request), utc_text(now())
        ticket = {**dict(row), **_values(sent)}
        ticket["owner"] = ticket["owner"] or row["owner"]
        _check(ticket)
        changed = [name for name in ticket if ticket[name] != row[name]]
        with self._store.transaction():
            self._save(ticket, moment)
            self._comment(row["ticketId"], sent, user, moment)
            self._note_changes(ticket, changed, user, moment)
        return JSONResponse(self._with_history(self._found(row["ticketId"])))

    async def get_tickets(self, request: Request) -> Response:
        """Lists the tickets of some statuses and a view, in the order of their numbers."""
        query = Query(request)
        query.required("status")
        query.required("view")
        statuses = query.integer("status", minimum=1, maximum=_ANY_STATUS)
        view = query.integer("view", minimum=_ASSIGNED, maximum=_ALL)
        text = (query.text("searchString") or "").lower()
        user = caller(request)
        if view == _ALL:
            self._require_permission(user)
        rows = self._store.rows(
            "SELECT *, ticketId IN (SELECT ticketId FROM ticket_update WHERE updateUser = ?) AS written"
            " FROM ticket WHERE status & ? ORDER BY ticketNumber",
            user,
            statuses,
        )
        return JSONResponse(
            [_ticket(row) for row in rows if _is_in_view(row, view, user) and _mentions(row, text)]
        )

    async def archive_tickets(self, request: Request) -> Response:
        """Archives solved tickets."""
        ids = parse_json(await request.body())
        if not isinstance(ids, list) or not ids:
            raise bad_request("The body must be a JSON array of at least one id.")
        user, moment = caller(request), utc_text(now())
        wanted = dict.fromkeys(guid(identifier, "A ticket id") for identifier in ids)
        rows = [self._found(identifier) for identifier in wanted]
        for row in rows:
            if row["owner"].lower() != user.lower():
                self._require_permission(user)
            if row["status"] != _SOLVED:
                raise bad_request(f"The ticket {row['ticketNumber']} is not solved.")
        with self._store.transaction():
            for row in rows:
                ticket = {**dict(row), "status": _ARCHIVED}
                self._save(ticket, moment)
                self._note_changes(ticket, ["status"], user, moment)
        archived = [self._with_history(self._found(row["ticketId"])) for row in rows]
        return JSONResponse(archived[0] if len(archived) == 1 else None)

    async def get_ticket_attachment(self, request: Request) -> Response:
        """Downloads an attachment, under a name if one is asked for."""
        query = Query(request)
        identifier = guid(query.required("attachmentId"), "attachmentId")
        row = self._store.row("SELECT * FROM ticket_attachment WHERE attachmentId = ?", identifier)
        if row is None:
            raise not_found(f"There is no attachment {identifier}.")
        filename = query.text("fileName")
        answer = download(row["content"], row["mediaType"], filename or row["filename"])
        if filename is None:
            answer.headers["Content-Disposition"] = "inline"
        return answer

    async def upload_attachment(self, request: Request) -> Response:
        """Stores a file, which belongs to no ticket yet."""
        file = await uploaded_file(request)
        identifier = str(uuid.uuid4())
        # It becomes a header of the download.
        media_type = file.content_type if _MEDIA_TYPE.fullmatch(file.content_type) else _UNKNOWN_TYPE
        self._store.run(
            "INSERT INTO ticket_attachment VALUES (?, ?, ?, ?)",
            identifier,
            file.filename,
            media_type,
            file.content,
        )
        return JSONResponse(identifier)

    def _found(self, identifier: str) -> Row:
        row = self._store.row("SELECT * FROM ticket WHERE ticketId = ?", identifier)
        if row is None:
            raise not_found(f"There is no ticket {identifier}.")
        return row

    def _require_permission(self, user: str) -> None:
        if not self._accounts.may(user, MANAGE_ALL_TICKETS):
            raise ApiError(403, f"The user {user!r} lacks the permission {MANAGE_ALL_TICKETS!r}.")

    def _save(self, ticket: dict[str, Any], moment: str) -> None:
        row = {**ticket, "updatedUtc": moment}
        marks = ", ".join("?" * len(row))
        self._store.run(
            f"REPLACE INTO ticket ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - our own names
            *row.values(),
        )

    def _comment(self, ticket_id: str, sent: Members, user: str, moment: str) -> None:
        """Adds the update that came with a ticket to its history."""
        update = sent.nested("update")
        if update is None:
            return
        content = update.text("content")
        attachments = [self._attachment(attachment) for attachment in update.items("attachments")]
        if content or attachments:
            self._enter(ticket_id, _CONTENT, user, moment, content=content, attachments=attachments)

    def _attachment(self, sent: Members) -> dict[str, str]:
        identifier = guid(sent.required("attachmentId"), "attachmentId")
        row = self._store.row("SELECT filename FROM ticket_attachment WHERE attachmentId = ?", identifier)
        if row is None:
            raise bad_request(f"There is no attachment {identifier}; it has to be uploaded first.")
        return {"attachmentId": identifier, "filename": sent.text("filename") or row["filename"]}

    def _note_changes(self, ticket: Mapping[str, Any], changed: list[str], user: str, moment: str) -> None:
        properties = [name for name in changed if name != "progress"]
        if "progress" in changed:
            self._enter(ticket["ticketId"], _PROGRESS, user, moment, content=ticket["progress"])
        if properties:
            text = f"Changed: {', '.join(properties)}"
            self._enter(ticket["ticketId"], _PROPERTIES, user, moment, content=text)

    def _enter(
        self,
        ticket_id: str,
        kind: int,
        user: str,
        moment: str,
        *,
        content: str | None,
        attachments: list[dict[str, str]] | None = None,
    ) -> None:
        self._store.run(
            "INSERT INTO ticket_update VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
            ticket_id,
            str(uuid.uuid4()),
            moment,
            user,
            content,
            kind,
            json.dumps(attachments or []),
        )

    def _with_history(self, row: Row) -> dict[str, Any]:
        updates = self._store.rows(
            "SELECT updateId, updateUtc, updateUser, content, updateType, attachments FROM ticket_update"
            " WHERE ticketId = ? ORDER BY number",
            row["ticketId"],
        )
        history = [{**dict(update), "attachments": json.loads(update["attachments"])} for update in updates]
        return {**_ticket(row), "history": history}


def _values(sent: Members) -> dict[str, Any]:
    """The columns that a ticket which was sent sets; the assignee always."""
    values: dict[str, Any] = {name: sent.text(name) for name in _TEXTS if name in sent}
    values["assignee"] = sent.text("assignee") or None
    if sent.has("status"):
        values["status"] = sent.choice("status", _STATUSES)
    if sent.has("priority"):
        values["priority"] = sent.choice("priority", _PRIORITIES)
    if "reportUuid" in sent:
        values["reportUuid"] = sent.guid("reportUuid")
    if "tags" in sent:
        tags = [
            {"key": tag.required("key"), "value": tag.text("value")}
            for tag in sent.items("tags")
            if not is_deletion(tag)
        ]
        values["tags"] = json.dumps(tags)
    return values


def _check(ticket: Mapping[str, Any]) -> None:
    if not (ticket.get("subject") or "").strip():
        raise bad_request("subject is required.")
    if ticket["status"] == _ARCHIVED:
        raise bad_request("A ticket is archived by ArchiveTickets.")
    if ticket["status"] != _OPEN and not (ticket["assignee"] or "").strip():
        raise bad_request("assignee is required unless the ticket is open.")


def _ticket(row: Row) -> dict[str, Any]:
    """The ticket as this server shows it: without its assignee."""
    hidden = ("assignee", "written")
    shown = {name: row[name] for name in row.keys() if name not in hidden}  # noqa: SIM118 - a row gives values
    return {**shown, "tags": json.loads(row["tags"]), "history": None, "update": None}


def _is_in_view(row: Row, view: int | None, user: str) -> bool:
    assigned = (row["assignee"] or "").lower() == user.lower()
    if view == _FOLLOWING:
        return assigned or row["owner"].lower() == user.lower() or bool(row["written"])
    return view == _ALL or assigned


def _mentions(row: Row, text: str) -> bool:
    """Whether the subject or a tag holds a text, which is in lower case."""
    tags = [value or "" for tag in json.loads(row["tags"]) for value in tag.values()]
    return any(text in value.lower() for value in (row["subject"], *tags))
