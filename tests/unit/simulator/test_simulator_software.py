from __future__ import annotations

import contextlib
import io
import itertools
import struct
import zipfile
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.simulator import WatsSimulator
from pywats.simulator.software_files import zipped_files
from pywats.simulator.wire import ApiError

UNKNOWN = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
FOLDER = "5eed0000-0000-4000-8000-000000000062"
ROUTES_TO = {
    "Draft": (),
    "Pending": ("Pending",),
    "Released": ("Pending", "Released"),
    "Revoked": ("Pending", "Released", "Revoked"),
}
ALLOWED = {("Draft", "Pending"), ("Pending", "Draft"), ("Pending", "Released"), ("Released", "Revoked")}


@pytest.fixture
def create(client):
    """Creates packages, which must succeed; moves them on to a status."""

    def create(name="FCT", *, status="Draft", **members):
        answer = client.post("/api/Software/Package", json={"name": name, **members})
        assert answer.status_code == 200, answer.text
        package = answer.json()
        for step in ROUTES_TO[status]:
            package = move(client, package, step).json()
        return package

    return create


def path(package, operation="Package"):
    return f"/api/Software/{operation}/{package['packageId']}"


def move(client, package, status):
    return client.post(path(package, "PackageStatus"), params={"status": status})


def read(client, package):
    return client.get(path(package)).json()


def archive(*names, content=b"content", method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as opened:
        for name in names:
            opened.writestr(name, content)
    return buffer.getvalue()


def upload(client, package, content, **params):
    files = {"file": ("tests.zip", content, "application/zip")}
    return client.post(path(package, "Package/UploadZip"), files=files, params=params)


def files_of(client, package):
    answer = client.get(path(package, "PackageFiles"))
    assert answer.status_code == 200
    return answer.json()


def names_of(client, package):
    return [f"{file['packageFolderName']}/{file['name']}" for file in files_of(client, package)]


def test_a_new_package_is_a_draft_of_version_1(client, create):
    package = create("FCT")

    assert {name: package[name] for name in ("name", "version", "status")} == {
        "name": "FCT",
        "version": 1,
        "status": "Draft",
    }
    assert read(client, package) == package


def test_a_new_package_has_what_was_sent_and_a_default_for_the_rest(create):
    sent = {
        "name": "FCT",
        "description": "Final test",
        "virtualFolderId": FOLDER,
        "installOnRoot": True,
        "rootDirectory": "C:\\Tests",
        "priority": 3,
        "tags": [{"key": "Line", "value": "2"}],
    }
    package = create(**sent)

    assert {name: package[name] for name in sent} == sent
    assert (
        create("FCT").items()
        >= {
            "description": None,
            "virtualFolderId": None,
            "installOnRoot": False,
            "rootDirectory": None,
            "priority": 0,
            "tags": [],
            "released": None,
            "revokedBy": None,
        }.items()
    )


def test_a_new_package_says_when_it_was_made(create):
    before = datetime.now(UTC)
    package = create()

    created = datetime.fromisoformat(package["created"])
    assert abs((created - before).total_seconds()) < 5
    assert package["modified"] == package["created"]
    assert package["createdBy"] == package["modifiedBy"] == "simulator"


def test_a_name_in_use_makes_the_next_version(client, create):
    first, second, other = create("FCT"), create("FCT"), create("ICT")

    assert (first["version"], second["version"], other["version"]) == (1, 2, 1)
    assert client.get("/api/Software/Packages").json() == [first, second, other]


def test_what_the_server_sets_cannot_be_sent_with_a_new_package(create):
    package = create("FCT", version=7, createdBy="me")

    assert (package["version"], package["createdBy"]) == (1, "simulator")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"name": ""},
        {"name": None},
        {"name": 1},
        {"name": "a", "description": 1},
        {"name": "a", "installOnRoot": "yes"},
        {"name": "a", "priority": 1.5},
        {"name": "a", "virtualFolderId": UNKNOWN},
        {"name": "a", "virtualFolderId": "folder"},
        {"name": "a", "tags": "Line"},
        {"name": "a", "tags": [{"value": "2"}]},
        {"name": "a", "tags": [{"key": "Line", "change": 7}]},
    ],
)
def test_a_wrong_package_is_refused(client, members):
    assert client.post("/api/Software/Package", json=members).status_code == 400
    assert client.get("/api/Software/Packages").json() == []


