"""The stored reports as the statistics see them: headers, and what other tables know about them.

A unit of the statistics is a serial number of a part number in one test operation; its tests
are its runs. The API has no operation that sets up levels, so each location that a report names
is a level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .process import PROCESS_NAMES
from .report_table import ReportTable, wsjf_document
from .store import Store

_LEVELS = """
CREATE TABLE IF NOT EXISTS level (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
"""

_NO_TEST: Mapping[str, Any] = {}


@dataclass(frozen=True)
class StoredReport:
    """A report and what is known about it.

    Attributes:
        header: Its header.
        start: When it started, in UTC.
        product_name: Name of the product, if it has one.
        product_groups: Names of the groups that the product falls into.
        assets: Serial number and name of each asset used.
        runs: The results of all tests of the unit in this operation, in order; a repair has none.
        test: The header of the test: this one's own, or that of the test that a repair refers to.
        test_code: The code of the test operation.
        test_operation: Its name.
    """

    header: Mapping[str, Any]
    start: datetime
    product_name: str | None
    product_groups: tuple[str, ...]
    assets: tuple[tuple[str, str | None], ...]
    runs: tuple[str, ...]
    test: Mapping[str, Any]
    test_code: int | None
    test_operation: str | None

    @property
    def unit(self) -> tuple[str, str, int]:
        """What tells the unit and operation from others."""
        return self.header["serialNumber"], self.header["partNumber"], self.header["processCode"]

    @property
    def misc_infos(self) -> list[dict[str, Any]]:
        """Its misc infos, each with description and value."""
        infos: list[dict[str, Any]] = self.header["miscInfo"] or self.header["uurMiscInfo"]
        return infos

    def passed_by(self, run: int) -> bool:
        """Whether the unit passed in one of its first runs."""
        return "Passed" in self.runs[:run]


class StoredReports:
    """Reads reports for the statistics."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._table = ReportTable(store)
        store.create(_LEVELS)

    def tests(self) -> list[StoredReport]:
        """All test reports, newest start first."""
        return [report for report in self.all() if report.header["reportType"] == "T"]

    def repairs(self) -> list[StoredReport]:
        """All repair reports, newest start first."""
        return [report for report in self.all() if report.header["reportType"] == "R"]

    def all(self) -> list[StoredReport]:
        """All reports, newest start first."""
        headers = sorted(self._table.headers(), key=lambda header: header["start"], reverse=True)
        by_id = {header["uuid"]: header for header in headers}
        runs: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
        for header in sorted(headers, key=lambda header: header["run"] or 0):
            if header["reportType"] == "T":
                runs[_unit(header)].append(header["result"])
        results = {unit: tuple(of_unit) for unit, of_unit in runs.items()}
        catalogue = _Catalogue(self._store)
        return [self._report(header, by_id, results, catalogue) for header in headers]

    def document(self, identifier: str | None) -> dict[str, Any]:
        """The WSJF document of a report; an empty one for WSXF, and for a report that is not there."""
        return {} if identifier is None else wsjf_document(self._table.find(identifier))

    def levels(self) -> dict[int, str]:
        """The levels by id; one keeps its id as long as the database lasts."""
        with self._store.transaction():
            for name in dict.fromkeys(header["location"] for header in reversed(self._table.headers())):
                self._store.run("INSERT OR IGNORE INTO level (name) VALUES (?)", name)
        return {row["id"]: row["name"] for row in self._store.rows("SELECT * FROM level ORDER BY id")}

    def product_groups(self) -> dict[int, str]:
        """The product groups by id."""
        return {row["id"]: row["name"] for row in self._store.rows("SELECT * FROM product_group ORDER BY id")}

    def _report(
        self,
        header: dict[str, Any],
        by_id: Mapping[str, dict[str, Any]],
        runs: Mapping[tuple[Any, ...], tuple[str, ...]],
        catalogue: _Catalogue,
    ) -> StoredReport:
        is_test = header["reportType"] == "T"
        test = header if is_test else by_id.get(header["referencedUut"], _NO_TEST)
        code, name = test.get("processCode"), test.get("processName")
        if not is_test:
            info = self.document(header["uuid"]).get("uur", {})
            code = info.get("processCode", code)
            name = info.get("processName") or PROCESS_NAMES.get(code, name)
        return StoredReport(
            header=header,
            start=datetime.fromisoformat(header["start"]),
            product_name=catalogue.product_names.get(header["partNumber"]),
            product_groups=catalogue.groups(header["partNumber"], header["revision"]),
            assets=tuple(
                (asset["serialNumber"], catalogue.asset_names.get(asset["serialNumber"]))
                for asset in header["assets"]
            ),
            runs=runs[_unit(header)] if is_test else (),
            test=test,
            test_code=code,
            test_operation=name,
        )


def _unit(header: Mapping[str, Any]) -> tuple[Any, ...]:
    return header["serialNumber"], header["partNumber"], header["processCode"]


class _Catalogue:
    """What other services know about products and assets."""

    def __init__(self, store: Store) -> None:
        self.product_names = {row["partNumber"]: row["name"] for row in store.rows("SELECT * FROM product")}
        self.asset_names = {
            row["serialNumber"]: row["assetName"] for row in store.rows("SELECT * FROM asset")
        }
        self._filters: defaultdict[str, list[Any]] = defaultdict(list)
        for row in store.rows(
            "SELECT f.*, g.name AS name FROM product_group_filter f JOIN product_group g ON g.id = f.groupId"
            " ORDER BY g.id"
        ):
            self._filters[row["partNumber"]].append(row)

    def groups(self, part_number: str, revision: str) -> tuple[str, ...]:
        """The groups with a filter that takes the product in and none that leaves it out."""
        fitting = [row for row in self._filters[part_number] if row["revision"] in (None, revision)]
        left_out = {row["name"] for row in fitting if row["exclude"]}
        return tuple(dict.fromkeys(row["name"] for row in fitting if row["name"] not in left_out))
