"""Uploads of files, in constant memory, as the one file of an HTML form (RFC 7578)."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path, PurePath
from typing import Any, Protocol

import httpx

from pywats.core.files import Progress
from pywats.core.threads import in_daemon_thread, in_thread

__all__ = ["FileForm", "ReadableFile", "UploadSource", "form_file"]


class ReadableFile(Protocol):
    """A file object opened for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes, none at the end."""
        ...


UploadSource = str | os.PathLike[str] | ReadableFile
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

    Raises:
        TypeError: The file is opened for text.
        ValueError: The media type is none.
        OSError: The file cannot be rewound or measured, although it says so.
    """

    def __init__(
        self, file: Any, *, name: str, filename: str, media_type: str, progress: Progress | None
    ) -> None:
        if not isinstance(file.read(0), bytes):
            raise TypeError("a file opened for reading bytes ('rb') is needed, not one for text")
        if not re.fullmatch(r"[!-~]+/[ -~]+", media_type):
            raise ValueError(f"the content type must be such as image/png, not {media_type!r}")
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
        if _can_be_rewound(file):
            start: int = file.tell()
            self._start = start
            self._size = max(file.seek(0, os.SEEK_END) - start, 0)
            file.seek(start)

    @property
    def replayable(self) -> bool:
        """Whether it can be sent a second time."""
        return self._start is not None

    @property
    def headers(self) -> dict[str, str]:
        """The header fields that describe the body; without a length, it is sent in chunks."""
        fields = {"Content-Type": f"multipart/form-data; boundary={self._boundary}"}
        if self._size is None:
            fields["Transfer-Encoding"] = "chunked"
        else:
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
        while chunk := await self._read(done):
            yield chunk
            done += len(chunk)
            if self._progress is not None:
                self._progress(done, self._size)
        if self._size is not None and done < self._size:
            raise OSError(f"the file became shorter while it was sent: {done} bytes in place of {self._size}")
        yield self._tail

    async def _read(self, done: int) -> bytes:
        # What a file has gained since it was measured does not fit into the announced length.
        size = _CHUNK_BYTES if self._size is None else min(_CHUNK_BYTES, self._size - done)
        # A file that is used again must not be in use; a pipe may have nothing to read for ever.
        in_other_thread = in_thread if self.replayable else in_daemon_thread
        try:
            chunk: bytes | None = await in_other_thread(self._file.read, size)
        except (ConnectionError, TimeoutError) as error:
            # From a file share; the chain would take it for a fault of the server, and try again.
            raise OSError(f"the file cannot be read: {error}") from None
        if chunk is None:
            raise BlockingIOError(errno.EAGAIN, "The file has no bytes now, and does not wait for them")
        return chunk


@asynccontextmanager
async def form_file(
    source: UploadSource,
    *,
    content_type: str = "application/octet-stream",
    filename: str | None = None,
    name: str = "file",
    progress: Progress | None = None,
) -> AsyncIterator[FileForm]:
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
        ValueError: `content_type` is none.
        OSError: The file cannot be opened, or the path is that of a folder, pipe or device.
    """
    with await in_thread(_opened, source) as file:
        form = partial(
            FileForm,
            file,
            name=name,
            filename=filename or _name_of(file),
            media_type=content_type,
            progress=progress,
        )
        yield await in_thread(form)


def _opened(source: UploadSource) -> AbstractContextManager[ReadableFile]:
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "This is no regular file", str(path))
        return path.open("rb")
    if not hasattr(source, "read"):
        kind = type(source).__name__
        raise TypeError(f"a path, or a file opened for reading bytes ('rb'), is needed, not {kind}")
    return nullcontext(source)


def _name_of(file: ReadableFile) -> str:
    # A file without a name has its descriptor, a number, in place of it, or nothing.
    name = getattr(file, "name", None)
    return PurePath(name).name if isinstance(name, str | os.PathLike) else "file"


def _can_be_rewound(file: Any) -> bool:
    if not hasattr(file, "seekable") or not file.seekable():
        return False
    try:
        mode = os.fstat(file.fileno()).st_mode
    except (AttributeError, OSError):
        return True  # it is none of the system's
    # On Windows pipes say that they can (python/cpython#86768).
    return not stat.S_ISFIFO(mode)
