"""What is wrong in a request the simulator refuses as the contract says."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from pywats import NotFoundError
from tests.contract.contract import OPERATIONS, Operation
from tests.contract.messages import answer_problems
from tests.contract.scenarios import SCENARIOS
from tests.contract.schemas import is_valid
from tests.contract.walk import drafted, passed, prepared

WALKED = sorted(SCENARIOS.keys() & OPERATIONS.keys())


def named(names: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", list(names))


def query_of(request: httpx.Request) -> list[tuple[str, str]]:
    return parse_qsl(request.url.query.decode("ascii"), keep_blank_values=True)


def changed(request: httpx.Request, query: Iterable[tuple[str, str]]) -> httpx.Request:
    """Return a request with another query."""
    url = request.url.copy_with(query=urlencode(list(query)).encode() or None)
    return httpx.Request(request.method, url, headers=request.headers, content=request.content)


def lacking(operation: Operation, request: httpx.Request) -> Iterator[httpx.Request]:
    """Yield requests that each lack something required."""
    query = query_of(request)
    for names in [[name] for name in operation.required] + ([operation.one_of] if operation.one_of else []):
        yield changed(request, [(name, value) for name, value in query if name not in names])
    if operation.body is not None:
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        yield httpx.Request(request.method, request.url, headers=headers, content=b"")


def mistyped(operation: Operation, request: httpx.Request) -> Iterator[httpx.Request]:
    """Yield requests that each have a parameter that is not of its type."""
    query = dict(query_of(request))
    for name in typed(operation):
        yield changed(request, {**query, name: "x y"}.items())


def typed(operation: Operation) -> list[str]:
    """Return the query parameters that not every text fits."""
    return [
        one["name"]
        for one in operation.parameters
        if one["in"] == "query" and not is_valid("x y", one["schema"])
    ]


def accepted(
    name: str, spoilt: Callable[[Operation, httpx.Request], Iterator[httpx.Request]]
) -> list[tuple[httpx.URL, int, list[str]]]:
    """Send spoilt requests and return those that were not refused as documented."""
    operation = OPERATIONS[name]

    async def send() -> list[tuple[httpx.URL, int, list[str]]]:
        wrong = []
        async with prepared(name) as (api, wire, arguments):
            for request in spoilt(operation, await drafted(name, api, wire, arguments)):
                answer = await wire.handle_async_request(request)
                await answer.aread()
                found = list(refusal_problems(operation, answer))
                if found:
                    wrong.append((request.url, answer.status_code, found))
            assert wire.answers, "nothing was sent"
        return wrong

    return asyncio.run(send())


def refusal_problems(operation: Operation, answer: httpx.Response) -> Iterator[str]:
    # One operation has no 400 but answers 500 to what it cannot read; for another no refusal is documented.
    documented = [status for status in (400, 500) if operation.answer(status) is not None]
    if answer.status_code != (documented or [400])[0]:
        yield f"status {answer.status_code}"
    if documented:
        yield from answer_problems(operation, answer)


@named(WALKED)
def test_a_request_without_a_token_is_refused(name: str) -> None:
    async def send() -> httpx.Response:
        async with prepared(name) as (api, wire, arguments):
            request = await drafted(name, api, wire, arguments)
            del request.headers["Authorization"]
            await wire.handle_async_request(request)
            return wire.answers[0]

    answer = asyncio.run(send())
    assert answer.status_code == 401
    assert list(answer_problems(OPERATIONS[name], answer)) == []


@named(name for name in WALKED if OPERATIONS[name].needs_something)
def test_a_request_that_lacks_something_required_is_refused(name: str) -> None:
    assert accepted(name, lacking) == []


@named(name for name in WALKED if OPERATIONS[name].answer(400) is not None and typed(OPERATIONS[name]))
def test_a_parameter_of_another_type_is_refused(name: str) -> None:
    assert accepted(name, mistyped) == []


@named(WALKED)
def test_a_scenario_says_what_is_unknown_where_the_contract_has_an_answer_for_it(name: str) -> None:
    assert (SCENARIOS[name].unknown is not None) == (OPERATIONS[name].answer(404) is not None)


@named(name for name in WALKED if isinstance(SCENARIOS[name].unknown, Mapping))
def test_what_is_unknown_is_not_found(name: str) -> None:
    operation, unknown = OPERATIONS[name], SCENARIOS[name].unknown
    assert isinstance(unknown, Mapping)

    async def call() -> httpx.Response:
        async with prepared(name) as (api, wire, arguments):
            method = getattr(getattr(api, operation.service), name)
            with pytest.raises(NotFoundError):
                await method(**passed(operation, {**arguments, **unknown}, io.BytesIO()))
            return wire.answers[0]

    answer = asyncio.run(call())
    assert answer.status_code == 404
    assert list(answer_problems(operation, answer)) == []
