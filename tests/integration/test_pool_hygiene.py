"""What httpcore forgets when tasks are cancelled at any moment is closed all the same."""

from __future__ import annotations

import asyncio
import contextlib

import httpx
import pytest

from pywats import AsyncWATS, ClientClosedError, SyncConfig, WatsError
from pywats.transport import build_transport
from tests.support import TOKEN
from tests.support.fault_server import FaultServer, hang, respond

PLACES = 5


async def cancel_after(steps: int, client: httpx.AsyncClient, url: str) -> None:
    """Cancel a request after so many turns of the event loop."""
    task = asyncio.ensure_future(client.get(url))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, WatsError):
        await task


def test_requests_cancelled_at_any_moment_leave_no_connection_behind() -> None:
    async def scenario(server: FaultServer) -> None:
        chain = build_transport(SyncConfig(timeout=5), max_connections=PLACES)
        async with httpx.AsyncClient(transport=chain, timeout=None) as client:
            for steps in range(150):
                await cancel_after(steps % 50, client, server.url)
            assert (await client.get(server.url)).status_code == 200
            await asyncio.to_thread(server.wait_until, lambda: server.open_connections <= PLACES)
        await asyncio.to_thread(server.wait_until, lambda: server.open_connections == 0)

    with FaultServer(then=respond(200)) as server:
        asyncio.run(scenario(server))


def test_a_closed_client_sends_nothing_more() -> None:
    async def scenario(server: FaultServer) -> list[object]:
        api = AsyncWATS(server.url, TOKEN, max_connections=1)
        calls = [asyncio.ensure_future(api.process.get_processes()) for _ in range(5)]
        await asyncio.to_thread(server.wait_until, lambda: server.requests)
        await api.aclose()
        return await asyncio.gather(*calls, return_exceptions=True)

    with FaultServer(then=hang()) as server:
        outcomes = asyncio.run(scenario(server))
        assert len(server.requests) == 1
    assert all(isinstance(outcome, WatsError) for outcome in outcomes)
    assert sum(isinstance(outcome, ClientClosedError) for outcome in outcomes) == 4


@pytest.mark.parametrize("interrupted", [True, False])
def test_an_interrupt_leaves_nothing_of_a_call_in_its_thread(
    interrupted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pywats import pyWATS
    from pywats.core import call as call_module

    def interrupt() -> str:
        raise KeyboardInterrupt

    config = SyncConfig(total_timeout=5)
    with (
        FaultServer(then=respond(200, b"[]")) as server,
        pyWATS(server.url, TOKEN, sync_config=config) as api,
    ):
        if interrupted:
            with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
                patched.setattr(call_module, "generate_correlation_id", interrupt)
                api.process.get_processes()
        assert call_module.current_call() is None
        assert api.process.get_processes() == []
