"""Calls of the root cause service."""

from __future__ import annotations

import io
from uuid import UUID

from pywats import AsyncWATS
from pywats.models import (
    Setting,
    Ticket,
    TicketAttachment,
    TicketPriority,
    TicketStatus,
    TicketUpdate,
    TicketView,
)
from tests.contract.scenarios.report import UUT
from tests.contract.scenarios.scenario import Scenario

NOTHING = UUID("00000000-0000-4000-8000-00000000dead")
PHOTO = b"\x89PNG\r\n\x1a\n\x00\xff"


def ticket(file: UUID | None = None) -> Ticket:
    """A ticket as a program opens it."""
    attachments = None if file is None else [TicketAttachment(attachment_id=file, filename="photo.png")]
    return Ticket(
        subject="5 V rail too low",
        status=TicketStatus.OPEN,
        priority=TicketPriority.HIGH,
        progress="Looking at the regulator",
        owner="operator.a",
        assignee="technician.b",
        team="Power",
        origin="FCT-3",
        report_uuid=UUID(UUT["id"]),
        tags=[Setting(key="Rail", value="5 V")],
        update=TicketUpdate(content="Seen twice today", attachments=attachments),
    )


async def photo(api: AsyncWATS) -> UUID:
    return await api.rootcause.upload_attachment(io.BytesIO(PHOTO), file_name="photo.png")


async def opened(api: AsyncWATS) -> Ticket:
    return await api.rootcause.create_ticket(ticket())


async def solved(api: AsyncWATS) -> Ticket:
    open_ticket = await opened(api)
    changed = Ticket(
        ticket_id=open_ticket.ticket_id,
        subject=open_ticket.subject,
        assignee="technician.b",
        status=TicketStatus.SOLVED,
    )
    return await api.rootcause.update_ticket(changed)


SCENARIOS = {
    "get_ticket": Scenario(
        lambda made: {"ticket_id": made.ticket_id}, prepare=opened, unknown={"ticket_id": NOTHING}
    ),
    "create_ticket": Scenario(
        {"ticket": Ticket(subject="5 V rail too low", assignee="technician.b")},
        (lambda file: {"ticket": ticket(file)},),
        photo,
    ),
    "update_ticket": Scenario(
        lambda made: {"ticket": made.model_copy(update={"assignee": "technician.b"})},
        prepare=opened,
        unknown={"ticket": Ticket(ticket_id=NOTHING, subject="Nothing", assignee="technician.b")},
    ),
    "get_tickets": Scenario(
        {"status": TicketStatus.OPEN | TicketStatus.IN_PROGRESS, "view": TicketView.ALL},
        ({"status": TicketStatus.OPEN, "view": TicketView.ALL, "search_string": "rail"},),
        opened,
    ),
    "archive_tickets": Scenario(
        lambda made: {"ticket_ids": [made.ticket_id]}, prepare=solved, unknown={"ticket_ids": [NOTHING]}
    ),
    "get_ticket_attachment": Scenario(
        lambda file: {"attachment_id": file},
        (lambda file: {"attachment_id": file, "file_name": "photo.png"},),
        photo,
        unknown={"attachment_id": NOTHING},
    ),
    "upload_attachment": Scenario(
        {"file": PHOTO}, ({"file": PHOTO, "file_name": "föto.png", "content_type": "image/png"},)
    ),
}
