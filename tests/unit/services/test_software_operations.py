"""Every operation on software packages sends the request that the API documents, and returns its answer."""

from __future__ import annotations

import email
import io
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import respx

from pywats.models import (
    Package,
    PackageCreate,
    PackageFile,
    PackageFileAttribute,
    PackageStatus,
    Setting,
    VirtualFolder,
)
from pywats.services import AsyncSoftwareService
from tests.unit.services.cases import SERVER, Case, check, run

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
FILE_ID = "17/a"

CASES = {
    "get_packages": Case(
        lambda s: s.get_packages(),
        "GET /api/Software/Packages",
        answer=[{"packageId": ID, "status": "Released"}],
        result=[Package(package_id=UUID(ID), status=PackageStatus.RELEASED)],
    ),
    "create_package": Case(
        lambda s: s.create_package(
            PackageCreate(
                name="Prüfung", install_on_root=True, priority=2, tags=[Setting(key="Line", value="2")]
            )
        ),
        "POST /api/Software/Package",
        body='{"name":"Prüfung","installOnRoot":true,"priority":2,"tags":[{"key":"Line","value":"2"}]}'.encode(),
        idempotent=False,
        answer={"packageId": ID, "version": 1},
        result=Package(package_id=UUID(ID), version=1),
    ),
    "get_package": Case(
        lambda s: s.get_package(ID.upper()),
        f"GET /api/Software/Package/{ID}",
        answer={"name": "a"},
        result=Package(name="a"),
    ),
    "update_package": Case(
        lambda s: s.update_package(UUID(ID), Package(name="a", description=None, files=[PackageFile()])),
        f"PUT /api/Software/Package/{ID}",
        body=b'{"name":"a","description":null}',
        answer={"name": "a"},
        result=Package(name="a"),
    ),
    "update_package without an answer": Case(
        lambda s: s.update_package(ID, Package(name="a")),
        f"PUT /api/Software/Package/{ID}",
        body=b'{"name":"a"}',
        answer=b"",
    ),
    "delete_package": Case(lambda s: s.delete_package(ID), f"DELETE /api/Software/Package/{ID}", answer=b""),
    "get_package_by_name": Case(
        lambda s: s.get_package_by_name("a b", PackageStatus.RELEASED, version=3),
        "GET /api/Software/PackageByName",
        query={"name": "a b", "status": "Released", "version": "3"},
        answer={"name": "a b"},
        result=Package(name="a b"),
    ),
    "get_package_by_name, highest version": Case(
        lambda s: s.get_package_by_name("a", PackageStatus.DRAFT),
        "GET /api/Software/PackageByName",
        query={"name": "a", "status": "Draft"},
        answer={"name": "a"},
        result=Package(name="a"),
    ),
    "delete_package_by_name": Case(
        lambda s: s.delete_package_by_name("a", 3),
        "DELETE /api/Software/PackageByName",
        query={"name": "a", "version": "3"},
        answer=b"",
    ),
    "get_packages_by_tag": Case(
        lambda s: s.get_packages_by_tag("Line=2", PackageStatus.PENDING),
        "GET /api/Software/PackagesByTag",
        query={"tag": "Line=2", "status": "Pending"},
        answer=[{"name": "a"}],
        result=[Package(name="a")],
    ),
    "set_package_status": Case(
        lambda s: s.set_package_status(ID, PackageStatus.REVOKED),
        f"POST /api/Software/PackageStatus/{ID}",
        query={"status": "Revoked"},
        idempotent=False,
        answer={"status": "Revoked"},
        result=Package(status=PackageStatus.REVOKED),
    ),
    "get_package_files": Case(
        lambda s: s.get_package_files(ID),
        f"GET /api/Software/PackageFiles/{ID}",
        answer=[{"packageFileId": "17", "attributes": "ExecuteOnce", "Description": "d"}],
        result=[
            PackageFile(
                package_file_id="17", attributes=PackageFileAttribute.EXECUTE_ONCE, description="d"
            )
        ],
    ),
    "set_file_attribute": Case(
        lambda s: s.set_file_attribute(FILE_ID, PackageFileAttribute.OVERWRITE_NEVER),
        "POST /api/Software/Package/FileAttribute/17%2Fa",
        query={"attribute": "OverwriteNever"},
        idempotent=True,
        answer=b"",
    ),
    "get_virtual_folders": Case(
        lambda s: s.get_virtual_folders(),
        "GET /api/Software/VirtualFolders",
        answer=[{"id": ID, "name": "f"}],
        result=[VirtualFolder(id=UUID(ID), name="f")],
    ),
}  # fmt: skip

