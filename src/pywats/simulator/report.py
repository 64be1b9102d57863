"""The service Report: submitting reports, reading them back and querying their headers.

A report is kept as it was sent and is readable in that format only: one submitted as WSJF
answers 404 as WSXF, and the other way round, since nothing is converted. Header queries find
both. Unlike a real server, this one has processed a report as soon as it has answered, also
one whose start lies in the future. The uses of the assets that a WSJF report names are counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from sqlite3 import Row
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .asset_store import Assets
from .asset_usage import count_usage
from .odata import Rules, find, select
from .report_files import certificate, content, reduced, zip_archive
from .report_header import (
    HEADER,
    number_repair_files,
    repair_files,
    step_files,
    wsjf_header,
    wsxf_header,
)
from .report_rules import check_wsjf, check_wsxf
from .report_table import ReportTable, wsjf_document
from .store import Store
from .wire import ApiRoute, Query, bad_request, download, guid, not_found, parse_json, parse_xml

_QUERY = Rules(
    entity=HEADER,
    sortable={
        "start": "start",
        "uuid": "uuid",
        "serialNumber": "serialNumber",
        "timestamp": "timeStamp",
    },
    order="start desc",
    top=10,
    maximum=10_000,
    options=frozenset({"$select", "$expand"}),
)
_TYPES = {"U": "T", "R": "R"}
_MAX_DETAIL = 7


class ReportService:
    """Answers the operations under ``/api/Report``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._table = ReportTable(store)
        self._assets = Assets(store)

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return [
            ApiRoute("GET", "/api/Report/Query/Header", self.query_headers),
            ApiRoute("GET", "/api/Report/Query/HeaderByMiscInfo", self.query_headers_by_misc_info),
            ApiRoute("POST", "/api/Report/WSJF", self.submit_report),
            ApiRoute("GET", "/api/Report/Wsjf/{id}", self.get_report),
            ApiRoute("POST", "/api/Report/WSXF", self.submit_report_xml),
            ApiRoute("GET", "/api/Report/Wsxf/{id}", self.get_report_xml),
            ApiRoute("GET", "/api/Report/Attachment", self.get_attachment),
            ApiRoute("GET", "/api/Report/Attachments/{id}", self.get_attachments_zip),
            ApiRoute("GET", "/api/Report/Certificate/{id}", self.get_certificate),
        ]

    async def query_headers(self, request: Request) -> Response:
        """Lists headers, by default the ten that started last."""
        query = Query(request)
        rows = self._table.headers()
        report_type = query.text("reportType")
        if report_type is not None:
            if report_type not in _TYPES:
                raise bad_request(f"The parameter reportType must be U or R, not {report_type!r}.")
            rows = [row for row in rows if row["reportType"] == _TYPES[report_type]]
        names = _names(query, "$select", [*HEADER.fields, *HEADER.collections]) or list(HEADER.fields)
        expanded = _names(query, "$expand", list(HEADER.collections))
        shown = [name for name in names if name in HEADER.fields] + expanded
        return JSONResponse([{name: row[name] for name in shown} for row in select(rows, query, _QUERY)])

    async def query_headers_by_misc_info(self, request: Request) -> Response:
        """Lists the test reports that match all parameters, newest start first."""
        query = Query(request)
        code = query.integer("processCode")
        serial_number = query.text("serialNumber")
        description, data = query.text("description"), query.text("data")

        def matches(row: Mapping[str, Any]) -> bool:
            return (
                row["reportType"] == "T"
                and code in (None, row["processCode"])
                and serial_number in (None, row["serialNumber"])
                and (
                    (description is None and data is None)
                    or any(
                        description in (None, info["description"]) and data in (None, info["value"])
                        for info in row["miscInfo"]
                    )
                )
            )

        found = sorted(filter(matches, self._table.headers()), key=lambda row: row["start"], reverse=True)
        names = ("uuid", "serialNumber", "partNumber", "start", "result", "processCode", "processName")
        return JSONResponse(
            [
                {
                    **{name: row[name] for name in names},
                    "miscData": [
                        {"description": info["description"], "data": info["value"]}
                        for info in row["miscInfo"]
                    ],
                }
                for row in found
            ]
        )

    async def submit_report(self, request: Request) -> Response:
        """Checks and stores a WSJF report; one with the same id is replaced."""
        body = await request.body()
        document = parse_json(body)
        check_wsjf(document)
        with self._store.transaction():
            counted = count_usage(self._assets, document)
            if number_repair_files(document) or counted:
                body = json.dumps(document).encode()
            return self._submit("wsjf", document["id"], body, wsjf_header(document, len(body)))

    async def get_report(self, request: Request) -> Response:
        """Reads a report as WSJF."""
        query = Query(request)
        level = query.integer("detailLevel", minimum=0, maximum=_MAX_DETAIL)
        charts, attachments = query.flag("includeChartdata"), query.flag("includeAttachments")
        row = self._report(request, "wsjf")
        if level in (None, _MAX_DETAIL) and charts is not False and attachments is not False:
            return Response(row["document"], media_type="application/json")
        return JSONResponse(
            reduced(
                json.loads(row["document"]),
                _MAX_DETAIL if level is None else level,
                charts=charts is not False,
                attachments=attachments is not False,
            )
        )

    async def submit_report_xml(self, request: Request) -> Response:
        """Checks and stores a WSXF report; one with the same id is replaced."""
        body = await request.body()
        try:
            root = parse_xml(body)
        except ValueError as error:
            raise bad_request(str(error)) from error
        report = check_wsxf(root)
        return self._submit("wsxf", report.attrib["ID"], body, wsxf_header(report, len(body)))

    async def get_report_xml(self, request: Request) -> Response:
        """Reads a report as WSXF, whole: how the format is reduced is not described."""
        query = Query(request)
        query.integer("detailLevel", minimum=0, maximum=_MAX_DETAIL)
        for name in ("includeAttachments", "includeChartdata", "includeIndexes"):
            query.flag(name)
        return Response(self._report(request, "wsxf")["document"], media_type="application/xml")

    async def get_attachment(self, request: Request) -> Response:
        """Downloads the file of one step, or of one binaryData element."""
        query = Query(request)
        report_id = guid(query.required("reportId"), "reportId")
        attachment_id, step_id = query.guid("attachmentId"), query.integer("stepId")
        if attachment_id is None and step_id is None:
            raise bad_request("One of the parameters attachmentId and stepId is required.")
        document = wsjf_document(self._find(report_id))
        by_step = (file for number, file in step_files(document) if number == step_id)
        by_id = (file for file in repair_files(document) if file["id"] == attachment_id)
        file = next(by_step if attachment_id is None else by_id, None)
        if file is None:
            raise not_found(f"The report {report_id} has no such attachment.")
        return download(content(file), "application/octet-stream", file["name"])

    async def get_attachments_zip(self, request: Request) -> Response:
        """Downloads all files of a report."""
        row = self._report(request)
        return download(zip_archive(wsjf_document(row)), "application/zip", f"{row['id']}.zip")

    async def get_certificate(self, request: Request) -> Response:
        """Downloads the certificate of a test report."""
        row = self._report(request)
        header = json.loads(row["header"])
        if header["reportType"] != "T":
            raise not_found(f"The repair report {row['id']} has no certificate.")
        return download(certificate(header), "application/pdf", f"{row['id']}.pdf")

    def _submit(self, format_: str, identifier: str, document: bytes, header: dict[str, Any]) -> Response:
        self._table.save(format_, document, header)
        return JSONResponse([{"ID": identifier, "uuid": header["uuid"]}])

    def _find(self, identifier: str, format_: str | None = None) -> Row:
        row = self._table.find(identifier)
        if row is None:
            raise not_found(f"There is no report {identifier}.")
        if format_ not in (None, row["format"]):
            raise not_found(f"The report {identifier} was submitted as {row['format'].upper()}.")
        return row

    def _report(self, request: Request, format_: str | None = None) -> Row:
        return self._find(guid(request.path_params["id"], "id"), format_)


def _names(query: Query, option: str, known: list[str]) -> list[str]:
    """The names that a query option lists, as the server spells them."""
    names = []
    for part in (query.text(option) or "").split(","):
        if part.strip():
            name = find(part.strip(), known)
            if name is None:
                raise bad_request(f"{option}: there is no property {part.strip()!r}.")
            names.append(name)
    return names
