"""Statistics over test and repair reports: yield, failures, measurements, OEE."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, cast
from uuid import UUID

from pydantic import AliasChoices, BeforeValidator, Field

from pywats.models.base import Timestamp, UtcTimestamp, WatsModel, one_or_many
from pywats.models.header_codes import ReportHeaderResult, ReportKind

__all__ = [
    "AGGREGATED_MEASUREMENT_GROUPS",
    "MEASUREMENT_GROUPS",
    "AggregatedMeasurement",
    "AggregatedMeasurementGroup",
    "CompOperator",
    "Level",
    "MeasurementData",
    "MeasurementGroup",
    "OeeAnalysisResult",
    "RepairHistoryRecord",
    "RepairStatistics",
    "ReportHeaderRow",
    "SerialNumberHistoryRow",
    "StepAnalysisRow",
    "StepType",
    "TopFailedStep",
    "YieldData",
]


class StepType(StrEnum):
    """Kind of step, as statistics name it. Servers may know others; those read as plain strings."""

    SEQUENCE_CALL = "SequenceCall"
    NUMERIC_LIMIT = "NumericLimit"
    STRING_VALUE = "StringValue"
    PASS_FAIL = "PassFail"  # noqa: S105  no password
    MULTIPLE_NUMERIC = "MultipleNumericLimit"
    ACTION = "Action"
    MESSAGE_POPUP = "MessagePopup"
    CALL_EXECUTABLE = "CallExecutable"
    LABEL = "Label"
    GOTO = "Goto"
    FLOW_CONTROL = "FlowControl"
    STATEMENT = "Statement"
    PROPERTY_LOADER = "PropertyLoader"
    GENERIC = "Generic"
    UNKNOWN = "Unknown"


class CompOperator(StrEnum):
    """Comparison of a value with its limits, as statistics name it.

    Two letters take one limit, four letters two: inside a range (GT.., GE..) or outside of one (LT.., LE..).
    Servers may know others; those read as plain strings.
    """

    LOG = "LOG"
    EQ = "EQ"
    EQT = "EQT"
    NE = "NE"
    LT = "LT"
    LE = "LE"
    GT = "GT"
    GE = "GE"
    CASESENSIT = "CASESENSIT"
    IGNORECASE = "IGNORECASE"
    GTLT = "GTLT"
    GTLE = "GTLE"
    GELT = "GELT"
    GELE = "GELE"
    LTGT = "LTGT"
    LTGE = "LTGE"
    LEGT = "LEGT"
    LEGE = "LEGE"


# Open enumerations: a value that this version does not know stays a plain string.
_StepType = Annotated[StepType | str, Field(union_mode="left_to_right")]
_CompOperator = Annotated[CompOperator | str, Field(union_mode="left_to_right")]
_Result = Annotated[ReportHeaderResult | str, Field(union_mode="left_to_right")]


class YieldData(WatsModel):
    """One row of yield figures; which members are filled depends on what was asked for.

    Units are counted by their first run: where that one fits the filter, all runs of the unit count. Whether
    yields are percentages or fractions is not confirmed; the counts leave no doubt.

    Attributes:
        period: Which period the row is about, if grouped by `PERIOD`.
        unit_count: Units tested.
        fp_count: Units passed in the first run; `sp_count` by the second, `tp_count` by the third.
        lp_count: Units passed in their last run.
        fpy: First pass yield; `spy`, `tpy` and `lpy` are those of the second, third and last pass.
        test_yield_count: Reports passed, of `test_report_count`; `test_yield` is their share.
        first_utc: Start of the earliest report.
        last_utc: Start of the latest report.
        fp_fail_count: Units not passed in the first run, and so on for the other passes.
        retest_count: Tests that were no first ones.
        ppm_fpy: First pass yield as failed units per million, and so on.
        fp_color: Colour by the KPI target of the first pass yield; `ty_...` are about `test_yield`.
        fp_alarm: Limit of that KPI target.
        fp_warning: Limit of that KPI target.
        previous_unit_count: Units in the preceding period of the same length.
        fpy_trend: Change against the preceding period of the same length, and so on.
    """

    part_number: str | None = None
    product_name: str | None = None
    station_name: str | None = None
    location: str | None = None
    purpose: str | None = None
    revision: str | None = None
    test_operation: str | None = None
    process_code: int | str | None = None
    sw_filename: str | None = None
    sw_version: str | None = None
    product_group: str | None = None
    level: str | None = None
    period: str | None = None
    batch_number: str | None = None
    operator: str | None = None
    fixture_id: str | None = None
    socket_index: int | str | None = None
    error_code: int | str | None = None
    misc_info_description: str | None = None
    misc_info_string: str | None = None
    step_caused_uut_failure: str | None = None
    step_path_caused_uut_failure: str | None = None
    asset_serial_number: str | None = None
    asset_name: str | None = None
    unit_count: int | None = None
    fp_count: int | None = None
    sp_count: int | None = None
    tp_count: int | None = None
    lp_count: int | None = None
    fpy: float | None = None
    spy: float | None = None
    tpy: float | None = None
    lpy: float | None = None
    test_yield_count: int | None = None
    test_report_count: int | None = None
    test_yield: float | None = None
    first_utc: UtcTimestamp | None = None
    last_utc: UtcTimestamp | None = None
    fp_fail_count: int | None = None
    sp_fail_count: int | None = None
    tp_fail_count: int | None = None
    lp_fail_count: int | None = None
    retest_count: int | None = None
    ppm_fpy: float | None = None
    ppm_spy: float | None = None
    ppm_tpy: float | None = None
    ppm_lpy: float | None = None
    ppm_test_yield: float | None = None
    fp_color: str | None = None
    fp_alarm: float | None = None
    fp_warning: float | None = None
    sp_color: str | None = None
    sp_alarm: float | None = None
    sp_warning: float | None = None
    tp_color: str | None = None
    tp_alarm: float | None = None
    tp_warning: float | None = None
    lp_color: str | None = None
    lp_alarm: float | None = None
    lp_warning: float | None = None
    ty_color: str | None = None
    ty_alarm: float | None = None
    ty_warning: float | None = None
    previous_unit_count: int | None = None
    previous_test_report_count: int | None = None
    fpy_trend: float | None = None
    spy_trend: float | None = None
    tpy_trend: float | None = None
    lpy_trend: float | None = None
    unit_count_trend: float | None = None
    fp_count_trend: float | None = None
    sp_count_trend: float | None = None
    tp_count_trend: float | None = None
    lp_count_trend: float | None = None
    test_report_count_trend: float | None = None
    test_yield_count_trend: float | None = None
    test_yield_trend: float | None = None
    ppm_fpy_trend: float | None = None
    ppm_spy_trend: float | None = None
    ppm_tpy_trend: float | None = None
    ppm_lpy_trend: float | None = None
    ppm_test_yield_trend: float | None = None


class RepairStatistics(WatsModel):
    """One row of repair figures; which members are filled depends on what was asked for.

    The `test_...` members are those of the test that the unit failed.

    Attributes:
        repair_report_count: Repair reports.
        repair_count: Repairs.
        total_count: Units; not confirmed on a server.
        repair_rate: Not confirmed on a server, by one account in percent.
        fail_code: Not confirmed on a server.
    """

    part_number: str | None = None
    revision: str | None = None
    product_name: str | None = None
    product_group: str | None = None
    unit_type: str | None = None
    repair_operation: str | None = None
    period: str | None = None
    level: str | None = None
    station_name: str | None = None
    location: str | None = None
    purpose: str | None = None
    operator: str | None = None
    misc_info_description: str | None = None
    misc_info_string: str | None = None
    repair_code: str | None = None
    repair_category: str | None = None
    repair_type: str | None = None
    component_ref: str | None = None
    component_number: str | None = None
    component_revision: str | None = None
    component_vendor: str | None = None
    component_description: str | None = None
    function_block: str | None = None
    referenced_step: str | None = None
    referenced_step_path: str | None = None
    test_operation: str | None = None
    test_period: str | None = None
    test_level: str | None = None
    test_station_name: str | None = None
    test_location: str | None = None
    test_purpose: str | None = None
    test_operator: str | None = None
    batch_number: str | None = None
    sw_filename: str | None = None
    sw_version: str | None = None
    repair_report_count: int | None = None
    repair_count: int | None = None
    total_count: int | None = None
    repair_rate: float | None = None
    fail_code: str | None = None


class RepairHistoryRecord(WatsModel):
    """One past repair. No server description confirms the names of its members.

    Attributes:
        report_id: Id of the repair report.
        fail_step_name: Step that failed.
        fail_step_path: Its path, with ¶ between the levels.
    """

    serial_number: str | None = None
    part_number: str | None = None
    revision: str | None = None
    report_id: str | None = None
    repair_date: Timestamp | None = None
    fail_step_name: str | None = None
    fail_step_path: str | None = None
    fail_code: str | None = None
    repair_code: str | None = None
    symptom: str | None = None
    cause: str | None = None
    action: str | None = None


class TopFailedStep(WatsModel):
    """A step and how often it failed. No server description confirms the names of its members.

    Attributes:
        step_path: Path of the step, with ¶ between the levels.
        fail_count: Failures.
        total_count: Executions.
        fail_rate: By one account in percent.
    """

    step_name: str | None = None
    step_path: str | None = None
    step_type: _StepType | None = None
    step_group: str | None = None
    part_number: str | None = None
    revision: str | None = None
    product_group: str | None = None
    fail_count: int | None = None
    total_count: int | None = None
    fail_rate: float | None = None
    first_fail_date: Timestamp | None = None
    last_fail_date: Timestamp | None = None


class StepAnalysisRow(WatsModel):
    """Statistics of one step, or of one measurement of a step.

    No server description confirms the names of its members. Those that end in `_wof` leave failed results
    out.

    Attributes:
        step_path: Path of the step, with ¶ between the levels.
        step_count: Executions.
        step_failed_error_terminated_count: Failed, error and terminated ones together.
        step_caused_uut_failed_error_terminated: How often the step was why a report did not pass.
        step_caused_uut_failed: How often it was why a report failed; and so on for error and terminated.
        limit1: Low limit, or the only one.
        limit2: High limit.
        step_time_avg: Mean time of the step; the unit is not documented.
        measure_name: Name of the measurement, if the row is about one.
        measure_count: Values.
        avg: Mean.
        stdev: Standard deviation.
        var: Variance.
        cpk: Process capability, with regard to where the mean lies.
        cp: Process capability, without that.
        cp_lower: Process capability against the low limit.
        cp_upper: Process capability against the high limit.
        sigma_high3: Mean plus three standard deviations.
        sigma_low3: Mean minus three standard deviations.
    """

    step_name: str | None = None
    step_path: str | None = None
    step_type: _StepType | None = None
    step_group: str | None = None
    step_count: int | None = None
    step_passed_count: int | None = None
    step_done_count: int | None = None
    step_skipped_count: int | None = None
    step_failed_count: int | None = None
    step_error_count: int | None = None
    step_terminated_count: int | None = None
    step_other_count: int | None = None
    step_failed_error_terminated_count: int | None = None
    step_caused_uut_failed_error_terminated: int | None = None
    step_caused_uut_failed: int | None = None
    step_caused_uut_error: int | None = None
    step_caused_uut_terminated: int | None = None
    limit1: float | None = None
    limit1_wof: float | None = None
    limit2: float | None = None
    limit2_wof: float | None = None
    comp_operator: _CompOperator | None = None
    step_time_avg: float | None = None
    step_time_max: float | None = None
    step_time_min: float | None = None
    measure_name: str | None = None
    measure_count: int | None = None
    measure_count_wof: int | None = None
    min: float | None = None
    min_wof: float | None = None
    max: float | None = None
    max_wof: float | None = None
    avg: float | None = None
    avg_wof: float | None = None
    stdev: float | None = None
    stdev_wof: float | None = None
    var: float | None = None
    var_wof: float | None = None
    cpk: float | None = None
    cpk_wof: float | None = None
    cp: float | None = None
    cp_wof: float | None = None
    cp_lower: float | None = None
    cp_lower_wof: float | None = None
    cp_upper: float | None = None
    cp_upper_wof: float | None = None
    sigma_high3: float | None = None
    sigma_high3_wof: float | None = None
    sigma_low3: float | None = None
    sigma_low3_wof: float | None = None


class MeasurementData(WatsModel):
    """One measured value. No server description confirms the names of its members.

    Attributes:
        id: Report id.
        step_path: Path of the step, with ¶ between the levels.
        limit1: Low limit.
        limit2: High limit.
        status: Result of the measurement.
        start_utc: When it was measured.
    """

    id: str | None = Field(
        default=None,
        validation_alias=AliasChoices("id", "reportId"),
        serialization_alias="id",
    )
    serial_number: str | None = None
    part_number: str | None = None
    revision: str | None = None
    step_name: str | None = None
    step_path: str | None = None
    value: float | None = None
    limit1: float | None = Field(
        default=None,
        validation_alias=AliasChoices("limit1", "limitLow"),
        serialization_alias="limit1",
    )
    limit2: float | None = Field(
        default=None,
        validation_alias=AliasChoices("limit2", "limitHigh"),
        serialization_alias="limit2",
    )
    unit: str | None = None
    status: str | None = None
    start_utc: UtcTimestamp | None = Field(
        default=None,
        validation_alias=AliasChoices("startUtc", "timestamp"),
        serialization_alias="startUtc",
    )


class MeasurementGroup(WatsModel):
    """The values of one measurement.

    Attributes:
        measurement_path: Its path, as `MeasurementPath.parse` reads it. From servers that send values without
            groups: the path of the step.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"measurements"})

    measurement_path: str | None = None
    measurements: list[MeasurementData]


