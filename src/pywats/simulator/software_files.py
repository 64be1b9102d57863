"""Uploaded packages: which files an archive brings, and whether a test station could unpack them."""

from __future__ import annotations

import zlib
from pathlib import PurePath, PureWindowsPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from .wire import bad_request

# RuntimeError: a password is needed. The others come of bytes that are not what they should be.
_UNREADABLE = (BadZipFile, EOFError, OSError, RuntimeError, ValueError, OverflowError, zlib.error)


def zipped_files(archive: IO[bytes]) -> list[PurePath]:
    """The paths of the files in a zip archive, of which each can be read to its end; or a 400."""
    try:
        with ZipFile(archive) as opened:
            paths = [(_checked(info.filename), info.is_dir()) for info in opened.infolist()]
            # The methods that .NET knows.
            if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in opened.infolist()):
                raise bad_request("The files of the zip must be stored or deflated.")
            damaged = opened.testzip()
    except _UNREADABLE as error:
        raise bad_request(f"The zip cannot be read: {error}") from error
    if damaged is not None:
        raise bad_request(f"{damaged!r} in the zip is damaged.")
    files = [path for path, is_folder in paths if not is_folder]
    if not files:
        raise bad_request("The zip holds no file.")
    for path in files:
        if len(path.parts) == 1:
            raise bad_request(f"{path.name!r} lies at the root of the zip; every file must lie in a folder.")
    return files


def _checked(name: str) -> PurePath:
    """The path of a member, or a 400 if it leads out of the place that it is unpacked to."""
    # Read as a station under Windows would: with drives, and either slash.
    path = PureWindowsPath(name)
    if path.anchor or ".." in path.parts or not path.parts:
        raise bad_request(f"{name!r} in the zip is no path inside a folder.")
    return path
