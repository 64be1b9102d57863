"""Test and repair reports: submitting, searching, reading, downloading."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, cast
from uuid import UUID

from pywats.models.base import to_json
from pywats.models.report import (
    MiscInfoSearchRow,
    Report,
    ReportHeader,
    ReportInsertResult,
    ReportTypeFilter,
    UURReport,
    UUTReport,
)
from pywats.services.arguments import checked_int, checked_uuid, optional_int, optional_member
from pywats.services.base import AsyncService
from pywats.services.paging import iter_pages

if TYPE_CHECKING:
    from pywats.core.files import DownloadTarget, Progress

__all__ = ["AsyncReportService"]

_MAX_PAGE_SIZE = 10_000
_MAX_DETAIL_LEVEL = 7

# A union told apart by a discriminator is no class, which is what type checkers expect of a result type.
_REPORT = cast("type[UUTReport | UURReport]", Report)


class AsyncReportService(AsyncService):
    """Test reports (UUT) and repair reports (UUR)."""

    async def query_headers(
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
        headers = await self._client.request_optional(
            "GET",
            "/api/Report/Query/Header",
            list[ReportHeader],
            params={
                "$filter": filter,
                "$top": optional_int("top", top, 1, _MAX_PAGE_SIZE),
                "$skip": optional_int("skip", skip),
                "$orderby": orderby,
                "$select": select,
                "$expand": expand,
                "reportType": optional_member(ReportTypeFilter, "report_type", report_type),
            },
        )
        return headers or []

    def iter_headers(
        self,
        filter: str | None = None,
        *,
        orderby: str | None = None,
        select: str | None = None,
        expand: str | None = None,
        report_type: ReportTypeFilter | None = None,
        page_size: int = 1000,
    ) -> AsyncIterator[ReportHeader]:
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
        checked_int("page_size", page_size, 1, _MAX_PAGE_SIZE)
        if select is not None and "uuid" not in (name.strip() for name in select.split(",")):
            select = f"{select},uuid"
        return iter_pages(
            self._client,
            lambda top, skip: self.query_headers(
                filter,
                top=top,
                skip=skip,
                orderby=orderby,
                select=select,
                expand=expand,
                report_type=report_type,
            ),
            key=lambda header: header.uuid,
            page_size=page_size,
        )

    async def query_headers_by_misc_info(
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
        rows = await self._client.request_optional(
            "GET",
            "/api/Report/Query/HeaderByMiscInfo",
            list[MiscInfoSearchRow],
            params={
                "processCode": optional_int("process_code", process_code),
                "serialNumber": serial_number,
                "description": description,
                "data": data,
            },
        )
        return rows or []

    async def submit_report(self, report: UUTReport | UURReport | Mapping[str, object]) -> ReportInsertResult:
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
        document = _document(report)
        report_id = checked_uuid("the id of the report", document.id)
        result = await self._client.request_optional(
            "POST", "/api/Report/WSJF", ReportInsertResult, content=to_json(document), idempotent=True
        )
        # Received is received: an empty answer is no reason to make the caller believe otherwise.
        return result or ReportInsertResult(id=report_id)

    async def get_report(
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
        return await self._client.request(
            "GET",
            "/api/Report/Wsjf/{id}",
            _REPORT,
            path_params={"id": checked_uuid("report_id", report_id)},
            params={
                "detailLevel": optional_int("detail_level", detail_level, 0, _MAX_DETAIL_LEVEL),
                "includeChartdata": include_chart_data,
                "includeAttachments": include_attachments,
            },
        )

    async def submit_report_xml(self, document: str | bytes) -> ReportInsertResult:
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
        result = await self._client.request_optional(
            "POST",
            "/api/Report/WSXF",
            ReportInsertResult,
            content=document.encode() if isinstance(document, str) else document,
            content_type="application/xml",
            idempotent=True,
        )
        return result or ReportInsertResult()

    async def get_report_xml(
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
        return await self._client.request_text(
            "GET",
            "/api/Report/Wsxf/{id}",
            path_params={"id": checked_uuid("report_id", report_id)},
            params={
                "detailLevel": optional_int("detail_level", detail_level, 0, _MAX_DETAIL_LEVEL),
                "includeAttachments": include_attachments,
                "includeChartdata": include_chart_data,
                "includeIndexes": include_indexes,
            },
            accept="application/xml",
        )

    async def get_attachment(
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
        if (step_id is None) == (attachment_id is None):
            raise ValueError("give step_id (test report) or attachment_id (repair report), and not both")
        return await self._client.download(
            "/api/Report/Attachment",
            target,
            params={
                "reportId": checked_uuid("report_id", report_id),
                "stepId": optional_int("step_id", step_id),
                "attachmentId": None
                if attachment_id is None
                else checked_uuid("attachment_id", attachment_id),
            },
            progress=progress,
        )

    async def get_attachments_zip(
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
        return await self._client.download(
            "/api/Report/Attachments/{id}",
            target,
            path_params={"id": checked_uuid("report_id", report_id)},
            progress=progress,
        )

    async def get_certificate(
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
        return await self._client.download(
            "/api/Report/Certificate/{id}",
            target,
            path_params={"id": checked_uuid("report_id", report_id)},
            progress=progress,
        )


def _document(report: UUTReport | UURReport | Mapping[str, object]) -> UUTReport | UURReport:
    if isinstance(report, UUTReport | UURReport):
        return report
    if isinstance(report, Mapping):
        kind = UURReport if report.get("type") == "R" else UUTReport
        return kind.from_wsjf(report)
    raise TypeError(
        f"report must be a UUTReport, a UURReport or a mapping, not {type(report).__name__}; "
        "JSON text is read by UUTReport.from_wsjf(text)"
    )