class AggregatedMeasurement(WatsModel):
    """Statistics of one measurement. No server description confirms the names of its members.

    Attributes:
        step_path: Path of the step, with ¶ between the levels.
        count: Values.
        avg: Mean.
        stdev: Standard deviation.
        var: Variance.
        limit1: Low limit.
        limit2: High limit.
        cpk: Process capability, with regard to where the mean lies.
        cp: Process capability, without that.
        cp_lower: Process capability against the low limit.
        cp_upper: Process capability against the high limit.
    """

    step_name: str | None = None
    step_path: str | None = None
    part_number: str | None = None
    revision: str | None = None
    count: int | None = None
    min: float | None = None
    max: float | None = None
    avg: float | None = None
    stdev: float | None = None
    var: float | None = Field(
        default=None,
        validation_alias=AliasChoices("var", "variance"),
        serialization_alias="var",
    )
    limit1: float | None = Field(
        default=None,
        validation_alias=AliasChoices("limit1", "limitLow"),
        serialization_alias="limit1",
    )
    limit2: float | None = Field(
        default=None,
        validation_alias=AliasChoices("limit2", "limitHigh"),
        serialization_alias="limit2",
    )
    cpk: float | None = None
    cp: float | None = None
    cp_lower: float | None = None
    cp_upper: float | None = None
    unit: str | None = None


