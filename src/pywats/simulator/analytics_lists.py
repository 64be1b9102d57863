"""The part of Analytics that lists: version, levels, product groups, and headers of reports.

Lists of reports go back for all time if no date is given. The history of serial numbers has all
reports of each unit that has a matching report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .analytics_filter import place_conditions, read_filter
from .analytics_reports import StoredReport, StoredReports
from .report_header import HEADER
from .wire import ApiRoute, Query, json_object

VERSION = "2025.1.0.0"

_HISTORY = {"productGroup", "level", "serialNumber", "partNumber", "batchNumber", "miscValue"}
_LISTED = _HISTORY | {"revision", "stationName", "testOperation", "status", "dateFrom", "dateTo", "topCount"}

_MOST_LISTED = 1000


class ReportLists:
    """Answers the operations of Analytics that compute nothing."""

    def __init__(self, reports: StoredReports) -> None:
        self._reports = reports

    def routes(self) -> list[ApiRoute]:
        """The routes of the lists."""
        return [
            ApiRoute("GET", "/api/App/Version", self.get_version),
            ApiRoute("GET", "/api/App/Levels", self.get_levels),
            ApiRoute("GET", "/api/App/ProductGroups", self.get_product_groups),
            ApiRoute("POST", "/api/App/SerialNumberHistory", self.get_serial_number_history),
            ApiRoute("GET", "/api/App/UutReport", self.get_uut_reports_by_query),
            ApiRoute("POST", "/api/App/UutReport", self.get_uut_reports),
            ApiRoute("POST", "/api/App/UurReport", self.get_uur_reports),
        ]

    async def get_version(self, _request: Request) -> Response:
        """Tells the version of the server that is simulated."""
        return JSONResponse(VERSION)

    async def get_levels(self, _request: Request) -> Response:
        """Lists the levels."""
        levels = self._reports.levels()
        return JSONResponse([{"levelId": number, "levelName": name} for number, name in levels.items()])

    async def get_product_groups(self, request: Request) -> Response:
        """Lists the product groups; without their filters, as how these look is not documented."""
        Query(request).flag("includeFilters")
        groups = self._reports.product_groups()
        return JSONResponse(
            [{"productGroupId": number, "productGroupName": name} for number, name in groups.items()]
        )

    async def get_serial_number_history(self, request: Request) -> Response:
        """Lists the reports of the units that the filter finds, newest first."""
        filter_ = read_filter(await json_object(request), _HISTORY, default_days=None)
        reports = self._reports.all()
        units = {_unit(report) for report in filter_.select(reports)}
        return JSONResponse([_row(report) for report in reports if _unit(report) in units])

    async def get_uut_reports_by_query(self, request: Request) -> Response:
        """Lists the test reports that started last."""
        query = Query(request)
        names = _LISTED - {"productGroup", "level", "miscValue", "topCount"}
        filter_ = read_filter({name: query.text(name) for name in names}, names, default_days=None)
        filter_ = replace(filter_, conditions=(*filter_.conditions, *place_conditions(query, self._reports)))
        return _listed(filter_.select(self._reports.tests()))

    async def get_uut_reports(self, request: Request) -> Response:
        """Lists the test reports that started last."""
        filter_ = read_filter(await json_object(request), _LISTED, default_days=None)
        return _listed(filter_.select(self._reports.tests()), filter_.top_count)

    async def get_uur_reports(self, request: Request) -> Response:
        """Lists the repair reports that started last; their test operation is that of the failed test."""
        filter_ = read_filter(await json_object(request), _LISTED, default_days=None)
        return _listed(filter_.select(self._reports.repairs()), filter_.top_count)


def _unit(report: StoredReport) -> tuple[str, str]:
    return report.header["serialNumber"], report.header["partNumber"]


def _listed(reports: Sequence[StoredReport], count: int | None = None) -> Response:
    return JSONResponse([_row(report) for report in reports[: count or _MOST_LISTED]])


def _row(report: StoredReport) -> dict[str, Any]:
    """A header, without what only an expanded one has, and with some members under their other names."""
    header = report.header
    return {
        **{name: header[name] for name in HEADER.fields},
        "startUtc": header["start"],
        "operator": header["userName"],
        "testOperation": header["processName"],
    }