LISTS = ["get_packages", "get_packages_by_tag", "get_package_files", "get_virtual_folders"]


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_an_operation_sends_its_request_and_returns_its_answer(case: Case) -> None:
    check(AsyncSoftwareService, case)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("answer", [b"", b"null", b"[]"])
@respx.mock
def test_an_empty_answer_to_a_list_is_no_rows(name: str, answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert run(AsyncSoftwareService, CASES[name].call) == []


@pytest.mark.parametrize("name", ["get_packages", "get_packages_by_tag"])
@respx.mock
def test_a_single_package_in_place_of_a_list_is_a_list_of_one(name: str) -> None:
    respx.route().respond(200, json={"name": "a"})
    assert run(AsyncSoftwareService, CASES[name].call) == [Package(name="a")]


@pytest.mark.parametrize(
    "name", ["create_package", "get_package", "get_package_by_name", "set_package_status"]
)
@respx.mock
def test_an_empty_answer_where_a_package_is_promised_is_an_error(name: str) -> None:
    respx.route().respond(200, content=b"")
    with pytest.raises(CASES[name].when_empty):
        run(AsyncSoftwareService, CASES[name].call)


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.get_package("7"),
        lambda s: s.update_package("7", Package()),
        lambda s: s.delete_package("7"),
        lambda s: s.set_package_status("7", PackageStatus.DRAFT),
        lambda s: s.get_package_files("7"),
        lambda s: s.upload_zip("7", io.BytesIO()),
    ],
)
@respx.mock
def test_an_id_that_is_no_uuid_is_refused_before_anything_is_sent(call: Any) -> None:
    with pytest.raises(ValueError, match="package_id must be a UUID"):
        run(AsyncSoftwareService, call)


@pytest.mark.parametrize("tag", ["Line", "=2"])
@respx.mock
def test_a_tag_without_key_and_value_is_refused_before_anything_is_sent(tag: str) -> None:
    with pytest.raises(ValueError, match="key=value"):
        run(AsyncSoftwareService, lambda s: s.get_packages_by_tag(tag, PackageStatus.DRAFT))


@respx.mock
def test_a_text_file_is_no_archive() -> None:
    with pytest.raises(TypeError, match="rb"):
        run(AsyncSoftwareService, lambda s: s.upload_zip(ID, io.StringIO()))  # type: ignore[arg-type]


def uploaded(**options: Any) -> httpx.Request:
    """Upload a file and return the request."""
    with respx.mock:
        route = respx.post(f"{SERVER}/api/Software/Package/UploadZip/{ID}").respond(200)
        assert run(AsyncSoftwareService, lambda s: s.upload_zip(ID, **options)) is None
        request: httpx.Request = route.calls.last.request
        return request


def parts(request: httpx.Request) -> list[Message]:
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + request.content).get_payload()
    assert isinstance(form, list)
    return [part for part in form if isinstance(part, Message)]


def test_an_archive_is_sent_as_the_zip_file_of_a_form(tmp_path: Path) -> None:
    path = tmp_path / "tests.zip"
    path.write_bytes(b"PK\r\n\0")
    (part,) = parts(uploaded(file=path))
    assert part.get_content_type() == "application/zip"
    assert part.get_param("name", header="Content-Disposition") == "file"
    assert part.get_filename() == "tests.zip"
    assert part.get_payload(decode=True) == b"PK\r\n\0"


def test_an_upload_that_may_have_taken_effect_is_not_repeated() -> None:
    assert uploaded(file=io.BytesIO(b"PK")).extensions["wats_idempotent"] is False


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, {}),
        ({"clean_install": True}, {"cleanInstall": "true"}),
        ({"clean_install": False}, {"cleanInstall": "false"}),
    ],
)
def test_the_files_of_a_package_go_only_if_asked(options: dict[str, bool], query: dict[str, str]) -> None:
    assert dict(uploaded(file=io.BytesIO(b"PK"), **options).url.params) == query


def test_an_upload_tells_how_far_it_is() -> None:
    steps: list[tuple[int, int | None]] = []
    uploaded(file=io.BytesIO(b"PK" * 1000), progress=lambda *step: steps.append(step))
    assert steps == [(2000, 2000)]