class AggregatedMeasurementGroup(WatsModel):
    """The statistics of one measurement.

    Attributes:
        measurement_path: Its path, as `MeasurementPath.parse` reads it. From servers that send statistics
            without groups: the path of the step.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"measurements"})

    measurement_path: str | None = None
    measurements: list[AggregatedMeasurement]


class OeeAnalysisResult(WatsModel):
    """Overall equipment effectiveness. No server description confirms names, units and scale of its members.

    Attributes:
        oee: Product of availability, performance and quality; all four from 0 to 100.
        total_time: Minutes, like all times but the cycle times.
        total_count: Units produced, of which `good_count` were accepted and `reject_count` were not.
        ideal_cycle_time: Ideal time for one unit.
        actual_cycle_time: Actual time for one unit.
    """

    oee: float | None = None
    availability: float | None = None
    performance: float | None = None
    quality: float | None = None
    total_time: float | None = None
    run_time: float | None = None
    down_time: float | None = None
    planned_production_time: float | None = None
    total_count: int | None = None
    good_count: int | None = None
    reject_count: int | None = None
    ideal_cycle_time: float | None = None
    actual_cycle_time: float | None = None
    period: str | None = None
    part_number: str | None = None
    station_name: str | None = None


class ReportHeaderRow(WatsModel):
    """One report, as the statistics list it. Some members come under either of two names.

    Attributes:
        start: When the test or repair began (or `start_utc`).
        user_name: Operator (or `operator`).
        process_code: Test operation, or repair operation of a repair report.
        process_name: Its name (or `test_operation`).
        execution_time: Run time in seconds.
        run: Which test of this unit in this operation it is.
        passed_in_run: In which test the unit passed first.
        receive_count: How often the server received this report.
        report_size: Size in KB.
        caused_uut_failure: Name of the step that made the unit fail; `caused_uut_failure_path` is its path.
        referenced_uut: Test report that a repair report refers to.
        time_stamp: Processing order, a growing number and no time.
    """

    uuid: UUID | None = Field(
        default=None,
        validation_alias=AliasChoices("uuid", "id"),
        serialization_alias="uuid",
    )
    serial_number: str | None = None
    part_number: str | None = None
    revision: str | None = None
    batch_number: str | None = None
    report_type: ReportKind | None = None
    result: _Result | None = None
    start: Timestamp | None = None
    start_utc: UtcTimestamp | None = None
    user_name: str | None = None
    operator: str | None = None
    station_name: str | None = None
    location: str | None = None
    purpose: str | None = None
    process_code: int | None = None
    process_name: str | None = None
    comment: str | None = None
    execution_time: float | None = None
    sw_filename: str | None = None
    sw_version: str | None = None
    test_socket_index: int | None = None
    fixture_id: str | None = None
    error_code: int | None = None
    error_message: str | None = None
    run: int | None = None
    passed_in_run: int | None = None
    receive_count: int | None = None
    report_size: int | None = None
    caused_uut_failure: str | None = None
    caused_uut_failure_path: str | None = None
    referenced_uut: UUID | None = None
    measures_deleted: bool | None = None
    time_stamp: int | None = None
    test_operation: str | None = None
    root_node_type: str | None = None


class SerialNumberHistoryRow(ReportHeaderRow):
    """One report of a unit."""


class Level(WatsModel):
    """Level of a station, also called client group. No server description confirms its members."""

    level_id: int | None = None
    level_name: str | None = None


def _in_groups(rows: object) -> object:
    """Gather the bare rows of some servers under the path of their step."""
    if not isinstance(rows, list):
        return rows
    groups: list[object] = []
    bare: dict[str, list[object]] = {}
    for row in rows:
        if not isinstance(row, dict):
            groups.append(row)
        elif "measurements" in row or "measurementPath" in row:
            groups.append({**row, "measurements": row.get("measurements") or []})
        else:
            path = row.get("stepPath")
            if str(path) not in bare:
                bare[str(path)] = []
                groups.append({"measurementPath": path, "measurements": bare[str(path)]})
            bare[str(path)].append(row)
    return groups


# What the operations read. Annotated is no class, which is what type checkers expect of a result type.
MEASUREMENT_GROUPS = one_or_many(
    cast("type[list[MeasurementGroup]]", Annotated[list[MeasurementGroup], BeforeValidator(_in_groups)])
)
"""The answer about measurements: groups, or a single one, or bare measurements."""

AGGREGATED_MEASUREMENT_GROUPS = one_or_many(
    cast(
        "type[list[AggregatedMeasurementGroup]]",
        Annotated[list[AggregatedMeasurementGroup], BeforeValidator(_in_groups)],
    )
)
"""The answer about aggregated measurements, in the same forms."""
