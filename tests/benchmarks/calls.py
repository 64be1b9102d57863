"""What a call costs: alone, from many threads, in many tasks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import httpx
import httpx_retries
import requests

from pywats import AsyncWATS, RetryConfig, pyWATS
from tests.benchmarks.measuring import Goal, Table, crowd, interleaved, stopwatch
from tests.benchmarks.predecessor import Predecessor
from tests.benchmarks.server import bench_server

TOKEN = "dG9rZW4="
THREADS = 16
RETRY = RetryConfig()
PEERS = httpx.Limits(max_connections=100, max_keepalive_connections=100)


def one_call(rounds: int, calls: int) -> Table:
    """Measure one synchronous call at a time: a small JSON document over a kept-alive connection."""
    with (
        bench_server() as url,
        httpx.Client() as client,
        httpx.Client(transport=httpx_retries.RetryTransport()) as retrying,
        requests.Session() as session,
        pyWATS(url, TOKEN, retry_config=RETRY) as api,
        Predecessor(url, TOKEN) as predecessor,
        asyncio.Runner() as loop,
    ):
        address = f"{url}/api/Product/X"
        floor = loop.run(_aiohttp_session())
        works: dict[str, Callable[[], object]] = {
            "httpx.Client": lambda: client.get(address).json(),
            "requests.Session": lambda: session.get(address).json(),
            "httpx-retries": lambda: retrying.get(address).json(),
            "aiohttp (its own event loop)": lambda: loop.run(_aiohttp_get(floor, address)),
            "pywats": lambda: api.product.get_product("X"),
        }
        candidates = {name: stopwatch(work, calls) for name, work in works.items()}
        if predecessor.installed:
            candidates["pywats-api"] = lambda: predecessor.microseconds(calls)
        times = interleaved(candidates, rounds)
        loop.run(floor.close())
    goals = (Goal("pywats", "httpx.Client", 1.0), Goal("pywats", "requests.Session", 0.6))
    return Table("One synchronous call", "µs a call", times, goals)


def threads(rounds: int, calls: int) -> Table:
    """Measure calls of many threads that share one client."""
    with (
        bench_server() as url,
        httpx.Client(limits=PEERS) as client,
        pyWATS(url, TOKEN, retry_config=RETRY) as api,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        address = f"{url}/api/Product/X"
        times = interleaved(
            {
                "httpx.Client": crowd(pool, THREADS, lambda: client.get(address).json(), calls),
                "pywats": crowd(pool, THREADS, lambda: api.product.get_product("X"), calls),
            },
            rounds,
        )
    title = f"{THREADS} threads that share one client"
    return Table(title, "µs a call", times, (Goal("pywats", "httpx.Client", 0.5),))


def tasks(rounds: int, count: int) -> Table:
    """Measure calls of many tasks in one event loop."""
    peer, goal = "httpx.AsyncClient", 0.25
    times = asyncio.run(_tasks(rounds, count))
    return Table(f"{count} tasks in flight", "µs a call", times, (Goal("pywats", peer, goal),))


def many_tasks(rounds: int, count: int) -> Table:
    """Measure many tasks at once against the same calls one after the other."""
    times = asyncio.run(_many_tasks(rounds, count))
    goal = Goal("pywats, all at once", "pywats, one after the other", 1.0)
    return Table(f"{count} calls at once", "µs a call", times, (goal,))


async def _tasks(rounds: int, count: int) -> dict[str, list[float]]:
    with bench_server() as url:
        address = f"{url}/api/Product/X"
        async with (
            httpx.AsyncClient() as client,
            AsyncWATS(url, TOKEN, retry_config=RETRY) as api,
            aiohttp.ClientSession() as floor,
        ):
            return await _interleaved(
                {
                    "httpx.AsyncClient": lambda: _httpx_get(client, address),
                    "aiohttp": lambda: _aiohttp_get(floor, address),
                    "pywats": lambda: api.product.get_product("X"),
                },
                rounds,
                count,
            )


async def _many_tasks(rounds: int, count: int) -> dict[str, list[float]]:
    with bench_server() as url:
        async with AsyncWATS(url, TOKEN, retry_config=RETRY) as api:

            async def one_after_the_other() -> None:
                for _ in range(count):
                    await api.product.get_product("X")

            async def all_at_once() -> None:
                await asyncio.gather(*[api.product.get_product("X") for _ in range(count)])

            works = {
                "pywats, one after the other": one_after_the_other,
                "pywats, all at once": all_at_once,
            }
            times = await _interleaved(works, rounds, 1)
    return {name: [value / count for value in values] for name, values in times.items()}


async def _interleaved(
    works: Mapping[str, Callable[[], Awaitable[object]]], rounds: int, tasks: int
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            started = time.perf_counter()
            await asyncio.gather(*[work() for _ in range(tasks)])
            if number:
                times[name].append((time.perf_counter() - started) / tasks * 1e6)
    return times


async def _httpx_get(client: httpx.AsyncClient, address: str) -> object:
    return (await client.get(address)).json()


async def _aiohttp_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


async def _aiohttp_get(session: aiohttp.ClientSession, address: str) -> object:
    async with session.get(address) as response:
        return await response.json()
