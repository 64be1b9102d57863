"""What reading a long answer costs: 10,000 report headers from bytes to models, next to `json.loads`."""

from __future__ import annotations

import gc
import json
import random
import time
import tracemalloc
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx

from pywats.core.answers import parse_json
from pywats.models import ReportHeader
from tests.benchmarks.measuring import Goal, Table, interleaved

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


def headers(rounds: int) -> Table:
    """Measure reading; the memory is what `tracemalloc` counts when all rows are there and nothing else."""
    body, answer = header_rows(ROWS), httpx.Response(200)
    readers: dict[str, Callable[[], object]] = {
        "json.loads": lambda: json.loads(body),
        "pywats, to models": lambda: parse_json(answer, body, list[ReportHeader]),
    }
    times = interleaved({name: partial(_milliseconds, read) for name, read in readers.items()}, rounds)
    memory = {name: f"{_bytes_kept(read) / ROWS:.0f} bytes a row" for name, read in readers.items()}
    goal = Goal("pywats, to models", "json.loads", 3.0)
    return Table(f"{ROWS} report headers, from bytes", "ms", times, (goal,), memory)


def _milliseconds(read: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    rows = read()
    taken = time.perf_counter() - started
    del rows  # freeing them is not measured
    return taken * 1000


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
