"""Software packages for test stations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from pywats.core.uploads import form_file
from pywats.models.base import one_or_many, to_json
from pywats.models.software import (
    Package,
    PackageCreate,
    PackageFile,
    PackageFileAttribute,
    PackageStatus,
    VirtualFolder,
)
from pywats.services.arguments import checked_int, checked_member, checked_uuid, optional_int, required_text
from pywats.services.base import AsyncService

if TYPE_CHECKING:
    from pywats.core.files import Progress
    from pywats.core.uploads import UploadSource

__all__ = ["AsyncSoftwareService"]

# No server is known to have it: files are changed by uploading.
_NOT_SAVED_WITH_PACKAGE = ("files",)

_PACKAGES = one_or_many(list[Package])


class AsyncSoftwareService(AsyncService):
    """Software packages for test stations; all of it needs a server from 2024.2.4 on.

    A package is made as a draft, filled with files, set to pending, and released. Each version of it is a
    package with an id of its own.
    """

    async def get_packages(self) -> list[Package]:
        """List all packages: every version, in every status.

        Returns:
            The packages.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/Packages
        """
        return await self._client.request_optional("GET", "/api/Software/Packages", _PACKAGES) or []

    async def create_package(self, package: PackageCreate) -> Package:
        """Create a package, or the next version of one, as a draft.

        Each call with the same name makes another version, so a request that may have taken effect is not
        repeated.

        Args:
            package: The new package.

        Returns:
            The package with its id and version.

        Raises:
            BadRequestError: The server rejected the package, as it does where a tag or folder is unknown.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/Package
        """
        return await self._client.request(
            "POST", "/api/Software/Package", Package, content=to_json(package), idempotent=False
        )

    async def get_package(self, package_id: UUID | str) -> Package:
        """Read one package.

        Args:
            package_id: Id of the package.

        Returns:
            The package.

        Raises:
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/Package/{id}
        """
        return await self._client.request(
            "GET",
            "/api/Software/Package/{id}",
            Package,
            path_params={"id": checked_uuid("package_id", package_id)},
        )

    async def update_package(self, package_id: UUID | str, package: Package) -> Package | None:
        """Overwrite the details of a package: all of a draft, status and tags of what is pending or released.

        What a server does with members that are not sent is not documented, so change what `get_package`
        returned. `files` are not sent. Tags are sent as the list that the server's schema names; its
        description also speaks of XML.

        Args:
            package_id: Id of the package.
            package: Its details; see `set_package_status` for how the status can change.

        Returns:
            The stored package; None if the server answers without a body, as its description has it.

        Raises:
            BadRequestError: The change is not allowed in this status, or the server rejected a value.
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Software/Package/{id}
        """
        return await self._client.request_optional(
            "PUT",
            "/api/Software/Package/{id}",
            Package,
            path_params={"id": checked_uuid("package_id", package_id)},
            content=to_json(package, exclude=_NOT_SAVED_WITH_PACKAGE),
        )

    async def delete_package(self, package_id: UUID | str) -> None:
        """Delete a package that is a draft or revoked.

        Args:
            package_id: Id of the package.

        Raises:
            BadRequestError: The package is pending or released.
            NotFoundError: No such package, as when a retried request had already deleted it.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Software/Package/{id}
        """
        await self._client.send(
            "DELETE",
            "/api/Software/Package/{id}",
            path_params={"id": checked_uuid("package_id", package_id)},
        )

    async def get_package_by_name(
        self, name: str, status: PackageStatus, *, version: int | None = None
    ) -> Package:
        """Read the package of a name and status.

        Args:
            name: Name of the package.
            status: Status that it must have.
            version: Its version; the highest one if left out.

        Returns:
            The package.

        Raises:
            ValueError: A text is blank, a number is out of range, or `status` is unknown; nothing was sent.
            NotFoundError: No such package.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/PackageByName
        """
        return await self._client.request(
            "GET",
            "/api/Software/PackageByName",
            Package,
            params={
                "name": required_text("name", name),
                "status": checked_member(PackageStatus, "status", status),
                "version": optional_int("version", version),
            },
        )

    async def delete_package_by_name(self, name: str, version: int) -> None:
        """Delete one version of a package that is a draft or revoked.

        Args:
            name: Name of the package.
            version: Version to delete.

        Raises:
            ValueError: A text is blank, or a number is out of range; nothing was sent.
            BadRequestError: The package is pending or released.
            NotFoundError: No such package, as when a retried request had already deleted it.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Software/PackageByName
        """
        await self._client.send(
            "DELETE",
            "/api/Software/PackageByName",
            params={"name": required_text("name", name), "version": checked_int("version", version)},
        )

    async def get_packages_by_tag(self, tag: str, status: PackageStatus) -> list[Package]:
        """List the packages that carry a tag and have a status.

        Args:
            tag: Key and value of the tag as ``key=value``. Letter case matters in the key, not in the value.
            status: Status that they must have.

        Returns:
            The packages.

        Raises:
            ValueError: `tag` is no ``key=value``, or `status` is unknown; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/PackagesByTag
        """
        key, separator, _ = required_text("tag", tag).partition("=")
        if not key or not separator:
            raise ValueError(f"tag must be key=value, not {tag!r}")
        packages = await self._client.request_optional(
            "GET",
            "/api/Software/PackagesByTag",
            _PACKAGES,
            params={"tag": tag, "status": checked_member(PackageStatus, "status", status)},
        )
        return packages or []

    async def set_package_status(self, package_id: UUID | str, status: PackageStatus) -> Package:
        """Move a package to another status.

        A draft becomes pending; a pending package is released, or a draft again; a released one can be
        revoked. All else is refused, also to set the status that a package has. A request that may have
        taken effect is therefore not repeated.

        Args:
            package_id: Id of the package.
            status: Status to move to.

        Returns:
            The package in its new status.

        Raises:
            BadRequestError: A package cannot move from its status to this one.
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID, or `status` is unknown; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/PackageStatus/{id}
        """
        return await self._client.request(
            "POST",
            "/api/Software/PackageStatus/{id}",
            Package,
            path_params={"id": checked_uuid("package_id", package_id)},
            params={"status": checked_member(PackageStatus, "status", status)},
            idempotent=False,
        )

    async def get_package_files(self, package_id: UUID | str) -> list[PackageFile]:
        """List the files of a package, without their content.

        Args:
            package_id: Id of the package.

        Returns:
            The records of the files.

        Raises:
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/PackageFiles/{id}
        """
        files = await self._client.request_optional(
            "GET",
            "/api/Software/PackageFiles/{id}",
            list[PackageFile],
            path_params={"id": checked_uuid("package_id", package_id)},
        )
        return files or []

    async def upload_zip(
        self,
        package_id: UUID | str,
        file: UploadSource,
        *,
        clean_install: bool | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Upload a zip archive whose files become the content of a package.

        The archive is read as it is sent, so its size does not matter; ``timeout`` limits the whole upload.
        Within the archive all files lie in a folder, none at its root. The form field is named ``file``,
        which is not confirmed on a server. A request that may have taken effect is not repeated.

        Args:
            package_id: Id of the package.
            file: A path, or a file object opened for reading bytes, which stays open.
            clean_install: True removes all files and folders of the package first; otherwise the new files
                join them.
            progress: Called with the bytes of the archive that are on their way and the bytes in total (None
                if unknown).

        Raises:
            BadRequestError: The package or the archive does not allow it.
            NotFoundError: No such package.
            ValueError: `package_id` is no UUID; nothing was sent.
            TypeError: `file` is a file opened for text, or no file at all; nothing was sent.
            OSError: The file cannot be read.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/Package/UploadZip/{id}
        """
        path_params = {"id": checked_uuid("package_id", package_id)}
        async with form_file(file, content_type="application/zip", progress=progress) as form:
            await self._client.send(
                "POST",
                "/api/Software/Package/UploadZip/{id}",
                path_params=path_params,
                params={"cleanInstall": clean_install},
                content=form,
                idempotent=False,
            )

    async def set_file_attribute(self, file_id: str, attribute: PackageFileAttribute) -> None:
        """Set what a test station does with a file of a package when it installs it.

        Args:
            file_id: The `package_file_id` that `get_package_files` gives, not the id of the package.
            attribute: The attribute.

        Raises:
            BadRequestError: The server rejected the attribute.
            NotFoundError: No such file.
            ValueError: `file_id` cannot be sent, or `attribute` is unknown; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: POST /api/Software/Package/FileAttribute/{id}
        """
        await self._client.send(
            "POST",
            "/api/Software/Package/FileAttribute/{id}",
            path_params={"id": required_text("file_id", file_id)},
            params={"attribute": checked_member(PackageFileAttribute, "attribute", attribute)},
            idempotent=True,
        )

    async def get_virtual_folders(self) -> list[VirtualFolder]:
        """List the virtual folders that packages are sorted into.

        Returns:
            The folders.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Software/VirtualFolders
        """
        folders = await self._client.request_optional(
            "GET", "/api/Software/VirtualFolders", list[VirtualFolder]
        )
        return folders or []
