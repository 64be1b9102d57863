"""Reading the files that are attached to reports."""

from __future__ import annotations

import mimetypes
import os
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

__all__ = ["FileContent", "FileSource", "file_content"]

FileSource: TypeAlias = str | os.PathLike[str] | bytes | bytearray
"""The path of a file, or its content."""

# The types that Python knows, on every computer the same.
_TYPES: Final = mimetypes.MimeTypes()


class FileContent(NamedTuple):
    """A file to attach.

    Attributes:
        name: The file name that is shown.
        content_type: Its media type.
        data: Its content.
    """

    name: str
    content_type: str
    data: bytes


def file_content(source: FileSource, name: str | None, content_type: str | None) -> FileContent:
    """Read a file.

    Args:
        source: Path of a file, or its content as bytes.
        name: File name to show; that of the path if None.
        content_type: Media type; told by the name if None.

    Raises:
        ValueError: It is bytes and has no name.
        OSError: The file cannot be read.
    """
    if isinstance(source, bytes | bytearray):
        if name is None:
            raise ValueError("content that comes as bytes needs the name of a file")
        data = bytes(source)
    else:
        data = Path(source).read_bytes()
        name = name or Path(source).name
    guessed, _ = _TYPES.guess_type(name)
    return FileContent(name, content_type or guessed or "application/octet-stream", data)
