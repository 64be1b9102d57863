"""Root cause tickets and their attachments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from pywats.core.uploads import form_file
from pywats.models.base import LENIENT, to_json
from pywats.models.rootcause import Ticket, TicketStatus, TicketView
from pywats.services.arguments import checked_member, checked_uuid
from pywats.services.base import AsyncService

if TYPE_CHECKING:
    from pywats.core.files import DownloadTarget, Progress
    from pywats.core.uploads import UploadSource

__all__ = ["AsyncRootCauseService"]

_MEMBERS_OF_TICKET = {str(field.alias) for field in Ticket.model_fields.values()}

_GIVEN_BY_SERVER = ("ticket_id", "ticket_number", "created_utc", "updated_utc", "history")


class AsyncRootCauseService(AsyncService):
    """Root cause tickets and their attachments."""

    async def get_ticket(self, ticket_id: UUID | str) -> Ticket | None:
        """Read one ticket with its history.

        Servers were seen to leave `assignee` out: see `update_ticket` before saving what this returns.

        Args:
            ticket_id: Id of the ticket (not its number).

        Returns:
            The ticket; None if the server answers with nothing.

        Raises:
            NotFoundError: No such ticket.
            ValueError: `ticket_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/RootCause/Ticket
        """
        return await self._client.request_optional(
            "GET",
            "/api/RootCause/Ticket",
            Ticket,
            params={"ticketId": checked_uuid("ticket_id", ticket_id)},
        )

    async def create_ticket(self, ticket: Ticket) -> Ticket:
        """Open a new ticket.

        The server gives it an id and a number, so each call opens another one; a request that may have taken
        effect is not repeated. What the server gives (`ticket_id`, `ticket_number`, `created_utc`,
        `updated_utc`, `history`) is not sent.

        Args:
            ticket: The ticket, with a `subject`. A first comment goes into `update`, a link to the test
                report into `report_uuid`.

        Returns:
            The ticket as opened.

        Raises:
            ValueError: The ticket has no subject; nothing was sent.
            BadRequestError: The server rejected the ticket.
            WatsError: The request failed.

        WATS endpoint: POST /api/RootCause/Ticket
        """
        if not (ticket.subject or "").strip():
            raise ValueError("a new ticket needs a subject")
        return await self._client.request(
            "POST",
            "/api/RootCause/Ticket",
            Ticket,
            content=to_json(ticket, exclude=_GIVEN_BY_SERVER),
            idempotent=False,
        )

    async def update_ticket(self, ticket: Ticket) -> Ticket:
        """Save a ticket, and add a comment if there is one in `update`.

        Set `assignee` before saving a ticket that was read. Servers were seen to leave it out of their
        answers, and to refuse a ticket without it in any status but OPEN; it is refused here already. An open
        ticket is sent, and may lose its assignee when it is saved without.

        A comment would be there twice if the request were repeated, so one that may have taken effect is not
        repeated. `ticket` still holds the comment afterwards; go on with the one that is returned. `history`
        is not sent.

        Args:
            ticket: The ticket as it shall be, with the `ticket_id` that it has.

        Returns:
            The ticket as saved.

        Raises:
            ValueError: The ticket has no id, or is no longer open and has no assignee; nothing was sent.
            BadRequestError: The server rejected the ticket.
            NotFoundError: No such ticket.
            WatsError: The request failed.

        WATS endpoint: PUT /api/RootCause/Ticket
        """
        if ticket.ticket_id is None:
            raise ValueError("ticket has no ticket_id; a new ticket is opened by create_ticket")
        if ticket.status not in (None, TicketStatus.OPEN) and not (ticket.assignee or "").strip():
            raise ValueError(
                "ticket has no assignee, which the server leaves out of its answers, and wants back "
                "for a ticket that is no longer open: set ticket.assignee"
            )
        return await self._client.request(
            "PUT",
            "/api/RootCause/Ticket",
            Ticket,
            content=to_json(ticket, exclude=("history",)),
            idempotent=False,
        )

    async def get_tickets(
        self, status: TicketStatus, view: TicketView, *, search_string: str | None = None
    ) -> list[Ticket]:
        """List tickets. The API has no pages for this.

        Args:
            status: Wanted statuses, combined with ``|``. The server's own description lists single ones only.
            view: Whose tickets; all of them need the permission "Manage All Tickets".
            search_string: Text to look for in subjects, tags and tag values.

        Returns:
            The tickets.

        Raises:
            ValueError: `status` or `view` is unknown; nothing was sent.
            BadRequestError: A value was rejected.
            PermissionDeniedError: The view is not permitted (the status is not confirmed on a server).
            WatsError: The request failed.

        WATS endpoint: GET /api/RootCause/Tickets
        """
        tickets = await self._client.request_optional(
            "GET",
            "/api/RootCause/Tickets",
            list[Ticket],
            params={
                "status": checked_member(TicketStatus, "status", status),
                "view": checked_member(TicketView, "view", view),
                "searchString": search_string,
            },
        )
        return tickets or []

    async def archive_tickets(self, ticket_ids: Sequence[UUID | str]) -> Ticket | None:
        """Archive solved tickets.

        Their owner may do so, and who has the permission "Manage All Tickets". Tickets that are archived
        already are presumably refused, so a request that may have taken effect is not repeated.

        Args:
            ticket_ids: Ids of tickets in the status SOLVED, at least one.

        Returns:
            The ticket, if the server answers with one, also in a list; None for every other answer: that the
            call returns is the confirmation. The answer is described as one ticket, also for many.

        Raises:
            ValueError: There is no id, or one is no UUID; nothing was sent.
            BadRequestError: A ticket is not solved.
            PermissionDeniedError: A ticket is somebody else's (the status is not confirmed on a server).
            NotFoundError: No such ticket.
            WatsError: The request failed.

        WATS endpoint: POST /api/RootCause/ArchiveTickets
        """
        if isinstance(ticket_ids, str) or not ticket_ids:
            raise ValueError(f"ticket_ids must be a list of at least one id, not {ticket_ids!r}")
        ids = [checked_uuid("ticket_ids", ticket_id) for ticket_id in ticket_ids]
        return await self._client.request_parsed(
            "POST",
            "/api/RootCause/ArchiveTickets",
            _ticket_in,
            content=json.dumps([str(ticket_id) for ticket_id in ids]).encode(),
            idempotent=False,
        )

    async def get_ticket_attachment(
        self,
        attachment_id: UUID | str,
        target: DownloadTarget,
        *,
        file_name: str | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Download a file that is attached to a ticket.

        Args:
            attachment_id: Id of the attachment, as in the history of the ticket.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            file_name: The name under which the server shall offer the file; it does not change `target`.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            NotFoundError: No such attachment.
            ValueError: `attachment_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/RootCause/Attachment
        """
        return await self._client.download(
            "/api/RootCause/Attachment",
            target,
            params={"attachmentId": checked_uuid("attachment_id", attachment_id), "fileName": file_name},
            progress=progress,
        )

    async def upload_attachment(
        self,
        file: UploadSource,
        *,
        file_name: str | None = None,
        content_type: str = "application/octet-stream",
        progress: Progress | None = None,
    ) -> UUID:
        """Upload a file, in order to attach it to a ticket afterwards.

        It belongs to no ticket until its id is in the `update` of one that is opened or saved. Each call
        stores another file, so a request that may have taken effect is not repeated. That the server wants a
        form with the field ``file`` is not confirmed.

        Args:
            file: A path, or a file object opened for reading bytes, from where it stands.
            file_name: The name that the server is told; None for that of the file.
            content_type: The media type of the content.
            progress: Called with the bytes that are on their way and the bytes in total (None if unknown).

        Returns:
            The id, for `TicketAttachment`.

        Raises:
            OSError: The file cannot be read.
            TypeError: It is a file opened for text.
            BadRequestError: The server rejected the file.
            WatsError: The request failed.

        WATS endpoint: POST /api/RootCause/Attachment
        """
        async with form_file(file, content_type=content_type, filename=file_name, progress=progress) as form:
            return await self._client.request(
                "POST", "/api/RootCause/Attachment", UUID, content=form, idempotent=False
            )


def _ticket_in(text: str) -> Ticket | None:
    """Return the only ticket in an answer; None if there is none, or whatever else the answer is."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match answer:
        case [dict(only)] | dict(only) if not only or only.keys() & _MEMBERS_OF_TICKET:
            return Ticket.model_validate(only, context=LENIENT)
    return None
