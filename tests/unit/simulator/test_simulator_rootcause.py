from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime

import httpx
import pytest

from pywats.simulator import WatsSimulator

UNKNOWN = "5eed0000-0000-4000-8000-000000000001"
OPEN, IN_PROGRESS, ON_HOLD, SOLVED, CLOSED, ARCHIVED = 1, 2, 4, 8, 16, 32
ASSIGNED, FOLLOWING, ALL = 0, 1, 2
ME = "simulator"


@pytest.fixture
def opened(client):
    """Opens tickets, which must succeed."""

    def opened(**members):
        answer = client.post("/api/RootCause/Ticket", json={"subject": "U4 burnt", **members})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return opened


@pytest.fixture
def saved(client):
    """Saves tickets, which must succeed."""

    def saved(ticket, **members):
        answer = client.put("/api/RootCause/Ticket", json={"ticketId": ticket["ticketId"], **members})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return saved


@pytest.fixture
def uploaded(client):
    """Uploads files, which must succeed."""

    def uploaded(name="log.txt", content=b"boot ok", media_type="text/csv"):
        answer = client.post("/api/RootCause/Attachment", files={"file": (name, content, media_type)})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return uploaded


def read(client, ticket):
    return client.get("/api/RootCause/Ticket", params={"ticketId": ticket["ticketId"].upper()}).json()


def listed(client, status=63, view=ALL, **more):
    answer = client.get("/api/RootCause/Tickets", params={"status": status, "view": view, **more})
    assert answer.status_code == 200, answer.text
    return [ticket["ticketNumber"] for ticket in answer.json()]


def without_permission(client):
    user = {"userName": ME.upper(), "roles": [{"value": "Operator"}]}
    assert client.post("/api/SCIM/v2/Users", json=user).status_code == 200


def test_a_new_ticket_comes_back_in_the_exact_shape(client, opened):
    ticket = opened()

    assert ticket == {
        "ticketNumber": 1,
        "ticketId": str(uuid.UUID(ticket["ticketId"])),
        "progress": None,
        "owner": ME,
        "subject": "U4 burnt",
        "status": OPEN,
        "priority": 1,
        "reportUuid": None,
        "createdUtc": ticket["createdUtc"],
        "updatedUtc": ticket["createdUtc"],
        "team": None,
        "origin": None,
        "tags": [],
        "history": [],
        "update": None,
    }
    assert abs(datetime.fromisoformat(ticket["createdUtc"]) - datetime.now(UTC)).total_seconds() < 60
    assert read(client, ticket) == ticket


def test_a_new_ticket_keeps_what_it_says_but_not_what_the_server_gives(client, opened):
    members = {
        "Progress": "looking",
        "owner": "kim",
        "priority": 2,
        "reportUuid": UNKNOWN.upper(),
        "team": "Hardware",
        "origin": "station FCT-3",
        "tags": [{"key": "line", "value": "2", "change": 1}, {"key": "old", "change": 3}],
    }

    ticket = opened(ticketId=UNKNOWN, ticketNumber=99, history=[{"content": "x"}], **members)

    assert ticket["ticketId"] != UNKNOWN
    assert ticket["ticketNumber"] == 1
    assert ticket["history"] == []
    assert ticket["reportUuid"] == UNKNOWN
    assert ticket["tags"] == [{"key": "line", "value": "2"}]
    assert [ticket[name] for name in ("progress", "owner", "priority", "team", "origin")] == [
        "looking", "kim", 2, "Hardware", "station FCT-3",
    ]  # fmt: skip


