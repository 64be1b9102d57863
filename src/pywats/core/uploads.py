"""Uploads of files, in constant memory, as the one file of an HTML form (RFC 7578)."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path, PurePath
from typing import BinaryIO

import httpx

from pywats.core.files import Progress
from pywats.core.threads import in_thread

__all__ = ["FileForm", "UploadSource", "form_file"]

UploadSource = str | os.PathLike[str] | BinaryIO
"""What is uploaded: a path, or a file object opened for reading bytes, from where it stands."""

_CHUNK_BYTES = 256 * 1024

# What must not stand in a quoted name is written as browsers do (WHATWG HTML, multipart form data).
_QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class FileForm(httpx.AsyncByteStream):
    """A request body of the type ``multipart/form-data`` with one file in it.

    It can be read any number of times, if the file can be rewound: an upload that failed is sent again as
    it was. Reading is done in another thread, since a slow disk would hold up every call that shares the
    event loop.

    Args:
        file: The file; its content is what follows from where it stands.
        name: The form field.
        filename: The name that the server is told.
        media_type: The media type of the content.
        progress: Called after each part of the file is on its way.
    """

    def __init__(
        self, file: BinaryIO, *, name: str, filename: str, media_type: str, progress: Progress | None
    ) -> None:
        self._boundary = boundary = secrets.token_hex(16)
        disposition = f'form-data; name="{name.translate(_QUOTED)}"; filename="{filename.translate(_QUOTED)}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {media_type}\r\n\r\n"
        self._file = file
        # A name that is no valid Unicode text exists on disks, but not on the wire.
        self._head = head.encode(errors="replace")
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._progress = progress
        self._begun = False
        self._start: int | None = None
        self._size: int | None = None
        if file.seekable():
            self._start = file.tell()
            self._size = max(file.seek(0, os.SEEK_END) - self._start, 0)
            file.seek(self._start)

    @property
    def replayable(self) -> bool:
        """Whether it can be sent a second time."""
        return self._start is not None

    @property
    def headers(self) -> dict[str, str]:
        """The header fields that describe the body; without a length, it is sent in chunks."""
        fields = {"Content-Type": f"multipart/form-data; boundary={self._boundary}"}
        if self._size is not None:
            fields["Content-Length"] = str(len(self._head) + self._size + len(self._tail))
        return fields

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body.

        Raises:
            httpx.StreamConsumed: It was read before, and cannot be rewound.
            OSError: The file cannot be read, or has become shorter.
        """
        if self._start is not None:
            await in_thread(self._file.seek, self._start)
        elif self._begun:
            raise httpx.StreamConsumed
        self._begun = True
        yield self._head
        done = 0
        while chunk := await in_thread(self._file.read, self._next_bytes(done)):
            yield chunk
            done += len(chunk)
            if self._progress is not None:
                self._progress(done, self._size)
        if self._size is not None and done < self._size:
            raise OSError(f"the file became shorter while it was sent: {done} bytes in place of {self._size}")
        yield self._tail

    def _next_bytes(self, done: int) -> int:
        # What a file has gained since it was measured does not fit into the announced length.
        return _CHUNK_BYTES if self._size is None else min(_CHUNK_BYTES, self._size - done)


@contextmanager
def form_file(
    source: UploadSource,
    *,
    content_type: str = "application/octet-stream",
    filename: str | None = None,
    name: str = "file",
    progress: Progress | None = None,
) -> Iterator[FileForm]:
    """Open a file for upload in a with-block.

    Args:
        source: A path, or a file object opened for reading bytes, which stays open.
        content_type: The media type of the content.
        filename: The name that the server is told; None for that of the file.
        name: The form field.
        progress: Called with the bytes of the file that are on their way and the bytes in total (None if
            unknown). They begin at 0 again when the upload is retried.

    Yields:
        The body of the request.

    Raises:
        TypeError: The source is a file opened for text, or no file at all.
        OSError: The file cannot be opened.
    """
    with _opened(source) as file:
        yield FileForm(
            file,
            name=name,
            filename=filename or _name_of(file),
            media_type=content_type,
            progress=progress,
        )


def _opened(source: UploadSource) -> AbstractContextManager[BinaryIO]:
    if isinstance(source, str | os.PathLike):
        return Path(source).open("rb")
    if isinstance(source, io.TextIOBase) or not hasattr(source, "read"):
        kind = type(source).__name__
        raise TypeError(f"a path, or a file opened for reading bytes ('rb'), is needed, not {kind}")
    return nullcontext(source)


def _name_of(file: BinaryIO) -> str:
    # A file without a name has its descriptor, a number, in place of it, or nothing.
    name = getattr(file, "name", None)
    return PurePath(name).name if isinstance(name, str | os.PathLike) else "file"
