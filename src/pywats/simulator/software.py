"""The service Software: packages for test stations, their files, and virtual folders.

Where the API's description is silent, this server does the following. A request is read
before what it is about is looked up, so that a wrong one is a 400 whatever its id. Names are
compared as they are. On an update, members that were not sent keep their value, as do those that cannot
be null and were sent as null; what only the server sets is passed over. The tags that are
sent replace all tags, except that those marked as deleted are left out; any key is taken as
one that the tag manager knows. A revoked package does not change any more. Files belong to
the draft: only a draft takes uploads and file attributes. A file that is uploaded again
stays the same record, with its attribute. No operation gives out what is in a file, so
archives are read to their end, but not kept. The virtual folders are always the same.
"""

from __future__ import annotations

import json
import uuid
from sqlite3 import Row
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .multipart import large_file
from .software_files import zipped_files
from .software_rules import (
    ATTRIBUTES,
    DRAFT,
    STATUSES,
    VIRTUAL_FOLDERS,
    check_changes,
    check_deletable,
    check_files_can_change,
    choice,
    details,
    moved,
    sent_package,
    stamp,
)
from .store import Store
from .wire import ApiRoute, Query, bad_request, done, json_object, not_found

_SCHEMA = """
CREATE TABLE IF NOT EXISTS package (
    packageId TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    description TEXT,
    rootDirectory TEXT,
    installOnRoot INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    virtualFolderId TEXT,
    tags TEXT NOT NULL,
    created TEXT NOT NULL,
    createdBy TEXT NOT NULL,
    modified TEXT NOT NULL,
    modifiedBy TEXT NOT NULL,
    released TEXT,
    releasedBy TEXT,
    revoked TEXT,
    revokedBy TEXT,
    UNIQUE (name, version)
);
CREATE TABLE IF NOT EXISTS package_file (
    packageFileId TEXT PRIMARY KEY,
    packageId TEXT NOT NULL REFERENCES package,
    packageFolderName TEXT NOT NULL,
    name TEXT NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (packageId, packageFolderName, name)
);
"""


