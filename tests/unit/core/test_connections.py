"""Connections belong to the event loop that made them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from pywats import ClientClosedError
from pywats.core import connections as module
from pywats.core.client import AsyncHttpClient
from pywats.core.connections import Connections
from tests.support import TOKEN
from tests.unit.transport.helpers import Network, run


class Chain(Network):
    is_closed = False

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.fixture
def made() -> list[Chain]:
    return []


@pytest.fixture
def connections(made: list[Chain]) -> Connections:
    def new_transport() -> httpx.AsyncBaseTransport:
        transport = Chain()
        made.append(transport)
        return transport

    return Connections(new_transport)


async def current(connections: Connections) -> httpx.AsyncBaseTransport:
    return connections.transport()


async def close(connections: Connections) -> None:
    await connections.aclose()


def test_one_event_loop_keeps_its_chain(connections: Connections):
    async def twice() -> bool:
        return connections.transport() is connections.transport()

    assert run(twice())


def test_a_second_asyncio_run_gets_a_new_chain(connections: Connections):
    assert run(current(connections)) is not run(current(connections))


def test_requests_work_in_two_asyncio_runs_in_a_row():
    network = Network(204)
    client = AsyncHttpClient("http://wats.test", TOKEN, transport=network)
    run(client.send("GET", "/api/x"))
    run(client.send("GET", "/api/x"))
    assert len(network.requests) == 2


def test_a_loop_that_is_in_use_elsewhere_is_a_clear_error(connections: Connections):
    other = asyncio.new_event_loop()
    try:
        other.run_until_complete(current(connections))
        with pytest.raises(RuntimeError, match="one client for each loop"):
            run(current(connections))
    finally:
        other.close()


def test_a_refused_loop_does_not_take_the_chain_away(connections: Connections):
    other = asyncio.new_event_loop()
    try:
        first = other.run_until_complete(current(connections))
        with pytest.raises(RuntimeError):
            run(current(connections))
        assert other.run_until_complete(current(connections)) is first
    finally:
        other.close()


@pytest.fixture
def abandoned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    kept: list[object] = []
    monkeypatch.setattr(module, "_abandoned", kept)
    yield kept
    for _, loop in kept:  # type: ignore[misc]
        loop.close()


def test_a_forked_child_gets_a_new_chain(
    connections: Connections, abandoned: list[object], monkeypatch: pytest.MonkeyPatch
):
    parents = asyncio.new_event_loop()
    first = parents.run_until_complete(current(connections))
    monkeypatch.setattr("os.getpid", lambda: -1)
    assert run(current(connections)) is not first


def test_a_forked_child_does_not_touch_what_it_inherits(
    connections: Connections, abandoned: list[object], monkeypatch: pytest.MonkeyPatch
):
    # Even a finalizer would: it takes the socket out of an epoll set that is shared with the parent.
    parents = asyncio.new_event_loop()
    first = parents.run_until_complete(current(connections))
    monkeypatch.setattr("os.getpid", lambda: -1)
    run(current(connections))
    assert abandoned == [(first, parents)]
    assert not first.is_closed


def test_closing_closes_the_chain(connections: Connections):
    async def scenario() -> bool:
        chain = connections.transport()
        await connections.aclose()
        return chain.is_closed

    assert run(scenario())


def test_a_closed_chain_is_a_clear_error(connections: Connections):
    run(close(connections))
    with pytest.raises(ClientClosedError, match="closed"):
        run(current(connections))


def test_closing_twice_does_no_harm(connections: Connections):
    run(close(connections))
    run(close(connections))


def test_closing_in_another_loop_leaves_the_connections_of_the_first_alone(connections: Connections):
    first = run(current(connections))
    run(close(connections))
    assert not first.is_closed


def test_a_closed_http_client_refuses_requests():
    client = AsyncHttpClient("http://wats.test", TOKEN, transport=Network())
    run(client.aclose())
    with pytest.raises(ClientClosedError):
        run(client.send("GET", "/api/x"))


def test_no_chain_is_made_in_vain(connections: Connections, made: list[Chain]):
    run(current(connections))
    assert len(made) == 1
