"""Every root cause operation sends the request that the API documents, and returns what it promises."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import respx

from pywats.exceptions import NotFoundError, WatsResponseError
from pywats.models import (
    Setting,
    Ticket,
    TicketAttachment,
    TicketPriority,
    TicketStatus,
    TicketUpdate,
    TicketUpdateType,
    TicketView,
)
from pywats.services import AsyncRootCauseService
from tests.unit.services.cases import SERVER, Case, check, run

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
OTHER_ID = "0b9e6c52-8d0f-4f8a-b3c7-54e1d2a6f702"
HISTORY = [TicketUpdate(content="old")]

CASES = {
    "get_ticket": Case(
        lambda s: s.get_ticket(ID.upper()),
        "GET /api/RootCause/Ticket",
        query={"ticketId": ID},
        answer={"ticketId": ID, "status": 4, "history": [{"updateType": 3, "updateUser": "jo"}]},
        result=Ticket(
            ticket_id=UUID(ID),
            status=TicketStatus.ON_HOLD,
            history=[TicketUpdate(update_type=TicketUpdateType.NOTIFICATION, update_user="jo")],
        ),
    ),
    "create_ticket": Case(
        lambda s: s.create_ticket(
            Ticket(
                ticket_id=UUID(ID),
                ticket_number=3,
                history=HISTORY,
                subject="U4",
                priority=TicketPriority.HIGH,
                report_uuid=UUID(OTHER_ID),
                tags=[Setting(key="line", value="2")],
                update=TicketUpdate(content="burnt"),
            )
        ),
        "POST /api/RootCause/Ticket",
        body=json.dumps(
            {
                "subject": "U4",
                "priority": 2,
                "reportUuid": OTHER_ID,
                "tags": [{"key": "line", "value": "2"}],
                "update": {"content": "burnt"},
            }
        ).encode(),
        idempotent=False,
        answer={"ticketId": ID},
        result=Ticket(ticket_id=UUID(ID)),
    ),
    "update_ticket": Case(
        lambda s: s.update_ticket(
            Ticket(
                ticket_id=UUID(ID),
                assignee="jo",
                status=TicketStatus.SOLVED,
                history=HISTORY,
                update=TicketUpdate(
                    attachments=[TicketAttachment(attachment_id=UUID(OTHER_ID), filename="a.txt")]
                ),
            )
        ),
        "PUT /api/RootCause/Ticket",
        body=json.dumps(
            {
                "ticketId": ID,
                "assignee": "jo",
                "status": 8,
                "update": {"attachments": [{"attachmentId": OTHER_ID, "filename": "a.txt"}]},
            }
        ).encode(),
        idempotent=False,
        answer={"ticketId": ID, "update": None},
        result=Ticket(ticket_id=UUID(ID), update=None),
    ),
    "get_tickets": Case(
        lambda s: s.get_tickets(
            TicketStatus.OPEN | TicketStatus.IN_PROGRESS, TicketView.ALL, search_string="U4 & R7"
        ),
        "GET /api/RootCause/Tickets",
        query={"status": "3", "view": "2", "searchString": "U4 & R7"},
        answer=[{"ticketId": ID}],
        result=[Ticket(ticket_id=UUID(ID))],
    ),
    "get_tickets of a view": Case(
        lambda s: s.get_tickets(TicketStatus.OPEN, TicketView.ASSIGNED),
        "GET /api/RootCause/Tickets",
        query={"status": "1", "view": "0"},
        answer=[],
        result=[],
    ),
    "archive_tickets": Case(
        lambda s: s.archive_tickets([ID.upper(), UUID(OTHER_ID)]),
        "POST /api/RootCause/ArchiveTickets",
        body=json.dumps([ID, OTHER_ID]).encode(),
        idempotent=False,
        answer=None,
        result=None,
    ),
    "archive_tickets with an answer": Case(
        lambda s: s.archive_tickets([ID]),
        "POST /api/RootCause/ArchiveTickets",
        body=json.dumps([ID]).encode(),
        idempotent=False,
        answer={"status": 32},
        result=Ticket(status=TicketStatus.ARCHIVED),
    ),
    "get_ticket_attachment": Case(
        lambda s: s.get_ticket_attachment(ID, io.BytesIO(), file_name="log 1.txt"),
        "GET /api/RootCause/Attachment",
        query={"attachmentId": ID, "fileName": "log 1.txt"},
        accept="*/*",
        answer=b"12345",
        result=5,
    ),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_an_operation_sends_its_request_and_returns_its_answer(case: Case) -> None:
    check(AsyncRootCauseService, case)


@pytest.mark.parametrize("answer", [b"", b"null", b"[]"])
@respx.mock
def test_an_empty_answer_to_a_list_is_no_tickets(answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert run(AsyncRootCauseService, CASES["get_tickets"].call) == []


@pytest.mark.parametrize("name", ["get_ticket", "archive_tickets"])
@pytest.mark.parametrize("answer", [b"", b"null"])
@respx.mock
def test_an_empty_answer_where_none_is_promised_is_none(name: str, answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert run(AsyncRootCauseService, CASES[name].call) is None


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ([{"ticketId": ID}], Ticket(ticket_id=UUID(ID))),
        ({"ticketId": ID}, Ticket(ticket_id=UUID(ID))),
        ([{"ticketId": ID}, {"ticketId": OTHER_ID}], None),
        ([], None),
        ({}, Ticket()),
        ({"message": "Archived."}, None),
        (True, None),
        ([7], None),
        (b"Archived.", None),
        (b"[" * 100_000, None),
    ],
)
@respx.mock
def test_archived_tickets_are_archived_whatever_the_answer(answer: Any, result: Ticket | None) -> None:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    respx.route().respond(200, content=content)
    assert run(AsyncRootCauseService, lambda service: service.archive_tickets([ID])) == result


@pytest.mark.parametrize("name", ["create_ticket", "update_ticket"])
@respx.mock
def test_an_empty_answer_where_a_ticket_is_promised_is_an_error(name: str) -> None:
    respx.route().respond(200, content=b"")
    with pytest.raises(CASES[name].when_empty):
        run(AsyncRootCauseService, CASES[name].call)


@respx.mock
def test_a_file_is_uploaded_as_a_form_and_its_id_returned(tmp_path: Path) -> None:
    file = tmp_path / "scope.png"
    file.write_bytes(b"\x89PNG")
    steps: list[tuple[int, int | None]] = []
    route = respx.post(f"{SERVER}/api/RootCause/Attachment").respond(200, json=ID)
    result = run(
        AsyncRootCauseService,
        lambda service: service.upload_attachment(
            file, content_type="image/png", progress=lambda *step: steps.append(step)
        ),
    )
    request = route.calls.last.request
    assert result == UUID(ID)
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert (
        b'name="file"; filename="scope.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' in request.content
    )
    assert request.extensions["wats_idempotent"] is False
    assert steps == [(4, 4)]


@respx.mock
def test_an_upload_has_the_name_that_it_is_given() -> None:
    route = respx.route().respond(200, json=ID)
    run(AsyncRootCauseService, lambda service: service.upload_attachment(io.BytesIO(), file_name="a.csv"))
    assert b'filename="a.csv"\r\nContent-Type: application/octet-stream' in route.calls.last.request.content


@pytest.mark.parametrize("answer", [b'"7"', b"{}", b"7"])
@respx.mock
def test_an_upload_without_an_id_for_an_answer_is_an_error(answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    with pytest.raises(WatsResponseError):
        run(AsyncRootCauseService, lambda service: service.upload_attachment(io.BytesIO()))


@respx.mock
def test_a_missing_attachment_leaves_no_file(tmp_path: Path) -> None:
    respx.route().respond(404)
    with pytest.raises(NotFoundError):
        run(AsyncRootCauseService, lambda service: service.get_ticket_attachment(ID, tmp_path / "a.txt"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.get_ticket("17"), "ticket_id must be a UUID"),
        (lambda s: s.create_ticket(Ticket()), "subject"),
        (lambda s: s.create_ticket(Ticket(subject=" \t")), "subject"),
        (lambda s: s.update_ticket(Ticket(subject="U4")), "create_ticket"),
        (lambda s: s.archive_tickets([]), "at least one"),
        (lambda s: s.archive_tickets(ID), "at least one"),
        (lambda s: s.archive_tickets([ID, "17"]), "ticket_ids must be a UUID"),
        (lambda s: s.get_ticket_attachment("a.txt", "file"), "attachment_id must be a UUID"),
    ],
)
@respx.mock
def test_what_cannot_be_right_is_refused_before_sending(
    call: Callable[[Any], Awaitable[Any]], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        run(AsyncRootCauseService, call)
    assert not respx.calls
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("assignee", [None, "", " "])
@pytest.mark.parametrize("status", [status for status in TicketStatus if status is not TicketStatus.OPEN])
@respx.mock
def test_a_ticket_that_lost_its_assignee_is_not_saved(status: TicketStatus, assignee: str | None) -> None:
    route = respx.route().respond(200, json={"ticketId": ID, "status": status, "assignee": assignee})

    async def again(service: AsyncRootCauseService) -> None:
        ticket = await service.get_ticket(ID)
        assert ticket is not None
        await service.update_ticket(ticket)

    with pytest.raises(ValueError, match=r"set ticket\.assignee"):
        run(AsyncRootCauseService, again)
    assert route.call_count == 1


@pytest.mark.parametrize("status", [TicketStatus.OPEN, None])
@respx.mock
def test_a_ticket_that_may_be_open_is_saved_without_an_assignee(status: TicketStatus | None) -> None:
    route = respx.route().respond(200, json={"ticketId": ID})
    ticket = Ticket(ticket_id=UUID(ID), status=status)
    run(AsyncRootCauseService, lambda service: service.update_ticket(ticket))
    assert route.called


@respx.mock
def test_reading_and_saving_a_ticket_again_loses_nothing_but_its_history() -> None:
    document = {
        "ticketId": ID,
        "assignee": "jo",
        "status": 64,
        "createdUtc": "2026-01-02T03:04:05.1234567",
        "new": {"in": "this version"},
    }
    route = respx.route().respond(200, json={**document, "history": [{"content": "x"}]})

    async def again(service: AsyncRootCauseService) -> None:
        ticket = await service.get_ticket(ID)
        assert ticket is not None
        await service.update_ticket(ticket)

    run(AsyncRootCauseService, again)
    assert json.loads(route.calls.last.request.content) == document


@respx.mock
def test_the_detail_of_a_refusal_is_the_servers_text() -> None:
    respx.route().mock(return_value=httpx.Response(404, json={"message": "No such ticket."}))
    with pytest.raises(NotFoundError) as caught:
        run(AsyncRootCauseService, lambda service: service.get_ticket(ID))
    assert caught.value.detail == "No such ticket."
