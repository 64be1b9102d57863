"""What a report says besides its steps."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from pywats.models.base import Timestamp, WatsModel, WsjfNumber
from pywats.models.report.fields import (
    Base64,
    Int16,
    Name50,
    Name100,
    NonEmpty,
    Text30,
    Text50,
    Text100,
    Text200,
    Text5000,
    base64_of,
)
from pywats.models.report.files import FileSource, file_content

__all__ = [
    "ReferencingUUR",
    "ReportAsset",
    "ReportAssetStats",
    "ReportBinaryData",
    "ReportMiscInfo",
    "ReportSubUnit",
    "UURFailure",
    "UURInfo",
    "UURSubUnit",
    "UUTInfo",
    "binary_data",
]


class ReportMiscInfo(WatsModel):
    """One searchable key and value pair; give `text` rather than `numeric`."""

    description: Name100
    text: Text100 | None = None
    numeric: WsjfNumber | None = None
    numeric_format: str | None = None
    typedef: Text30 | None = None
    id: UUID | None = None


class ReportBinaryData(WatsModel):
    """A file on a repair report or on one of its failures.

    Give `data` as bytes; as a text it is base64, as on the wire. `id` is given by the server and is the
    `attachment_id` of `get_attachment`.
    """

    name: str = Field(min_length=1, max_length=256)
    content_type: Name100
    data: Base64 | None
    id: UUID | None = None


def binary_data(source: FileSource, filename: str | None, content_type: str | None) -> ReportBinaryData:
    """Read a file that a repair report or a failure gets; see `file_content`."""
    name, media_type, data = file_content(source, filename, content_type)
    return ReportBinaryData(name=name, content_type=media_type, data=base64_of(data))


class UURFailure(WatsModel):
    """One repaired fault; `category` and `code` must be configured for the repair operation."""

    category: NonEmpty
    code: NonEmpty
    comment: str | None = None
    com_ref: Text50 | None = None
    func_block: Text100 | None = None
    art_number: Text100 | None = None
    art_rev: Text100 | None = None
    art_vendor: Text100 | None = None
    art_description: Text100 | None = None
    ref_step_id: int | None = None
    ref_step_name: str | None = None
    attachments: list[ReportBinaryData] | None = None

    def attach_file(
        self, source: FileSource, *, filename: str | None = None, content_type: str | None = None
    ) -> ReportBinaryData:
        """Attach a file to this failure.

        Args:
            source: Path of the file, or its content as bytes.
            filename: Name of the file; that of the path if None.
            content_type: Media type; told by the name if None.

        Returns:
            The new file.

        Raises:
            ValueError: The content has no name, or a text is too long.
            OSError: The file cannot be read.
        """
        file = binary_data(source, filename, content_type)
        self.attachments = [*(self.attachments or []), file]
        return file


class ReportSubUnit(WatsModel):
    """A unit inside the tested unit."""

    part_type: Name50
    sn: Name100
    pn: Name100
    rev: Text100 | None = None
    idx: int | None = None
    parent_idx: int | None = None
    position: Int16 | None = None
    replaced_idx: int | None = None
    failures: list[UURFailure] | None = None


class UURSubUnit(ReportSubUnit):
    """A unit on a repair report; `idx` 0 is the repaired unit itself."""

    idx: int = Field(ge=0)


class ReportAsset(WatsModel):
    """Use of one asset by the test; `usage_count` is added to its counters."""

    asset_sn: Annotated[Name100, Field(alias="assetSN")]
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


class ReferencingUUR(WatsModel):
    """A repair report that refers to a test report."""

    id: UUID
    start: Timestamp | None = None


class UUTInfo(WatsModel):
    """Header data of a test report; `exec_time` in seconds."""

    user: Name100
    exec_time: WsjfNumber | None = None
    exec_time_format: str | None = None
    test_socket_index: Int16 | None = None
    test_socket_index_format: str | None = None
    batch_sn: Annotated[Text100 | None, Field(alias="batchSN")] = None
    comment: Text5000 | None = None
    error_code: int | None = None
    error_code_format: str | None = None
    error_message: Text200 | None = None
    fixture_id: Text100 | None = None
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

    user: Name100
    comment: Text5000 | None = None
    process_code: Int16
    process_code_format: str | None = None
    process_name: str | None = None
    ref_uut: Annotated[UUID | None, Field(alias="refUUT")] = None
    confirm_date: Timestamp | None = None
    finalize_date: Timestamp | None = None
    exec_time: WsjfNumber | None = None
    parent: UUID | None = None
    children: list[UUID] | None = None