@pytest.mark.parametrize("identifier", [UNKNOWN, "7"])
@pytest.mark.parametrize(
    ("method", "operation", "content"),
    [
        ("GET", "Package", {}),
        ("PUT", "Package", {"json": {}}),
        ("DELETE", "Package", {}),
        ("POST", "PackageStatus", {"params": {"status": "Pending"}}),
        ("GET", "PackageFiles", {}),
        ("POST", "Package/UploadZip", {"files": {"file": archive("a/1")}}),
        ("POST", "Package/FileAttribute", {"params": {"attribute": "None"}}),
    ],
)
def test_an_unknown_id_is_not_found(client, method, operation, content, identifier):
    answer = client.request(method, f"/api/Software/{operation}/{identifier}", **content)

    assert answer.status_code == 404
    assert identifier in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "operation"),
    [
        ("PUT", "Package"),
        ("POST", "PackageStatus"),
        ("POST", "Package/UploadZip"),
        ("POST", "Package/FileAttribute"),
    ],
)
def test_a_request_that_lacks_something_is_wrong_whatever_its_id(client, method, operation):
    assert client.request(method, f"/api/Software/{operation}/{UNKNOWN}").status_code == 400


def test_letter_case_of_an_id_does_not_matter(client, create):
    package = create()

    assert client.get(f"/api/Software/Package/{package['packageId'].upper()}").json() == package


def test_a_draft_can_change_in_all_that_was_said_about_it(client, create):
    package = create("FCT", description="old")
    changes = {
        "name": "ICT",
        "description": "new",
        "virtualFolderId": FOLDER,
        "installOnRoot": True,
        "rootDirectory": "D:",
        "priority": -1,
        "tags": [{"key": "Line", "value": "2"}],
    }
    answer = client.put(path(package), json={**package, **changes})

    assert (answer.status_code, answer.content) == (200, b"")
    changed = read(client, package)
    assert {name: changed[name] for name in changes} == changes


def test_an_update_keeps_what_it_does_not_name(client, create):
    package = create("FCT", description="d", priority=3, installOnRoot=True)
    client.put(path(package), json={"name": None, "priority": None, "installOnRoot": None, "status": None})

    changed = read(client, package)
    assert {**changed, "modified": package["modified"]} == package


def test_an_update_with_null_clears_what_can_be_null(client, create):
    package = create("FCT", description="d", virtualFolderId=FOLDER, tags=[{"key": "a", "value": "b"}])
    client.put(path(package), json={"description": None, "virtualFolderId": None, "tags": None})

    changed = read(client, package)
    assert (changed["description"], changed["virtualFolderId"], changed["tags"]) == (None, None, [])


def test_sent_tags_replace_all_and_those_marked_as_deleted_are_left_out(client, create):
    package = create("FCT", tags=[{"key": "Line", "value": "1"}, {"key": "Unit", "value": "x"}])
    tags = [{"key": "Line", "value": "2", "change": 2}, {"key": "Old", "value": "y", "change": 3}]
    client.put(path(package), json={"tags": tags})

    assert read(client, package)["tags"] == [{"key": "Line", "value": "2"}]


@pytest.mark.parametrize("status", ["Pending", "Released"])
def test_a_package_that_is_no_draft_can_change_in_its_tags_only(client, create, status):
    package = create("FCT", status=status)
    tags = [{"key": "Line", "value": "2"}]

    assert client.put(path(package), json={**package, "tags": tags}).status_code == 200
    assert read(client, package)["tags"] == tags
    for change in ({"name": "a"}, {"description": "d"}, {"priority": 1}, {"installOnRoot": True}):
        answer = client.put(path(package), json={**package, **change})
        assert answer.status_code == 400
        assert next(iter(change)) in answer.json()["message"]
    assert read(client, package)["description"] is None


def test_a_revoked_package_does_not_change(client, create):
    package = create(status="Revoked")

    assert client.put(path(package), json={"tags": [{"key": "a", "value": "b"}]}).status_code == 400
    assert client.put(path(package), json=package).status_code == 200


