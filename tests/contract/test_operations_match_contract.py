"""Every operation of the contract: its signature, what it sends, what the simulator answers, its result."""

from __future__ import annotations

import inspect
import io
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from pywats import pyWATS
from tests.contract.contract import OPERATIONS
from tests.contract.messages import answer_problems, request_problems
from tests.contract.promises import declared_type, promised_type
from tests.contract.scenarios import SCENARIOS
from tests.contract.walk import NOT_SENT, TOKEN, URL, calls, method_of, passed, played

WALKED = sorted(SCENARIOS.keys() & OPERATIONS.keys())
every_operation = pytest.mark.parametrize("name", WALKED)
every_call = pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name in WALKED for number in range(len(calls(name)))]
)


def test_every_operation_has_a_scenario_and_every_scenario_is_of_an_operation() -> None:
    assert len(OPERATIONS) == 110
    assert SCENARIOS.keys() == OPERATIONS.keys()


@every_operation
def test_what_the_contract_requires_the_signature_requires(name: str) -> None:
    operation = OPERATIONS[name]
    parameters = inspect.signature(method_of(operation)).parameters.values()
    assert not any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)
    needed = [one for one in parameters if one.default is inspect.Parameter.empty and one.name != "self"]
    contract = sum(one["required"] for one in operation.parameters) + (operation.body is not None)
    # A filter that need not select anything can be left out; a download needs somewhere to go.
    assert len(needed) == contract - operation.may_be_unfiltered + operation.is_download
    assert f"WATS endpoint: {operation.method} {operation.path}" in (method_of(operation).__doc__ or "")


@every_operation
def test_the_calls_of_a_scenario_send_every_parameter_of_the_contract(name: str) -> None:
    sent = {key for number in range(len(calls(name))) for key in played(name, number).request.url.params}
    assert sent == {one["name"] for one in OPERATIONS[name].parameters if one["in"] == "query"}


@every_operation
def test_the_scenario_has_the_minimal_call_and_gives_every_argument(name: str) -> None:
    operation = OPERATIONS[name]
    parameters = inspect.signature(method_of(operation)).parameters.values()
    every = {one.name for one in parameters} - {"self"} - NOT_SENT
    required = {one.name for one in parameters if one.default is inspect.Parameter.empty} & every
    given = [set(played(name, number).arguments) for number in range(len(calls(name)))]
    assert required <= given[0]
    # Where one of several parameters has to be given, one more.
    assert len(given[0] - required - SCENARIOS[name].beyond.keys()) == bool(operation.one_of)
    assert set.union(*given) == every


@every_call
def test_what_is_sent_is_what_the_contract_says(name: str, number: int) -> None:
    request = played(name, number).request
    assert list(request_problems(OPERATIONS[name], request)) == []
    repeatable = bool(number and SCENARIOS[name].repeatable) or OPERATIONS[name].spec.get("x-idempotent")
    assert request.extensions.get("wats_idempotent") is repeatable


@every_call
def test_what_the_simulator_answers_is_what_the_contract_says(name: str, number: int) -> None:
    answer = played(name, number).answer
    assert list(answer_problems(OPERATIONS[name], answer)) == []
    assert answer.is_success
    assert answer.content != b"[]", "a list without rows says nothing about rows"


@every_operation
def test_the_result_is_of_the_promised_type(name: str) -> None:
    scenario = SCENARIOS[name]
    expected = scenario.returns[0] if scenario.returns else promised_type(OPERATIONS[name])
    assert declared_type(method_of(OPERATIONS[name])) == expected
    if scenario.returns:
        assert expected != promised_type(OPERATIONS[name]), "no exception any more"


@every_call
def test_what_comes_of_an_answer_is_of_the_declared_type(name: str, number: int) -> None:
    kind = TypeAdapter(declared_type(method_of(OPERATIONS[name])))
    result = played(name, number).result
    assert kind.validate_python(result, strict=True) == result


@every_call
def test_pywats_does_what_asyncwats_does(name: str, number: int) -> None:
    there = played(name, number)
    requests: list[httpx.Request] = []

    async def replay(request: httpx.Request) -> httpx.Response:
        await request.aread()
        requests.append(request)
        answer = there.answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    target = io.BytesIO()
    with pyWATS(URL, TOKEN, transport=httpx.MockTransport(replay)) as api:
        call = getattr(getattr(api, OPERATIONS[name].service), name)
        result = call(**passed(OPERATIONS[name], there.arguments, target))
    assert result == there.result
    assert type(result) is type(there.result)
    assert target.getvalue() == there.written
    assert list(map(on_the_wire, requests)) == [on_the_wire(there.request)]


def on_the_wire(request: httpx.Request) -> tuple[Any, ...]:
    headers = {name: value for name, value in request.headers.items() if name != "x-correlation-id"}
    media_type, _, boundary = headers.get("content-type", "").partition("; boundary=")
    headers["content-type"] = media_type
    content = request.content.replace(boundary.encode(), b"") if boundary else request.content
    return request.method, request.url, headers, content
