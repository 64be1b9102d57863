"""What the tests share."""

from __future__ import annotations

import logging
import time
from typing import Any, Self

# Must never show up anywhere but in the Authorization header.
TOKEN = "c2VjcmV0LXRva2Vu"

SERVICES = [
    "analytics",
    "asset",
    "process",
    "product",
    "production",
    "report",
    "rootcause",
    "scim",
    "software",
]

REPORT: dict[str, Any] = {
    "type": "T",
    "id": "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01",
    "pn": "CTRL-BOARD-07",
    "sn": "CB07-000123",
    "rev": "B",
    "processCode": 100,
    "processName": "Final function test",
    "result": "P",
    "machineName": "FCT-STATION-3",
    "location": "Line 2",
    "purpose": "Production",
    "start": "2025-03-18T09:15:00.000+01:00",
    "startUTC": "2025-03-18T08:15:00.000Z",
    "uut": {"user": "operator.a", "execTime": 48.25},
    "root": {
        "id": 0,
        "group": "M",
        "stepType": "SequenceCall",
        "name": "MainSequence",
        "status": "P",
        "totTime": 48.25,
        "seqCall": {"path": "final.seq", "name": "MainSequence", "version": "2.4.1"},
        "steps": [],
    },
}


class Records(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def of(self, level: int) -> list[str]:
        return [record.getMessage() for record in self.records if record.levelno == level]


class Stopwatch:
    """`with Stopwatch() as watch:` … `watch.seconds`; the figure is printed for pytest -rP."""

    seconds = 0.0

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._start
        print(f"took {self.seconds:.3f} s")  # noqa: T201
