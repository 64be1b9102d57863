"""A test program becomes a software package: filled, released, found by a station, and replaced.

The packages are made on a local simulator, so the script needs nothing and leaves nothing behind.
"""

import tempfile
import zipfile
from pathlib import Path

from pywats import BadRequestError, pyWATS
from pywats.models import Package, PackageCreate, PackageFileAttribute, PackageStatus, Setting
from pywats.simulator import WatsSimulator


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        WatsSimulator() as server,
        pyWATS(server.url, server.token) as api,
    ):
        first = release(api, archive(Path(folder), "1.0"))
        try_to_change(api, first)
        release(api, archive(Path(folder), "1.1"))
        withdraw(api, first)
        look_as_a_station(api)


def archive(folder: Path, program: str) -> Path:
    """Pack a test program; within the archive all files lie in a folder."""
    path = folder / f"fft-{program}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("FFT/main.py", f"print('test program {program}')\n")
        packed.writestr("FFT/setup.cmd", "pip install --upgrade pyvisa\n")
        packed.writestr("FFT/limits/3v3.csv", "low;high\n3.2;3.4\n")
    return path


def release(api: pyWATS, path: Path) -> Package:
    """Make the next version of the package out of an archive, and release it."""
    package = api.software.create_package(
        PackageCreate(
            name="Final function test",
            description=path.stem,
            tags=[Setting(key="Station", value="FFT")],
        )
    )
    package_id = str(package.package_id)
    api.software.upload_zip(
        package_id, path, progress=lambda done, total: print(f"  {done} of {total} bytes are sent")
    )
    for file in api.software.get_package_files(package_id):
        if file.name == "setup.cmd":
            api.software.set_file_attribute(
                str(file.package_file_id), PackageFileAttribute.EXECUTE_ONCE_PER_VERSION
            )
    api.software.set_package_status(package_id, PackageStatus.PENDING)
    released = api.software.set_package_status(package_id, PackageStatus.RELEASED)
    print(f"{released.name}, version {released.version}: released by {released.released_by}")
    return released


def try_to_change(api: pyWATS, package: Package) -> None:
    """See that what stations may have installed stays as it is."""
    package.description = "a quick fix"
    try:
        api.software.update_package(str(package.package_id), package)
    except BadRequestError as error:
        print(f"Not changed: {error.detail}")


def withdraw(api: pyWATS, package: Package) -> None:
    """Keep stations from installing a version."""
    revoked = api.software.set_package_status(str(package.package_id), PackageStatus.REVOKED)
    print(f"Version {revoked.version} is {revoked.status}")


def look_as_a_station(api: pyWATS) -> None:
    """Find what is released for stations of one kind."""
    for package in api.software.get_packages_by_tag("Station=FFT", PackageStatus.RELEASED):
        print(f"For this station: {package.name}, version {package.version}")
        for file in api.software.get_package_files(str(package.package_id)):
            print(f"  {file.package_folder_name}/{file.name} ({file.attributes})")


if __name__ == "__main__":
    main()
