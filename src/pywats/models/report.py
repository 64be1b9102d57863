"""Test and repair reports (WSJF), report headers, and the answers of the report endpoints."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias
from uuid import UUID, uuid4

from pydantic import AliasChoices, BeforeValidator, Discriminator, Field, Tag, model_validator

from pywats.models.base import LENIENT, Timestamp, WatsModel, WsjfNumber, is_lenient

__all__ = [
    "AdditionalDataArray",
    "AdditionalDataArrayIndex",
    "AdditionalDataKind",
    "AdditionalDataProperty",
    "BooleanMeasurement",
    "CallExecutableInfo",
    "Chart",
    "ChartKind",
    "ChartSeries",
    "ChartSeriesKind",
    "MeasurementStatusCode",
    "MessagePopupInfo",
    "MiscInfoSearchItem",
    "MiscInfoSearchRow",
    "NumericCompOp",
    "NumericMeasurement",
    "ReferencingUUR",
    "Report",
    "ReportAdditionalData",
    "ReportAsset",
    "ReportAssetStats",
    "ReportBinaryData",
    "ReportHeader",
    "ReportHeaderAsset",
    "ReportHeaderAttachment",
    "ReportHeaderMiscInfo",
    "ReportHeaderResult",
    "ReportHeaderSubUnit",
    "ReportHeaderUURAttachment",
    "ReportHeaderUURSubUnit",
    "ReportInsertResult",
    "ReportKind",
    "ReportMiscInfo",
    "ReportResultCode",
    "ReportSubUnit",
    "ReportTypeFilter",
    "SequenceCallInfo",
    "Step",
    "StepAttachment",
    "StepGroupCode",
    "StepLoop",
    "StepStatusCode",
    "StringCompOp",
    "StringMeasurement",
    "UURFailure",
    "UURInfo",
    "UURReport",
    "UURSubUnit",
    "UUTInfo",
    "UUTReport",
]

_NonEmpty = Annotated[str, Field(min_length=1)]
_Text20 = Annotated[str, Field(max_length=20)]
_Text30 = Annotated[str, Field(max_length=30)]
_Text50 = Annotated[str, Field(max_length=50)]
_Text100 = Annotated[str, Field(max_length=100)]
_Text200 = Annotated[str, Field(max_length=200)]
_Text5000 = Annotated[str, Field(max_length=5000)]
_Name50 = Annotated[str, Field(min_length=1, max_length=50)]
_Name100 = Annotated[str, Field(min_length=1, max_length=100)]
_Name200 = Annotated[str, Field(min_length=1, max_length=200)]
_Int16 = Annotated[int, Field(ge=-32768, le=32767)]


def _to_base64(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes | bytearray) else value


# Text is base64 already, as it is on the wire; bytes are the content itself.
_Base64 = Annotated[str, BeforeValidator(_to_base64)]


class ReportKind(StrEnum):
    """Test report (unit under test) or repair report (unit under repair)."""

    UUT = "T"
    UUR = "R"


class ReportTypeFilter(StrEnum):
    """What kind of report `query_headers` lists; note that U stands for test here."""

    UUT = "U"
    UUR = "R"


class ReportResultCode(StrEnum):
    """Outcome of a whole report. Repair reports are normally passed."""

    PASSED = "P"
    FAILED = "F"
    ERROR = "E"
    TERMINATED = "T"


class ReportHeaderResult(StrEnum):
    """Outcome as report headers and their filters spell it."""

    PASSED = "Passed"
    FAILED = "Failed"
    ERROR = "Error"
    TERMINATED = "Terminated"


class StepStatusCode(StrEnum):
    """Outcome of a step.

    Done suits steps that test nothing. Skipped makes the server ignore what the step carries. Unknown is
    for reading only.
    """

    PASSED = "P"
    FAILED = "F"
    ERROR = "E"
    TERMINATED = "T"
    SKIPPED = "S"
    DONE = "D"
    UNKNOWN = "U"


class MeasurementStatusCode(StrEnum):
    """Outcome of one measurement, set by the sender: the server does not compare value and limits."""

    PASSED = "P"
    FAILED = "F"
    SKIPPED = "S"


class StepGroupCode(StrEnum):
    """Part of the sequence that the step ran in."""

    SETUP = "S"
    MAIN = "M"
    CLEANUP = "C"


class NumericCompOp(StrEnum):
    """Comparison that a numeric measurement was judged by.

    Two letters take one limit, always in `low_limit`. Four letters take two: inside a range (GT.., GE..) or
    outside of one (LT.., LE..). Servers may use other letter cases; such a value reads as a plain string.
    """

    LOG = "LOG"
    EQUAL = "EQ"
    NOT_EQUAL = "NE"
    GREATER_THAN = "GT"
    GREATER_OR_EQUAL = "GE"
    LESS_THAN = "LT"
    LESS_OR_EQUAL = "LE"
    INSIDE_EXCLUSIVE = "GTLT"
    INSIDE_LOW_EXCLUSIVE = "GTLE"
    INSIDE_HIGH_EXCLUSIVE = "GELT"
    INSIDE_INCLUSIVE = "GELE"
    OUTSIDE_EXCLUSIVE = "LTGT"
    OUTSIDE_HIGH_INCLUSIVE = "LTGE"
    OUTSIDE_LOW_INCLUSIVE = "LEGT"
    OUTSIDE_INCLUSIVE = "LEGE"


class StringCompOp(StrEnum):
    """Comparison that a string measurement was judged by.

    Servers may use other spellings (IgnoreCase); such a value reads as a plain string.
    """

    LOG = "LOG"
    EQUAL = "EQ"
    NOT_EQUAL = "NE"
    CASE_SENSITIVE = "CASESENSIT"
    IGNORE_CASE = "IGNORECASE"


class ChartKind(StrEnum):
    """Line chart with linear axes, or with both, only the X or only the Y axis logarithmic."""

    LINE = "Line"
    LINE_LOG_XY = "LineLogXY"
    LINE_LOG_X = "LineLogX"
    LINE_LOG_Y = "LineLogY"


class ChartSeriesKind(StrEnum):
    """The only kind of series known."""

    XYG = "XYG"


class AdditionalDataKind(StrEnum):
    """Type of an additional data property; values always travel as strings."""

    NUMBER = "Number"
    STRING = "String"
    BOOL = "Bool"
    OBJ = "Obj"
    ARRAY = "Array"


# Open enumerations: a value that this version does not know stays a plain string.
_Result = Annotated[ReportResultCode | str, Field(union_mode="left_to_right")]
_HeaderResult = Annotated[ReportHeaderResult | str, Field(union_mode="left_to_right")]
_StepStatus = Annotated[StepStatusCode | str, Field(union_mode="left_to_right")]
_NumericCompOp = Annotated[NumericCompOp | str, Field(union_mode="left_to_right")]
_StringCompOp = Annotated[StringCompOp | str, Field(union_mode="left_to_right")]
_DataKind = Annotated[AdditionalDataKind | str, Field(union_mode="left_to_right")]

# Closed ones; the literals let a program write the code itself.
_MeasurementStatus = Annotated[
    MeasurementStatusCode | Literal["P", "F", "S"], Field(union_mode="left_to_right")
]
_StepGroup = Annotated[StepGroupCode | Literal["S", "M", "C"], Field(union_mode="left_to_right")]
_ChartKind = Annotated[
    ChartKind | Literal["Line", "LineLogXY", "LineLogX", "LineLogY"], Field(union_mode="left_to_right")
]
_SeriesKind = Annotated[ChartSeriesKind | Literal["XYG"], Field(union_mode="left_to_right")]


class AdditionalDataProperty(WatsModel):
    """One property: Number, String and Bool have `value`, Obj has `props`, Array has `array`."""

    name: str | None
    type: _DataKind
    flags: int | None = None
    value: str | None = None
    comment: str | None = None
    num_format: str | None = None
    props: list[AdditionalDataProperty] | None = None
    array: AdditionalDataArray | None = None


class AdditionalDataArray(WatsModel):
    """Elements of an array property."""

    dimension: int = Field(ge=1)
    type: _DataKind
    indexes: list[AdditionalDataArrayIndex]


class AdditionalDataArrayIndex(WatsModel):
    """One element of an array property; `text` is its position, such as [0][1]."""

    text: str
    indexes: list[int]
    value: AdditionalDataProperty


AdditionalDataProperty.model_rebuild()
AdditionalDataArray.model_rebuild()


class ReportAdditionalData(WatsModel):
    """A named set of free properties; on a report, "Station info" is shown as station data."""

    name: _Name200
    props: list[AdditionalDataProperty]


class ReportMiscInfo(WatsModel):
    """One searchable key and value pair; give `text` rather than `numeric`."""

    description: _Name100
    text: _Text100 | None = None
    numeric: WsjfNumber | None = None
    numeric_format: str | None = None
    typedef: _Text30 | None = None
    id: UUID | None = None


class ReportBinaryData(WatsModel):
    """A file on a repair report or on one of its failures.

    Give `data` as bytes; as a text it is base64, as on the wire. `id` is given by the server and is the
    `attachment_id` of `get_attachment`.
    """

    name: str = Field(min_length=1, max_length=256)
    content_type: _Name100
    data: _Base64 | None
    id: UUID | None = None


class UURFailure(WatsModel):
    """One repaired fault; `category` and `code` must be configured for the repair operation."""

    category: _NonEmpty
    code: _NonEmpty
    comment: str | None = None
    com_ref: _Text50 | None = None
    func_block: _Text100 | None = None
    art_number: _Text100 | None = None
    art_rev: _Text100 | None = None
    art_vendor: _Text100 | None = None
    art_description: _Text100 | None = None
    ref_step_id: int | None = None
    ref_step_name: str | None = None
    attachments: list[ReportBinaryData] | None = None


class ReportSubUnit(WatsModel):
    """A unit inside the tested unit."""

    part_type: _Name50
    sn: _Name100
    pn: _Name100
    rev: _Text100 | None = None
    idx: int | None = None
    parent_idx: int | None = None
    position: _Int16 | None = None
    replaced_idx: int | None = None
    failures: list[UURFailure] | None = None


class UURSubUnit(ReportSubUnit):
    """A unit on a repair report; `idx` 0 is the repaired unit itself."""

    idx: int = Field(ge=0)


class ReportAsset(WatsModel):
    """Use of one asset by the test; `usage_count` is added to its counters."""

    asset_sn: Annotated[_Name100, Field(alias="assetSN")]
    usage_count: int
    usage_count_format: str | None = None


class ReportAssetStats(WatsModel):
    """Counters of an asset when the server processed the report."""

    asset_sn: Annotated[str, Field(alias="assetSN")]
    running_count: int | None = None
    running_count_exceeded: int | None = None
    total_count: int | None = None
    total_count_exceeded: int | None = None
    days_since_calibration: WsjfNumber | None = None
    is_days_since_calibration_unknown: bool | None = None
    calibration_days_overdue: WsjfNumber | None = None
    days_since_maintenance: WsjfNumber | None = None
    is_days_since_maintenance_unknown: bool | None = None
    maintenance_days_overdue: WsjfNumber | None = None
    message: str | None = None


class SequenceCallInfo(WatsModel):
    """The sequence that was called."""

    path: str = Field(max_length=500)
    name: _Text200
    version: _Text30 | None


class NumericMeasurement(WatsModel):
    """A number with its limits; which limits it has follows from `comp_op`."""

    comp_op: _NumericCompOp
    name: _Text100 | None = None
    status: _MeasurementStatus
    unit: _Text20 | None = None
    value: WsjfNumber
    value_format: str | None = None
    low_limit: WsjfNumber | None = None
    low_limit_format: str | None = None
    high_limit: WsjfNumber | None = None
    high_limit_format: str | None = None


class StringMeasurement(WatsModel):
    """A text with the text it was compared to."""

    comp_op: _StringCompOp
    name: _Text100 | None = None
    status: _MeasurementStatus
    value: _Text100 | None
    limit: _Text100 | None = None


class BooleanMeasurement(WatsModel):
    """A pass/fail judgement; the status is all there is."""

    name: _Text100 | None = None
    status: _MeasurementStatus


class MessagePopupInfo(WatsModel):
    """What the operator answered."""

    response: _Text100 | None
    button: _Int16 | None
    button_format: str | None = None


class CallExecutableInfo(WatsModel):
    """How the program ended."""

    exit_code: WsjfNumber | None
    exit_code_format: str | None = None


class StepAttachment(WatsModel):
    """A file on a step: give its content as bytes; as a text it is base64, as on the wire."""

    name: _Name100
    content_type: _Name100
    data: _Base64 | None


class ChartSeries(WatsModel):
    """One plot: two strings of the same number of values (10,000 at most), separated by semicolons."""

    data_type: _SeriesKind = ChartSeriesKind.XYG
    name: _Name100
    xdata: str | None
    ydata: str | None


class Chart(WatsModel):
    """Line chart with at most ten plots. It is only drawn; limits in it are series like any other."""

    chart_type: _ChartKind
    label: _Name100
    x_label: _Name50
    x_unit: _Text20 | None = None
    y_label: _Name50
    y_unit: _Text20 | None = None
    series: Annotated[list[ChartSeries], Field(max_length=10)] | None = None


class StepLoop(WatsModel):
    """Marks a step as part of a loop.

    The summary step has everything but `idx`; its iterations follow as siblings of the same name with `idx`
    only. `num` is `ending_index` + 1.
    """

    always_sent: ClassVar[frozenset[str]] = frozenset({"idx", "num", "ending_index", "passed", "failed"})

    idx: Annotated[int, Field(ge=0, le=32767)] | None = None
    num: _Int16 | None = None
    ending_index: _Int16 | None = None
    passed: _Int16 | None = None
    failed: _Int16 | None = None


class Step(WatsModel):
    """One node of the step tree.

    There is a single kind of step: `step_type` picks the icon and the statistics, what the step carries is
    told by which payload members are there (at most one of `seq_call`, `numeric_meas`, `string_meas` and
    `boolean_meas`). `steps` stands next to `seq_call` only.

    Attributes:
        id: Running number in execution order, 0 for the root. All steps of a report have one, or none has.
        tot_time: Run time in seconds.
        caused_uut_failure: This step made the unit fail; the first one so marked is highlighted.
    """

    id: Annotated[int, Field(ge=0)] | None = None
    group: _StepGroup = StepGroupCode.MAIN
    step_type: _Name100
    name: _Name100
    status: _StepStatus
    start: Timestamp | None = None
    tot_time: WsjfNumber | None = None
    tot_time_format: str | None = None
    error_code: int | None = None
    error_code_format: str | None = None
    error_message: _Text200 | None = None
    report_text: _Text5000 | None = None
    ts_guid: _Text30 | None = None
    interactive_exe_num: int | None = None
    interactive_exe_num_format: str | None = None
    caused_seq_failure: bool | None = None
    caused_uut_failure: Annotated[bool | None, Field(alias="causedUUTFailure")] = None
    loop: StepLoop | None = None
    seq_call: SequenceCallInfo | None = None
    numeric_meas: list[NumericMeasurement] | None = None
    string_meas: list[StringMeasurement] | None = None
    boolean_meas: list[BooleanMeasurement] | None = None
    message_popup: MessagePopupInfo | None = None
    call_exe: CallExecutableInfo | None = None
    chart: Chart | None = None
    attachment: StepAttachment | None = None
    additional_results: list[ReportAdditionalData] | None = None
    steps: list[Step] | None = None


class ReferencingUUR(WatsModel):
    """A repair report that refers to a test report."""

    id: UUID
    start: Timestamp | None = None


class UUTInfo(WatsModel):
    """Header data of a test report; `exec_time` in seconds."""

    user: _Name100
    exec_time: WsjfNumber | None = None
    exec_time_format: str | None = None
    test_socket_index: _Int16 | None = None
    test_socket_index_format: str | None = None
    batch_sn: Annotated[_Text100 | None, Field(alias="batchSN")] = None
    comment: _Text5000 | None = None
    error_code: int | None = None
    error_code_format: str | None = None
    error_message: _Text200 | None = None
    fixture_id: _Text100 | None = None
    batch_fail_count: int | None = None
    batch_fail_count_format: str | None = None
    batch_loop_index: int | None = None
    batch_loop_index_format: str | None = None
    step_id_caused_uut_failure: Annotated[int | None, Field(alias="stepIdCausedUUTFailure")] = None
    ref_uurs: Annotated[list[ReferencingUUR] | None, Field(alias="refUURs")] = None


class UURInfo(WatsModel):
    """Header data of a repair report.

    Attributes:
        process_code: The test operation that failed; the report's own code is the repair operation.
        ref_uut: The id of the failed test report, None when there is none.
        exec_time: Repair time in seconds.
    """

    always_sent: ClassVar[frozenset[str]] = frozenset(
        {"ref_uut", "confirm_date", "finalize_date", "exec_time"}
    )

    user: _Name100
    comment: _Text5000 | None = None
    process_code: _Int16
    process_code_format: str | None = None
    process_name: str | None = None
    ref_uut: Annotated[UUID | None, Field(alias="refUUT")] = None
    confirm_date: Timestamp | None = None
    finalize_date: Timestamp | None = None
    exec_time: WsjfNumber | None = None
    parent: UUID | None = None
    children: list[UUID] | None = None


def _local_now() -> datetime:
    return datetime.now().astimezone()


class _ReportBase(WatsModel):
    """Members that test and repair reports share."""

    type: str
    id: UUID = Field(default_factory=uuid4)
    pn: _Name100
    sn: _Name100
    rev: _Name100
    product_name: str | None = None
    process_code: _Int16
    process_code_format: str | None = None
    process_name: str | None = None
    result: _Result
    machine_name: _Name100
    location: _Name100
    purpose: _Name100
    origin: str | None = None
    start: Timestamp = Field(default_factory=_local_now)
    start_utc: Annotated[Timestamp | None, Field(alias="startUTC")] = None
    misc_infos: list[ReportMiscInfo] | None = None
    sub_units: list[ReportSubUnit] | None = None
    assets: list[ReportAsset] | None = None
    asset_stats: list[ReportAssetStats] | None = None
    binary_data: list[ReportBinaryData] | None = None
    additional_data: list[ReportAdditionalData] | None = None

    def model_post_init(self, context: dict[str, Any] | None, /) -> None:
        """Give a built report its start in UTC."""
        super().model_post_init(context)
        if not is_lenient(context) and self.start_utc is None:
            self.start_utc = self.start.astimezone(UTC)

    def __setattr__(self, name: str, value: object) -> None:
        """Set a member; the start in UTC goes with the start."""
        if name == "start" and isinstance(value, datetime):
            value = value if value.tzinfo else value.astimezone()
            super().__setattr__("start_utc", value.astimezone(UTC))
        super().__setattr__(name, value)

    @classmethod
    def from_wsjf(cls, document: str | bytes | Mapping[str, object]) -> Self:
        """Read a WSJF document, also one that a server sent with parts left out.

        Args:
            document: JSON text, or the object that was read from it.

        Raises:
            ValueError: It is not a JSON object, or is the other kind of report.
        """
        content = json.loads(document) if isinstance(document, str | bytes) else document
        if not isinstance(content, Mapping):
            raise ValueError(  # noqa: TRY004  the text is at fault, not the caller's types
                f"a WSJF document is a JSON object, not {type(content).__name__}"
            )
        own_type = cls.model_fields["type"].default
        if content.get("type", own_type) != own_type:
            raise ValueError(f"{cls.__name__} reads reports of type {own_type!r}, not {content['type']!r}")
        return cls.model_validate(dict(content), context=LENIENT)

    def to_wsjf(self) -> dict[str, Any]:
        """Write the WSJF document: the members that were given, under their names on the wire."""
        return self.to_wire()


class UUTReport(_ReportBase):
    """Test report.

    Built by a program it gets a new `id`, the current time as `start` (and `start_utc` to match), unless
    they are given. `root` is a sequence call whose status equals `result`. Read with a detail level below
    7, parts of it are None.
    """

    type: Literal["T"] = "T"
    root: Step
    uut: UUTInfo
    uur: None = None


class UURReport(_ReportBase):
    """Repair report.

    It refers to the failed test report by `uur.ref_uut`; each repaired fault is a failure on one of
    `sub_units`, of which one has `idx` 0 and is the repaired unit itself. `id`, `start` and missing parts
    are as on `UUTReport`.
    """

    type: Literal["R"] = "R"
    root: None = None
    uut: None = None
    uur: UURInfo
    sub_units: list[UURSubUnit] = Field(min_length=1)  # type: ignore[assignment]


def _kind(document: object) -> str:
    if isinstance(document, Mapping):
        kind = document.get("type") or ("R" if document.get("uur") else "T")
    else:
        kind = getattr(document, "type", None)
    return "R" if kind == ReportKind.UUR else "T"


Report: TypeAlias = Annotated[
    Annotated[UUTReport, Tag("T")] | Annotated[UURReport, Tag("R")], Discriminator(_kind)
]
"""A report of either kind, told by its `type`, or by its content where a partial document lacks it."""


class ReportHeaderSubUnit(WatsModel):
    """Sub unit of a test report."""

    part_type: str | None = None
    serial_number: str | None = None
    part_number: str | None = None
    revision: str | None = None


class ReportHeaderUURSubUnit(WatsModel):
    """Sub unit of a repair report."""

    serial_number: str | None = None
    part_number: str | None = None
    revision: str | None = None


class ReportHeaderMiscInfo(WatsModel):
    """Misc info of a test or repair report."""

    description: str | None = None
    value: str | None = None


class ReportHeaderAsset(WatsModel):
    """Asset used by a test, with its counters at that time."""

    serial_number: str | None = None
    running_count: int | None = None
    running_count_exceeded: int | None = None
    total_count: int | None = None
    total_count_exceeded: int | None = None
    days_since_maintenance: float | None = None
    maintenance_days_overdue: float | None = None
    days_since_calibration: float | None = None
    calibration_days_overdue: float | None = None


class ReportHeaderAttachment(WatsModel):
    """File on a step of a test report; `step_id` is that of `get_attachment`."""

    step_id: int | None = None
    filename: str | None = None


class ReportHeaderUURAttachment(WatsModel):
    """File on a repair report; `id` is the `attachment_id` of `get_attachment`."""

    id: UUID | None = None
    filename: str | None = None


class ReportHeader(WatsModel):
    """One row of a header query.

    With `select`, the other members are None; the collections only come when expanded. Many members need a
    server from 2022.2 on.

    Attributes:
        start: UTC, whole seconds.
        time_stamp: Processing order, a growing number and no time; sortable as `timestamp`.
        execution_time: Run time in seconds.
        run: Which test of this serial number in this operation it is.
        receive_count: How often the server received this report id.
        report_size: Size in KB.
        caused_uut_failure: Name of the step that made the unit fail.
        referenced_uut: Test report that a repair report refers to.
    """

    uuid: UUID | None = None
    serial_number: str | None = None
    part_number: str | None = None
    report_type: ReportKind | None = None
    start: Timestamp | None = None
    revision: str | None = None
    result: _HeaderResult | None = None
    batch_number: str | None = None
    user_name: str | None = None
    station_name: str | None = None
    location: str | None = None
    purpose: str | None = None
    measures_deleted: bool | None = None
    time_stamp: int | None = None
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
    receive_count: int | None = None
    report_size: int | None = None
    caused_uut_failure: str | None = None
    caused_uut_failure_path: str | None = None
    passed_in_run: int | None = None
    referenced_uut: UUID | None = None
    sub_units: list[ReportHeaderSubUnit] | None = None
    misc_info: list[ReportHeaderMiscInfo] | None = None
    assets: list[ReportHeaderAsset] | None = None
    attachments: list[ReportHeaderAttachment] | None = None
    uur_sub_units: list[ReportHeaderUURSubUnit] | None = None
    uur_misc_info: list[ReportHeaderMiscInfo] | None = None
    uur_attachments: list[ReportHeaderUURAttachment] | None = None


class MiscInfoSearchItem(WatsModel):
    """One misc info of a found report."""

    description: str | None = None
    data: str | None = None


class MiscInfoSearchRow(WatsModel):
    """One report found by misc info."""

    uuid: UUID | None = None
    serial_number: str | None = None
    part_number: str | None = None
    start: Timestamp | None = None
    result: str | None = None
    process_code: int | None = None
    process_name: str | None = None
    misc_data: list[MiscInfoSearchItem] | None = None


class ReportInsertResult(WatsModel):
    """What the server made of a submitted report.

    Attributes:
        id: Id as submitted.
        uuid: Id under which it is stored.
        report_id: Old internal number; ignore.
    """

    id: UUID | None = Field(
        default=None, validation_alias=AliasChoices("ID", "id", "Id"), serialization_alias="ID"
    )
    uuid: UUID | None = None
    report_id: Annotated[int | None, Field(alias="Report_ID")] = None

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, answer: object) -> object:
        # Servers were seen to answer with an array of one object, and with the bare id.
        if isinstance(answer, list):
            answer = answer[0] if answer else {}
        return {"ID": answer} if isinstance(answer, str) else answer