def test_opening_twice_makes_two_tickets(client, opened):
    assert opened()["ticketId"] != opened()["ticketId"]
    assert listed(client) == [1, 2]


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "members",
    [
        {"subject": None},
        {"subject": " "},
        {"subject": 7},
        {"status": 3, "assignee": "jo"},
        {"status": 64, "assignee": "jo"},
        {"status": ARCHIVED, "assignee": "jo"},
        {"status": SOLVED},
        {"status": SOLVED, "assignee": " "},
        {"priority": 3},
        {"reportUuid": "7"},
        {"tags": {}},
        {"tags": [{"value": "2"}]},
        {"tags": [{"key": "a", "change": 7}]},
        {"update": "text"},
        {"update": {"content": 7}},
        {"update": {"attachments": [{"filename": "a.txt"}]}},
        {"update": {"attachments": [{"attachmentId": UNKNOWN}]}},
    ],
)
def test_a_wrong_ticket_is_refused_and_changes_nothing(client, opened, method, members):
    ticket = opened()

    body = {"ticketId": ticket["ticketId"], "subject": "new", **members}
    answer = client.request(method, "/api/RootCause/Ticket", json=body)

    assert answer.status_code == 400
    assert answer.json()["message"]
    assert read(client, ticket) == ticket
    assert listed(client) == [1]


@pytest.mark.parametrize(
    ("body", "status"), [({}, 400), ({"ticketId": "7"}, 400), ({"ticketId": UNKNOWN}, 404), ([], 400)]
)
def test_what_is_saved_has_to_be_a_ticket_that_there_is(client, body, status):
    answer = client.put("/api/RootCause/Ticket", json=body)

    assert answer.status_code == status
    assert answer.json()["message"]


@pytest.mark.parametrize(("ticket_id", "status"), [("", 400), ("7", 400), (UNKNOWN, 404)])
def test_what_is_read_has_to_be_a_ticket_that_there_is(client, ticket_id, status):
    answer = client.get("/api/RootCause/Ticket", params={"ticketId": ticket_id})

    assert answer.status_code == status
    assert answer.json()["message"]


def test_members_that_were_not_sent_keep_their_value(opened, saved):
    ticket = opened(team="Hardware", tags=[{"key": "line", "value": "2"}], owner="kim")

    after = saved(ticket, priority=2, owner=None)

    assert {**after, "updatedUtc": None, "history": None} == {
        **ticket, "priority": 2, "updatedUtc": None, "history": None,
    }  # fmt: skip


def test_the_assignee_is_remembered_but_never_shown(client, opened, saved):
    ticket = opened(assignee=ME)
    saved(ticket, assignee=ME, status=IN_PROGRESS)

    assert "assignee" not in ticket
    assert "assignee" not in read(client, ticket)
    assert listed(client, view=ASSIGNED) == [1]


def test_a_ticket_that_was_read_is_refused_without_its_assignee(client, opened, saved):
    ticket = saved(opened(), assignee="jo", status=IN_PROGRESS)

    assert client.put("/api/RootCause/Ticket", json=ticket).status_code == 400
    assert client.put("/api/RootCause/Ticket", json={**ticket, "assignee": "jo"}).status_code == 200


def test_an_open_ticket_that_is_saved_without_its_assignee_loses_it(client, opened, saved):
    saved(opened(assignee=ME), subject="U5 burnt")

    assert listed(client, view=ASSIGNED) == []


@pytest.mark.parametrize("first", [OPEN, IN_PROGRESS, ON_HOLD, SOLVED, CLOSED])
@pytest.mark.parametrize("second", [OPEN, IN_PROGRESS, ON_HOLD, SOLVED, CLOSED])
def test_a_status_is_followed_by_any_but_archived(opened, saved, first, second):
    ticket = opened(status=first, assignee="jo")

    assert saved(ticket, status=second, assignee="jo")["status"] == second


def test_each_kind_of_change_is_an_entry_of_the_history(client, opened, saved, uploaded):
    file = uploaded()
    ticket = opened(update={"content": "It smells", "updateType": 3, "updateUser": "kim"})

    after = saved(
        ticket,
        progress="Found it",
        subject="R7 burnt",
        priority=1,
        update={"attachments": [{"attachmentId": file.upper()}]},
    )

    assert after["update"] is None
    assert [(entry["updateType"], entry["content"]) for entry in after["history"]] == [
        (0, "It smells"), (0, None), (1, "Found it"), (2, "Changed: subject"),
    ]  # fmt: skip
    assert after["history"][1]["attachments"] == [{"attachmentId": file, "filename": "log.txt"}]
    assert after["history"][3] == {
        "updateId": str(uuid.UUID(after["history"][3]["updateId"])),
        "updateUtc": after["updatedUtc"],
        "updateUser": ME,
        "content": "Changed: subject",
        "updateType": 2,
        "attachments": [],
    }
    assert read(client, ticket) == after


