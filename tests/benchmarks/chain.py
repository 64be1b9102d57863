"""What the chain costs: calls over a transport that answers at once."""

from __future__ import annotations

import asyncio
import time

import httpx

from pywats import AsyncWATS, RetryConfig, SyncConfig
from pywats.transport import build_transport
from tests.benchmarks.measuring import Goal, Table
from tests.benchmarks.server import PRODUCT

CONFIG = SyncConfig(retry_enabled=True, retry=RetryConfig())


class NoNetwork(httpx.AsyncBaseTransport):
    """Answers at once."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return a small JSON document."""
        headers = [(b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(PRODUCT))]
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(PRODUCT))


def without_network(rounds: int, calls: int) -> Table:
    """Measure what is left of a call when the network takes no time."""
    return asyncio.run(_without_network(rounds, calls))


async def _without_network(rounds: int, calls: int) -> Table:
    api = AsyncWATS("http://server", "dG9rZW4=", sync_config=CONFIG, transport=NoNetwork())
    async with (
        httpx.AsyncClient(transport=NoNetwork()) as bare,
        httpx.AsyncClient(transport=build_transport(CONFIG, inner=NoNetwork())) as chained,
        api,
    ):
        times: dict[str, list[float]] = {"httpx.AsyncClient": [], "the chain under it": [], "pywats": []}
        for number in range(rounds + 1):
            for name, client in (("httpx.AsyncClient", bare), ("the chain under it", chained)):
                started = time.thread_time()
                for _ in range(calls):
                    (await client.get("http://server/api/Product/X")).json()
                if number:
                    times[name].append((time.thread_time() - started) / calls * 1e6)
            started = time.thread_time()
            for _ in range(calls):
                await api.product.get_product("X")
            if number:
                times["pywats"].append((time.thread_time() - started) / calls * 1e6)
    goals = (
        Goal("pywats", "httpx.AsyncClient", 1.15),
        Goal("the chain under it", "httpx.AsyncClient", 1.15),
    )
    return Table("A call without a network", "µs of processor time", times, goals)