def test_an_update_can_move_the_status_as_the_rules_allow(client, create):
    package = create()

    assert client.put(path(package), json={"status": "Released"}).status_code == 400
    assert client.put(path(package), json={"status": "pending", "description": "last"}).status_code == 200
    changed = read(client, package)
    assert (changed["status"], changed["description"]) == ("Pending", "last")
    assert client.put(path(package), json={"status": "Released"}).status_code == 200
    assert read(client, package)["releasedBy"] == "simulator"


def test_an_update_cannot_make_two_packages_of_one_name_and_version(client, create):
    create("FCT")
    other = create("ICT")

    assert client.put(path(other), json={"name": "FCT"}).status_code == 400
    assert read(client, other)["name"] == "ICT"


@pytest.mark.parametrize("members", [{"packageId": UNKNOWN}, {"status": "Ready"}, {"name": ""}])
def test_a_wrong_update_is_refused(client, create, members):
    package = create()

    assert client.put(path(package), json=members).status_code == 400
    assert read(client, package) == package


@pytest.mark.parametrize("target", ROUTES_TO)
@pytest.mark.parametrize("status", ROUTES_TO)
def test_a_status_moves_along_the_documented_ways_only(client, create, status, target):
    package = create(status=status)
    answer = move(client, package, target)

    if (status, target) in ALLOWED:
        assert answer.status_code == 200
        assert answer.json()["status"] == target
        assert read(client, package) == answer.json()
    else:
        assert answer.status_code == 400
        assert read(client, package) == package


def test_a_release_and_a_revocation_are_dated(client, create):
    released = create(status="Released")
    revoked = move(client, released, "Revoked").json()

    assert released["releasedBy"] == "simulator"
    assert released["revoked"] is None
    assert datetime.fromisoformat(revoked["released"]) <= datetime.fromisoformat(revoked["revoked"])
    assert revoked["revokedBy"] == "simulator"


@pytest.mark.parametrize("params", [{}, {"status": ""}, {"status": "Ready"}])
def test_a_wrong_status_is_refused(client, create, params):
    assert client.post(path(create(), "PackageStatus"), params=params).status_code == 400


@pytest.mark.parametrize(
    ("status", "expected"), [("Draft", 204), ("Pending", 400), ("Released", 400), ("Revoked", 204)]
)
@pytest.mark.parametrize("by_name", [False, True])
def test_only_drafts_and_revoked_packages_can_be_deleted(client, create, status, expected, by_name):
    package = create("FCT", status=status)
    if by_name:
        answer = client.delete("/api/Software/PackageByName", params={"name": "FCT", "version": 1})
    else:
        answer = client.delete(path(package))

    assert answer.status_code == expected
    assert client.get(path(package)).status_code == (404 if expected == 204 else 200)


def test_the_files_of_a_package_are_deleted_with_it(client, create):
    package = create()
    upload(client, package, archive("a/b.txt"))
    (file,) = files_of(client, package)
    client.delete(path(package))

    attribute = f"/api/Software/Package/FileAttribute/{file['packageFileId']}"
    assert client.post(attribute, params={"attribute": "None"}).status_code == 404


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"version": 1}, 400),
        ({"name": "FCT"}, 400),
        ({"name": "FCT", "version": "one"}, 400),
        ({"name": "FCT", "version": 2}, 404),
        ({"name": "ICT", "version": 1}, 404),
    ],
)
def test_deleting_by_name_needs_a_package_of_that_name_and_version(client, create, params, status):
    package = create("FCT")

    assert client.delete("/api/Software/PackageByName", params=params).status_code == status
    assert read(client, package) == package


def test_a_package_is_found_by_name_and_status_the_highest_version_first(client, create):
    packages = [create("FCT", status=status) for status in ("Released", "Released", "Draft")]
    create("ICT", status="Released")

    def found(**params):
        return client.get("/api/Software/PackageByName", params={"name": "FCT", **params}).json()

    assert found(status="Released") == packages[1]
    assert found(status="released", version=1) == packages[0]
    assert found(status="Draft") == packages[2]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"status": "Draft"}, 400),
        ({"name": "FCT"}, 400),
        ({"name": "FCT", "status": "Ready"}, 400),
        ({"name": "FCT", "status": "Draft", "version": "one"}, 400),
        ({"name": "FCT", "status": "Released"}, 404),
        ({"name": "FCT", "status": "Draft", "version": 2}, 404),
        ({"name": "fct", "status": "Draft"}, 404),
    ],
)
def test_a_package_is_not_found_by_other_names(client, create, params, status):
    create("FCT")

    assert client.get("/api/Software/PackageByName", params=params).status_code == status