@pytest.mark.parametrize("update", [None, {}, {"content": None, "attachments": []}, {"content": ""}])
def test_an_update_without_content_is_no_entry(opened, saved, update):
    assert saved(opened(update=update), update=update)["history"] == []


def test_an_attachment_may_have_another_name_with_the_ticket(opened, uploaded):
    attachment = {"attachmentId": uploaded(), "filename": "first.txt"}

    assert opened(update={"attachments": [attachment]})["history"][0]["attachments"] == [attachment]


def test_tickets_are_listed_by_status_without_their_history(client, opened):
    for status in (OPEN, IN_PROGRESS, SOLVED):
        opened(status=status, assignee="jo", update={"content": "x"})

    assert listed(client, OPEN) == [1]
    assert listed(client, OPEN | SOLVED) == [1, 3]
    assert listed(client, CLOSED) == []
    answer = client.get("/api/RootCause/Tickets", params={"status": OPEN, "view": ALL}).json()
    assert answer[0]["history"] is None


def test_the_views_are_those_of_the_caller(client, opened, saved):
    opened(assignee="SIMULATOR", owner="kim")
    opened(assignee="jo", owner="Simulator")
    opened(assignee="jo", owner="kim", update={"content": "I saw that too"})
    opened(assignee="jo", owner="kim")

    assert listed(client, view=ASSIGNED) == [1]
    assert listed(client, view=FOLLOWING) == [1, 2, 3]
    assert listed(client, view=ALL) == [1, 2, 3, 4]


def test_subjects_and_tags_are_searched_without_regard_to_letter_case(client, opened):
    opened(subject="U4 BURNT")
    opened(subject="R7", tags=[{"key": "Burnt by", "value": None}])
    opened(subject="R8", tags=[{"key": "cause", "value": "burnt"}])
    opened(subject="R9", progress="burnt")

    assert listed(client, searchString="burnt") == [1, 2, 3]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"status": 1},
        {"view": 0},
        {"status": 0, "view": 0},
        {"status": 64, "view": 0},
        {"status": "Open", "view": 0},
        {"status": 1, "view": 3},
        {"status": 1, "view": -1},
    ],
)
def test_a_wrong_list_is_refused(client, params):
    answer = client.get("/api/RootCause/Tickets", params=params)

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_all_tickets_are_listed_only_with_the_permission(client, opened):
    opened()
    without_permission(client)

    answer = client.get("/api/RootCause/Tickets", params={"status": 1, "view": ALL})

    assert answer.status_code == 403
    assert "Manage All Tickets" in answer.json()["message"]
    assert listed(client, view=FOLLOWING) == [1]


def test_a_solved_ticket_is_archived_and_then_stays_as_it_is(client, opened):
    ticket = opened(status=SOLVED, assignee="jo")

    answer = client.post("/api/RootCause/ArchiveTickets", json=[ticket["ticketId"].upper()])

    assert answer.status_code == 200
    assert answer.json() == read(client, ticket)
    assert answer.json()["status"] == ARCHIVED
    assert answer.json()["history"][-1]["content"] == "Changed: status"
    again = {**ticket, "assignee": "jo", "status": SOLVED}
    assert client.put("/api/RootCause/Ticket", json=again).status_code == 400
    assert client.post("/api/RootCause/ArchiveTickets", json=[ticket["ticketId"]]).status_code == 400


