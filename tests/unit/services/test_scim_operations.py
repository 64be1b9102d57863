"""Every SCIM operation sends the request that the API documents, and returns what it promises."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from pywats.core.client import AsyncHttpClient
from pywats.exceptions import BadRequestError, ConflictError, WatsResponseError
from pywats.models import (
    ScimListResponse,
    ScimPatchOperation,
    ScimPatchPath,
    ScimPatchRequest,
    ScimToken,
    ScimUser,
    ScimUserEmail,
    ScimUserName,
)
from pywats.services import AsyncScimService
from tests.unit.services.cases import SERVER, Case, check, run

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
SCIM = "application/scim+json"
ACCEPT = "application/scim+json, application/json"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SECRET = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0"


CASES = {
    "get_token": Case(
        lambda s: s.get_token(duration=30),
        "GET /api/SCIM/v2/Token",
        query={"duration": "30"},
        answer={"token": SECRET, "durationDays": 30},
        result=ScimToken(token=SECRET, duration_days=30),
    ),
    "get_users": Case(
        lambda s: s.get_users('userName eq "a&b"', start_index=1, count=0),
        "GET /api/SCIM/v2/Users",
        query={"filter": 'userName eq "a&b"', "startIndex": "1", "count": "0"},
        accept=ACCEPT,
        answer={"totalResults": 1, "Resources": [{"id": ID}]},
        result=ScimListResponse(total_results=1, resources=[ScimUser(id=UUID(ID))]),
    ),
    "get_users without anything": Case(
        lambda s: s.get_users(),
        "GET /api/SCIM/v2/Users",
        accept=ACCEPT,
        answer={"totalResults": 0},
        result=ScimListResponse(total_results=0),
    ),
    "create_user": Case(
        lambda s: s.create_user(
            ScimUser(
                id=UUID(ID),
                meta={"resourceType": "User"},
                user_name="jo@example.com",
                display_name="Jo",
                active=True,
                external_id="7",
                name=ScimUserName(given_name="Jo", family_name="Ng", formatted="Jo Ng"),
                emails=[ScimUserEmail(value="jo@example.com", type="work", primary=True)],
            )
        ),
        "POST /api/SCIM/v2/Users",
        body=json.dumps(
            {
                "userName": "jo@example.com",
                "displayName": "Jo",
                "active": True,
                "externalId": "7",
                "name": {"formatted": "Jo Ng", "givenName": "Jo", "familyName": "Ng"},
                "emails": [{"value": "jo@example.com", "type": "work", "primary": True}],
                "schemas": [USER],
            },
            separators=(",", ":"),
        ).encode(),
        content_type=SCIM,
        accept=ACCEPT,
        idempotent=False,
        answer={"id": ID},
        result=ScimUser(id=UUID(ID)),
    ),
    "get_user": Case(
        lambda s: s.get_user(ID.upper()),
        f"GET /api/SCIM/v2/Users/{ID}",
        accept=ACCEPT,
        answer={"id": ID},
        result=ScimUser(id=UUID(ID)),
    ),
    "get_user_by_username": Case(
        lambda s: s.get_user_by_username("jo+1@example.com/ä?#%"),
        "GET /api/SCIM/v2/Users/userName=jo%2B1%40example.com%2F%C3%A4%3F%23%25",
        accept=ACCEPT,
        answer={"id": ID},
        result=ScimUser(id=UUID(ID)),
    ),
    "update_user": Case(
        lambda s: s.update_user(
            UUID(ID),
            ScimPatchRequest(
                operations=[
                    ScimPatchOperation(path=ScimPatchPath.ACTIVE, value=False),
                    ScimPatchOperation(path="levels", value="Line 1;Line 2"),
                ]
            ),
        ),
        f"PATCH /api/SCIM/v2/Users/{ID}",
        body=json.dumps(
            {
                "schemas": [PATCH],
                "Operations": [
                    {"op": "replace", "path": "active", "value": False},
                    {"op": "replace", "path": "levels", "value": "Line 1;Line 2"},
                ],
            },
            separators=(",", ":"),
        ).encode(),
        content_type=SCIM,
        accept=ACCEPT,
        idempotent=True,
        answer={"id": ID, "active": False},
        result=ScimUser(id=UUID(ID), active=False),
    ),
    "delete_user": Case(
        lambda s: s.delete_user(ID), f"DELETE /api/SCIM/v2/Users/{ID}", accept=ACCEPT, answer=b""
    ),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_an_operation_sends_its_request_and_returns_its_answer(case: Case) -> None:
    check(AsyncScimService, case)


@respx.mock
def test_the_schemas_of_a_new_user_are_sent_as_they_are_and_the_user_stays_as_it_is() -> None:
    route = respx.route().respond(200, json={"id": ID})
    plain, extended = ScimUser(user_name="jo"), ScimUser(user_name="jo", schemas=[USER, "urn:more"])
    run(AsyncScimService, lambda service: service.create_user(plain))
    run(AsyncScimService, lambda service: service.create_user(extended))
    assert [json.loads(call.request.content)["schemas"] for call in route.calls] == [
        [USER],
        [USER, "urn:more"],
    ]
    assert plain.schemas is None


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("delete_user", "update_user")])
@respx.mock
def test_an_empty_answer_where_something_is_promised_is_an_error(name: str) -> None:
    respx.route().respond(200, content=b"")
    with pytest.raises(CASES[name].when_empty):
        run(AsyncScimService, CASES[name].call)


@respx.mock
def test_a_user_that_a_change_does_not_return_is_read_back_in_the_same_call() -> None:
    change = respx.patch(f"{SERVER}/api/SCIM/v2/Users/{ID}").respond(204)
    read = respx.get(f"{SERVER}/api/SCIM/v2/Users/{ID}").respond(200, json={"id": ID, "active": False})
    user = run(AsyncScimService, lambda s: s.update_user(ID, ScimPatchRequest(operations=[])))
    assert user == ScimUser(id=UUID(ID), active=False)
    ids = {one.calls.last.request.headers["X-Correlation-ID"] for one in (change, read)}
    assert len(ids) == 1


@pytest.mark.parametrize(("name", "status"), [("create_user", 201), ("delete_user", 204)])
@respx.mock
def test_the_statuses_of_the_standard_are_success_too(name: str, status: int) -> None:
    respx.route().respond(status, content=CASES[name].answer)
    assert run(AsyncScimService, CASES[name].call) == CASES[name].result


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.get_user("jo@example.com"), "user_id must be a UUID"),
        (lambda s: s.update_user("x", ScimPatchRequest(operations=[])), "user_id must be a UUID"),
        (lambda s: s.delete_user("userName=jo"), "user_id must be a UUID"),
        (lambda s: s.create_user(ScimUser()), "user_name"),
        (lambda s: s.create_user(ScimUser(user_name=" ")), "user_name"),
        (lambda s: s.get_user_by_username(""), "user_name"),
        (lambda s: s.get_user_by_username("a\r\nb"), "userName"),
    ],
)
@respx.mock
def test_what_cannot_be_right_is_refused_before_sending(
    call: Callable[[Any], Awaitable[Any]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run(AsyncScimService, call)
    assert not respx.calls


@respx.mock
def test_the_detail_of_an_error_is_that_of_scim() -> None:
    body = {"schemas": [ERROR], "scimType": "uniqueness", "detail": "jo is taken", "status": "409"}
    respx.route().mock(return_value=httpx.Response(409, json=body, headers={"Content-Type": SCIM}))
    with pytest.raises(ConflictError, match=r"409 Conflict: jo is taken ") as caught:
        run(AsyncScimService, CASES["create_user"].call)
    assert caught.value.detail == "jo is taken"


@pytest.mark.parametrize("users", [{"id": ID}, [7], "none"])
@respx.mock
def test_a_page_of_another_shape_is_an_error_and_not_the_end(users: object) -> None:
    respx.route().respond(200, json={"Resources": users})
    with pytest.raises(WatsResponseError):
        run(AsyncScimService, lambda service: service.get_users())


@pytest.mark.parametrize(
    "options", [{}, {"start_index": 1}, {"start_index": 5, "count": 1}, {"filter": "a", "count": 10}]
)
@respx.mock
def test_a_page_without_users_that_tells_of_some_is_an_error(options: dict[str, Any]) -> None:
    respx.route().respond(200, json={"totalResults": 5})
    with pytest.raises(WatsResponseError, match="it has no users, but tells of some") as caught:
        run(AsyncScimService, lambda service: service.get_users(**options))
    assert (caught.value.method, caught.value.url) == ("GET", f"{SERVER}/api/SCIM/v2/Users")
    assert caught.value.correlation_id


@pytest.mark.parametrize(
    ("options", "total"), [({"count": 0}, 5), ({"start_index": 6}, 5), ({}, 0), ({}, None), ({}, "many")]
)
@respx.mock
def test_a_page_on_which_no_user_is_due_may_have_none(options: dict[str, int], total: object) -> None:
    respx.route().respond(200, json={"totalResults": total})
    page = run(AsyncScimService, lambda service: service.get_users(**options))
    assert (page.resources, page.total_results) == (None, total)


def test_a_list_of_users_does_not_end_with_a_page_that_lost_them() -> None:
    server = Server(5)
    answered = server.__call__

    def lose(request: httpx.Request) -> httpx.Response:
        answer = answered(request)
        return answer if len(server.asked) == 1 else httpx.Response(200, json={"totalResults": 5})

    async def collect() -> None:
        client = AsyncHttpClient("http://wats.test", "token", transport=httpx.MockTransport(lose))
        async for _ in AsyncScimService(client).iter_users(page_size=3):
            pass

    with pytest.raises(WatsResponseError):
        asyncio.run(collect())


@pytest.mark.parametrize(
    "answer",
    [
        {"token": SECRET},
        {"access_token": SECRET, "nested": {"token": SECRET}},
        {"token": {"value": SECRET}},
        SECRET,
    ],
)
@respx.mock
def test_neither_the_repr_nor_any_logger_tells_a_token(
    answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    respx.route().respond(200, json=answer)
    with caplog.at_level(logging.DEBUG):
        token = run(AsyncScimService, lambda service: service.get_token())
    assert SECRET in str(token.to_wire())
    assert SECRET not in f"{token} {token!r} {[token]}"
    assert SECRET not in caplog.text


@respx.mock
def test_a_bare_token_is_read_as_one() -> None:
    respx.route().respond(200, json=SECRET)
    assert run(AsyncScimService, lambda service: service.get_token()) == ScimToken(token=SECRET)


@respx.mock
def test_an_answer_that_is_no_token_is_an_error_that_does_not_tell_it() -> None:
    respx.route().respond(200, json=[SECRET])
    with pytest.raises(WatsResponseError) as caught:
        run(AsyncScimService, lambda service: service.get_token())
    assert SECRET not in repr(caught.value)


class Server:
    """Answers with users; it may give fewer than asked for, and may not say how many there are."""

    def __init__(self, count: int, *, most: int = 1000, total: bool = True, moves: bool = True) -> None:
        self.users = [{"id": str(UUID(int=number))} for number in range(count)]
        self.most = most
        self.total = total
        self.moves = moves
        self.asked: list[tuple[int, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        start, count = (int(request.url.params[name]) for name in ("startIndex", "count"))
        self.asked.append((start, count))
        first = start - 1 if self.moves else 0
        answer: dict[str, Any] = {"Resources": self.users[first : first + min(count, self.most)]}
        if self.total:
            answer["totalResults"] = len(self.users)
        return httpx.Response(200, json=answer)

    def numbers(self, **options: Any) -> list[int]:
        async def collect() -> list[int]:
            client = AsyncHttpClient("http://wats.test", "token", transport=httpx.MockTransport(self))
            users = AsyncScimService(client).iter_users(**options)
            return [user.id.int async for user in users if user.id]

        return asyncio.run(collect())


@pytest.mark.parametrize(
    ("count", "asked"),
    [
        (0, [(1, 3)]),
        (2, [(1, 3)]),
        (3, [(1, 3), (4, 3)]),
        (4, [(1, 3), (4, 3)]),
    ],
)
def test_the_list_ends_with_a_page_that_is_not_full(count: int, asked: list[tuple[int, int]]) -> None:
    server = Server(count)
    assert server.numbers(page_size=3) == list(range(count))
    assert server.asked == asked


def test_a_page_shorter_than_asked_for_is_not_the_end_if_there_are_more() -> None:
    server = Server(5, most=2)
    assert server.numbers(page_size=4) == list(range(5))
    assert server.asked == [(1, 4), (3, 2), (5, 4)]


def test_without_a_total_a_short_page_is_the_end() -> None:
    server = Server(5, most=2, total=False)
    assert server.numbers(page_size=4) == [0, 1]


@given(count=st.integers(0, 30), most=st.integers(1, 12), page_size=st.integers(1, 12))
def test_every_user_comes_once_and_in_order(count: int, most: int, page_size: int) -> None:
    assert Server(count, most=most).numbers(page_size=page_size) == list(range(count))


@pytest.mark.parametrize("page_size", [1, 3, 4, 7, 50])
def test_a_server_that_repeats_a_page_does_not_hold_us_for_ever(page_size: int) -> None:
    server = Server(10, most=3, moves=False)
    assert server.numbers(page_size=page_size) == list(range(min(page_size, 3)))
    assert len(server.asked) <= 4


def test_a_user_added_in_front_meanwhile_hides_nobody() -> None:
    server = Server(6, most=2)
    answered = server.__call__

    def grow(request: httpx.Request) -> httpx.Response:
        answer = answered(request)
        if len(server.asked) == 1:
            server.users.insert(0, {"id": str(UUID(int=99))})
        return answer

    async def collect() -> list[int]:
        client = AsyncHttpClient("http://wats.test", "token", transport=httpx.MockTransport(grow))
        users = AsyncScimService(client).iter_users(page_size=4)
        return [user.id.int async for user in users if user.id]

    assert asyncio.run(collect()) == list(range(6))


def test_users_are_told_apart_by_name_if_they_have_no_id() -> None:
    server = Server(0)
    server.users = [{"userName": name} for name in "abc"]

    async def collect() -> list[str | None]:
        client = AsyncHttpClient("http://wats.test", "token", transport=httpx.MockTransport(server))
        return [user.user_name async for user in AsyncScimService(client).iter_users(page_size=2)]

    assert asyncio.run(collect()) == ["a", "b", "c"]


@pytest.mark.parametrize("page_size", [0, -1, True, 2**31, "5"])
def test_a_page_size_that_cannot_be_is_refused_at_once(page_size: Any) -> None:
    with pytest.raises(ValueError, match="page_size"):
        Server(1).numbers(page_size=page_size)


@respx.mock
def test_the_filter_goes_with_every_page() -> None:
    route = respx.route().respond(400, json={"schemas": [ERROR], "detail": "no", "status": "400"})

    async def collect(service: AsyncScimService) -> None:
        async for _ in service.iter_users('active eq "x"'):
            pass

    with pytest.raises(BadRequestError):
        run(AsyncScimService, collect)
    assert route.calls.last.request.url.params["filter"] == 'active eq "x"'
