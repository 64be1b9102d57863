"""What a synchronous call costs: the hop to the event loop, and a whole call, as ratios against peers.

Run it with ``tox -e bench``. Rounds of all candidates are interleaved, so that a noisy machine is noisy for
all of them.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import threading
import time
from collections.abc import Callable

import httpx

from pywats import pyWATS
from pywats.core.sync_runner import runner
from tests.support.fault_server import FaultServer, respond

ROUNDS = 15


async def nothing() -> None:
    """Be as little work as a coroutine can be."""


def medians(candidates: dict[str, Callable[[], object]], calls: int) -> dict[str, float]:
    """Return the microseconds that a call of each candidate takes."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(ROUNDS):
        for name, call in candidates.items():
            started = time.perf_counter()
            for _ in range(calls):
                call()
            times[name].append((time.perf_counter() - started) / calls * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def show(title: str, results: dict[str, float]) -> None:
    """Print a table; the first row is what the others are compared to."""
    base = next(iter(results.values()))
    print(f"\n{title}")
    for name, microseconds in results.items():
        print(f"  {name:48} {microseconds:8.1f} µs  {microseconds / base:5.2f}")


def hop() -> dict[str, float]:
    """Measure the way to an event loop in another thread and back."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        return medians(
            {
                "asyncio.run_coroutine_threadsafe(...).result()": lambda: asyncio.run_coroutine_threadsafe(
                    nothing(), loop
                ).result(),
                "pywats: runner.run(...)": lambda: runner.run(nothing()),
            },
            calls=1000,
        )
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def call() -> dict[str, float]:
    """Measure a whole GET of a small JSON document over a kept-alive loopback connection."""
    with (
        FaultServer(then=respond(200, b'{"partNumber": "X"}')) as server,
        httpx.Client() as peer,
        pyWATS(server.url, "dG9rZW4=") as api,
    ):
        return medians(
            {
                "httpx.Client.get(...).json()": lambda: peer.get(f"{server.url}/api/Product/X").json(),
                "pywats: api.product.get_product(...)": lambda: api.product.get_product("X"),
            },
            calls=100,
        )


def main() -> None:
    """Run all and print the tables."""
    print(f"Python {sys.version.split()[0]}, medians of {ROUNDS} interleaved rounds; last column: ratio")
    show("The hop to the loop and back", hop())
    show("One call", call())


if __name__ == "__main__":
    main()
