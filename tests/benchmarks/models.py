"""What reading a long answer costs: 10,000 report headers from bytes to models, next to `json.loads`.

Run it with ``python tests/benchmarks/models.py``. Both read the same bytes, and their rounds are interleaved,
so that a noisy machine is noisy for both.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
import tracemalloc
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

import httpx

from pywats.core.answers import parse_json
from pywats.models import ReportHeader

ROWS = 10_000
ROUNDS = 25
QUICK_ROUNDS = 5


class Cost(TypedDict):
    """What reading all rows takes.

    Attributes:
        median: Milliseconds.
        low: The first quartile, in milliseconds.
        high: The third quartile, in milliseconds.
        ratio: The median, as a multiple of that of the first candidate.
        memory: Bytes for each row: what `tracemalloc` counts when all are read and nothing else is left.
    """

    median: float
    low: float
    high: float
    ratio: float
    memory: float


def header_rows(count: int) -> bytes:
    """Return an answer of ``GET /api/Report/Query/Header``: in each row all members that are not expanded.

    Args:
        count: Number of rows.
    """
    return json.dumps([_row(random.Random(number), number) for number in range(count)]).encode()


def _row(chance: random.Random, number: int) -> dict[str, Any]:
    station = chance.randrange(40)
    failed = chance.random() < 0.06
    return {
        "uuid": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "serialNumber": f"SN-{2_600_000 + number}",
        "partNumber": f"PCBA-{chance.randrange(300):05d}",
        "reportType": "T",
        "start": f"{datetime(2026, 1, 5, 6, tzinfo=UTC) + timedelta(seconds=17 * number):%Y-%m-%dT%H:%M:%SZ}",
        "revision": chance.choice("ABCD"),
        "result": "Failed" if failed else "Passed",
        "batchNumber": f"B{chance.randrange(90_000):06d}",
        "userName": f"operator{chance.randrange(60)}",
        "stationName": f"STATION-{station:02d}",
        "location": f"Hall {station // 10}",
        "purpose": "Production",
        "measuresDeleted": False,
        "timeStamp": 48_000_000 + number,
        "processCode": 10 * (1 + station % 9),
        "processName": "Functional test",
        "comment": None if chance.random() < 0.9 else "Repeated after cleaning the contacts",
        "executionTime": round(chance.uniform(20, 600), 3),
        "swFilename": "MainSequence.seq",
        "swVersion": f"4.{chance.randrange(12)}.0",
        "testSocketIndex": chance.choice([None, 0, 1, 2, 3]),
        "fixtureId": f"FIX-{station:02d}",
        "errorCode": 0,
        "errorMessage": "",
        "run": 1 if chance.random() < 0.9 else 2,
        "receiveCount": 1,
        "reportSize": chance.randrange(8, 400),
        "causedUutFailure": "3V3 rail" if failed else None,
        "causedUutFailurePath": "MainSequence Callback/Power/3V3 rail" if failed else None,
        "passedInRun": None if failed else 1,
        "referencedUut": None,
    }


def measure(quick: bool = False) -> dict[str, Cost]:
    """Measure both ways.

    Args:
        quick: Fewer rounds: enough to see that it works, not enough to quote.

    Returns:
        What each way takes; the first one is what the other is compared to.
    """
    body, answer = header_rows(ROWS), httpx.Response(200)
    ways: dict[str, Callable[[], object]] = {
        "json.loads": lambda: json.loads(body),
        "pywats: bytes to models": lambda: parse_json(answer, body, list[ReportHeader]),
    }
    times = _milliseconds(ways, QUICK_ROUNDS if quick else ROUNDS)
    base = statistics.median(next(iter(times.values())))
    return {name: _cost(values, base, _bytes_kept(ways[name]) / ROWS) for name, values in times.items()}


def _milliseconds(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for read in ways.values():
        read()  # what is done once, such as building validators, is no part of it
    for _ in range(rounds):
        for name, read in ways.items():
            gc.collect()
            started = time.perf_counter()
            rows = read()
            times[name].append((time.perf_counter() - started) * 1000)
            del rows  # freeing them is not measured
    return times


def _bytes_kept(read: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        rows = read()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
        del rows
    finally:
        tracemalloc.stop()
    return kept


def _cost(values: list[float], base: float, memory: float) -> Cost:
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": median, "low": low, "high": high, "ratio": median / base, "memory": memory}


def main() -> None:
    """Measure and print a table."""
    print(f"Python {sys.version.split()[0]}, medians and quartiles of {ROUNDS} interleaved rounds, in ms")
    size = len(header_rows(ROWS)) / ROWS
    print(
        f"\n{f'{ROWS} report headers of {size:.0f} bytes':40}   median        quartiles   ratio   bytes/row"
    )
    for name, cost in measure().items():
        times = f"{cost['median']:8.1f} {cost['low']:8.1f} {cost['high']:8.1f}"
        print(f"  {name:38} {times} {cost['ratio']:7.2f} {cost['memory']:11.0f}")


if __name__ == "__main__":
    main()
