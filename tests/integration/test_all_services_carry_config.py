"""Every service acts as `SyncConfig` says, through `pyWATS` and `AsyncWATS` alike."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from pywats import AsyncWATS, RetryConfig, ServerError, SyncConfig, WatsTimeoutError, correlation_id, pyWATS
from pywats.models import TicketStatus, TicketView
from tests.support import REPORT, TOKEN
from tests.support.fault_server import FaultServer, hang, respond

# One operation of each service that is safe to repeat, and an answer to it.
OPERATIONS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "analytics": (lambda api: api.analytics.get_version(), '"2025.1"'),
    "asset": (lambda api: api.asset.get_asset("FIX-1"), {"serialNumber": "FIX-1", "typeId": REPORT["id"]}),
    "process": (lambda api: api.process.get_processes(), []),
    "product": (lambda api: api.product.get_product("X"), {"partNumber": "X"}),
    "production": (lambda api: api.production.get_serial_number_types(), []),
    "report": (lambda api: api.report.submit_report(REPORT), [{"ID": REPORT["id"]}]),
    "rootcause": (lambda api: api.rootcause.get_tickets(TicketStatus.OPEN, TicketView.ALL), []),
    "scim": (lambda api: api.scim.get_users(), {"Resources": []}),
    "software": (lambda api: api.software.get_packages(), []),
}


def call_sync(url: str, config: SyncConfig, call: Callable[[Any], Any]) -> Any:
    with pyWATS(url, TOKEN, sync_config=config) as api:
        return call(api)


def call_async(url: str, config: SyncConfig, call: Callable[[Any], Any]) -> Any:
    async def session() -> Any:
        async with AsyncWATS(url, TOKEN, sync_config=config) as api:
            return await call(api)

    return asyncio.run(session())


every_service = pytest.mark.parametrize("service", OPERATIONS)
both_clients = pytest.mark.parametrize("client", [call_sync, call_async])

RETRYING = SyncConfig(timeout=30, retry_enabled=True, retry=RetryConfig(max_retries=2, max_backoff=0))


def test_these_are_all_services() -> None:
    properties = inspect.getmembers(pyWATS, lambda value: hasattr(value, "func"))
    assert {name for name, _ in properties} == OPERATIONS.keys()


@every_service
@both_clients
def test_timeout_ends_the_wait_for_a_server_that_hangs(client: Callable[..., Any], service: str) -> None:
    call, _ = OPERATIONS[service]
    with FaultServer([], then=hang()) as server:
        with pytest.raises(WatsTimeoutError):
            client(server.url, SyncConfig(timeout=0.1), call)
        assert len(server.requests) == 1


@every_service
@both_clients
def test_total_timeout_ends_the_retries_too(client: Callable[..., Any], service: str) -> None:
    call, _ = OPERATIONS[service]
    retry = RetryConfig(max_retries=1000, max_backoff=0)
    config = SyncConfig(timeout=0.04, total_timeout=0.1, retry_enabled=True, retry=retry)
    with FaultServer([], then=hang()) as server:
        with pytest.raises(WatsTimeoutError):
            client(server.url, config, call)
        assert len(server.requests) <= 3


@every_service
@both_clients
def test_a_failed_attempt_is_retried(client: Callable[..., Any], service: str) -> None:
    call, answer = OPERATIONS[service]
    with FaultServer([respond(503), respond(200, answer)]) as server:
        client(server.url, RETRYING, call)
        assert [request.headers.get("X-Retry-Count") for request in server.requests] == [None, "1"]


@every_service
@both_clients
def test_nothing_is_retried_unless_it_is_asked_for(client: Callable[..., Any], service: str) -> None:
    call, _ = OPERATIONS[service]
    with FaultServer([], then=respond(503)) as server:
        with pytest.raises(ServerError):
            client(server.url, SyncConfig(), call)
        assert len(server.requests) == 1


@every_service
@both_clients
def test_all_attempts_carry_the_id_of_the_call(client: Callable[..., Any], service: str) -> None:
    call, answer = OPERATIONS[service]
    with FaultServer([respond(503), respond(200, answer)]) as server:
        with correlation_id("job-42"):
            client(server.url, RETRYING, call)
        assert [request.headers.get("X-Correlation-ID") for request in server.requests] == ["job-42"] * 2


@every_service
@both_clients
def test_each_call_has_an_id_of_its_own(client: Callable[..., Any], service: str) -> None:
    call, answer = OPERATIONS[service]
    with FaultServer([], then=respond(200, answer)) as server:
        client(server.url, SyncConfig(), call)
        client(server.url, SyncConfig(), call)
        first, second = (request.headers.get("X-Correlation-ID") for request in server.requests)
        assert first
        assert second
        assert first != second


@every_service
@both_clients
def test_no_id_is_sent_if_it_is_turned_off(client: Callable[..., Any], service: str) -> None:
    call, answer = OPERATIONS[service]
    with FaultServer([], then=respond(200, answer)) as server:
        client(server.url, SyncConfig(correlation_id_enabled=False), call)
        assert "X-Correlation-ID" not in server.requests[0].headers
