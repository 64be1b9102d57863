"""Unit verification: what the stored reports say about a unit.

The rule, the same for every unit: all active test operations, in the order of their indexes.
The order is right when the last runs are in it. Overall the unit is Ok (grade A), or Warning
(B) if something on the way was not right the first time, Failed (C) if a last run did not
pass, or Incomplete (no grade) if a run is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from sqlite3 import Row
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .process import ACTIVE, PROCESSES
from .production_units import UnitTable
from .report_table import wsjf_document
from .store import Store
from .wire import ApiRoute, Query, not_found

_RULE = sorted(
    (process for process in PROCESSES if process["isTestOperation"] and process["state"] == ACTIVE),
    key=lambda process: process["processIndex"],
)
_GRADES = {"Ok": "A", "Warning": "B", "Failed": "C", "Incomplete": None}
_REPORTS = """
SELECT * FROM report WHERE serialNumber = ? AND (? IS NULL OR partNumber = ?) ORDER BY start, timeStamp
"""


class VerificationService:
    """Answers UnitVerification."""

    def __init__(self, store: Store, units: UnitTable) -> None:
        self._store = store
        self._units = units

    def routes(self) -> list[ApiRoute]:
        """The route of verification."""
        return [ApiRoute("GET", "/api/Production/UnitVerification", self.verify_unit)]

    async def verify_unit(self, request: Request) -> Response:
        """Grades a unit that is tracked, or has reports."""
        query = Query(request)
        serial_number, part_number = query.required("serialNumber"), query.text("partNumber")
        reports = self._store.rows(_REPORTS, serial_number, part_number, part_number)
        if not reports and self._units.find(serial_number, part_number) is None:
            raise not_found(f"There is no unit {serial_number!r}, and no report of it.")
        return JSONResponse(_graded(reports))


def _graded(reports: list[Row]) -> dict[str, Any]:
    tests = [row for row in reports if row["reportType"] == "T"]
    repaired = [_repaired_process(row) for row in reports if row["reportType"] == "R"]
    runs = [[row for row in tests if row["processCode"] == process["code"]] for process in _RULE]
    first_runs = [rows[0] for rows in runs if rows]
    last_runs = [rows[-1] for rows in runs if rows]
    complete = len(last_runs) == len(_RULE)
    in_order = complete and all(one["start"] <= other["start"] for one, other in pairwise(last_runs))
    at_first = complete and all(map(_passed, first_runs))
    at_last = complete and all(map(_passed, last_runs))
    if not all(map(_passed, last_runs)):
        status = "Failed"
    elif not complete:
        status = "Incomplete"
    else:
        status = "Ok" if in_order and at_first and not repaired else "Warning"
    return {
        "status": status,
        "grade": _GRADES[status],
        "allProcessesExecutedInCorrectOrder": in_order,
        "allProcessesPassedFirstRun": at_first,
        "allProcessesPassedAnyRun": all(any(map(_passed, rows)) for rows in runs),
        "allProcessesPassedLastRun": at_last,
        "noRepairs": not repaired,
        "results": [
            _standing(process, rows, repaired.count(process["code"]))
            for process, rows in zip(_RULE, runs, strict=True)
        ],
    }


def _standing(process: Mapping[str, Any], runs: list[Row], repairs: int) -> dict[str, Any]:
    last = runs[-1] if runs else None
    return {
        "processCode": process["code"],
        "processName": process["name"],
        "processIndex": process["processIndex"],
        "status": last["result"] if last else "Unknown",
        "startUtc": last["start"] if last else None,
        "stationName": json.loads(last["header"])["stationName"] if last else None,
        "totalCount": len(runs),
        "nonPassedCount": sum(not _passed(run) for run in runs),
        "repairCount": repairs,
    }


def _passed(run: Row) -> bool:
    return bool(run["result"] == "Passed")


def _repaired_process(repair: Row) -> int | None:
    """The test operation that a repair report is about; None if it is in a format that is not read."""
    code: int | None = (wsjf_document(repair).get("uur") or {}).get("processCode")
    return code
