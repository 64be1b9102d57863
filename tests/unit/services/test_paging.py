"""Iterating over long lists: every row once, pages only when wanted, one correlation ID."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.core.client import AsyncHttpClient
from pywats.core.correlation import correlation_id, correlation_id_var
from pywats.exceptions import ServerError
from pywats.services import AsyncProductService, AsyncReportService


def row(number: int) -> dict[str, Any]:
    return {"uuid": str(UUID(int=number))}


class Server:
    """Answers header and product queries; `page` decides which rows, given `$top` and `$skip`."""

    def __init__(self, page: Callable[[int, int], list[dict[str, Any]] | int]) -> None:
        self.page = page
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        query = request.url.params
        answer = self.page(int(query["$top"]), int(query["$skip"]))
        return httpx.Response(answer) if isinstance(answer, int) else httpx.Response(200, json=answer)

    @property
    def pages(self) -> list[tuple[int, int]]:
        queries = (request.url.params for request in self.requests)
        return [(int(query["$top"]), int(query["$skip"])) for query in queries]

    def client(self) -> AsyncHttpClient:
        return AsyncHttpClient("http://wats.test", "token", transport=httpx.MockTransport(self))


def numbers(server: Server, **options: Any) -> list[int]:
    async def collect() -> list[int]:
        service = AsyncReportService(server.client())
        return [header.uuid.int async for header in service.iter_headers(**options) if header.uuid]

    return asyncio.run(collect())


def holding(count: int) -> Server:
    return Server(lambda top, skip: [row(number) for number in range(count)][skip : skip + top])


@pytest.mark.parametrize(
    ("count", "pages"),
    [
        (0, [(3, 0)]),
        (2, [(3, 0)]),
        (3, [(3, 0), (3, 3)]),
        (4, [(3, 0), (3, 3)]),
        (6, [(3, 0), (3, 3), (3, 6)]),
    ],
)
def test_the_list_ends_with_a_page_that_is_not_full(count: int, pages: list[tuple[int, int]]) -> None:
    server = holding(count)
    assert numbers(server, page_size=3) == list(range(count))
    assert server.pages == pages


@given(count=st.integers(0, 40), page_size=st.integers(1, 15))
def test_every_row_comes_once_and_in_order(count: int, page_size: int) -> None:
    assert numbers(holding(count), page_size=page_size) == list(range(count))


def test_a_server_that_repeats_a_page_does_not_hold_us_for_ever() -> None:
    server = Server(lambda top, _skip: [row(number) for number in range(top)])
    assert numbers(server, page_size=3) == [0, 1, 2]
    assert len(server.requests) == 2


def test_rows_without_a_uuid_do_not_hold_us_for_ever() -> None:
    server = Server(lambda top, _skip: [{"serialNumber": "a"}] * top)

    async def collect() -> int:
        return len([one async for one in AsyncReportService(server.client()).iter_headers(page_size=2)])

    assert asyncio.run(collect()) == 2
    assert len(server.requests) == 2


@pytest.mark.parametrize("uuid", [None, {"no": "text"}, [1]])
def test_rows_without_a_usable_uuid_are_news_as_long_as_the_pages_differ(uuid: object) -> None:
    rows = [{"uuid": uuid, "serialNumber": str(number)} for number in range(5)]
    server = Server(lambda top, skip: rows[skip : skip + top])

    async def collect() -> list[str | None]:
        service = AsyncReportService(server.client())
        return [header.serial_number async for header in service.iter_headers(page_size=2)]

    assert asyncio.run(collect()) == list("01234")


def test_a_repeated_page_is_noticed_although_the_consumer_changes_its_rows() -> None:
    server = Server(lambda top, _skip: [{"serialNumber": "a"}] * top)

    async def collect() -> int:
        seen = 0
        async for header in AsyncReportService(server.client()).iter_headers(page_size=2):
            header.serial_number = "b"
            seen += 1
        return seen

    assert asyncio.run(collect()) == 2


def test_a_report_that_arrives_meanwhile_does_not_make_another_one_come_twice() -> None:
    newest_first = [row(number) for number in (5, 4, 3, 2, 1)]

    def page(top: int, skip: int) -> list[dict[str, Any]]:
        if skip == 2:
            newest_first.insert(0, row(6))
        return newest_first[skip : skip + top]

    assert numbers(Server(page), page_size=2) == [5, 4, 3, 2, 1]


def test_a_page_is_fetched_when_its_first_row_is_wanted() -> None:
    server = holding(10)

    async def first_three() -> list[int]:
        seen = []
        rows = AsyncReportService(server.client()).iter_headers(page_size=2)
        assert not server.requests
        async for _header in rows:
            seen.append(len(server.requests))
            if len(seen) == 3:
                return seen
        return seen

    assert asyncio.run(first_three()) == [1, 1, 2]


def test_an_error_on_a_later_page_reaches_the_consumer_after_the_rows_before_it() -> None:
    server = Server(lambda top, skip: 500 if skip else [row(number) for number in range(top)])

    async def collect() -> int:
        seen = 0
        with pytest.raises(ServerError):
            async for _header in AsyncReportService(server.client()).iter_headers(page_size=2):
                seen += 1
        return seen

    assert asyncio.run(collect()) == 2


def test_all_pages_share_one_correlation_id_that_the_consumer_does_not_see() -> None:
    server = holding(5)

    async def collect() -> set[str | None]:
        rows = AsyncReportService(server.client()).iter_headers(page_size=2)
        return {correlation_id_var.get() async for _header in rows}

    assert asyncio.run(collect()) == {None}
    assert len({request.headers["X-Correlation-ID"] for request in server.requests}) == 1
    assert len(server.requests) == 3


def test_two_iterations_have_two_correlation_ids() -> None:
    server = holding(1)
    numbers(server)
    numbers(server)
    assert len({request.headers["X-Correlation-ID"] for request in server.requests}) == 2


def test_the_correlation_id_that_the_consumer_chose_is_used_for_all_pages() -> None:
    server = holding(3)
    with correlation_id("job-42"):
        numbers(server, page_size=2)
    assert [request.headers["X-Correlation-ID"] for request in server.requests] == ["job-42", "job-42"]


@pytest.mark.parametrize("page_size", [0, -1, 10_001, True, 2.0, "5", None])
def test_a_page_size_out_of_range_is_refused_at_the_call(page_size: Any) -> None:
    server = holding(1)
    with pytest.raises(ValueError, match="page_size"):
        AsyncReportService(server.client()).iter_headers(page_size=page_size)
    with pytest.raises(ValueError, match="page_size"):
        AsyncProductService(server.client()).iter_products(page_size=page_size)


def test_products_are_paged_as_the_server_cuts_them() -> None:
    service = AsyncProductService(holding(1).client())
    service.iter_products(page_size=1000)
    with pytest.raises(ValueError, match="1 to 1000"):
        service.iter_products(page_size=1001)


def test_products_come_once_each_even_if_the_server_ignores_skip() -> None:
    server = Server(lambda _top, _skip: [{"partNumber": "a"}, {"partNumber": "b"}])

    async def collect() -> list[str]:
        rows = AsyncProductService(server.client()).iter_products("Category eq 'x'", page_size=2)
        return [product.part_number async for product in rows]

    assert asyncio.run(collect()) == ["a", "b"]
    assert [request.url.params["$filter"] for request in server.requests] == ["Category eq 'x'"] * 2


@pytest.mark.parametrize(
    ("select", "sent"),
    [("result", "result,uuid"), ("uuid,result", "uuid,result"), ("result, uuid", "result, uuid")],
)
def test_the_uuid_is_always_selected(select: str, sent: str) -> None:
    server = holding(1)
    numbers(server, select=select, filter="f", orderby="o", expand="e")
    query = server.requests[0].url.params
    assert (query["$select"], query["$filter"], query["$orderby"], query["$expand"]) == (sent, "f", "o", "e")
