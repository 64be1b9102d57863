"""The service Analytics: statistics over the reports that the simulator holds.

All numbers are computed from the reports when they are asked for; steps, measurements and
failures from WSJF, as WSXF documents are not read. What the API's description leaves open is
decided in the modules that compute them, and here:

- Volume and yield lists have a row for each part number and test operation; ``VolumeYield``,
  given a ``dateGrouping``, one for each of these and period. Lists by product group have a row
  for each group. Worst yields are of what has units.
- Lists by query parameters go back ``days`` from now. ``productGroupId`` and ``levelId`` hold
  ids parted by ``;``; sent without a value they limit nothing.
- The default filter of dynamic yield and repair is used when nothing at all is given. Where
  only the dimensions are missing, they are the ones of that filter.
- Without paths, measurements are all that the filter finds, and those of the ten steps that
  failed most in the last seven days if the filter is empty too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .analytics_filter import (
    Condition,
    ReportFilter,
    last_days,
    place_conditions,
    read_filter,
    text_condition,
)
from .analytics_lists import ReportLists
from .analytics_reports import StoredReports
from .dimensions import Expression
from .measurements import Found, by_path, figure_rows, found_numbers, read_paths, reading_row
from .oee import oee, read_plan
from .repair_statistics import RepairReader, read_repair_dimensions, repair_row, repair_rows
from .step_statistics import step_analysis, top_failed
from .store import Store
from .wire import ApiRoute, Query, bad_request, done, json_object
from .yield_statistics import KPIS, read_yield_dimensions, yield_rows

_PERIODS = {"periodCount", "dateGrouping", "includeCurrentPeriod"}
_PLACES = {"productGroup", "level"}
_VOLUME = _PLACES | _PERIODS
_RANKED = _VOLUME | {"topCount", "minCount"}
_TOP_FAILED = _VOLUME | {"partNumber", "testOperation", "yield", "topCount"}
_OEE = _PLACES | {
    "partNumber", "revision", "stationName", "testOperation", "status", "swFilename", "swVersion", "socket",
    "dateFrom", "dateTo",
}  # fmt: skip

_DEFAULT_FILTER = {"topCount": 10, "periodCount": 30, "dateGrouping": 1, "includeCurrentPeriod": True}
_DEFAULT_YIELD = "unitCount desc;partNumber;testOperation"
_DEFAULT_REPAIR = "repairCount desc;repairReportCount desc;partNumber;repairOperation"

_PRODUCT = (("partNumber", False), ("testOperation", False))
_GROUP = ("productGroup", False)
_VOLUME_FIRST = ("unitCount", True)
_YIELD_FIRST = ("fpy", False)

_FAILED_MOST = 10
_RECENT_DAYS = 7
_MOST_EXAMINED = 10_000


class AnalyticsService:
    """Answers the operations under ``/api/App`` but that of the processes."""

    def __init__(self, store: Store) -> None:
        self._reports = StoredReports(store)
        self._lists = ReportLists(self._reports)

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return [
            *self._lists.routes(),
            ApiRoute("POST", "/api/App/DynamicYield", self.get_dynamic_yield),
            ApiRoute("POST", "/api/App/DynamicRepair", self.get_dynamic_repair),
            ApiRoute("GET", "/api/App/VolumeYield", self.get_volume_yield_by_query),
            ApiRoute("POST", "/api/App/VolumeYield", self.get_volume_yield),
            ApiRoute("GET", "/api/App/HighVolume", self.get_high_volume_by_query),
            ApiRoute("POST", "/api/App/HighVolume", self.get_high_volume),
            ApiRoute("POST", "/api/App/HighVolumeByProductGroup", self.get_high_volume_by_product_group),
            ApiRoute("GET", "/api/App/WorstYield", self.get_worst_yield_by_query),
            ApiRoute("POST", "/api/App/WorstYield", self.get_worst_yield),
            ApiRoute("POST", "/api/App/WorstYieldByProductGroup", self.get_worst_yield_by_product_group),
            ApiRoute("GET", "/api/App/RelatedRepairHistory", self.get_related_repair_history),
            ApiRoute("GET", "/api/App/TopFailed", self.get_top_failed_by_query),
            ApiRoute("POST", "/api/App/TopFailed", self.get_top_failed),
            ApiRoute("POST", "/api/App/TestStepAnalysis", self.get_test_step_analysis),
            ApiRoute("POST", "/api/App/Measurements", self.get_measurements),
            ApiRoute("POST", "/api/App/AggregatedMeasurements", self.get_aggregated_measurements),
            ApiRoute("POST", "/api/App/OeeAnalysis", self.get_oee_analysis),
        ]

    async def get_dynamic_yield(self, request: Request) -> Response:
        """Lists yield by the dimensions that are asked for."""
        members, text = await _dynamic(request, _DEFAULT_YIELD)
        expression = read_yield_dimensions(text)
        return JSONResponse(yield_rows(self._reports.tests(), read_filter(members), expression))

    async def get_dynamic_repair(self, request: Request) -> Response:
        """Lists repairs by the dimensions that are asked for."""
        members, text = await _dynamic(request, _DEFAULT_REPAIR)
        expression = read_repair_dimensions(text)
        return JSONResponse(repair_rows(self._reports, read_filter(members), expression))

    async def get_volume_yield_by_query(self, request: Request) -> Response:
        """Lists volume and yield by part number and operation."""
        return self._by(self._query_filter(request), *_PRODUCT)

    async def get_volume_yield(self, request: Request) -> Response:
        """Lists volume and yield by part number and operation, and period if a length is given."""
        filter_ = read_filter(await json_object(request), _VOLUME)
        period = () if filter_.grouping is None else (("period", False),)
        return self._by(filter_, *period, *_PRODUCT)

    async def get_high_volume_by_query(self, request: Request) -> Response:
        """Lists yield by part number and operation, the most units first."""
        return self._by(self._query_filter(request), _VOLUME_FIRST, *_PRODUCT)

    async def get_high_volume(self, request: Request) -> Response:
        """Lists yield by part number and operation, the most units first."""
        return self._by(read_filter(await json_object(request), _RANKED), _VOLUME_FIRST, *_PRODUCT)

    async def get_high_volume_by_product_group(self, request: Request) -> Response:
        """Lists yield by product group, the most units first."""
        filter_ = read_filter(await json_object(request), _RANKED)
        return self._by(_in_groups(filter_), _VOLUME_FIRST, _GROUP)

    async def get_worst_yield_by_query(self, request: Request) -> Response:
        """Lists yield by part number and operation, the lowest first."""
        return self._by(_with_units(self._query_filter(request)), _YIELD_FIRST, _VOLUME_FIRST, *_PRODUCT)

    async def get_worst_yield(self, request: Request) -> Response:
        """Lists yield by part number and operation, the lowest first."""
        filter_ = read_filter(await json_object(request), _RANKED)
        return self._by(_with_units(filter_), _YIELD_FIRST, _VOLUME_FIRST, *_PRODUCT)

    async def get_worst_yield_by_product_group(self, request: Request) -> Response:
        """Lists yield by product group, the lowest first."""
        filter_ = read_filter(await json_object(request), _RANKED)
        return self._by(_with_units(_in_groups(filter_)), _YIELD_FIRST, _VOLUME_FIRST, _GROUP)

    async def get_related_repair_history(self, request: Request) -> Response:
        """Lists the failures repaired on a revision of a product, newest first."""
        query = Query(request)
        part_number, revision = query.required("partNumber"), query.required("revision")
        repair_code = query.integer("repairOperationCode")
        test_code = query.integer("testOperationCode")
        reader = RepairReader(self._reports)
        return JSONResponse(
            [
                repair_row(repair)
                for report in self._reports.repairs()
                if (report.header["partNumber"], report.header["revision"]) == (part_number, revision)
                and repair_code in (None, report.header["processCode"])
                and test_code in (None, report.test_code)
                for repair in reader.repairs(report)
            ]
        )

    async def get_top_failed_by_query(self, request: Request) -> Response:
        """Lists the steps that failed most."""
        query = Query(request)
        part_number, code = query.required("partNumber"), query.required("processCode")
        count = _number(query, "count")
        filter_ = self._query_filter(
            request,
            text_condition(part_number, lambda report: (report.header["partNumber"],)),
            text_condition(code, lambda report: (str(report.test_code),)),
        )
        return self._top_failed(filter_, count)

    async def get_top_failed(self, request: Request) -> Response:
        """Lists the steps that failed most."""
        filter_ = read_filter(await json_object(request), _TOP_FAILED)
        return self._top_failed(filter_, filter_.top_count)

    async def get_test_step_analysis(self, request: Request) -> Response:
        """Lists the statistics of steps and measurements, by default of first runs."""
        members = await json_object(request)
        _require(members)
        filter_ = read_filter({"maxCount": _MOST_EXAMINED, **_given(members)}, default_run=1)
        tests = filter_.select(self._reports.tests())
        return JSONResponse(step_analysis(self._reports, tests, filter_))

    async def get_measurements(self, request: Request) -> Response:
        """Lists numeric readings by path."""
        groups = await self._measurements(request)
        return JSONResponse([_group(path, map(reading_row, some)) for path, some in groups])

    async def get_aggregated_measurements(self, request: Request) -> Response:
        """Lists the figures of numeric readings by path."""
        groups = await self._measurements(request)
        return JSONResponse([_group(path, figure_rows(some)) for path, some in groups])

    async def get_oee_analysis(self, request: Request) -> Response:
        """Tells the overall equipment effectiveness; nothing where there is no report."""
        plan = read_plan(Query(request))
        filter_ = read_filter(await json_object(request), _OEE)
        figures = oee(filter_.select(self._reports.tests()), filter_.window, plan)
        return done() if figures is None else JSONResponse(figures)

    def _by(self, filter_: ReportFilter, *order: tuple[str, bool]) -> Response:
        """Lists yield with all figures, by the dimensions that are in the order."""
        dimensions = tuple(name for name, _ in order if name not in KPIS)
        expression = Expression(dimensions, KPIS, order)
        return JSONResponse(yield_rows(self._reports.tests(), filter_, expression))

    def _top_failed(self, filter_: ReportFilter, count: int | None) -> Response:
        return JSONResponse(top_failed(self._reports, filter_.select(self._reports.tests()), count))

    async def _measurements(self, request: Request) -> list[tuple[str, list[Found]]]:
        """The readings by path that a request asks for."""
        members = _given(await json_object(request))
        paths = read_paths(Query(request).text("measurementPaths"))
        tests = self._reports.tests()
        if members or paths:
            _require(members)
            filter_ = read_filter(members)
            return by_path(found_numbers(self._reports, filter_.select(tests)), filter_, paths)
        filter_ = ReportFilter((), last_days(_RECENT_DAYS))
        recent = filter_.select(tests)
        failing = {row["stepPath"] for row in top_failed(self._reports, recent, _FAILED_MOST)}
        numbers = (found for found in found_numbers(self._reports, recent) if found.step_path in failing)
        return by_path(numbers, filter_, None)

    def _query_filter(self, request: Request, *conditions: Condition) -> ReportFilter:
        """The filter of an operation with the parameters days, productGroupId and levelId."""
        query = Query(request)
        days = _number(query, "days")
        for name in ("productGroupId", "levelId"):
            if name.lower() not in query:
                raise bad_request(f"The parameter {name} is required.")
        return ReportFilter((*conditions, *place_conditions(query, self._reports)), last_days(days))


def _number(query: Query, name: str) -> int:
    """A number that is required and at least 1."""
    number = query.integer(name, minimum=1)
    if number is None:
        raise bad_request(f"The parameter {name} is required.")
    return number


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, "")}


def _require(members: Mapping[str, Any]) -> None:
    names = {name.lower() for name in _given(members)}
    for name in ("partNumber", "testOperation"):
        if name.lower() not in names:
            raise bad_request(f"The filter must have {name}.")


async def _dynamic(request: Request, default: str) -> tuple[dict[str, Any], str]:
    """Filter and dimension expression; each may hold the expression, and the query's goes first."""
    members = _given(await json_object(request))
    in_query = Query(request).text("dimensions")
    in_body = next((value for name, value in members.items() if name.lower() == "dimensions"), None)
    if not members and in_query is None:
        return _DEFAULT_FILTER, default
    if not isinstance(in_body, str | None):
        raise bad_request(f"dimensions must be a string, not {in_body!r}.")
    return members, in_query or in_body or default


def _in_groups(filter_: ReportFilter) -> ReportFilter:
    """Without the reports of products that are in no group."""
    return replace(filter_, conditions=(*filter_.conditions, lambda report: bool(report.product_groups)))


def _with_units(filter_: ReportFilter) -> ReportFilter:
    """Without the rows that have no unit, and so no yield."""
    return replace(filter_, min_count=max(1, filter_.min_count))


def _group(path: str, measurements: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"measurementPath": path, "measurements": list(measurements)}