def test_many_tickets_are_archived_at_once_without_an_answer(client, opened):
    ids = [opened(status=SOLVED, assignee="jo")["ticketId"] for _ in range(3)]

    answer = client.post("/api/RootCause/ArchiveTickets", json=[*ids, ids[0]])

    assert answer.json() is None
    assert listed(client, ARCHIVED) == [1, 2, 3]


@pytest.mark.parametrize("status", [OPEN, IN_PROGRESS, ON_HOLD, CLOSED])
def test_all_are_archived_or_none(client, opened, status):
    solved, other = opened(status=SOLVED, assignee="jo"), opened(status=status, assignee="jo")

    answer = client.post("/api/RootCause/ArchiveTickets", json=[solved["ticketId"], other["ticketId"]])

    assert answer.status_code == 400
    assert listed(client, SOLVED) == [1]


def test_tickets_of_others_are_archived_only_with_the_permission(client, opened):
    mine = opened(status=SOLVED, assignee="jo", owner="SIMULATOR")
    other = opened(status=SOLVED, assignee="jo", owner="kim")
    without_permission(client)

    assert client.post("/api/RootCause/ArchiveTickets", json=[other["ticketId"]]).status_code == 403
    assert client.post("/api/RootCause/ArchiveTickets", json=[mine["ticketId"]]).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"), [([], 400), ({}, 400), ([7], 400), ([{}], 400), (["7"], 400), ([UNKNOWN], 404)]
)
def test_a_wrong_list_of_ids_is_refused(client, body, status):
    answer = client.post("/api/RootCause/ArchiveTickets", json=body)

    assert answer.status_code == status
    assert answer.json()["message"]


def test_an_attachment_is_downloaded_as_it_was_uploaded(client, uploaded):
    content = bytes(range(256)) * 1000
    identifier = uploaded("bild ä.png", content, "image/png")

    answer = client.get("/api/RootCause/Attachment", params={"attachmentId": identifier.upper()})

    assert answer.content == content
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Disposition"] == "inline"


def test_a_download_is_offered_under_the_name_that_it_is_asked_for(client, uploaded):
    params = {"attachmentId": uploaded(), "fileName": "ä.txt"}

    answer = client.get("/api/RootCause/Attachment", params=params)

    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A4.txt"


def test_a_media_type_that_could_be_no_header_is_replaced(client, uploaded):
    params = {"attachmentId": uploaded(media_type="ä/b")}

    answer = client.get("/api/RootCause/Attachment", params=params)

    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_each_upload_is_another_attachment(uploaded):
    assert uploaded() != uploaded()


def test_an_upload_without_a_file_is_refused(client):
    assert client.post("/api/RootCause/Attachment", content=b"raw").status_code == 400


@pytest.mark.parametrize(("identifier", "status"), [("", 400), ("7", 400), (UNKNOWN, 404)])
def test_what_is_downloaded_has_to_be_an_attachment_that_there_is(client, identifier, status):
    answer = client.get("/api/RootCause/Attachment", params={"attachmentId": identifier})

    assert answer.status_code == status
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("token", "user"),
    [
        (base64.b64encode(b"fct-3:secret").decode(), "fct-3"),
        (base64.b64encode(b":secret").decode(), ME),
        ("opaque-token", ME),
        (base64.b64encode(b"\xff").decode(), ME),
    ],
)
def test_the_caller_is_the_user_of_the_token(token, user):
    with WatsSimulator(token=token) as server:
        headers = {"Authorization": f"Basic {token}"}
        url = f"{server.url}/api/RootCause/Ticket"
        ticket = httpx.post(url, json={"subject": "x"}, headers=headers, trust_env=False).json()

    assert ticket["owner"] == user


def test_tickets_survive_a_restart(tmp_path):
    database = tmp_path / "wats.sqlite"
    for number in (1, 2):
        with WatsSimulator(db=database, token="dDp0") as server:
            headers = {"Authorization": "Basic dDp0"}
            url = f"{server.url}/api/RootCause/Ticket"
            answer = httpx.post(url, json={"subject": "x"}, headers=headers, trust_env=False)
            assert answer.json()["ticketNumber"] == number
