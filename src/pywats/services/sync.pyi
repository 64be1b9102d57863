# Generated from the async services by python scripts/generate_type_stubs.py: run it rather than edit this.
# For type checkers only: at run time there is no such module, and the objects are SyncServiceWrappers.

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Never
from uuid import UUID

from pywats.core.files import DownloadTarget, Progress
from pywats.core.uploads import UploadSource
from pywats.models.analytics import (
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
    MeasurementPaths,
    RepairDimensions,
    StatusFilter,
    WATSFilter,
    YieldDimensions,
)
from pywats.models.asset import (
    Asset,
    AssetLog,
    AssetMessage,
    AssetOperationResult,
    AssetState,
    AssetStatus,
    AssetType,
)
from pywats.models.process import Process
from pywats.models.product import (
    Bom,
    BomComponent,
    Product,
    ProductGroup,
    ProductRevision,
    ProductView,
    Vendor,
)
from pywats.models.production import (
    BulkSaveResult,
    ChildUnitCheckResult,
    ProductionBatch,
    SerialNumberFileFormat,
    SerialNumberRecord,
    SerialNumberType,
    Unit,
    UnitChange,
    UnitPhaseId,
    UnitVerificationGrade,
)
from pywats.models.report import (
    MiscInfoSearchRow,
    ReportHeader,
    ReportInsertResult,
    ReportTypeFilter,
    UURReport,
    UUTReport,
)
from pywats.models.rootcause import Ticket, TicketStatus, TicketView
from pywats.models.scim import ScimListResponse, ScimPatchRequest, ScimToken, ScimUser
from pywats.models.software import (
    Package,
    PackageCreate,
    PackageFile,
    PackageFileAttribute,
    PackageStatus,
    VirtualFolder,
)