def test_packages_are_found_by_tag_and_status(client, create):
    tagged = create("FCT", status="Released", tags=[{"key": "Line", "value": "North=2"}])
    create("ICT", status="Released", tags=[{"key": "Line", "value": "South"}])
    create("AOI", tags=[{"key": "Line", "value": "North=2"}])
    empty = create("SPI", tags=[{"key": "Line"}])

    def found(tag, status="Released"):
        return client.get("/api/Software/PackagesByTag", params={"tag": tag, "status": status}).json()

    assert found("Line=North=2") == [tagged]
    assert found("Line=NORTH=2") == [tagged]
    assert found("line=North=2") == []
    assert found("Line=North=2", "Pending") == []
    assert found("Line=", "Draft") == [empty]


@pytest.mark.parametrize(
    "params",
    [
        {"status": "Draft"},
        {"tag": "Line=2"},
        {"tag": "Line", "status": "Draft"},
        {"tag": "=2", "status": "Draft"},
        {"tag": "Line=2", "status": "Ready"},
    ],
)
def test_a_wrong_tag_query_is_refused(client, params):
    assert client.get("/api/Software/PackagesByTag", params=params).status_code == 400


def test_an_uploaded_archive_becomes_the_files_of_the_package(client, create):
    package = create()
    answer = upload(client, package, archive("FCT/", "FCT/main.py", "FCT/lib\\dmm.py", "FCT/lib/ü.txt"))

    assert (answer.status_code, answer.content) == (200, b"")
    assert names_of(client, package) == ["FCT/main.py", "FCT/lib/dmm.py", "FCT/lib/ü.txt"]
    file = files_of(client, package)[0]
    assert file.pop("packageFileId")
    assert file == {
        "name": "main.py",
        "packageFolderName": "FCT",
        "attributes": "None",
        "Description": None,
    }


def test_files_are_merged_unless_a_clean_install_is_asked_for(client, create):
    package = create()
    upload(client, package, archive("a/1"))
    upload(client, package, archive("a/2"), cleanInstall="false")
    assert names_of(client, package) == ["a/1", "a/2"]

    upload(client, package, archive("a/3"), cleanInstall="true")
    assert names_of(client, package) == ["a/3"]


def test_a_file_that_is_uploaded_again_keeps_its_id_and_attribute(client, create):
    package = create()
    upload(client, package, archive("a/1"))
    (file,) = files_of(client, package)
    attribute = f"/api/Software/Package/FileAttribute/{file['packageFileId'].upper()}"
    assert client.post(attribute, params={"attribute": "executeonce"}).status_code == 200
    upload(client, package, archive("a/1", content=b"new"))

    assert files_of(client, package) == [{**file, "attributes": "ExecuteOnce"}]


def test_files_belong_to_their_package(client, create):
    first, second = create(), create()
    upload(client, first, archive("a/1"))
    upload(client, second, archive("a/1", "a/2"))

    assert names_of(client, first) == ["a/1"]


@pytest.mark.parametrize("params", [{}, {"attribute": "ExecuteTwice"}])
def test_a_wrong_attribute_is_refused(client, create, params):
    package = create()
    upload(client, package, archive("a/1"))
    before = files_of(client, package)
    attribute = f"/api/Software/Package/FileAttribute/{before[0]['packageFileId']}"

    assert client.post(attribute, params=params).status_code == 400
    assert files_of(client, package) == before


@pytest.mark.parametrize("status", ["Pending", "Released", "Revoked"])
def test_only_a_draft_takes_files_and_attributes(client, create, status):
    package = create()
    upload(client, package, archive("a/1"))
    before = files_of(client, package)
    for step in ROUTES_TO[status]:
        move(client, package, step)

    attribute = f"/api/Software/Package/FileAttribute/{before[0]['packageFileId']}"
    assert upload(client, package, archive("a/2")).status_code == 400
    assert client.post(attribute, params={"attribute": "ExecuteOnce"}).status_code == 400
    assert files_of(client, package) == before


