"""The stored reports: one table, which Report fills and Analytics reads too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from sqlite3 import Row
from typing import Any

from .store import Store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS report (
    id TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    document BLOB NOT NULL,
    header TEXT NOT NULL,
    timeStamp INTEGER NOT NULL UNIQUE,
    receiveCount INTEGER NOT NULL,
    reportType TEXT NOT NULL,
    serialNumber TEXT NOT NULL,
    partNumber TEXT NOT NULL,
    processCode INTEGER NOT NULL,
    start TEXT NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS report_unit ON report (serialNumber, partNumber, processCode);
"""

# A report's run changes when an earlier test of the unit arrives later; so it is counted here.
_HEADERS = """
SELECT header, timeStamp, receiveCount, run,
    min(CASE result WHEN 'Passed' THEN run END) OVER unit AS passedInRun
FROM (
    SELECT *, CASE reportType WHEN 'T' THEN row_number() OVER (
        PARTITION BY serialNumber, partNumber, processCode, reportType ORDER BY start, timeStamp
    ) END AS run FROM report
)
WINDOW unit AS (PARTITION BY serialNumber, partNumber, processCode, reportType)
ORDER BY timeStamp DESC
"""

_SAVE = """
INSERT INTO report VALUES (
    :id, :format, :document, :header, (SELECT coalesce(max(timeStamp), 0) + 1 FROM report), 1,
    :reportType, :serialNumber, :partNumber, :processCode, :start, :result
) ON CONFLICT (id) DO UPDATE SET
    format = excluded.format, document = excluded.document, header = excluded.header,
    timeStamp = excluded.timeStamp, receiveCount = receiveCount + 1,
    reportType = excluded.reportType, serialNumber = excluded.serialNumber,
    partNumber = excluded.partNumber, processCode = excluded.processCode,
    start = excluded.start, result = excluded.result
"""

_COLUMNS = ("reportType", "serialNumber", "partNumber", "processCode", "start", "result")


class ReportTable:
    """The reports that the server holds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def save(self, format_: str, document: bytes, header: Mapping[str, Any]) -> None:
        """Adds a report, or replaces the one with its id."""
        self._store.run(
            _SAVE,
            id=header["uuid"],
            format=format_,
            document=document,
            header=json.dumps(header),
            **{name: header[name] for name in _COLUMNS},
        )

    def headers(self) -> list[dict[str, Any]]:
        """The headers of all reports with their runs, the one that was received last first."""
        return [
            {
                **json.loads(row["header"]),
                **{name: row[name] for name in ("timeStamp", "receiveCount", "run", "passedInRun")},
            }
            for row in self._store.rows(_HEADERS)
        ]

    def find(self, identifier: str) -> Row | None:
        """The row of a report."""
        return self._store.row("SELECT * FROM report WHERE id = ?", identifier)


def wsjf_document(row: Row | None) -> dict[str, Any]:
    """The WSJF document in a row; an empty one in place of WSXF, whose content is not read."""
    document: dict[str, Any] = {}
    if row is not None and row["format"] == "wsjf":
        document = json.loads(row["document"])
    return document
