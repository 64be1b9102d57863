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
from typing import Any

import httpx

from pywats.core.answers import parse_json
from pywats.models import ReportHeader

ROWS = 10_000


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


def measure(*, quick: bool) -> dict[str, float]:
    """Measure both ways.

    Args:
        quick: Few rounds.

    Returns:
        Milliseconds for all rows: median, least and most of each way, and the ratio of the medians. Bytes
        that a row takes in memory: what `tracemalloc` counts when all are read and nothing else is left.
    """
    body = header_rows(ROWS)
    answer = httpx.Response(200)
    ways: dict[str, Callable[[], object]] = {
        "json": lambda: json.loads(body),
        "models": lambda: parse_json(answer, body, list[ReportHeader]),
    }
    times = _milliseconds(ways, rounds=5 if quick else 25)
    found: dict[str, float] = {"rows": ROWS, "bytes_on_the_wire": len(body) / ROWS}
    for name, values in times.items():
        found |= {
            f"{name}_ms": statistics.median(values),
            f"{name}_ms_min": min(values),
            f"{name}_ms_max": max(values),
            f"{name}_bytes_in_memory": _bytes_kept(ways[name]) / ROWS,
        }
    return found | {"ratio": found["models_ms"] / found["json_ms"]}


def _milliseconds(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for read in ways.values():
        read()  # what is built once is no part of it
    for _ in range(rounds):
        for name, read in ways.items():
            gc.collect()
            started = time.perf_counter()
            rows = read()
            times[name].append((time.perf_counter() - started) * 1e3)
            del rows
    return times


def _bytes_kept(read: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        rows = read()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del rows
    return kept


def main() -> None:
    """Measure and print a table."""
    found = measure(quick="--quick" in sys.argv)
    print(
        f"Python {sys.version.split()[0]}: {ROWS} report headers of {found['bytes_on_the_wire']:.0f} bytes, "
        "medians of interleaved rounds"
    )
    for name, title in (("json", "json.loads"), ("models", "pywats: bytes to models")):
        print(
            f"  {title:26} {found[f'{name}_ms']:7.1f} ms ({found[f'{name}_ms_min']:.1f} to "
            f"{found[f'{name}_ms_max']:.1f})  {found[f'{name}_ms'] / found['json_ms']:5.2f}  "
            f"{found[f'{name}_bytes_in_memory']:6.0f} bytes a row"
        )


if __name__ == "__main__":
    main()