def patched(content, local, central, value):
    """An archive with another byte in the local header and in the central directory of its file."""
    patched = bytearray(content)
    patched[local] = value
    patched[content.index(b"PK\1\2") + central] = value
    return bytes(patched)


ENCRYPTED = patched(archive("a/1"), 6, 8, 1)
OF_ANOTHER_METHOD = patched(archive("a/1"), 8, 10, 14)
DAMAGED = archive("a/1", content=b"unmistakable", method=zipfile.ZIP_STORED).replace(b"unmis", b"simul")

# A central directory that claims to begin behind the end of everything.
FAR_AWAY = archive("a/1")[:-10] + struct.pack("<LLH", 2**32 - 2, 2**32 - 2, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zip",
        archive("a/1")[:-5],
        archive("a/1", content=bytes(1000))[20:],
        ENCRYPTED,
        OF_ANOTHER_METHOD,
        DAMAGED,
        FAR_AWAY,
        archive(),
        archive("a/"),
        archive("root.txt"),
        archive("a/1", "root.txt"),
        archive("../evil/a.txt"),
        archive("a/../../evil.txt"),
        archive("a\\..\\..\\evil.txt"),
        archive("a/../"),
        archive("/etc/evil.txt"),
        archive("\\evil\\a.txt"),
        archive("C:/evil/a.txt"),
        archive("C:evil/a.txt"),
        archive("//host/share/evil/a.txt"),
        archive("."),
    ],
    # The archives hold the time, and would name the test differently in each process.
    ids=itertools.count(),
)
def test_a_zip_that_cannot_or_must_not_be_unpacked_is_refused(client, create, content):
    package = create()
    upload(client, package, archive("a/before"))
    answer = upload(client, package, content, cleanInstall="true")

    assert answer.status_code == 400
    assert "zip" in answer.json()["message"]
    assert names_of(client, package) == ["a/before"]


@given(content=st.binary(min_size=1, max_size=60), data=st.data())
def test_no_archive_whatever_is_wrong_with_it_ends_in_another_error(content, data):
    damaged = bytearray(archive("a/1", content=content))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ApiError):
        assert zipped_files(io.BytesIO(damaged))


def test_a_package_upload_without_a_form_is_refused(client, create):
    package = create()
    headers = {"Content-Type": "application/zip"}
    answer = client.post(path(package, "Package/UploadZip"), content=archive("a/1"), headers=headers)

    assert answer.status_code == 400
    assert files_of(client, package) == []


def test_a_wrong_clean_install_is_refused(client, create):
    package = create()

    assert upload(client, package, archive("a/1"), cleanInstall="perhaps").status_code == 400
    assert files_of(client, package) == []


def test_a_change_is_dated(client, create):
    package = create()
    for change in (
        lambda: upload(client, package, archive("a/1")),
        lambda: client.put(path(package), json={"description": "d"}),
        lambda: move(client, package, "Pending"),
    ):
        before = datetime.now(UTC).replace(microsecond=0)
        assert change().status_code == 200
        assert datetime.fromisoformat(read(client, package)["modified"]) >= before
    assert read(client, package)["created"] == package["created"]


def test_virtual_folders_form_a_tree(client):
    folders = client.get("/api/Software/VirtualFolders").json()

    identifiers = {folder["id"] for folder in folders}
    assert FOLDER in identifiers
    assert {folder["parentId"] for folder in folders} - identifiers == {None}
    assert all(folder.keys() == {"id", "parentId", "name", "description"} for folder in folders)


def test_packages_and_files_survive_a_restart(tmp_path):
    def session():
        server = WatsSimulator(db=tmp_path / "wats.db", token="t")
        return server, httpx.Client(headers={"Authorization": "Basic t"}, trust_env=False)

    server, client = session()
    with server, client:
        client.base_url = server.url
        package = client.post("/api/Software/Package", json={"name": "FCT"}).json()
        upload(client, package, archive("a/1"))
        stored = client.get("/api/Software/Packages").json()
    server, client = session()
    with server, client:
        client.base_url = server.url
        assert client.get("/api/Software/Packages").json() == stored
        assert names_of(client, package) == ["a/1"]
