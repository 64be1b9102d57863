"""Statistics over test and repair reports: yield, failures, measurements, OEE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pywats.models.analytics import (
    AGGREGATED_MEASUREMENT_GROUPS,
    MEASUREMENT_GROUPS,
    AggregatedMeasurementGroup,
    Level,
    MeasurementGroup,
    OeeAnalysisResult,
    RepairHistoryRecord,
    RepairStatistics,
    ReportHeaderRow,
    SerialNumberHistoryRow,
    StepAnalysisRow,
    TopFailedStep,
    YieldData,
)
from pywats.models.analytics_filter import (
    Dimensions,
    MeasurementPaths,
    RepairDimension,
    RepairDimensions,
    RepairKpi,
    StatusFilter,
    WATSFilter,
    YieldDimension,
    YieldDimensions,
    YieldKpi,
    dimension_expression,
    path_expression,
)
from pywats.models.base import one_or_many, to_json
from pywats.models.product import ProductGroup
from pywats.services.arguments import (
    checked_code,
    checked_int,
    optional_code,
    optional_int,
    required_text,
    wire_time,
)
from pywats.services.base import AsyncService

__all__ = ["AsyncAnalyticsService"]

T = TypeVar("T")

_REPAIRS = one_or_many(list[RepairStatistics])
_REPAIR_HISTORY = one_or_many(list[RepairHistoryRecord])
_TOP_FAILED = one_or_many(list[TopFailedStep])
_STEP_ANALYSIS = one_or_many(list[StepAnalysisRow])

_DAYS_PER_WEEK = 7
_HOURS_PER_DAY = 24


class AsyncAnalyticsService(AsyncService):
    """Statistics over test and repair reports: yield, failures, measurements, OEE."""

    async def get_version(self) -> str:
        """Read the server's version; also a quick check of address and token.

        Returns:
            The version number.

        Raises:
            AuthenticationError: The server does not accept the token.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/Version
        """
        return await self._client.request("GET", "/api/App/Version", str)

    async def get_levels(self) -> list[Level]:
        """List the levels (client groups) that stations belong to.

        Returns:
            The levels.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/App/Levels
        """
        return await self._client.request_optional("GET", "/api/App/Levels", list[Level]) or []

    async def get_product_groups(self, *, include_filters: bool | None = None) -> list[ProductGroup]:
        """List product groups.

        Args:
            include_filters: Ask for the filters of each group, too. Their shape is not documented: they are
                kept in the group as they come.

        Returns:
            The groups.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/App/ProductGroups
        """
        groups = await self._client.request_optional(
            "GET", "/api/App/ProductGroups", list[ProductGroup], params={"includeFilters": include_filters}
        )
        return groups or []

    async def get_dynamic_yield(
        self, filter: WATSFilter | None = None, *, dimensions: YieldDimensions | None = None
    ) -> list[YieldData]:
        """Compute yield figures, grouped by dimensions of your choice.

        A preview of the server, which may change. Without arguments it gives the ten part numbers and test
        operations with the most units in the last 30 days. A server was seen to answer nothing to a
        `period_count` or `date_grouping` unless `include_current_period` is True.

        Args:
            filter: Which reports count.
            dimensions: What to group by, which figures to compute (all if none is named) and how to order the
                rows: ``[(YieldKpi.UNIT_COUNT, "desc"), YieldDimension.PART_NUMBER]``, or the same as a text.
                `YieldDimension.PERIOD` needs a `date_grouping`.

        Returns:
            The rows, in the order asked for.

        Raises:
            ValueError: A name in `dimensions` is unknown, the filter has other dimensions, or rows cannot be
                ordered like that; nothing was sent.
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/DynamicYield
        """
        grouped = _grouped(filter, dimensions, YieldDimension, YieldKpi)
        params = {"dimensions": grouped.dimensions}
        return await self._post("/api/App/DynamicYield", list[YieldData], grouped, params)

    async def get_dynamic_repair(
        self, filter: WATSFilter | None = None, *, dimensions: RepairDimensions | None = None
    ) -> list[RepairStatistics]:
        """Count repairs, grouped by dimensions of your choice.

        A preview of the server, which may change. Without arguments it gives the ten part numbers and repair
        operations with the most repairs in the last 30 days. A server was seen to answer nothing to a
        `period_count` or `date_grouping` unless `include_current_period` is True.

        Args:
            filter: Which reports count.
            dimensions: What to group by, which figures to compute (all if none is named) and how to order the
                rows: ``[(RepairKpi.REPAIR_COUNT, "desc"), RepairDimension.REPAIR_CODE]``, or the same as a
                text.

        Returns:
            The rows, in the order asked for.

        Raises:
            ValueError: A name in `dimensions` is unknown, or the filter has other dimensions; nothing was
                sent.
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/DynamicRepair
        """
        grouped = _grouped(filter, dimensions, RepairDimension, RepairKpi)
        params = {"dimensions": grouped.dimensions}
        return await self._post("/api/App/DynamicRepair", _REPAIRS, grouped, params)

    async def get_volume_yield(self, filter: WATSFilter | None = None) -> list[YieldData]:
        """List volume and yield.

        Args:
            filter: Which reports count, by `product_group`, `level`, `period_count`, `date_grouping` and
                `include_current_period`.

        Returns:
            The rows, in the server's order.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/VolumeYield
        """
        return await self._post("/api/App/VolumeYield", list[YieldData], filter)

    async def get_volume_yield_by_query(
        self, *, days: int, product_group_id: int | str, level_id: int | str
    ) -> list[YieldData]:
        """List volume and yield of product groups and levels.

        `get_volume_yield` takes names in place of ids, and periods.

        Args:
            days: How many days to go back.
            product_group_id: Product group; several as a text, parted by semicolons.
            level_id: Level; several as a text, parted by semicolons.

        Returns:
            The rows, in the server's order.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            BadRequestError: The server rejected a parameter.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/VolumeYield
        """
        return await self._yield_by_query("/api/App/VolumeYield", days, product_group_id, level_id)

    async def get_high_volume(self, filter: WATSFilter | None = None) -> list[YieldData]:
        """List yield, largest volume first.

        Args:
            filter: Which reports count, by `product_group`, `level`, `period_count`, `date_grouping`,
                `include_current_period`, `top_count` and `min_count`.

        Returns:
            The rows, largest volume first.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/HighVolume
        """
        return await self._post("/api/App/HighVolume", list[YieldData], filter)

    async def get_high_volume_by_query(
        self, *, days: int, product_group_id: int | str, level_id: int | str
    ) -> list[YieldData]:
        """List yield of product groups and levels, largest volume first.

        `get_high_volume` takes names in place of ids, and periods.

        Args:
            days: How many days to go back.
            product_group_id: Product group; several as a text, parted by semicolons.
            level_id: Level; several as a text, parted by semicolons.

        Returns:
            The rows, largest volume first.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            BadRequestError: The server rejected a parameter.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/HighVolume
        """
        return await self._yield_by_query("/api/App/HighVolume", days, product_group_id, level_id)

    async def get_high_volume_by_product_group(self, filter: WATSFilter | None = None) -> list[YieldData]:
        """List yield per product group, largest volume first.

        Args:
            filter: Which reports count, by `product_group`, `level`, `period_count`, `date_grouping`,
                `include_current_period`, `top_count` and `min_count`.

        Returns:
            One row per product group, largest volume first.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/HighVolumeByProductGroup
        """
        return await self._post("/api/App/HighVolumeByProductGroup", list[YieldData], filter)

    async def get_worst_yield(self, filter: WATSFilter | None = None) -> list[YieldData]:
        """List yield, lowest first.

        Args:
            filter: Which reports count, by `product_group`, `level`, `period_count`, `date_grouping`,
                `include_current_period`, `top_count` and `min_count`.

        Returns:
            The rows, lowest yield first.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/WorstYield
        """
        return await self._post("/api/App/WorstYield", list[YieldData], filter)

    async def get_worst_yield_by_query(
        self, *, days: int, product_group_id: int | str, level_id: int | str
    ) -> list[YieldData]:
        """List yield of product groups and levels, lowest first.

        `get_worst_yield` takes names in place of ids, and periods.

        Args:
            days: How many days to go back.
            product_group_id: Product group; several as a text, parted by semicolons.
            level_id: Level; several as a text, parted by semicolons.

        Returns:
            The rows, lowest yield first.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            BadRequestError: The server rejected a parameter.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/WorstYield
        """
        return await self._yield_by_query("/api/App/WorstYield", days, product_group_id, level_id)

    async def get_worst_yield_by_product_group(self, filter: WATSFilter | None = None) -> list[YieldData]:
        """List yield per product group, lowest first.

        Args:
            filter: Which reports count, by `product_group`, `level`, `period_count`, `date_grouping`,
                `include_current_period`, `top_count` and `min_count`.

        Returns:
            One row per product group, lowest yield first.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/WorstYieldByProductGroup
        """
        return await self._post("/api/App/WorstYieldByProductGroup", list[YieldData], filter)

    async def get_top_failed(self, filter: WATSFilter | None = None) -> list[TopFailedStep]:
        """List the steps that fail most often.

        Args:
            filter: Which reports count, by `part_number`, `test_operation`, `yield_value`, `product_group`,
                `level`, `period_count`, `date_grouping`, `include_current_period` and `top_count`.

        Returns:
            The steps, in the server's order.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/TopFailed
        """
        return await self._post("/api/App/TopFailed", _TOP_FAILED, filter)

    async def get_top_failed_by_query(
        self,
        *,
        part_number: str,
        process_code: int | str,
        product_group_id: int | str,
        level_id: int | str,
        days: int,
        count: int,
    ) -> list[TopFailedStep]:
        """List the steps that fail most often in one operation of one product.

        `get_top_failed` needs none of these, and takes periods, too.

        Args:
            part_number: Part number.
            process_code: Code of the test operation.
            product_group_id: Product group.
            level_id: Level.
            days: How many days to go back.
            count: How many steps to list.

        Returns:
            The steps, in the server's order.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            BadRequestError: The server rejected a parameter.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/TopFailed
        """
        steps = await self._client.request_optional(
            "GET",
            "/api/App/TopFailed",
            _TOP_FAILED,
            params={
                "partNumber": required_text("part_number", part_number),
                "processCode": checked_code("process_code", process_code),
                "productGroupId": checked_code("product_group_id", product_group_id),
                "levelId": checked_code("level_id", level_id),
                "days": checked_int("days", days),
                "count": checked_int("count", count),
            },
        )
        return steps or []

    async def get_related_repair_history(
        self,
        part_number: str,
        revision: str,
        *,
        repair_operation_code: int | str | None = None,
        test_operation_code: int | str | None = None,
    ) -> list[RepairHistoryRecord]:
        """List what was repaired on units of a part number and revision.

        Args:
            part_number: Part number.
            revision: Revision.
            repair_operation_code: Repairs of this operation only.
            test_operation_code: Repairs after this test operation only.

        Returns:
            The repairs, in the server's order.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            BadRequestError: The server rejected a parameter.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/RelatedRepairHistory
        """
        repairs = await self._client.request_optional(
            "GET",
            "/api/App/RelatedRepairHistory",
            _REPAIR_HISTORY,
            params={
                "partNumber": required_text("part_number", part_number),
                "revision": required_text("revision", revision),
                "repairOperationCode": optional_code("repair_operation_code", repair_operation_code),
                "testOperationCode": optional_code("test_operation_code", test_operation_code),
            },
        )
        return repairs or []

    async def get_test_step_analysis(self, filter: WATSFilter) -> list[StepAnalysisRow]:
        """Compute statistics of each step and each measurement.

        A preview of the server, which may change.

        Args:
            filter: Which reports count, with `part_number` and `test_operation`. Unless given, `date_from` is
                30 days ago, `max_count` 10000, and `run` the first one.

        Returns:
            One row per step or measurement.

        Raises:
            ValueError: The filter lacks `part_number` or `test_operation`; nothing was sent.
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/TestStepAnalysis
        """
        return await self._post("/api/App/TestStepAnalysis", _STEP_ANALYSIS, _of_one_product(filter))

    async def get_measurements(
        self, filter: WATSFilter, *, measurement_paths: MeasurementPaths | None = None
    ) -> list[MeasurementGroup]:
        """Read single numeric values.

        A preview of the server, which may change. It gives 10000 values at most.

        Args:
            filter: Which reports count, with `part_number` and `test_operation`.
            measurement_paths: Which measurements: a `MeasurementPath`, the same as a text, or several. What a
                server takes without it is not documented.

        Returns:
            One group per measurement; from some servers one per step.

        Raises:
            ValueError: The filter lacks `part_number` or `test_operation`, or there is no path in
                `measurement_paths`; nothing was sent.
            BadRequestError: The server rejected the filter or a path.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/Measurements
        """
        params = {"measurementPaths": _paths(measurement_paths)}
        return await self._post("/api/App/Measurements", MEASUREMENT_GROUPS, _of_one_product(filter), params)

    async def get_aggregated_measurements(
        self, filter: WATSFilter, *, measurement_paths: MeasurementPaths | None = None
    ) -> list[AggregatedMeasurementGroup]:
        """Compute statistics of numeric values.

        The server takes 10000 values at most.

        Args:
            filter: Which reports count, with `part_number` and `test_operation`.
            measurement_paths: Which measurements: a `MeasurementPath`, the same as a text, or several. What a
                server takes without it is not documented.

        Returns:
            One group per measurement; from some servers one per step.

        Raises:
            ValueError: The filter lacks `part_number` or `test_operation`, or there is no path in
                `measurement_paths`; nothing was sent.
            BadRequestError: The server rejected the filter or a path.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/AggregatedMeasurements
        """
        path = "/api/App/AggregatedMeasurements"
        params = {"measurementPaths": _paths(measurement_paths)}
        return await self._post(path, AGGREGATED_MEASUREMENT_GROUPS, _of_one_product(filter), params)

    async def get_oee_analysis(
        self,
        filter: WATSFilter | None = None,
        *,
        available_time: str | Sequence[float],
        min_connection_time: int | None = None,
        max_connection_time: int | None = None,
        min_execution_time: int | None = None,
        max_execution_time: int | None = None,
        target_output: int | None = None,
    ) -> OeeAnalysisResult | None:
        """Compute overall equipment effectiveness.

        Args:
            filter: Which reports count, by `product_group`, `level`, `part_number`, `revision`,
                `station_name`, `test_operation`, `status`, `sw_filename`, `sw_version`, `socket`, `date_from`
                and `date_to`.
            available_time: Hours available on each weekday: seven numbers, or a text of them parted by
                commas. Which weekday is the first is not documented.
            min_connection_time: Least connection time; the unit of these four is not documented.
            max_connection_time: Most connection time.
            min_execution_time: Least execution time.
            max_execution_time: Most execution time.
            target_output: Units planned per day.

        Returns:
            The figures; None if there are no data.

        Raises:
            ValueError: `available_time` is not seven numbers of hours, or another number is negative; nothing
                was sent.
            BadRequestError: The server rejected the filter or a parameter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/OeeAnalysis
        """
        return await self._client.request_optional(
            "POST",
            "/api/App/OeeAnalysis",
            OeeAnalysisResult,
            params={
                "availableTime": _weekly_hours(available_time),
                "minConnectionTime": optional_int("min_connection_time", min_connection_time),
                "maxConnectionTime": optional_int("max_connection_time", max_connection_time),
                "minExecutionTime": optional_int("min_execution_time", min_execution_time),
                "maxExecutionTime": optional_int("max_execution_time", max_execution_time),
                "targetOutput": optional_int("target_output", target_output),
            },
            content=to_json(_checked(filter)),
            idempotent=True,
        )

    async def get_serial_number_history(
        self, filter: WATSFilter | None = None
    ) -> list[SerialNumberHistoryRow]:
        """List the reports of units.

        Some servers are known to answer 500.

        Args:
            filter: Which reports count, by `product_group`, `level`, `serial_number`, `part_number`,
                `batch_number` and `misc_value`.

        Returns:
            The reports, in the server's order.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/SerialNumberHistory
        """
        return await self._post("/api/App/SerialNumberHistory", list[SerialNumberHistoryRow], filter)

    async def get_uut_reports(self, filter: WATSFilter | None = None) -> list[ReportHeaderRow]:
        """List test reports, newest first.

        Meant for reporting; whether a unit may go on is the production service's to say.

        Args:
            filter: Which reports count, by `product_group`, `level`, `serial_number`, `part_number`,
                `revision`, `batch_number`, `station_name`, `test_operation`, `status`, `misc_value`,
                `date_from`, `date_to` and `top_count`.

        Returns:
            The 1000 newest ones, or as many as `top_count` asks for.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/UutReport
        """
        return await self._post("/api/App/UutReport", list[ReportHeaderRow], filter)

    async def get_uut_reports_by_query(
        self,
        *,
        serial_number: str | None = None,
        part_number: str | None = None,
        revision: str | None = None,
        batch_number: str | None = None,
        station_name: str | None = None,
        test_operation: str | None = None,
        status: StatusFilter | str | None = None,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        product_group_id: int | str | None = None,
        level_id: int | str | None = None,
    ) -> list[ReportHeaderRow]:
        """List test reports, newest first, without a filter object.

        Meant for reporting, as `get_uut_reports`, which also finds misc infos and can limit the rows.

        Args:
            serial_number: Serial number.
            part_number: Part number.
            revision: Revision.
            batch_number: Batch number.
            station_name: Test station.
            test_operation: Name of the test operation.
            status: Result of the report.
            date_from: Earliest start; a naive datetime is local time.
            date_to: Latest start; a naive datetime is local time.
            product_group_id: Product group.
            level_id: Level; several as a text, parted by semicolons.

        Returns:
            The 1000 newest ones.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            TypeError: `date_from` or `date_to` is no datetime; nothing was sent.
            BadRequestError: The server rejected a parameter.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/UutReport
        """
        reports = await self._client.request_optional(
            "GET",
            "/api/App/UutReport",
            list[ReportHeaderRow],
            params={
                "serialNumber": serial_number,
                "partNumber": part_number,
                "revision": revision,
                "batchNumber": batch_number,
                "stationName": station_name,
                "testOperation": test_operation,
                "status": None if status is None else required_text("status", status),
                "dateFrom": wire_time("date_from", date_from),
                "dateTo": wire_time("date_to", date_to),
                "productGroupId": optional_code("product_group_id", product_group_id),
                "levelId": optional_code("level_id", level_id),
            },
        )
        return reports or []

    async def get_uur_reports(self, filter: WATSFilter | None = None) -> list[ReportHeaderRow]:
        """List repair reports, newest first.

        Meant for reporting; whether a unit may go on is the production service's to say.

        Args:
            filter: Which reports count, by `product_group`, `level`, `serial_number`, `part_number`,
                `revision`, `batch_number`, `station_name`, `test_operation`, `status`, `misc_value`,
                `date_from`, `date_to` and `top_count`.

        Returns:
            The 1000 newest ones, or as many as `top_count` asks for.

        Raises:
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/App/UurReport
        """
        return await self._post("/api/App/UurReport", list[ReportHeaderRow], filter)

    async def _post(
        self,
        path: str,
        rows: type[list[T]],
        filter: WATSFilter | None,
        params: Mapping[str, object] | None = None,
    ) -> list[T]:
        content = to_json(_checked(filter))
        return (
            await self._client.request_optional(
                "POST", path, rows, params=params, content=content, idempotent=True
            )
            or []
        )

    async def _yield_by_query(
        self, path: str, days: int, product_group_id: int | str, level_id: int | str
    ) -> list[YieldData]:
        params = {
            "days": checked_int("days", days),
            "productGroupId": checked_code("product_group_id", product_group_id),
            "levelId": checked_code("level_id", level_id),
        }
        return await self._client.request_optional("GET", path, list[YieldData], params=params) or []


def _checked(filter: WATSFilter | None) -> WATSFilter:
    """Return a filter, the empty one for None; most other services take an OData text, which is none."""
    if filter is None:
        return WATSFilter()
    if not isinstance(filter, WATSFilter):
        raise TypeError(f"filter must be a WATSFilter, not {filter!r}")
    return filter


def _of_one_product(filter: WATSFilter) -> WATSFilter:
    checked = _checked(filter)
    missing = [name for name in ("part_number", "test_operation") if not getattr(checked, name)]
    if missing:
        raise ValueError(f"the filter needs {' and '.join(missing)}")
    return checked


def _grouped(
    filter: WATSFilter | None,
    dimensions: Dimensions | None,
    *kinds: type[StrEnum],
) -> WATSFilter:
    """Return the filter with the dimensions in it, as some servers read them there and some in the query."""
    checked = _checked(filter)
    if dimensions is None:
        dimensions = checked.dimensions
    if dimensions is None:
        return checked
    expression = dimension_expression(dimensions, *kinds)
    if checked.dimensions not in (None, expression):
        raise ValueError(f"dimensions is {expression!r}, but the filter has {checked.dimensions!r}")
    return checked.model_copy(update={"dimensions": expression})


def _paths(measurement_paths: MeasurementPaths | None) -> str | None:
    return None if measurement_paths is None else path_expression(measurement_paths)


def _weekly_hours(available_time: str | Sequence[float]) -> str:
    days = available_time.split(",") if isinstance(available_time, str) else available_time
    try:
        hours = [float(day) for day in days]
    except (TypeError, ValueError):
        hours = []
    if len(hours) != _DAYS_PER_WEEK or not all(0 <= hour <= _HOURS_PER_DAY for hour in hours):
        raise ValueError(f"available_time must be seven numbers from 0 to 24, not {available_time!r}")
    return ",".join(f"{hour:g}" for hour in hours)
