"""Software packages for test stations, their files, and the folders they are sorted into."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AliasChoices, Field

from pywats.models.base import Timestamp, WatsModel
from pywats.models.product import Setting

__all__ = [
    "Package",
    "PackageCreate",
    "PackageFile",
    "PackageFileAttribute",
    "PackageStatus",
    "VirtualFolder",
]

_Created = Annotated[
    Timestamp | None,
    Field(validation_alias=AliasChoices("created", "createdUtc"), serialization_alias="created"),
]
_Modified = Annotated[
    Timestamp | None,
    Field(validation_alias=AliasChoices("modified", "modifiedUtc"), serialization_alias="modified"),
]


class PackageStatus(StrEnum):
    """Release stage of a package.

    A draft becomes pending; a pending package is released, or a draft again; a released one can be revoked.
    """

    DRAFT = "Draft"
    PENDING = "Pending"
    RELEASED = "Released"
    REVOKED = "Revoked"


class PackageFileAttribute(StrEnum):
    """What a test station does with a file when it installs the package."""

    NONE = "None"
    EXECUTE_ONCE = "ExecuteOnce"
    EXECUTE_ALWAYS = "ExecuteAlways"
    TOP_LEVEL_FILE = "TopLevelFile"
    OVERWRITE_NEVER = "OverwriteNever"
    OVERWRITE_ON_NEW_PACKAGE_VERSION = "OverwriteOnNewPackageVersion"
    EXECUTE_ONCE_PER_VERSION = "ExecuteOncePerVersion"


class PackageFile(WatsModel):
    """Record of a file in a package; the content is not in it.

    `path`, `size` (bytes), `checksum`, `created` and `modified` are not confirmed on a server.

    Attributes:
        package_file_id: What `set_file_attribute` takes.
        package_folder_name: Folder that the file lies in.
        attributes: What a station does with it on install: a `PackageFileAttribute`, or a text that is none.
    """

    package_file_id: Annotated[
        str | None,
        Field(
            validation_alias=AliasChoices("packageFileId", "fileId", "id"),
            serialization_alias="packageFileId",
        ),
    ] = None
    name: Annotated[
        str | None,
        Field(validation_alias=AliasChoices("name", "filename", "fileName"), serialization_alias="name"),
    ] = None
    package_folder_name: str | None = None
    attributes: Annotated[PackageFileAttribute | str | None, Field(union_mode="left_to_right")] = None
    # The server writes it with a capital D, unlike its neighbours.
    description: Annotated[str | None, Field(alias="Description")] = None
    path: str | None = None
    size: int | None = None
    checksum: str | None = None
    created: _Created = None
    modified: _Modified = None


class PackageCreate(WatsModel):
    """What is said about a new package; the server adds the rest.

    Attributes:
        name: A name in use makes the next version of that package.
        virtual_folder_id: A folder that exists.
        install_on_root: True installs it without a folder named after the package.
        root_directory: Not confirmed on a server.
        tags: Their keys must exist in the tag manager of the server.
    """

    name: str
    description: str | None = None
    virtual_folder_id: UUID | None = None
    install_on_root: bool | None = None
    root_directory: str | None = None
    priority: int | None = None
    tags: list[Setting] | None = None


class Package(WatsModel):
    """One version of a software package.

    The server sets `package_id`, `version`, and who created, modified, released and revoked it when.

    Attributes:
        install_on_root: True installs it without a folder named after the package.
        files: Not confirmed on a server; `get_package_files` lists them.
    """

    package_id: UUID | None = None
    name: str | None = None
    install_on_root: bool | None = None
    version: int | None = None
    description: str | None = None
    root_directory: str | None = None
    tags: list[Setting] | None = None
    status: PackageStatus | None = None
    priority: int | None = None
    virtual_folder_id: UUID | None = None
    created: _Created = None
    created_by: str | None = None
    modified: _Modified = None
    modified_by: str | None = None
    released: Timestamp | None = None
    released_by: str | None = None
    revoked: Timestamp | None = None
    revoked_by: str | None = None
    files: list[PackageFile] | None = None


class VirtualFolder(WatsModel):
    """Folder in which packages are shown.

    Attributes:
        parent_id: The folder around it.
        path: Not confirmed on a server.
    """

    id: Annotated[
        UUID | None,
        Field(validation_alias=AliasChoices("id", "folderId"), serialization_alias="id"),
    ] = None
    parent_id: UUID | None = None
    name: str | None = None
    description: str | None = None
    path: str | None = None
