"""Root cause tickets: what is found out about a failure, and by whom."""

from __future__ import annotations

from enum import STRICT, IntEnum, IntFlag
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator

from pywats.models.base import UtcTimestamp, WatsModel
from pywats.models.product import Setting

__all__ = [
    "Ticket",
    "TicketAttachment",
    "TicketPriority",
    "TicketStatus",
    "TicketUpdate",
    "TicketUpdateType",
    "TicketView",
]


class TicketStatus(IntFlag, boundary=STRICT):
    """Status of a ticket. A ticket has one; to list tickets, several are combined: ``OPEN | ON_HOLD``."""

    OPEN = 1
    IN_PROGRESS = 2
    ON_HOLD = 4
    SOLVED = 8
    CLOSED = 16
    ARCHIVED = 32


class TicketPriority(IntEnum):
    """Priority of a ticket."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class TicketView(IntEnum):
    """Whose tickets are listed: those of the user whose token is used, or all."""

    ASSIGNED = 0
    FOLLOWING = 1
    ALL = 2


class TicketUpdateType(IntEnum):
    """Kind of a history entry; servers may know further ones."""

    CONTENT = 0
    PROGRESS = 1
    PROPERTIES = 2
    NOTIFICATION = 3


class TicketAttachment(WatsModel):
    """File of a history entry; `attachment_id` is what `upload_attachment` returned."""

    attachment_id: UUID | None = None
    filename: str | None = None


class TicketUpdate(WatsModel):
    """Entry in the history of a ticket.

    A comment is sent with `content`, and maybe `attachments`; the server gives it the rest.

    Attributes:
        update_id: Id of the entry.
        update_utc: When it was made.
        update_user: Who made it.
        content: Text.
        update_type: Kind of entry.
        attachments: Files that came with it.
    """

    update_id: UUID | None = None
    update_utc: UtcTimestamp | None = None
    update_user: str | None = None
    content: str | None = None
    update_type: TicketUpdateType | None = None
    attachments: list[TicketAttachment] | None = None


def _single(status: TicketStatus) -> TicketStatus:
    if len(status) != 1:
        raise ValueError(f"a ticket has one status, not {status!r}")
    return status


class Ticket(WatsModel):
    """Root cause ticket.

    Attributes:
        ticket_id: Id, given by the server.
        ticket_number: Number for people, given by the server.
        progress: Progress notes.
        owner: User who owns the ticket.
        assignee: User who works on it. Servers were seen to leave it out of their answers, and to want it
            back all the same: see `update_ticket`.
        subject: Title.
        status: Where it stands.
        priority: Priority.
        report_uuid: Id of the test report that it is about.
        created_utc: When it was opened.
        updated_utc: When it was last changed.
        team: Team that it is assigned to.
        origin: Where it came from.
        tags: Keys and values.
        history: Past updates.
        update: The entry that creating or saving the ticket adds to its history.
    """

    ticket_id: UUID | None = None
    ticket_number: int | None = None
    progress: str | None = None
    owner: str | None = None
    assignee: str | None = None
    subject: str | None = None
    status: Annotated[TicketStatus, AfterValidator(_single)] | None = None
    priority: TicketPriority | None = None
    report_uuid: UUID | None = None
    created_utc: UtcTimestamp | None = None
    updated_utc: UtcTimestamp | None = None
    team: str | None = None
    origin: str | None = None
    tags: list[Setting] | None = None
    history: list[TicketUpdate] | None = None
    update: TicketUpdate | None = None
