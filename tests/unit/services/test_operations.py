"""Every operation sends the request that the API documents, and returns what it promises."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import respx

from pywats.exceptions import NotFoundError, WatsResponseError
from pywats.models import (
    Bom,
    BomComponent,
    Process,
    Product,
    ProductRevision,
    ProductView,
    ReportHeader,
    ReportInsertResult,
    ReportTypeFilter,
    Step,
    UURReport,
    UUTInfo,
    UUTReport,
    Vendor,
)
from pywats.services import AsyncProcessService, AsyncProductService, AsyncReportService
from tests.unit.services.cases import SERVER, Case, check, run

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
OTHER_ID = "0b9e6c52-8d0f-4f8a-b3c7-54e1d2a6f702"
WSJF = {
    "type": "T", "id": ID, "pn": "X", "sn": "1", "rev": "A", "processCode": 100, "result": "P",
    "machineName": "m", "location": "l", "purpose": "p", "start": "2025-03-18T09:15:00+01:00",
    "uut": {"user": "me"}, "root": {"group": "M", "stepType": "SequenceCall", "name": "Main", "status": "P"},
}  # fmt: skip
XML = "<Reports><Report ID='ü'/></Reports>"
BOM = Bom(part_number="PCB-1", revision="A", components=[BomComponent(number="R1")])


PRODUCT = {
    "get_products": Case(
        lambda s: s.get_products("PartNumber eq 'a b'", top=5, skip=0, orderby="PartNumber"),
        "GET /api/Product/Query",
        query={"$filter": "PartNumber eq 'a b'", "$top": "5", "$skip": "0", "$orderby": "PartNumber"},
        answer=[{"partNumber": "a"}],
        result=[ProductView(part_number="a")],
    ),
    "get_product": Case(
        lambda s: s.get_product("A/B 1"),
        "GET /api/Product/A%2FB%201",
        answer={"partNumber": "A/B 1", "revisions": [{"revision": "A"}]},
        result=Product(part_number="A/B 1", revisions=[ProductRevision(revision="A")]),
    ),
    "save_product": Case(
        lambda s: s.save_product(
            Product(
                part_number="a",
                name="Ä",
                non_serial=False,
                tags=[],
                revisions=[ProductRevision(revision="A")],
            )
        ),
        "PUT /api/Product",
        body='{"partNumber":"a","name":"Ä","nonSerial":false}'.encode(),
        answer={"partNumber": "a"},
        result=Product(part_number="a"),
    ),
    "save_products": Case(
        lambda s: s.save_products([Product(part_number="a", tags=[]), Product(part_number="b")]),
        "PUT /api/Products",
        body=b'[{"partNumber":"a"},{"partNumber":"b"}]',
        answer=b"whatever",
    ),
    "get_revision": Case(
        lambda s: s.get_revision("a", "1/0"),
        "GET /api/Product/a/1%2F0",
        answer={"revision": "1/0"},
        result=ProductRevision(revision="1/0"),
    ),
    "save_revision": Case(
        lambda s: s.save_revision(ProductRevision(revision="A", part_number="a", tags=[])),
        "PUT /api/Product/Revision",
        body=b'{"revision":"A","PartNumber":"a"}',
        answer={"revision": "A"},
        result=ProductRevision(revision="A"),
    ),
    "save_revisions": Case(
        lambda s: s.save_revisions([ProductRevision(revision="A", tags=[])]),
        "PUT /api/Products/Revisions",
        body=b'[{"revision":"A"}]',
    ),
    "update_bom": Case(
        lambda s: s.update_bom(BOM),
        "PUT /api/Product/BOM",
        body=BOM.to_xml(),
        content_type="application/xml",
        answer=b"",
    ),
    "get_product_groups_by_product": Case(
        lambda s: s.get_product_groups_by_product("a", revision="A"),
        "GET /api/Product/ProductGroupsByProduct",
        query={"partNumber": "a", "revision": "A"},
        answer={"any": ["shape"]},
        result={"any": ["shape"]},
    ),
    "add_product_group_filter": Case(
        lambda s: s.add_product_group_filter("g", "a", revision="A", exclude=True),
        "POST /api/Product/ProductGroupFilter",
        query={"productGroup": "g", "partNumber": "a", "revision": "A", "exclude": "true"},
        idempotent=False,
    ),
    "get_vendors": Case(
        lambda s: s.get_vendors(),
        "GET /api/Product/Vendors",
        answer=[{"VendorName": "v"}],
        result=[Vendor(vendor_name="v")],
    ),
    "save_vendors": Case(
        lambda s: s.save_vendors([Vendor(vendor_name="v")]),
        "PUT /api/Product/Vendors",
        body=b'[{"VendorName":"v"}]',
    ),
    "delete_vendors": Case(
        lambda s: s.delete_vendors([Vendor(vendor_name="v")]),
        "DELETE /api/Product/Vendors",
        body=b'[{"VendorName":"v"}]',
    ),
}

REPORT = {
    "query_headers": Case(
        lambda s: s.query_headers(
            "result eq 'Failed'",
            top=10,
            skip=20,
            orderby="start desc",
            select="uuid,result",
            expand="assets",
            report_type=ReportTypeFilter.UUT,
        ),
        "GET /api/Report/Query/Header",
        query={
            "$filter": "result eq 'Failed'",
            "$top": "10",
            "$skip": "20",
            "$orderby": "start desc",
            "$select": "uuid,result",
            "$expand": "assets",
            "reportType": "U",
        },
        answer=[{"uuid": ID}],
        result=[ReportHeader(uuid=UUID(ID))],
    ),
    "query_headers_by_misc_info": Case(
        lambda s: s.query_headers_by_misc_info(process_code=1, serial_number="2", description="d", data="x"),
        "GET /api/Report/Query/HeaderByMiscInfo",
        query={"processCode": "1", "serialNumber": "2", "description": "d", "data": "x"},
        answer=[],
        result=[],
    ),
    "submit_report": Case(
        lambda s: s.submit_report(WSJF),
        "POST /api/Report/WSJF",
        body=json.dumps(WSJF, separators=(",", ":")).encode(),
        idempotent=True,
        answer=[{"ID": ID, "uuid": ID}],
        result=ReportInsertResult(id=UUID(ID), uuid=UUID(ID)),
    ),
    "get_report": Case(
        lambda s: s.get_report(
            ID.upper(), detail_level=0, include_chart_data=False, include_attachments=True
        ),
        f"GET /api/Report/Wsjf/{ID}",
        query={"detailLevel": "0", "includeChartdata": "false", "includeAttachments": "true"},
        answer=WSJF,
        result=UUTReport.from_wsjf(WSJF),
    ),
    "submit_report_xml": Case(
        lambda s: s.submit_report_xml(XML),
        "POST /api/Report/WSXF",
        body=XML.encode(),
        content_type="application/xml",
        idempotent=True,
        answer=ID,
        result=ReportInsertResult(id=UUID(ID)),
    ),
    "get_report_xml": Case(
        lambda s: s.get_report_xml(
            UUID(ID),
            detail_level=7,
            include_attachments=False,
            include_chart_data=True,
            include_indexes=False,
        ),
        f"GET /api/Report/Wsxf/{ID}",
        query={
            "detailLevel": "7",
            "includeAttachments": "false",
            "includeChartdata": "true",
            "includeIndexes": "false",
        },
        accept="application/xml",
        answer=XML.encode(),
        result=XML,
    ),
    "get_attachment": Case(
        lambda s: s.get_attachment(ID, io.BytesIO(), step_id=0),
        "GET /api/Report/Attachment",
        query={"reportId": ID, "stepId": "0"},
        accept="*/*",
        answer=b"12345",
        result=5,
    ),
    "get_attachments_zip": Case(
        lambda s: s.get_attachments_zip(ID, io.BytesIO()),
        f"GET /api/Report/Attachments/{ID}",
        accept="*/*",
        answer=b"PK",
        result=2,
    ),
    "get_certificate": Case(
        lambda s: s.get_certificate(UUID(ID), io.BytesIO()),
        f"GET /api/Report/Certificate/{ID}",
        accept="*/*",
        answer=b"%PDF",
        result=4,
    ),
}

PROCESS = {
    "get_processes": Case(
        lambda s: s.get_processes(
            include_test_operations=True,
            include_repair_operations=False,
            include_wip_operations=True,
            include_inactive_processes=False,
        ),
        "GET /api/App/Processes",
        query={
            "includeTestOperations": "true", "includeRepairOperations": "false",
            "includeWipOperations": "true", "includeInactiveProcesses": "false",
        },
        answer=[{"code": 100}],
        result=[Process(code=100)],
    ),
}  # fmt: skip

SERVICES = ((AsyncProductService, PRODUCT), (AsyncReportService, REPORT), (AsyncProcessService, PROCESS))
CASES = [pytest.param(kind, case, id=name) for kind, cases in SERVICES for name, case in cases.items()]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_an_operation_sends_its_request_and_returns_its_answer(kind: Any, case: Case) -> None:
    check(kind, case)


LISTS = ["get_products", "get_vendors", "query_headers", "query_headers_by_misc_info", "get_processes"]


@pytest.mark.parametrize(("kind", "case"), [case for case in CASES if case.id in LISTS])
@pytest.mark.parametrize("answer", [b"", b"null", b"[]"])
@respx.mock
def test_an_empty_answer_to_a_list_is_no_rows(kind: Any, case: Case, answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert run(kind, case.call) == []


@pytest.mark.parametrize(
    ("kind", "case"),
    [case for case in CASES if case.id in ("get_product", "get_revision", "save_product", "get_report")],
)
@respx.mock
def test_an_empty_answer_where_something_is_promised_is_an_error(kind: Any, case: Case) -> None:
    respx.route().respond(200, content=b"")
    with pytest.raises(case.when_empty):
        run(kind, case.call)


@respx.mock
def test_options_that_are_not_given_are_not_sent() -> None:
    route = respx.get(f"{SERVER}/api/Report/Query/Header").respond(200, json=[])
    run(AsyncReportService, lambda service: service.query_headers())
    assert not route.calls.last.request.url.query


@respx.mock
def test_an_answer_of_another_shape_is_an_error() -> None:
    respx.route().respond(200, json={"a": 1})
    with pytest.raises(WatsResponseError):
        run(AsyncProductService, lambda service: service.get_products())


@respx.mock
def test_a_built_report_is_submitted_under_its_own_id() -> None:
    route = respx.post(f"{SERVER}/api/Report/WSJF").respond(200, content=b"")
    report = UUTReport(
        pn="X", sn="1", rev="A", process_code=100, result="P", machine_name="m", location="l", purpose="p",
        uut=UUTInfo(user="me"), root=Step(step_type="SequenceCall", name="Main", status="P"),
    )  # fmt: skip
    result = run(AsyncReportService, lambda service: service.submit_report(report))
    assert json.loads(route.calls.last.request.content) == report.to_wsjf()
    assert result.id == report.id


@respx.mock
def test_a_repair_report_is_submitted_and_read_as_one() -> None:
    document = {"type": "R", "id": ID, "uur": {"user": "me"}, "subUnits": []}
    route = respx.route().respond(200, json=document)
    run(AsyncReportService, lambda service: service.submit_report(document))
    assert json.loads(route.calls.last.request.content) == document
    report = run(AsyncReportService, lambda service: service.get_report(ID))
    assert isinstance(report, UURReport)


@respx.mock
def test_numbers_that_json_cannot_write_are_submitted_as_text() -> None:
    route = respx.route().respond(200, json={"ID": ID})
    measurement = {"compOp": "LOG", "status": "P", "value": float("nan")}
    document = {**WSJF, "root": {"name": "x", "numericMeas": [measurement]}}
    run(AsyncReportService, lambda service: service.submit_report(document))
    assert b'"value":"NaN"' in route.calls.last.request.content


@respx.mock
def test_reading_and_submitting_a_report_again_loses_nothing() -> None:
    document = {**WSJF, "productName": None, "newInThisVersion": {"a": [1, None]}}
    route = respx.route().respond(200, json=document)

    async def again(service: AsyncReportService) -> None:
        await service.submit_report(await service.get_report(ID))

    run(AsyncReportService, again)
    assert json.loads(route.calls.last.request.content) == document


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.submit_report({**WSJF, "id": None}), "id of the report"),
        (lambda s: s.submit_report({"type": "T"}), "id of the report"),
        (lambda s: s.submit_report({**WSJF, "id": "7"}), "id of the report"),
        (lambda s: s.submit_report({**WSJF, "new": float("inf")}), "not JSON compliant"),
        (lambda s: s.submit_report({**WSJF, "type": "X"}), "of type"),
        (lambda s: s.get_report("CB07-1"), "report_id"),
        (lambda s: s.get_report(None), "report_id"),
        (lambda s: s.get_report(ID, detail_level=8), "detail_level"),
        (lambda s: s.get_report(ID, detail_level=-1), "detail_level"),
        (lambda s: s.get_report_xml(ID, detail_level=True), "detail_level"),
        (lambda s: s.get_report_xml("x"), "report_id"),
        (lambda s: s.get_attachment(ID, "file"), "step_id"),
        (lambda s: s.get_attachment(ID, "file", step_id=1, attachment_id=ID), "step_id"),
        (lambda s: s.get_attachment("x", "file", step_id=1), "report_id"),
        (lambda s: s.get_attachment(ID, "file", attachment_id="x"), "attachment_id"),
        (lambda s: s.get_attachments_zip("../x", "file"), "report_id"),
        (lambda s: s.get_certificate("", "file"), "report_id"),
    ],
)
@respx.mock
def test_what_cannot_be_right_is_refused_before_sending(
    call: Callable[[Any], Awaitable[Any]], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        run(AsyncReportService, call)
    assert not respx.calls
    assert not list(tmp_path.iterdir())


@respx.mock
def test_a_bom_without_components_is_refused_before_sending() -> None:
    with pytest.raises(ValueError, match="no component"):
        run(AsyncProductService, lambda service: service.update_bom(Bom(part_number="a", revision="b")))
    assert not respx.calls


@respx.mock
def test_an_attachment_of_a_repair_report_is_named_by_its_id_and_saved(tmp_path: Path) -> None:
    route = respx.get(f"{SERVER}/api/Report/Attachment").respond(200, content=b"content")
    steps: list[tuple[int, int | None]] = []
    size = run(
        AsyncReportService,
        lambda service: service.get_attachment(
            ID, tmp_path / "a.txt", attachment_id=UUID(OTHER_ID), progress=lambda *step: steps.append(step)
        ),
    )
    assert dict(route.calls.last.request.url.params) == {"reportId": ID, "attachmentId": OTHER_ID}
    assert (size, (tmp_path / "a.txt").read_bytes()) == (7, b"content")
    assert steps == [(7, 7)]


@respx.mock
def test_a_missing_report_leaves_no_file(tmp_path: Path) -> None:
    respx.route().mock(return_value=httpx.Response(404))
    with pytest.raises(NotFoundError):
        run(AsyncReportService, lambda service: service.get_certificate(ID, tmp_path / "c.pdf"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("report", [None, "{}", b"{}", [1]])
def test_what_is_no_report_is_refused_before_sending(report: Any) -> None:
    with pytest.raises(TypeError, match="from_wsjf"):
        run(AsyncReportService, lambda service: service.submit_report(report))
