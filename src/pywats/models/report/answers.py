"""Answers of the report endpoints: headers, search rows, and what a submission got."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AliasChoices, Field, model_validator

from pywats.models.base import Timestamp, WatsModel
from pywats.models.header_codes import ReportKind
from pywats.models.report.codes import HeaderResultField

__all__ = [
    "MiscInfoSearchItem",
    "MiscInfoSearchRow",
    "ReportHeader",
    "ReportHeaderAsset",
    "ReportHeaderAttachment",
    "ReportHeaderMiscInfo",
    "ReportHeaderSubUnit",
    "ReportHeaderUURAttachment",
    "ReportHeaderUURSubUnit",
    "ReportInsertResult",
]


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
    result: HeaderResultField | None = None
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