class SyncAnalyticsService:
    """Statistics over test and repair reports: yield, failures, measurements, OEE."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_version(self) -> str:
        """Read the server's version; also a quick check of address and token.

        Returns:
            The version number.

        Raises:
            AuthenticationError: The server does not accept the token.
            WatsError: The request failed.

        WATS endpoint: GET /api/App/Version
        """

    def get_levels(self) -> list[Level]:
        """List the levels (client groups) that stations belong to.

        Returns:
            The levels.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/App/Levels
        """

    def get_product_groups(self, *, include_filters: bool | None = None) -> list[ProductGroup]:
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

    def get_dynamic_yield(
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

    def get_dynamic_repair(
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

    def get_volume_yield(self, filter: WATSFilter | None = None) -> list[YieldData]:
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

    def get_volume_yield_by_query(
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

    def get_high_volume(self, filter: WATSFilter | None = None) -> list[YieldData]:
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

    def get_high_volume_by_query(
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

    def get_high_volume_by_product_group(self, filter: WATSFilter | None = None) -> list[YieldData]:
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

    def get_worst_yield(self, filter: WATSFilter | None = None) -> list[YieldData]:
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

    def get_worst_yield_by_query(
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

    def get_worst_yield_by_product_group(self, filter: WATSFilter | None = None) -> list[YieldData]:
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

    def get_top_failed(self, filter: WATSFilter | None = None) -> list[TopFailedStep]:
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

    def get_top_failed_by_query(
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

    def get_related_repair_history(
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

    def get_test_step_analysis(self, filter: WATSFilter) -> list[StepAnalysisRow]:
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

    def get_measurements(
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

    def get_aggregated_measurements(
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

    def get_oee_analysis(
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

    def get_serial_number_history(self, filter: WATSFilter | None = None) -> list[SerialNumberHistoryRow]:
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

    def get_uut_reports(self, filter: WATSFilter | None = None) -> list[ReportHeaderRow]:
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

    def get_uut_reports_by_query(
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

    def get_uur_reports(self, filter: WATSFilter | None = None) -> list[ReportHeaderRow]:
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

class SyncAssetService:
    """Test equipment: its types, state, counters, calibration, maintenance and log.

    Where an operation takes `id` and `serial_number`, exactly one of them names the asset. What a server says
    about a command is not documented: that the call returns is the confirmation, not what it returns.
    """

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_assets(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[Asset]:
        """List assets, by asset id unless `orderby` says otherwise.

        Args:
            filter: OData filter over the members by their names on the wire. Texts need quotes, the GUID of
                ``typeId`` does not. An XPath that `xmlData` is compared to with ``eq`` selects by tag.
            top: Largest number of rows, from 1 up; the server's default is 1000.
            skip: Rows to pass over.
            orderby: OData ordering: a member, with asc or desc.

        Returns:
            The assets without tags, children, type, log and client id; `get_asset` gives those.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset
        """

    def iter_assets(
        self, filter: str | None = None, *, orderby: str | None = None, page_size: int = 1000
    ) -> Iterator[Asset]:
        """Iterate over all assets, fetched page by page as they are wanted.

        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        Args:
            filter: As in `get_assets`.
            orderby: As in `get_assets`.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The rows; no serial number comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Asset
        """

    def get_asset(self, asset_id: str) -> Asset:
        """Read one asset, by its id or its serial number.

        Args:
            asset_id: Asset id, or serial number.

        Returns:
            The asset.

        Raises:
            NotFoundError: No such asset.
            ValueError: `asset_id` cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/{assetId}
        """

    def save_asset(self, asset: Asset) -> Asset:
        """Create an asset, or update the one that exists.

        Counters and calibration and maintenance dates of an asset that exists are not changed here. The
        children, type and log of `asset` are not sent, nor is its read-only `xml_data`.

        Args:
            asset: The asset; `asset_id` may be left out.

        Returns:
            The stored asset.

        Raises:
            BadRequestError: The server rejected the asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset
        """

    def delete_asset(
        self, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Delete an asset and its log. Its children stay, below another parent.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset, also when an earlier attempt of the same call has deleted it.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Asset
        """

    def get_asset_status(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        translate: bool | None = None,
        culture_code: str | None = None,
    ) -> AssetStatus:
        """Read how close an asset is to the limits of its type, and its counters.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            translate: Whether the message is translated; the server's default is True.
            culture_code: Language of the message, such as ``zh-CN``.

        Returns:
            The alarm level, the reason for it and the counters.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/Status
        """

    def set_asset_state(
        self, state: AssetState, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Put an asset into a state.

        Args:
            state: The new state.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or `state` is unknown; nothing
                was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/State
        """

    def increment_count(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        increment_by: int | None = None,
        total_count: int | None = None,
        increment_children: bool | None = None,
        culture_code: str | None = None,
    ) -> AssetOperationResult | None:
        """Add uses to the running and the total count of an asset.

        Sent twice it counts twice, so a request that may have taken effect is not repeated. A test report
        that names its assets has them counted without this call.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            increment_by: Uses to add to both counts.
            total_count: The new total, in place of `increment_by`: what it is above the old total is added
                to both counts.
            increment_children: True counts on the assets below it too.
            culture_code: Language of the answer, such as ``zh-CN``.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number`, or of `increment_by` and `total_count`,
                is given, or a number is out of range; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/Count
        """

    def reset_running_count(
        self, *, id: str | None = None, serial_number: str | None = None, comment: str | None = None
    ) -> AssetOperationResult | None:
        """Set the running count of an asset to zero; the total count stays.

        Sent twice it also discards the uses counted in between, so a request that may have taken effect is
        not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/ResetRunningCount
        """

    def set_running_count(
        self, running_count: int, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Set the running count of an asset. Needs a server from 25.3 on.

        Args:
            running_count: The new running count.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or the count is out of range;
                nothing was sent.
            PermissionDeniedError: The account may not edit total counts.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/SetRunningCount
        """

    def set_total_count(
        self, total_count: int, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Set the total count of an asset. Needs a server from 25.3 on.

        Args:
            total_count: The new total count.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or the count is out of range;
                nothing was sent.
            PermissionDeniedError: The account may not edit total counts.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/SetTotalCount
        """

    def record_calibration(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        date_time: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record that an asset was calibrated.

        Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            date_time: When it was calibrated, local time if naive; the server's default is now.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Calibration
        """

    def record_external_calibration(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        from_date: datetime | None = None,
        to_date: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record a calibration that another system keeps track of, and when it is due again.

        Needs a server from 25.3 on, and perhaps an asset type whose calibration is said to be managed
        externally. Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            from_date: When it was calibrated, local time if naive.
            to_date: When it is due again, local time if naive.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Calibration/External
        """

    def record_maintenance(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        date_time: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record that an asset was maintained.

        Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            date_time: When it was maintained, local time if naive; the server's default is now.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Maintenance
        """

    def record_external_maintenance(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        from_date: datetime | None = None,
        to_date: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record a maintenance that another system keeps track of, and when it is due again.

        Needs a server from 25.3 on, and perhaps an asset type whose maintenance is said to be managed
        externally. Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            from_date: When it was maintained, local time if naive.
            to_date: When it is due again, local time if naive.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Maintenance/External
        """

    def get_asset_log(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[AssetLog]:
        """List what happened to assets, newest first unless `orderby` says otherwise.

        Args:
            filter: OData filter over the members by their names on the wire, such as
                ``serialNumber eq 'DMM-1' and type eq 4``.
            top: Largest number of rows, from 1 up; the server's default is 1000.
            skip: Rows to pass over.
            orderby: OData ordering: a member, with asc or desc.

        Returns:
            The records.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/Log
        """

    def iter_asset_log(
        self, filter: str | None = None, *, orderby: str = "logId asc", page_size: int = 1000
    ) -> Iterator[AssetLog]:
        """Iterate over all log records, oldest first, fetched page by page as they are wanted.

        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        Args:
            filter: As in `get_asset_log`.
            orderby: As in `get_asset_log`. Oldest first is the default here, so that records which arrive
                meanwhile come at the end; newest first, they would shift the pages.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The records; no log id comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Asset/Log
        """

    def add_log_message(
        self,
        message: AssetMessage | str,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        culture_code: str | None = None,
    ) -> AssetOperationResult | None:
        """Add a text to the log of an asset.

        Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            message: The text.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            culture_code: Language of the answer, such as ``zh-CN``.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Message
        """

    def get_asset_types(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[AssetType]:
        """List asset types, by name unless `orderby` says otherwise.

        Args:
            filter: OData filter over the members by their names on the wire.
            top: Largest number of rows, from 1 up; the server's default is 1000.
            skip: Rows to pass over (not confirmed on a server).
            orderby: OData ordering: a member, with asc or desc.

        Returns:
            The types.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/Types
        """

    def iter_asset_types(
        self, filter: str | None = None, *, orderby: str | None = None, page_size: int = 1000
    ) -> Iterator[AssetType]:
        """Iterate over all asset types, fetched page by page as they are wanted.

        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        A server that ignores ``$skip`` (it is not confirmed) gives its first page only.

        Args:
            filter: As in `get_asset_types`.
            orderby: As in `get_asset_types`.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The types; no type id comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Asset/Types
        """

    def save_asset_type(self, asset_type: AssetType) -> AssetType:
        """Create an asset type, or update the one with the same `type_id`.

        Without `type_id` the server chooses one, and a request that may have taken effect is not repeated.

        Args:
            asset_type: The type.

        Returns:
            The stored type.

        Raises:
            BadRequestError: The server rejected the type.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/Types
        """

    def get_sub_assets(
        self, *, id: str | None = None, serial_number: str | None = None, level: int | None = None
    ) -> list[Asset]:
        """List the assets below an asset.

        Args:
            id: Id of the parent.
            serial_number: Serial number of the parent, in place of `id`.
            level: How deep to look: 1 for the direct children, 0 for all levels.

        Returns:
            The assets below, none if there are none.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or `level` is out of range;
                nothing was sent.
            NotFoundError: No such parent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/SubAssets
        """

class SyncBoxBuildTemplate:
    """The sub-units of a product revision, edited here and written to the server by `save`."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    @property
    def part_number(self) -> str:
        """Part number of the product."""

    @property
    def revision(self) -> str:
        """Revision of the product."""

    @property
    def components(self) -> tuple[BomComponent, ...]:
        """The components, in their order on the server."""

    def add_component(
        self,
        number: str,
        *,
        rev: str | None = None,
        desc: str | None = None,
        qty: int | None = None,
        ref: str | None = None,
        function_block: str | None = None,
    ) -> BomComponent:
        """Add a component; nothing is sent before `save`.

        Args:
            number: Part number of the component.
            rev: Its revision.
            desc: Its description.
            qty: Number of references.
            ref: Reference designators parted by semicolons.
            function_block: Function block that it belongs to.

        Returns:
            The new component.

        Raises:
            ValueError: The number is empty, or the template has this number in this revision already.
        """

    def remove_component(self, number: str, *, rev: str | None = None) -> None:
        """Remove a component; nothing is sent before `save`.

        Args:
            number: Part number of the component.
            rev: Its revision; None for the one that has no revision.

        Raises:
            ValueError: The template has no such component.
        """

    def save(self) -> None:
        """Write the components to the server, in place of those that it has.

        Raises:
            ValueError: There is no component, which the server refuses; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/BOM
        """

class SyncProcessService:
    """The operations that the server knows."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_processes(
        self,
        *,
        include_test_operations: bool | None = None,
        include_repair_operations: bool | None = None,
        include_wip_operations: bool | None = None,
        include_inactive_processes: bool | None = None,
    ) -> list[Process]:
        """List test, repair and WIP operations.

        Without arguments the server lists the active ones of all three kinds.

        Args:
            include_test_operations: Include test operations.
            include_repair_operations: Include repair operations.
            include_wip_operations: Include work-in-progress operations.
            include_inactive_processes: Include processes that are not active.

        Returns:
            The processes; repair operations come with their settings, categories and repair codes.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/App/Processes
        """

class SyncProductService:
    """Products and what belongs to them."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_products(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[ProductView]:
        """List products in their short form.

        Args:
            filter: OData filter; its names are in PascalCase (``PartNumber``, ``Category``). Without one the
                server returns at most 1000 rows.
            top: Largest number of rows, from 1 up.
            skip: Rows to pass over (not confirmed on a server).
            orderby: OData ordering (not confirmed on a server).

        Returns:
            Rows of five members; `get_product` gives the rest.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/Query
        """

    def iter_products(
        self, filter: str | None = None, *, orderby: str | None = None, page_size: int = 1000
    ) -> Iterator[ProductView]:
        """Iterate over all products in their short form, fetched page by page as they are wanted.

        A server that ignores ``$skip`` (it is not confirmed) gives its first page only.
        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        Args:
            filter: As in `get_products`.
            orderby: As in `get_products`.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The rows; no part number comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Product/Query
        """

    def get_product(self, part_number: str) -> Product:
        """Read one product with its revisions and tags.

        Args:
            part_number: Part number.

        Returns:
            The product.

        Raises:
            NotFoundError: No product has this part number.
            ValueError: The part number cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/{partNumber}
        """

    def save_product(self, product: Product) -> Product:
        """Create a product, or update an existing one.

        Without `product_id` the server adds a product (what adding a part number twice does is not
        documented); with it, it updates that product. `tags` (read-only) and `revisions` (see
        `save_revision`) are not sent.

        Args:
            product: The product.

        Returns:
            The stored product.

        Raises:
            BadRequestError: The server rejected the product.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product
        """

    def save_products(self, products: Iterable[Product]) -> None:
        """Create or update many products at once, meant for ERP integration.

        Not confirmed on a server. `tags` and `revisions` are not sent, as in `save_product`.

        Args:
            products: The products.

        Raises:
            TypeError: `products` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a product.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Products
        """

    def get_revision(self, part_number: str, revision: str) -> ProductRevision:
        """Read one product revision.

        Not confirmed on a server; some are said to take the tail of a revision with a dot, such as 1.0, for
        a file extension, and to answer 404. `get_product` lists all revisions.

        Args:
            part_number: Part number of the product.
            revision: Revision name.

        Returns:
            The revision.

        Raises:
            NotFoundError: No such product or revision.
            ValueError: A name cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/{partNumber}/{revision}
        """

    def save_revision(self, revision: ProductRevision) -> ProductRevision:
        """Create a product revision, or update an existing one.

        Without `product_revision_id` the server adds a revision (what adding one twice does is not
        documented); with it, it updates that revision. `tags` (read-only) are not sent.

        Args:
            revision: The revision, with `product_id` or `part_number` to name its product.

        Returns:
            The stored revision.

        Raises:
            BadRequestError: The server rejected the revision.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/Revision
        """

    def save_revisions(self, revisions: Iterable[ProductRevision]) -> None:
        """Create or update many revisions at once, meant for ERP integration.

        Not confirmed on a server. `tags` (read-only) are not sent.

        Args:
            revisions: The revisions.

        Raises:
            TypeError: `revisions` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a revision.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Products/Revisions
        """

    def update_bom(self, bom: Bom) -> None:
        """Upload the bill of materials of a product revision, in place of the one that it has.

        Adds the product and the revision when they are missing.

        Args:
            bom: The bill of materials, with at least one component.

        Raises:
            ValueError: The BOM lacks what the server insists on; nothing was sent.
            ServerError: The server found the BOM invalid, or failed: it answers 500 to both.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/BOM
        """

    def get_product_groups_by_product(self, part_number: str, *, revision: str | None = None) -> object:
        """Find the product groups that a part number and revision fall into.

        Not confirmed on a server.

        Args:
            part_number: Part number.
            revision: Revision name.

        Returns:
            The JSON answer as it is, as its shape is not documented; None if it is empty.

        Raises:
            ValueError: `part_number` is blank; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/ProductGroupsByProduct
        """

    def add_product_group_filter(
        self,
        product_group: str,
        part_number: str,
        *,
        revision: str | None = None,
        exclude: bool | None = None,
    ) -> None:
        """Add a part number filter to an existing product group.

        Not confirmed on a server. Adding twice may add two filters, so a request that may have taken effect
        is not repeated.

        Args:
            product_group: Name of a group that exists.
            part_number: Part number to add.
            revision: Revision to add.
            exclude: True makes it a filter that leaves the part out.

        Raises:
            ValueError: A text is blank; nothing was sent.
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/Product/ProductGroupFilter
        """

    def get_vendors(self) -> list[Vendor]:
        """List component vendors.

        Returns:
            The vendors.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/Vendors
        """

    def save_vendors(self, vendors: Iterable[Vendor]) -> None:
        """Register vendors; those already known are left as they are.

        Args:
            vendors: The vendors.

        Raises:
            TypeError: `vendors` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a vendor.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/Vendors
        """

    def delete_vendors(self, vendors: Iterable[Vendor]) -> None:
        """Delete vendors, named in the request body.

        Not confirmed on a server. A proxy may drop the body of a DELETE request.

        Args:
            vendors: The vendors.

        Raises:
            TypeError: `vendors` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a vendor.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Product/Vendors
        """

    def get_box_build_template(self, part_number: str, revision: str) -> SyncBoxBuildTemplate:
        """Read which sub-units a product revision is made of, in order to change them.

        Args:
            part_number: Part number of the product.
            revision: Revision name.

        Returns:
            The components, edited locally and written by its `save`. It has none if the revision has no bill
            of materials yet.

        Raises:
            NotFoundError: No such product or revision.
            ValueError: The `xml_data` of the revision is no XML.
            WatsError: A request failed.

        WATS endpoint: GET /api/Product/{partNumber}/{revision}, or GET /api/Product/{partNumber} where the
        server cannot find a revision because its name holds a dot
        """

class SyncProductionService:
    """Units, their phases and assemblies, serial numbers and batches."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_unit(self, serial_number: str, part_number: str) -> Unit | None:
        """Look up one unit with its sub-units.

        The server calls this operation a preview and does not document the shape of the answer.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.

        Returns:
            The unit; None if the answer is empty.

        Raises:
            NotFoundError: No such unit is tracked in production.
            ValueError: A number is blank or cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/Unit/{serialNumber}/{partNumber}
        """

    def create_units(self, units: Iterable[Unit]) -> BulkSaveResult:
        """Create units, or update existing ones; the serial number is the key.

        A call that returns can still have failed for some of the units: look at `error_count`. A warning is
        logged when it is not 0. `unit_phase` and `tags` (read-only) are not sent, nor those of sub-units.
        Whether a server saves `sub_units` that are given here is not documented; `add_child_unit` is the
        documented way.

        Args:
            units: The units, at least one, each with a serial number.

        Returns:
            How many units were saved, how many were not, and why. Where a server answers with the saved
            units in place of counts, they are counted here.

        Raises:
            TypeError: `units` is no iterable of units, or a single one; nothing was sent.
            ValueError: There is no unit, or one has no serial number; nothing was sent.
            BadRequestError: The server rejected the request as a whole.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/Units
        """

    def verify_unit(
        self, serial_number: str, *, part_number: str | None = None
    ) -> UnitVerificationGrade | None:
        """Judge a unit against its verification rule.

        A unit passes when `all_processes_passed_last_run` of the answer is True.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.

        Returns:
            The grade, with the standing of the unit in each process; None if the answer is empty.

        Raises:
            ValueError: A text is blank; nothing was sent.
            NotFoundError: No such unit, or no rule for it.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/UnitVerification
        """

    def get_unit_changes(self, max_count: int) -> list[UnitChange]:
        """Read the queue of unit changes: new parents, part numbers, revisions and phases.

        Reading does not remove anything: an entry stays until `delete_unit_change` is called with its id. A
        server logs changes only after this was switched on there.

        Args:
            max_count: Largest number of entries, from 1 up.

        Returns:
            The entries that wait.

        Raises:
            ValueError: `max_count` is not from 1 to 2147483647; nothing was sent.
            NotFoundError: The server has no such queue.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/Units/Changes
        """

    def delete_unit_change(self, change_id: int) -> None:
        """Acknowledge a unit change: remove it from the queue.

        Args:
            change_id: Id of the entry, from `get_unit_changes`.

        Raises:
            ValueError: `change_id` is no number of an entry; nothing was sent.
            NotFoundError: There is no such entry; after a retry perhaps because the first attempt removed it.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Production/Units/Changes/{id}
        """

    def set_unit_phase(self, serial_number: str, part_number: str, phase: UnitPhaseId) -> None:
        """Move a unit to a phase of its life cycle.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.
            phase: The new phase.

        Raises:
            ValueError: A number is blank, or `phase` is no `UnitPhaseId`; nothing was sent.
            NotFoundError: No such unit.
            BadRequestError: The server rejected the phase.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/SetUnitPhase
        """

    def set_unit_process(self, serial_number: str, part_number: str, process_name: str) -> None:
        """Set the process that a unit is in.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.
            process_name: Name of the process, not its code.

        Raises:
            ValueError: A text is blank; nothing was sent.
            NotFoundError: No such unit or process.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/SetUnitProcess
        """

    def add_child_unit(
        self,
        parent_serial_number: str,
        parent_part_number: str,
        child_serial_number: str,
        child_part_number: str,
        *,
        check_part_number: str,
        check_revision: str,
    ) -> None:
        """Put a child unit into a parent unit.

        The server refuses a child that has a parent already, that does not fit the parent's box build, that
        is not in phase Finalized (or the one that the tag PhaseFinalized of its revision names), or that
        would make a loop. A request that may have taken effect is not repeated: the second one would be
        refused because the child has a parent then.

        Args:
            parent_serial_number: Serial number of the parent.
            parent_part_number: Part number of the parent; empty only where serial numbers are unique across
                products.
            child_serial_number: Serial number of the child.
            child_part_number: Part number of the child; empty as above.
            check_part_number: Part number to check the child against; empty for the box build.
            check_revision: Revision to check the child against; empty for the box build.

        Raises:
            ValueError: A text is blank; nothing was sent.
            BadRequestError: One of these rules is not met (the status is not confirmed on a server).
            NotFoundError: No such parent or child.
            WatsError: The request failed.

        WATS endpoint: POST /api/Production/AddChildUnit
        """

    def remove_child_unit(
        self,
        parent_serial_number: str,
        parent_part_number: str,
        child_serial_number: str,
        child_part_number: str,
    ) -> None:
        """Take a child unit out of its parent unit.

        A request that may have taken effect is not repeated: the second one would be refused.

        Args:
            parent_serial_number: Serial number of the parent.
            parent_part_number: Part number of the parent; empty only where serial numbers are unique across
                products.
            child_serial_number: Serial number of the child.
            child_part_number: Part number of the child; empty as above.

        Raises:
            ValueError: A text is blank; nothing was sent.
            BadRequestError: The child is not in this parent (the status is not confirmed on a server).
            NotFoundError: No such parent or child.
            WatsError: The request failed.

        WATS endpoint: POST /api/Production/RemoveChildUnit
        """

    def check_child_units(
        self, parent_serial_number: str, parent_part_number: str
    ) -> ChildUnitCheckResult | None:
        """Check the direct children of a unit against its box build: phase, part, revision and quantity.

        Args:
            parent_serial_number: Serial number of the parent.
            parent_part_number: Part number of the parent; empty only where serial numbers are unique across
                products.

        Returns:
            The outcome, whose members are not documented: all of them are in its `model_extra`. None if the
            answer is empty.

        Raises:
            ValueError: A text is blank; nothing was sent.
            NotFoundError: No such parent.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/CheckChildUnits
        """

    def get_serial_number_types(self) -> list[SerialNumberType]:
        """List the serial number types that are set up on the server.

        Returns:
            The types; their `name` is the `serial_number_type` of the other operations.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers/Types
        """

    def take_serial_numbers(
        self,
        serial_number_type: str,
        quantity: int,
        *,
        ref_sn: str | None = None,
        ref_pn: str | None = None,
        station_name: str | None = None,
        only_in_sequence: bool | None = None,
        format: SerialNumberFileFormat = SerialNumberFileFormat.XML,
    ) -> list[str]:
        """Take free serial numbers out of the pool of a type.

        Every call uses numbers up, so a request that may have taken effect is not repeated. After a
        connection error or a timeout the numbers may be gone: look for them with
        `get_serial_numbers_by_reference`, if you gave a reference.

        Args:
            serial_number_type: Name of the type.
            quantity: How many, from 1 up. If fewer are free, the server hands out what is left.
            ref_sn: Serial number of the unit to record with the numbers.
            ref_pn: Part number to record with the numbers.
            station_name: Station to record as the taker.
            only_in_sequence: True takes an unbroken run of numbers, or fails.
            format: What the server is asked to answer in; the result is the same.

        Returns:
            The numbers: `quantity` of them or, without `only_in_sequence`, fewer.

        Raises:
            ValueError: `quantity` is not from 1 to 2147483647, or `format` is unknown; nothing was sent.
            NotFoundError: No such type, or its pool is empty.
            BadRequestError: There is no such run.
            WatsResponseError: The answer holds no numbers, or more than were asked for; those that the server
                took are used up.
            WatsError: The request failed.

        WATS endpoint: POST /api/Production/SerialNumbers/Take
        """

    def get_serial_numbers_by_range(
        self,
        serial_number_type: str,
        start_address: str,
        end_address: str,
        *,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> list[SerialNumberRecord]:
        """List the serial numbers of a type between two numbers, free and taken.

        The shape of the answer is not confirmed on a server: JSON and XML are understood.

        Args:
            serial_number_type: Name of the type.
            start_address: First serial number.
            end_address: Last serial number.
            start_date: Generated no earlier than this; local time if it has no time zone.
            end_date: Generated no later than this; local time if it has no time zone.

        Returns:
            The matching numbers.

        Raises:
            ValueError: A text is blank; nothing was sent.
            TypeError: A date is no datetime; nothing was sent.
            NotFoundError: No such type.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers/ByRange
        """

    def get_serial_numbers_by_reference(
        self,
        serial_number_type: str,
        *,
        ref_sn: str | None = None,
        ref_pn: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> list[SerialNumberRecord]:
        """List taken serial numbers by the unit or part that they were taken for.

        The shape of the answer is not confirmed on a server: JSON and XML are understood.

        Args:
            serial_number_type: Name of the type.
            ref_sn: Serial number of the unit that was recorded with them.
            ref_pn: Part number that was recorded with them.
            start_date: Generated no earlier than this; local time if it has no time zone.
            end_date: Generated no later than this; local time if it has no time zone.

        Returns:
            The matching numbers.

        Raises:
            ValueError: Neither `ref_sn` nor `ref_pn` is given; nothing was sent.
            TypeError: A date is no datetime; nothing was sent.
            NotFoundError: No such type.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers/ByReference
        """

    def export_serial_numbers(
        self,
        serial_number_type: str,
        format: SerialNumberFileFormat,
        target: DownloadTarget,
        *,
        start_address: str | None = None,
        end_address: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Download the serial numbers of a type as a file; it is streamed to disk.

        Args:
            serial_number_type: Name of the type.
            format: Format of the file.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            start_address: First serial number.
            end_address: Last serial number.
            start_date: Generated no earlier than this; local time if it has no time zone.
            end_date: Generated no later than this; local time if it has no time zone.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: `format` is unknown; nothing was sent.
            TypeError: A date is no datetime; nothing was sent.
            NotFoundError: No such type.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers
        """

    def upload_serial_numbers(
        self,
        serial_number_type: str,
        format: SerialNumberFileFormat,
        file: UploadSource,
        *,
        progress: Progress | None = None,
    ) -> None:
        """Add the serial numbers in a file to a type; it is streamed from disk.

        Numbers that the type has already are rejected, so uploading a file twice adds nothing. `to_xml` of a
        `SerialNumberPool` writes an XML file. The file is sent in the field "file" of a form, which is not
        confirmed on a server.

        Args:
            serial_number_type: Name of the type.
            format: Format of the file.
            file: A path, or a file object opened for reading bytes.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Raises:
            ValueError: `format` is unknown; nothing was sent.
            TypeError: `file` is opened for text; nothing was sent.
            OSError: The file cannot be read.
            NotFoundError: No such type.
            BadRequestError: The server rejected the file.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/SerialNumbers
        """

    def save_batches(self, batches: Iterable[ProductionBatch]) -> BulkSaveResult:
        """Create production batches, or update existing ones; the batch number is the key.

        As with `create_units`, a call that returns can have failed for some of them: look at `error_count`.
        The shape of the answer is not confirmed on a server.

        Args:
            batches: The batches, at least one, each with a number.

        Returns:
            How many batches were saved, how many were not, and why. Where a server answers with the saved
            batches in place of counts, they are counted here.

        Raises:
            TypeError: `batches` is no iterable of batches, or a single one; nothing was sent.
            ValueError: There is no batch, or one has no number; nothing was sent.
            BadRequestError: The server rejected the request as a whole.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/Batches
        """

class SyncReportService:
    """Test reports (UUT) and repair reports (UUR)."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def query_headers(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
        select: str | None = None,
        expand: str | None = None,
        report_type: ReportTypeFilter | None = None,
    ) -> list[ReportHeader]:
        """List report headers, newest start first.

        Args:
            filter: OData filter over the header properties: string functions, and/or/not, eq ne gt ge lt le
                in, and any() over the expandable collections. A quote inside a text is doubled. Results are
                filtered by their full word (``result eq 'Failed'``), `reportType` by its letter (T or R).
            top: Largest number of rows, 1 to 10000; the server's default is 10.
            skip: Rows to pass over.
            orderby: One of start, uuid, serialNumber, timestamp, with asc or desc. ``timestamp asc``
                (processing order) suits incremental polling.
            select: Comma separated header properties to return; the other members are None.
            expand: Comma separated collections to include: subUnits, miscInfo, assets, attachments,
                uurSubUnits, uurMiscInfo, uurAttachments.
            report_type: Test or repair reports only. Not confirmed on a server; the documented way is the
                filter ``reportType eq 'T'`` (or ``'R'``).

        Returns:
            The matching headers; many of their members need a server from 2022.2 on.

        Raises:
            ValueError: A number is out of range, or `report_type` is unknown; nothing was sent.
            BadRequestError: The OData expression is wrong or not supported.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Query/Header
        """

    def iter_headers(
        self,
        filter: str | None = None,
        *,
        orderby: str | None = None,
        select: str | None = None,
        expand: str | None = None,
        report_type: ReportTypeFilter | None = None,
        page_size: int = 1000,
    ) -> Iterator[ReportHeader]:
        """Iterate over all matching report headers, fetched page by page as they are wanted.

        Reports that arrive meanwhile may or may not be among them; ``orderby="timestamp asc"`` puts them at
        the end. Reports that are deleted or submitted anew meanwhile shift the pages; collect first
        (``list(...)``) what you are going to change.

        Args:
            filter: As in `query_headers`.
            orderby: As in `query_headers`.
            select: As in `query_headers`; uuid is always fetched too.
            expand: As in `query_headers`.
            report_type: As in `query_headers`.
            page_size: Rows per request, 1 to 10000.

        Returns:
            The headers; no uuid comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Report/Query/Header
        """

    def query_headers_by_misc_info(
        self,
        *,
        process_code: int | None = None,
        serial_number: str | None = None,
        description: str | None = None,
        data: str | None = None,
    ) -> list[MiscInfoSearchRow]:
        """Find test reports by the content of their misc info; each argument narrows the result.

        Args:
            process_code: Test operation code of the report.
            serial_number: Serial number of the unit.
            description: Name of the misc info field.
            data: Value of the misc info field.

        Returns:
            The matching reports with their misc info.

        Raises:
            ValueError: `process_code` is out of range; nothing was sent.
            BadRequestError: A value was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Query/HeaderByMiscInfo
        """

    def submit_report(self, report: UUTReport | UURReport | Mapping[str, object]) -> ReportInsertResult:
        """Submit one test or repair report (WSJF).

        Returning means that the server has received and validated the report; it processes it afterwards, so
        a read right away may not find it yet.

        The request is retried although it is a POST: the report's id is chosen by its sender, and the server
        replaces a report that has the same id, so that a report sent twice is stored once. For the same
        reason, submitting a report that was read with parts left out overwrites the complete one. That the
        replacement is complete is assumed, not tested against a server.

        Args:
            report: The report, or a WSJF document as a mapping.

        Returns:
            What the server made of it; needs a server from 20.2 on.

        Raises:
            ValueError: The report has no usable id, or is no WSJF document; nothing was sent.
            TypeError: It is something else altogether.
            BadRequestError: The report does not validate; the text names the place as a step path from root.
            RateLimitError: Too many requests.
            WatsError: The request failed.

        WATS endpoint: POST /api/Report/WSJF
        """

    def get_report(
        self,
        report_id: UUID | str,
        *,
        detail_level: int | None = None,
        include_chart_data: bool | None = None,
        include_attachments: bool | None = None,
    ) -> UUTReport | UURReport:
        """Read one report (WSJF).

        Args:
            report_id: Report id, the `uuid` of its header.
            detail_level: How much of the report to return, from 0 (what identifies it) to 7 (everything, the
                server's default). Attachments come from 4 up, plot points from 6 up.
            include_chart_data: False leaves out the plot points; the server's default is True.
            include_attachments: False leaves out attachment content; the server's default is True.

        Returns:
            The report; at a detail level below 7, members that the server left out are None.

        Raises:
            NotFoundError: No such report, or the server still processes it: it gives an empty answer then.
            ValueError: `report_id` is no UUID, or `detail_level` is out of range; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Wsjf/{id}
        """

    def submit_report_xml(self, document: str | bytes) -> ReportInsertResult:
        """Submit one test or repair report as WSXF (XML).

        The request is retried although it is a POST, as in `submit_report`: that the ID attribute of the
        Report element works like the id of a WSJF report is an assumption.

        Args:
            document: The document: a Reports element around exactly one Report with its required attributes.
                Bytes are sent as they are, text as UTF-8.

        Returns:
            What the server made of it, without ids if it does not say; needs a server from 20.2 on.

        Raises:
            BadRequestError: The report does not validate.
            RateLimitError: Too many requests.
            WatsError: The request failed.

        WATS endpoint: POST /api/Report/WSXF
        """

    def get_report_xml(
        self,
        report_id: UUID | str,
        *,
        detail_level: int | None = None,
        include_attachments: bool | None = None,
        include_chart_data: bool | None = None,
        include_indexes: bool | None = None,
    ) -> str:
        """Read one report as WSXF (XML).

        Args:
            report_id: Report id, the `uuid` of its header.
            detail_level: As in `get_report`.
            include_attachments: As in `get_report`.
            include_chart_data: As in `get_report`.
            include_indexes: False leaves out the index attributes. Sources differ on the server's default.

        Returns:
            The document; empty while the server still processes the report.

        Raises:
            NotFoundError: No such report.
            ValueError: `report_id` is no UUID, or `detail_level` is out of range; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Wsxf/{id}
        """

    def get_attachment(
        self,
        report_id: UUID | str,
        target: DownloadTarget,
        *,
        step_id: int | None = None,
        attachment_id: UUID | str | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Download one attached file of a report.

        Both ids are in the header of the report: ``query_headers(expand="attachments")`` for a test report,
        ``expand="uurAttachments"`` for a repair report. The report itself has them too, step ids only if its
        sender numbered the steps.

        Args:
            report_id: Report id.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            step_id: For a test report: the id of the step that holds the file.
            attachment_id: For a repair report: the id of the binary data.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: Not exactly one of `step_id` and `attachment_id` is given, or an id is no UUID;
                nothing was sent.
            NotFoundError: No such report or file.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Attachment
        """

    def get_attachments_zip(
        self, report_id: UUID | str, target: DownloadTarget, *, progress: Progress | None = None
    ) -> int:
        """Download all attached files of a report as one zip archive.

        Args:
            report_id: Report id.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: `report_id` is no UUID; nothing was sent.
            NotFoundError: No such report.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Attachments/{id}
        """

    def get_certificate(
        self, report_id: UUID | str, target: DownloadTarget, *, progress: Progress | None = None
    ) -> int:
        """Download the test certificate of a report, by all accounts a PDF file.

        Args:
            report_id: Report id.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: `report_id` is no UUID; nothing was sent.
            NotFoundError: No such report or certificate.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Certificate/{id}
        """

class SyncRootCauseService:
    """Root cause tickets and their attachments."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_ticket(self, ticket_id: UUID | str) -> Ticket | None:
        """Read one ticket with its history.

        Servers were seen to leave `assignee` out: see `update_ticket` before saving what this returns.

        Args:
            ticket_id: Id of the ticket (not its number).

        Returns:
            The ticket; None if the server answers with nothing.

        Raises:
            NotFoundError: No such ticket.
            ValueError: `ticket_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/RootCause/Ticket
        """

    def create_ticket(self, ticket: Ticket) -> Ticket:
        """Open a new ticket.

        The server gives it an id and a number, so each call opens another one; a request that may have taken
        effect is not repeated. What the server gives (`ticket_id`, `ticket_number`, `created_utc`,
        `updated_utc`, `history`) is not sent.

        Args:
            ticket: The ticket, with a `subject`. A first comment goes into `update`, a link to the test
                report into `report_uuid`.

        Returns:
            The ticket as opened.

        Raises:
            ValueError: The ticket has no subject; nothing was sent.
            BadRequestError: The server rejected the ticket.
            WatsError: The request failed.

        WATS endpoint: POST /api/RootCause/Ticket
        """

    def update_ticket(self, ticket: Ticket) -> Ticket:
        """Save a ticket, and add a comment if there is one in `update`.

        Set `assignee` before saving a ticket that was read. Servers were seen to leave it out of their
        answers, and to refuse a ticket without it in any status but OPEN; it is refused here already. An open
        ticket is sent, and may lose its assignee when it is saved without.

        A comment would be there twice if the request were repeated, so one that may have taken effect is not
        repeated. `ticket` still holds the comment afterwards; go on with the one that is returned. `history`
        is not sent.

        Args:
            ticket: The ticket as it shall be, with the `ticket_id` that it has.

        Returns:
            The ticket as saved.

        Raises:
            ValueError: The ticket has no id, or is no longer open and has no assignee; nothing was sent.
            BadRequestError: The server rejected the ticket.
            NotFoundError: No such ticket.
            WatsError: The request failed.

        WATS endpoint: PUT /api/RootCause/Ticket
        """

    def get_tickets(
        self, status: TicketStatus, view: TicketView, *, search_string: str | None = None
    ) -> list[Ticket]:
        """List tickets. The API has no pages for this.

        Args:
            status: Wanted statuses, combined with ``|``. The server's own description lists single ones only.
            view: Whose tickets; all of them need the permission "Manage All Tickets".
            search_string: Text to look for in subjects, tags and tag values.

        Returns:
            The tickets.

        Raises:
            ValueError: `status` or `view` is unknown; nothing was sent.
            BadRequestError: A value was rejected.
            PermissionDeniedError: The view is not permitted (the status is not confirmed on a server).
            WatsError: The request failed.

        WATS endpoint: GET /api/RootCause/Tickets
        """

    def archive_tickets(self, ticket_ids: Sequence[UUID | str]) -> Ticket | None:
        """Archive solved tickets.

        Their owner may do so, and who has the permission "Manage All Tickets". Tickets that are archived
        already are presumably refused, so a request that may have taken effect is not repeated.

        Args:
            ticket_ids: Ids of tickets in the status SOLVED, at least one.

        Returns:
            The ticket, if the server answers with one, also in a list; None for every other answer: that the
            call returns is the confirmation. The answer is described as one ticket, also for many.

        Raises:
            ValueError: There is no id, or one is no UUID; nothing was sent.
            BadRequestError: A ticket is not solved.
            PermissionDeniedError: A ticket is somebody else's (the status is not confirmed on a server).
            NotFoundError: No such ticket.
            WatsError: The request failed.

        WATS endpoint: POST /api/RootCause/ArchiveTickets
        """

    def get_ticket_attachment(
        self,
        attachment_id: UUID | str,
        target: DownloadTarget,
        *,
        file_name: str | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Download a file that is attached to a ticket.

        Args:
            attachment_id: Id of the attachment, as in the history of the ticket.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            file_name: The name under which the server shall offer the file; it does not change `target`.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            NotFoundError: No such attachment.
            ValueError: `attachment_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/RootCause/Attachment
        """

    def upload_attachment(
        self,
        file: UploadSource,
        *,
        file_name: str | None = None,
        content_type: str = "application/octet-stream",
        progress: Progress | None = None,
    ) -> UUID:
        """Upload a file, in order to attach it to a ticket afterwards.

        It belongs to no ticket until its id is in the `update` of one that is opened or saved. Each call
        stores another file, so a request that may have taken effect is not repeated. That the server wants a
        form with the field ``file`` is not confirmed.

        Args:
            file: A path, or a file object opened for reading bytes, from where it stands.
            file_name: The name that the server is told; None for that of the file.
            content_type: The media type of the content.
            progress: Called with the bytes that are on their way and the bytes in total (None if unknown).

        Returns:
            The id, for `TicketAttachment`.

        Raises:
            OSError: The file cannot be read.
            TypeError: It is a file opened for text.
            BadRequestError: The server rejected the file.
            WatsError: The request failed.

        WATS endpoint: POST /api/RootCause/Attachment
        """

class SyncScimService:
    """User accounts of the server, by the SCIM protocol (RFC 7644)."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_token(self, *, duration: int | None = None) -> ScimToken:
        """Issue a token for an identity provider that provisions users.

        Each call issues a new one, a secret: keep it out of logs. A call that was retried may have issued a
        token more, which nobody has and which stays valid until it expires. Provisioning works from server
        version 23.1 on for Entra ID, and from 24.2 on for Okta.

        Args:
            duration: Days until the token expires, from 1 up; the server's default is 90.

        Returns:
            The token; its repr does not show it.

        Raises:
            ValueError: `duration` is not from 1 up; nothing was sent.
            BadRequestError: The duration was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Token
        """

    def get_users(
        self, filter: str | None = None, *, start_index: int | None = None, count: int | None = None
    ) -> ScimListResponse:
        """Read one page of the users; `iter_users` reads all of them.

        Args:
            filter: SCIM filter, such as ``userName eq "jo@example.com"`` (RFC 7644 section 3.4.2.2). Which
                ones the server knows is not documented.
            start_index: Position of the first user to return, counted from 1.
            count: Most users to return; the server may give fewer.

        Returns:
            The users, in `resources`, and how many there are.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            WatsResponseError: The answer has no users although there are some at this position.
            BadRequestError: The filter or a number was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Users
        """

    def iter_users(self, filter: str | None = None, *, page_size: int = 100) -> Iterator[ScimUser]:
        """Iterate over all users, fetched page by page as they are wanted.

        Users that are added meanwhile may or may not be among them; when one is deleted, another can be
        missed, as the positions move. Collect first (``list(...)``) the users that you are going to change or
        delete.

        Args:
            filter: As in `get_users`.
            page_size: Users to ask for at a time, from 1 up.

        Returns:
            The users; none comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/SCIM/v2/Users
        """

    def create_user(self, user: ScimUser) -> ScimUser:
        """Create a user.

        What the server gives (`id`, `meta`) is not sent, and `schemas` is filled in. A request that may have
        taken effect is not repeated.

        Args:
            user: The user, with a `user_name`.

        Returns:
            The user as created.

        Raises:
            ValueError: The user has no name; nothing was sent.
            BadRequestError: The server rejected the user.
            ConflictError: The user name is taken (the status is not confirmed on a server).
            WatsError: The request failed.

        WATS endpoint: POST /api/SCIM/v2/Users
        """

    def get_user(self, user_id: UUID | str) -> ScimUser:
        """Read a user by id.

        Args:
            user_id: Id given by the server.

        Returns:
            The user.

        Raises:
            NotFoundError: No such user.
            ValueError: `user_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Users/{id}
        """

    def get_user_by_username(self, user_name: str) -> ScimUser:
        """Read a user by user name.

        Args:
            user_name: User name, mostly an e-mail address.

        Returns:
            The user.

        Raises:
            NotFoundError: No such user.
            ValueError: The name cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/SCIM/v2/Users/userName={userName}
        """

    def update_user(self, user_id: UUID | str, patch: ScimPatchRequest) -> ScimUser:
        """Change attributes of a user.

        Args:
            user_id: Id given by the server.
            patch: The changes. To switch an account off, replace `ScimPatchPath.ACTIVE` by False.

        Returns:
            The user after the change, read back where the server does not send it.

        Raises:
            NotFoundError: No such user.
            ValueError: `user_id` is no UUID; nothing was sent.
            BadRequestError: The server rejected a change, such as a role that it does not know.
            WatsError: The request failed.

        WATS endpoint: PATCH /api/SCIM/v2/Users/{id}
        """

    def delete_user(self, user_id: UUID | str) -> None:
        """Delete a user. To switch the account off, and keep it, use `update_user`.

        Args:
            user_id: Id given by the server.

        Raises:
            NotFoundError: No such user; also if a retry finds that the first attempt took effect.
            ValueError: `user_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/SCIM/v2/Users/{id}
        """

class SyncSoftwareService:
    """Software packages for test stations; all of it needs a server from 2024.2.4 on.

    A package is made as a draft, filled with files, set to pending, and released. Each version of it is a
    package with an id of its own.
    """

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_packages(self) -> list[Package]:
        """List all packages: every version, in every status.

        Returns:
            The packages.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/Packages
        """

    def create_package(self, package: PackageCreate) -> Package:
        """Create a package, or the next version of one, as a draft.

        Each call with the same name makes another version, so a request that may have taken effect is not
        repeated.

        Args:
            package: The new package.

        Returns:
            The package with its id and version.

        Raises:
            BadRequestError: The server rejected the package, as it does where a tag or folder is unknown.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/Package
        """

    def get_package(self, package_id: UUID | str) -> Package:
        """Read one package.

        Args:
            package_id: Id of the package.

        Returns:
            The package.

        Raises:
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/Package/{id}
        """

    def update_package(self, package_id: UUID | str, package: Package) -> Package | None:
        """Overwrite the details of a package: all of a draft, status and tags of what is pending or released.

        What a server does with members that are not sent is not documented, so change what `get_package`
        returned. `files` are not sent. Tags are sent as the list that the server's schema names; its
        description also speaks of XML.

        Args:
            package_id: Id of the package.
            package: Its details; see `set_package_status` for how the status can change.

        Returns:
            The stored package; None if the server answers without a body, as its description has it.

        Raises:
            BadRequestError: The change is not allowed in this status, or the server rejected a value.
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Software/Package/{id}
        """

    def delete_package(self, package_id: UUID | str) -> None:
        """Delete a package that is a draft or revoked.

        Args:
            package_id: Id of the package.

        Raises:
            BadRequestError: The package is pending or released.
            NotFoundError: No such package, as when a retried request had already deleted it.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Software/Package/{id}
        """

    def get_package_by_name(self, name: str, status: PackageStatus, *, version: int | None = None) -> Package:
        """Read the package of a name and status.

        Args:
            name: Name of the package.
            status: Status that it must have.
            version: Its version; the highest one if left out.

        Returns:
            The package.

        Raises:
            ValueError: A text is blank, a number is out of range, or `status` is unknown; nothing was sent.
            NotFoundError: No such package.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/PackageByName
        """

    def delete_package_by_name(self, name: str, version: int) -> None:
        """Delete one version of a package that is a draft or revoked.

        Args:
            name: Name of the package.
            version: Version to delete.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            BadRequestError: The package is pending or released.
            NotFoundError: No such package, as when a retried request had already deleted it.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Software/PackageByName
        """

    def get_packages_by_tag(self, tag: str, status: PackageStatus) -> list[Package]:
        """List the packages that carry a tag and have a status.

        Args:
            tag: Key and value of the tag as ``key=value``. Letter case matters in the key, not in the value.
            status: Status that they must have.

        Returns:
            The packages.

        Raises:
            ValueError: `tag` is no ``key=value``, or `status` is unknown; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/PackagesByTag
        """

    def set_package_status(self, package_id: UUID | str, status: PackageStatus) -> Package:
        """Move a package to another status.

        A draft becomes pending; a pending package is released, or a draft again; a released one can be
        revoked. All else is refused, also to set the status that a package has. A request that may have
        taken effect is therefore not repeated.

        Args:
            package_id: Id of the package.
            status: Status to move to.

        Returns:
            The package in its new status.

        Raises:
            BadRequestError: A package cannot move from its status to this one.
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID, or `status` is unknown; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/PackageStatus/{id}
        """

    def get_package_files(self, package_id: UUID | str) -> list[PackageFile]:
        """List the files of a package, without their content.

        Args:
            package_id: Id of the package.

        Returns:
            The records of the files.

        Raises:
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/PackageFiles/{id}
        """

    def upload_zip(
        self,
        package_id: UUID | str,
        file: UploadSource,
        *,
        clean_install: bool | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Upload a zip archive whose files become the content of a package.

        The archive is read as it is sent, so its size does not matter; ``timeout`` limits the whole upload.
        Within the archive all files lie in a folder, none at its root. The form field is named ``file``,
        which is not confirmed on a server. A request that may have taken effect is not repeated.

        Args:
            package_id: Id of the package.
            file: A path, or a file object opened for reading bytes, which stays open.
            clean_install: True removes all files and folders of the package first; otherwise the new files
                join them.
            progress: Called with the bytes of the archive that are on their way and the bytes in total (None
                if unknown).

        Raises:
            BadRequestError: The package or the archive does not allow it.
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            TypeError: `file` is a file opened for text, or no file at all; nothing was sent.
            OSError: The file cannot be read.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/Package/UploadZip/{id}
        """

    def set_file_attribute(self, file_id: str, attribute: PackageFileAttribute) -> None:
        """Set what a test station does with a file of a package when it installs it.

        Args:
            file_id: The `package_file_id` that `get_package_files` gives, not the id of the package.
            attribute: The attribute.

        Raises:
            BadRequestError: The server rejected the attribute.
            NotFoundError: No such file.
            ValueError: `file_id` cannot be sent, or `attribute` is unknown; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/Package/FileAttribute/{id}
        """

    def get_virtual_folders(self) -> list[VirtualFolder]:
        """List the virtual folders that packages are sorted into.

        Returns:
            The folders.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/VirtualFolders
        """
