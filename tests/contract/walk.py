"""Calls of operations in a simulator of their own, and what went over the wire."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from pywats import AsyncWATS, WatsError
from pywats.services import (
    AsyncAnalyticsService,
    AsyncAssetService,
    AsyncProcessService,
    AsyncProductionService,
    AsyncProductService,
    AsyncReportService,
    AsyncRootCauseService,
    AsyncScimService,
    AsyncSoftwareService,
)
from pywats.services.base import AsyncService
from pywats.simulator.app import build_app
from pywats.simulator.faults import Faults
from pywats.simulator.journal import Journal
from pywats.simulator.store import Store
from tests.contract.contract import OPERATIONS, Operation
from tests.contract.scenarios import SCENARIOS
from tests.contract.scenarios.scenario import Call

URL = "http://wats.test"
TOKEN = "c2ltdWxhdG9yOnRva2Vu"

SERVICES: dict[str, type[AsyncService]] = {
    "analytics": AsyncAnalyticsService,
    "asset": AsyncAssetService,
    "process": AsyncProcessService,
    "product": AsyncProductService,
    "production": AsyncProductionService,
    "report": AsyncReportService,
    "rootcause": AsyncRootCauseService,
    "scim": AsyncScimService,
    "software": AsyncSoftwareService,
}

NOT_SENT = {"target", "progress"}
"""Arguments that are the client's own business."""


class Wire(httpx.AsyncBaseTransport):
    """An innermost transport that keeps the requests and answers that pass, both read whole."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.requests: list[httpx.Request] = []
        self.answers: list[httpx.Response] = []
        self.cut = False
        """Whether requests get no further; they are answered with nothing."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if self.cut:
            self.requests.append(request)
            return httpx.Response(204)
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        self.requests.append(request)
        self.answers.append(httpx.Response(answer.status_code, headers=answer.headers, content=content))
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content))


@asynccontextmanager
async def simulator() -> AsyncIterator[Wire]:
    """An empty simulator in this event loop, without a socket."""
    store = Store()
    try:
        yield Wire(httpx.ASGITransport(build_app(store, Journal(), Faults(), TOKEN)))
    finally:
        store.close()


@dataclass(frozen=True)
class Played:
    """One call of an operation: its arguments, what went over the wire and what came of it."""

    arguments: Mapping[str, Any]
    requests: list[httpx.Request]
    answers: list[httpx.Response]
    result: object
    written: bytes

    @property
    def request(self) -> httpx.Request:
        """The request of the call, which must be its only one."""
        (request,) = self.requests
        return request

    @property
    def answer(self) -> httpx.Response:
        """The answer to it."""
        (answer,) = self.answers
        return answer


def calls(name: str) -> list[Call]:
    """Return the calls of an operation, the minimal one first."""
    scenario = SCENARIOS[name]
    return [scenario.minimal, *scenario.more]


def method_of(operation: Operation) -> Callable[..., Any]:
    """Return the method of a service that an operation is."""
    method: Callable[..., Any] = getattr(SERVICES[operation.service], operation.id)
    return method


@asynccontextmanager
async def prepared(name: str, number: int = 0) -> AsyncIterator[tuple[AsyncWATS, Wire, Mapping[str, Any]]]:
    """A simulator with what an operation needs, and the arguments of one of its calls."""
    call, prepare = calls(name)[number], SCENARIOS[name].prepare
    async with simulator() as wire, AsyncWATS(URL, TOKEN, transport=wire) as api:
        made = await prepare(api) if prepare else None
        wire.requests.clear()
        wire.answers.clear()
        yield api, wire, call(made) if callable(call) else call


async def drafted(name: str, api: AsyncWATS, wire: Wire, arguments: Mapping[str, Any]) -> httpx.Request:
    """Return the request that a call would send."""
    wire.cut = True
    with contextlib.suppress(WatsError):
        method = getattr(getattr(api, OPERATIONS[name].service), name)
        await method(**passed(OPERATIONS[name], arguments, io.BytesIO()))
    wire.cut = False
    # Where a change is answered with nothing, what it changed may be read afterwards.
    request = wire.requests[0]
    wire.requests.clear()
    return request


@cache
def played(name: str, number: int = 0) -> Played:
    """Play one call of an operation."""

    async def play() -> Played:
        async with prepared(name, number) as (api, wire, arguments):
            target = io.BytesIO()
            service = getattr(api, OPERATIONS[name].service)
            result = await getattr(service, name)(**passed(OPERATIONS[name], arguments, target))
            return Played(arguments, wire.requests, wire.answers, result, target.getvalue())

    return asyncio.run(play())


def passed(operation: Operation, arguments: Mapping[str, Any], target: io.BytesIO) -> dict[str, Any]:
    """Return the arguments of a call with files of its own."""
    fresh = dict(arguments)
    if "target" in method_of(operation).__annotations__:
        fresh["target"] = target
    if "file" in fresh:
        fresh["file"] = io.BytesIO(fresh["file"])
    return fresh
