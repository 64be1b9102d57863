"""Every answer that the contract lets a server give: nothing of it is lost, in whichever form it comes."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Iterator
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin
from uuid import UUID

import httpx
import pytest
from pydantic import TypeAdapter

from pywats import AsyncWATS
from pywats.models.base import WatsModel
from tests.contract.contract import OPERATIONS
from tests.contract.examples import examples
from tests.contract.promises import declared_type, promised_type
from tests.contract.scenarios import SCENARIOS
from tests.contract.schemas import is_valid, problems
from tests.contract.walk import TOKEN, URL, method_of, passed, played

WALKED = sorted(SCENARIOS.keys() & OPERATIONS.keys())


def named(names: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", list(names))


@cache
def answers(name: str) -> list[Any]:
    """Return example answers, the one with the fewest members last."""
    operation = OPERATIONS[name]
    if "application/json" not in operation.promised or promised_type(operation) is None:
        return []
    schema = operation.promised["application/json"]["schema"]
    every = list(examples(schema))
    returns = SCENARIOS[name].returns
    if returns and isinstance(returns[0], type) and issubclass(returns[0], WatsModel):
        # One object, of those that a server may send in a list.
        every = [answer[0] if isinstance(answer, list) else answer for answer in every]
        every = [answer for answer in every if is_valid(answer, schema)]
    return every


def made_of(name: str, answer: httpx.Response) -> Any:
    """Return what an operation makes of an answer."""
    operation = OPERATIONS[name]
    arguments = passed(operation, played(name).arguments, io.BytesIO())

    async def call() -> Any:
        async with AsyncWATS(URL, TOKEN, transport=httpx.MockTransport(lambda _: answer)) as api:
            return await getattr(getattr(api, operation.service), name)(**arguments)

    return asyncio.run(call())


@pytest.mark.parametrize(
    ("name", "variant"), [(name, variant) for name in WALKED for variant in range(len(answers(name)))]
)
def test_nothing_of_an_answer_is_lost(name: str, variant: int) -> None:
    answer = answers(name)[variant]
    schema = OPERATIONS[name].promised["application/json"]["schema"]
    assert list(problems(answer, schema)) == [], "the example is no example"

    result = made_of(name, httpx.Response(200, json=answer))

    assert written(result) == answer
    assert not list(unknown_members(result))
    if variant < len(answers(name)) - 1:  # what has all members
        built = TypeAdapter(declared_type(method_of(OPERATIONS[name]))).validate_python(answer)
        assert result == built, "a member is not of its type"


@named(name for name in WALKED if OPERATIONS[name].spec.get("x-tolerate-single-object"))
def test_a_single_object_in_place_of_a_list_is_a_list_of_one(name: str) -> None:
    first = answers(name)[0][0]
    assert written(made_of(name, httpx.Response(200, json=first))) == [first]


@pytest.mark.parametrize("body", [b"", b"null"])
@named(name for name in WALKED if get_origin(promised_type(OPERATIONS[name])) is list)
def test_an_empty_answer_in_place_of_a_list_is_an_empty_list(name: str, body: bytes) -> None:
    assert made_of(name, httpx.Response(200, content=body)) == []


@pytest.mark.parametrize("body", [b"", b"null"])
@named(name for name in WALKED if NoneType in get_args(declared_type(method_of(OPERATIONS[name]))))
def test_an_empty_answer_is_none_where_the_result_may_be_none(name: str, body: bytes) -> None:
    assert made_of(name, httpx.Response(200, content=body)) is None


@named(name for name in WALKED if OPERATIONS[name].answer(201))
def test_what_was_created_is_returned(name: str) -> None:
    first = answers(name)[0]
    assert written(made_of(name, httpx.Response(201, json=first))) == first


@named(name for name in WALKED if OPERATIONS[name].answer(204) is not None)
def test_a_status_without_content_is_a_success(name: str) -> None:
    assert made_of(name, httpx.Response(204)) is None


def written(result: Any) -> Any:
    """Return a result as it would be on the wire."""
    if isinstance(result, list):
        return [written(one) for one in result]
    if isinstance(result, WatsModel):
        return result.to_wire()
    return str(result) if isinstance(result, UUID) else result


def unknown_members(result: Any) -> Iterator[str]:
    """Yield the members that no model of a result has, at any depth."""
    if isinstance(result, list):
        for one in result:
            yield from unknown_members(one)
    elif isinstance(result, WatsModel):
        yield from result.model_extra or ()
        for name in type(result).model_fields:
            yield from unknown_members(getattr(result, name))