class SoftwareService:
    """Answers the operations under ``/api/Software``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return [
            ApiRoute("GET", "/api/Software/Packages", self.get_packages),
            ApiRoute("POST", "/api/Software/Package", self.create_package),
            ApiRoute("GET", "/api/Software/Package/{id}", self.get_package),
            ApiRoute("PUT", "/api/Software/Package/{id}", self.update_package),
            ApiRoute("DELETE", "/api/Software/Package/{id}", self.delete_package),
            ApiRoute("GET", "/api/Software/PackageByName", self.get_package_by_name),
            ApiRoute("DELETE", "/api/Software/PackageByName", self.delete_package_by_name),
            ApiRoute("GET", "/api/Software/PackagesByTag", self.get_packages_by_tag),
            ApiRoute("POST", "/api/Software/PackageStatus/{id}", self.set_package_status),
            ApiRoute("GET", "/api/Software/PackageFiles/{id}", self.get_package_files),
            ApiRoute("POST", "/api/Software/Package/UploadZip/{id}", self.upload_zip),
            ApiRoute("POST", "/api/Software/Package/FileAttribute/{id}", self.set_file_attribute),
            ApiRoute("GET", "/api/Software/VirtualFolders", self.get_virtual_folders),
        ]

    async def get_packages(self, _request: Request) -> Response:
        """Lists all packages."""
        rows = self._store.rows("SELECT * FROM package ORDER BY name, version")
        return JSONResponse([_package(row) for row in rows])

    async def create_package(self, request: Request) -> Response:
        """Adds a draft, whose version is one more than the highest of its name."""
        sent = sent_package(await json_object(request))
        name = sent.required("name")
        values = {
            "packageId": str(uuid.uuid4()),
            "installOnRoot": False,
            "priority": 0,
            "tags": "[]",
            **details(sent),
            "version": self._highest_version(name) + 1,
            "status": DRAFT,
            **stamp("created", "modified"),
        }
        self._store.run(
            f"INSERT INTO package ({', '.join(values)})"  # noqa: S608 - our own names
            f" VALUES ({', '.join('?' * len(values))})",
            *values.values(),
        )
        return JSONResponse(_package(self._package(values["packageId"])))

    async def get_package(self, request: Request) -> Response:
        """Answers with one package."""
        return JSONResponse(_package(self._requested(request)))

    async def update_package(self, request: Request) -> Response:
        """Changes a package, as far as its status lets it."""
        sent = sent_package(await json_object(request))
        package = self._requested(request)
        if sent.guid("packageId") not in (None, package["packageId"]):
            raise bad_request("packageId is that of another package.")
        changes = {name: value for name, value in details(sent).items() if value != package[name]}
        status = choice("status", sent.text("status") or package["status"], STATUSES)
        check_changes(package, changes)
        if status != package["status"]:
            changes |= moved(package, status)
        name = changes.get("name")
        if name is not None and self._version(name, package["version"]) is not None:
            raise bad_request(f"There is another package {name!r} of version {package['version']}.")
        self._change(package, changes)
        return done()

    async def delete_package(self, request: Request) -> Response:
        """Deletes a package."""
        return self._delete(self._requested(request))

    async def get_package_by_name(self, request: Request) -> Response:
        """Answers with the highest version that has the status, or with the one asked for."""
        query = Query(request)
        name, status = query.required("name"), choice("status", query.required("status"), STATUSES)
        version = query.integer("version")
        row = self._store.row(
            "SELECT * FROM package WHERE name = ?1 AND status = ?2 AND version = ifnull(?3, version)"
            " ORDER BY version DESC",
            name,
            status,
            version,
        )
        if row is None:
            of_version = "" if version is None else f" of version {version}"
            raise not_found(f"There is no package {name!r}{of_version} with the status {status}.")
        return JSONResponse(_package(row))

    async def delete_package_by_name(self, request: Request) -> Response:
        """Deletes one version of a package."""
        query = Query(request)
        name = query.required("name")
        query.required("version")
        package = self._version(name, query.integer("version"))
        if package is None:
            raise not_found(f"There is no package {name!r} of this version.")
        return self._delete(package)

    async def get_packages_by_tag(self, request: Request) -> Response:
        """Lists the packages with a tag and a status."""
        query = Query(request)
        key, separator, value = query.required("tag").partition("=")
        if not key or not separator:
            raise bad_request("The parameter tag must be name=value.")
        status = choice("status", query.required("status"), STATUSES)
        rows = self._store.rows("SELECT * FROM package WHERE status = ? ORDER BY name, version", status)
        packages = [_package(row) for row in rows]
        return JSONResponse([package for package in packages if _is_tagged(package, key, value)])

    async def set_package_status(self, request: Request) -> Response:
        """Moves a package to another status."""
        status = choice("status", Query(request).required("status"), STATUSES)
        package = self._requested(request)
        self._change(package, moved(package, status))
        return JSONResponse(_package(self._package(package["packageId"])))

    async def get_package_files(self, request: Request) -> Response:
        """Lists the files of a package."""
        rows = self._store.rows(
            "SELECT packageFileId, name, packageFolderName, attributes FROM package_file"
            " WHERE packageId = ? ORDER BY packageFolderName, name",
            self._requested(request)["packageId"],
        )
        return JSONResponse([{**dict(row), "Description": None} for row in rows])

    async def upload_zip(self, request: Request) -> Response:
        """Adds the files of an archive to a draft."""
        clean = Query(request).flag("cleanInstall")
        async with large_file(request) as archive:
            package = self._requested(request)
            check_files_can_change(package)
            files = zipped_files(archive)
        with self._store.transaction():
            if clean:
                self._store.run("DELETE FROM package_file WHERE packageId = ?", package["packageId"])
            for file in files:
                self._store.run(
                    "INSERT OR IGNORE INTO package_file VALUES (?, ?, ?, ?, 'None')",
                    str(uuid.uuid4()),
                    package["packageId"],
                    file.parent.as_posix(),
                    file.name,
                )
            self._change(package, {})
        return done()

    async def set_file_attribute(self, request: Request) -> Response:
        """Sets what a station does with a file."""
        attribute = choice("attribute", Query(request).required("attribute"), ATTRIBUTES)
        identifier = request.path_params["id"].lower()
        file = self._store.row("SELECT * FROM package_file WHERE packageFileId = ?", identifier)
        if file is None:
            raise not_found(f"There is no file {identifier!r}.")
        package = self._package(file["packageId"])
        check_files_can_change(package)
        self._store.run(
            "UPDATE package_file SET attributes = ? WHERE packageFileId = ?", attribute, identifier
        )
        self._change(package, {})
        return done()

    async def get_virtual_folders(self, _request: Request) -> Response:
        """Lists the virtual folders."""
        return JSONResponse(VIRTUAL_FOLDERS)

    def _package(self, identifier: str) -> Row:
        return self._store.one("SELECT * FROM package WHERE packageId = ?", identifier)

    def _requested(self, request: Request) -> Row:
        """The package that the path names, or a 404."""
        identifier = request.path_params["id"].lower()
        package = self._store.row("SELECT * FROM package WHERE packageId = ?", identifier)
        if package is None:
            raise not_found(f"There is no package {identifier!r}.")
        return package

    def _version(self, name: str, version: int | None) -> Row | None:
        return self._store.row("SELECT * FROM package WHERE name = ? AND version = ?", name, version)

    def _highest_version(self, name: str) -> int:
        row = self._store.one("SELECT ifnull(max(version), 0) FROM package WHERE name = ?", name)
        version: int = row[0]
        return version

    def _change(self, package: Row, changes: dict[str, Any]) -> None:
        values = {**changes, **stamp("modified")}
        assignments = ", ".join(f"{name} = ?" for name in values)
        self._store.run(
            f"UPDATE package SET {assignments} WHERE packageId = ?",  # noqa: S608 - our own names
            *values.values(),
            package["packageId"],
        )

    def _delete(self, package: Row) -> Response:
        check_deletable(package)
        with self._store.transaction():
            for table in ("package_file", "package"):
                self._store.run(
                    f"DELETE FROM {table} WHERE packageId = ?",  # noqa: S608 - our own names
                    package["packageId"],
                )
        return Response(status_code=204)


def _package(row: Row) -> dict[str, Any]:
    return {**dict(row), "installOnRoot": bool(row["installOnRoot"]), "tags": json.loads(row["tags"])}


def _is_tagged(package: dict[str, Any], key: str, value: str) -> bool:
    return any(
        tag["key"] == key and (tag["value"] or "").casefold() == value.casefold() for tag in package["tags"]
    )
