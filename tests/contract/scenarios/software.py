"""Calls of the software service."""

from __future__ import annotations

import io
import zipfile
from uuid import UUID

from pywats import AsyncWATS
from pywats.models import (
    Package,
    PackageCreate,
    PackageFileAttribute,
    PackageStatus,
    Setting,
    VirtualFolder,
)
from tests.contract.scenarios.scenario import Scenario

NAME = "Final test/ä"
NOTHING = UUID("00000000-0000-4000-8000-00000000dead")


def archive() -> bytes:
    """Make a zip file with two files in it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as files:
        files.writestr("final/main.seq", "sequence")
        files.writestr("drivers/psu.dll", b"\x00\x01")
    return content.getvalue()


ZIP = archive()


async def folder(api: AsyncWATS) -> VirtualFolder:
    return (await api.software.get_virtual_folders())[0]


async def package(api: AsyncWATS) -> Package:
    """Make a draft."""
    return await api.software.create_package(PackageCreate(name=NAME, tags=[Setting(key="Line", value="2")]))


async def with_files(api: AsyncWATS) -> tuple[UUID | None, str | None]:
    """Make a draft with files, and return its id and that of a file."""
    draft = await package(api)
    assert draft.package_id is not None
    await api.software.upload_zip(draft.package_id, io.BytesIO(ZIP))
    files = await api.software.get_package_files(draft.package_id)
    return draft.package_id, files[0].package_file_id


SCENARIOS = {
    "get_packages": Scenario(prepare=package),
    "create_package": Scenario(
        {"package": PackageCreate(name=NAME)},
        (
            lambda made: {
                "package": PackageCreate(
                    name=NAME,
                    description="For line 2",
                    virtual_folder_id=made.id,
                    install_on_root=True,
                    root_directory="C:\\Tests",
                    priority=3,
                    tags=[Setting(key="Line", value="2")],
                )
            },
        ),
        folder,
    ),
    "get_package": Scenario(
        lambda made: {"package_id": made.package_id}, prepare=package, unknown={"package_id": NOTHING}
    ),
    "update_package": Scenario(
        lambda made: {"package_id": made.package_id, "package": made},
        prepare=package,
        unknown={"package_id": NOTHING, "package": Package(name=NAME)},
    ),
    "delete_package": Scenario(
        lambda made: {"package_id": made.package_id}, prepare=package, unknown={"package_id": NOTHING}
    ),
    "get_package_by_name": Scenario(
        {"name": NAME, "status": PackageStatus.DRAFT},
        ({"name": NAME, "status": PackageStatus.DRAFT, "version": 1},),
        package,
        unknown={"name": "nothing"},
    ),
    "delete_package_by_name": Scenario(
        {"name": NAME, "version": 1}, prepare=package, unknown={"name": "nothing"}
    ),
    "get_packages_by_tag": Scenario({"tag": "Line=2", "status": PackageStatus.DRAFT}, prepare=package),
    "set_package_status": Scenario(
        lambda made: {"package_id": made.package_id, "status": PackageStatus.PENDING},
        prepare=package,
        unknown={"package_id": NOTHING},
    ),
    "get_package_files": Scenario(
        lambda made: {"package_id": made[0]}, prepare=with_files, unknown={"package_id": NOTHING}
    ),
    "upload_zip": Scenario(
        lambda made: {"package_id": made.package_id, "file": ZIP},
        (lambda made: {"package_id": made.package_id, "file": ZIP, "clean_install": True},),
        package,
        unknown={"package_id": NOTHING},
    ),
    "set_file_attribute": Scenario(
        lambda made: {"file_id": made[1], "attribute": PackageFileAttribute.EXECUTE_ONCE},
        prepare=with_files,
        unknown={"file_id": str(NOTHING)},
    ),
    "get_virtual_folders": Scenario(),
}
