"""What checks messages against the contract objects to wrong ones."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.contract.contract import OPERATIONS
from tests.contract.examples import examples
from tests.contract.messages import answer_problems, request_problems
from tests.contract.scenarios.report import UUR, UUT
from tests.contract.schemas import is_valid

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}
BOM = (
    '<BOM xmlns="http://wats.virinco.com/schemas/WATS/wsbf" Partnumber="A" Revision="1">'
    '<Component Number="R" Qty="1"/></BOM>'
)
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PART = "\r\n".join(  # noqa: FLY002 - one line is one line
    [
        "--b",
        'Content-Disposition: form-data; name="{}"; filename="{}"',
        "Content-Type: {}",
        "",
        "PK",
        "--b--",
        "",
    ]
)
ZIP = PART.format("file", "a.zip", "application/zip")
FILTER = "/api/Product/ProductGroupFilter?productGroup=a&partNumber=b"


def said_of_request(name: str, line: str, content: str = "", headers: dict[str, str] | None = None) -> str:
    """Return what is said of a request, which has a good Accept header unless another one is given."""
    method, _, target = line.partition(" ")
    headers = {"Accept": "*/*", **(headers or {})}
    request = httpx.Request(method, f"http://wats.test{target}", headers=headers, content=content.encode())
    return "\n".join(request_problems(OPERATIONS[name], request))


def said_of_answer(name: str, status: int, content: Any, media_type: str = "application/json") -> str:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer = httpx.Response(status, headers={"Content-Type": media_type}, content=body)
    return "\n".join(answer_problems(OPERATIONS[name], answer))


@pytest.mark.parametrize(
    ("name", "line", "content", "headers"),
    [
        ("get_product", "GET /api/Product/A%2FB%20%C3%A4", "", None),
        ("get_products", "GET /api/Product/Query?%24top=5&%24filter=a+eq+'1'", "", None),
        ("add_product_group_filter", f"POST {FILTER}&exclude=true", "", None),
        ("save_vendors", "PUT /api/Product/Vendors", '[{"VendorName": "a"}]', JSON),
        ("update_bom", "PUT /api/Product/BOM", BOM, XML),
        ("upload_zip", f"POST /api/Software/Package/UploadZip/{ID}", ZIP, FORM),
        ("get_user_by_username", "GET /api/SCIM/v2/Users/userName=a%40b", "", None),
    ],
)
def test_nothing_is_said_of_a_right_request(
    name: str, line: str, content: str, headers: dict[str, str] | None
) -> None:
    assert said_of_request(name, line, content, headers) == ""


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("get_product", "POST /api/Product/A", "method POST"),
        ("get_product", "GET /api/product/A", "does not fit"),
        ("get_product", "GET /api/Product/A/B", "does not fit"),
        ("get_product", "GET /api/Product/", "does not fit"),
        ("get_report", "GET /api/Report/Wsjf/no-uuid", "parameter id: $: 'no-uuid' is not a 'uuid'"),
        ("get_products", "GET /api/Product/Query?%24count=true", "$count, which is not documented"),
        ("get_products", "GET /api/Product/Query?%24Top=1", "$Top, which is not documented"),
        ("get_products", "GET /api/Product/Query?%24top=1&%24top=2", "$top more than once"),
        ("get_products", "GET /api/Product/Query?%24top=0", "parameter $top: $: 0 is less than"),
        ("get_products", "GET /api/Product/Query?%24top=1.5", "parameter $top"),
        ("get_products", "GET /api/Product/Query?%24top=x", "parameter $top"),
        ("get_products", "GET /api/Product/Query?%24top=2147483648", "is not a 'int32'"),
        ("add_product_group_filter", f"POST {FILTER}&exclude=True", "parameter exclude"),
        (
            "add_product_group_filter",
            "POST /api/Product/ProductGroupFilter?partNumber=b",
            "no query parameter",
        ),
        ("delete_asset", "DELETE /api/Asset", "none of the query parameters id, serialNumber"),
        ("set_asset_state", "PUT /api/Asset/State?id=1&state=7", "7 is not one of"),
        ("record_calibration", "POST /api/Asset/Calibration?id=1&dateTime=2025-03-18", "'date-time'"),
        (
            "record_calibration",
            "POST /api/Asset/Calibration?id=1&dateTime=2025-13-18T09:15:00Z",
            "'date-time'",
        ),
        (
            "record_calibration",
            "POST /api/Asset/Calibration?id=1&dateTime=2025-03-18T09:15:00",
            "'date-time'",
        ),
    ],
)
def test_a_wrong_line_is_objected_to(name: str, line: str, said: str) -> None:
    assert said in said_of_request(name, line)


@pytest.mark.parametrize(
    ("content", "headers", "said"),
    [
        ("", None, "a body of the type  in place of"),
        ("[]", {"Content-Type": "text/plain"}, "a body of the type text/plain"),
        ("[{]", JSON, "no JSON"),
        ("[NaN]", JSON, "no JSON"),
        ("{}", JSON, "is not of type 'array'"),
        ('[{"VendorName": 5}]', JSON, "5 is not of type 'string'"),
        ('[{"VendorName": "a", "vendorId": 1}]', JSON, "'vendorId' was unexpected"),
    ],
)
def test_a_wrong_json_body_is_objected_to(content: str, headers: dict[str, str] | None, said: str) -> None:
    assert said in said_of_request("save_vendors", "PUT /api/Product/Vendors", content, headers)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOM[:-1], "no XML"),
        (BOM.replace("BOM", "Bom"), "root element"),
        (BOM.replace(" xmlns=", " xmlns:x="), "root element"),
        (BOM.replace("Revision", "Rev"), "without Revision"),
        (BOM.replace("Partnumber", "PartNumber"), "with PartNumber, which is not documented"),
        (BOM.replace("<Component ", "<Part "), "without Component"),
        (BOM.replace("Number=", "Name="), "with Name, which is not documented"),
    ],
)
def test_a_wrong_xml_body_is_objected_to(content: str, said: str) -> None:
    assert said in said_of_request("update_bom", "PUT /api/Product/BOM", content, XML)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PART.format("zip", "a.zip", "application/zip"), "form fields ['zip'] in place of ['file']"),
        (PART.format("file", "a.zip", "text/plain"), "of the type text/plain in place of application/zip"),
        (PART.format("file", "", "application/zip"), "without a file name"),
        ("--b--\r\n", "form fields [] in place of ['file']"),
    ],
)
def test_a_wrong_form_is_objected_to(content: str, said: str) -> None:
    assert said in said_of_request("upload_zip", f"POST /api/Software/Package/UploadZip/{ID}", content, FORM)


def test_a_body_where_none_is_documented_is_objected_to() -> None:
    assert "where none is documented" in said_of_request("get_vendors", "GET /api/Product/Vendors", "[]")
    assert "where none is documented" in said_of_request("get_vendors", "GET /api/Product/Vendors", "", JSON)


def test_a_request_that_does_not_accept_what_is_promised_is_objected_to() -> None:
    wrong = said_of_request("get_vendors", "GET /api/Product/Vendors", headers={"Accept": "text/html"})
    assert wrong == "Accept: text/html, which is none of application/json"


@pytest.mark.parametrize(
    ("name", "status", "content", "media_type"),
    [
        ("get_vendors", 200, [], "application/json; charset=utf-8"),
        ("save_vendors", 200, b"", ""),
        ("get_unit", 200, b"", ""),
        ("get_unit", 200, None, "application/json"),
        ("delete_user", 204, b"", ""),
        ("get_product", 404, {"message": "no such product"}, "application/json"),
    ],
)
def test_nothing_is_said_of_a_right_answer(name: str, status: int, content: Any, media_type: str) -> None:
    assert said_of_answer(name, status, content, media_type) == ""


@pytest.mark.parametrize(
    ("name", "status", "content", "media_type", "said"),
    [
        ("get_vendors", 418, [], "application/json", "status 418, which is not documented"),
        ("get_vendors", 200, b"", "application/json", "an empty answer"),
        ("get_vendors", 200, None, "application/json", "None is not of type 'array'"),
        ("get_vendors", 200, [], "text/json", "a body of the type text/json"),
        ("get_vendors", 200, b"[", "application/json", "no JSON"),
        ("get_vendors", 200, [{"VendorName": "a", "x": 1}], "application/json", "'x' was unexpected"),
        ("delete_user", 200, {}, "application/json", "where none is documented"),
        ("get_unit", 200, {"unitPhaseId": "2"}, "application/json", "'2'"),
        ("get_product", 404, "no such product", "application/json", "is not of type 'object'"),
        ("get_product", 404, b"<html/>", "text/html", "a body of the type text/html"),
        ("get_attachments_zip", 200, b"<html/>", "application/zip", "no zip file"),
        ("get_certificate", 200, b"<html/>", "application/pdf", "no PDF file"),
        ("get_report_xml", 200, b"<Reports>", "application/xml", "no XML"),
    ],
)
def test_a_wrong_answer_is_objected_to(
    name: str, status: int, content: Any, media_type: str, said: str
) -> None:
    assert said in said_of_answer(name, status, content, media_type)


def example_of(name: str) -> Any:
    return next(examples({"$ref": f"#/components/schemas/{name}"}))


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("Asset", example_of("Asset")),
        ("Package", example_of("Package")),
        ("Product", example_of("Product")),
        ("Report", UUR),
        ("Step", UUT["root"]["steps"][1]["steps"][2]),
        ("Ticket", example_of("Ticket")),
        ("Unit", example_of("Unit")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_member_that_the_contract_does_not_know_is_objected_to_at_every_depth(
    name: str, example: dict[str, Any]
) -> None:
    schema = {"$ref": f"#/components/schemas/{name}"}
    assert is_valid(example, schema)
    for spoilt in with_one_more(example):
        assert not is_valid(spoilt, schema), spoilt


def with_one_more(value: Any) -> Any:
    """Yield copies of a JSON value with an unknown member in each object, one at a time."""
    if isinstance(value, dict):
        yield {**value, "unknown to the contract": 1}
        for name, member in value.items():
            for spoilt in with_one_more(member):
                yield {**value, name: spoilt}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for spoilt in with_one_more(item):
                yield [*value[:index], spoilt, *value[index + 1 :]]
