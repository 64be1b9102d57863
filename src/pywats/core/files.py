"""Downloads to files: all of it, or nothing at the target's name."""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pywats.core.threads import in_daemon_thread, in_thread

__all__ = ["DownloadTarget", "Progress", "WritableFile", "check_target", "saved"]


class WritableFile(Protocol):
    """A file object opened for writing bytes."""

    def write(self, data: Any, /) -> int | None:
        """Take bytes, and return how many."""
        ...


DownloadTarget = str | os.PathLike[str] | WritableFile
"""Where a download goes: a path, or a file object opened for writing bytes."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes done and the bytes in total, or None if that is not known.

It runs inside the event loop that all calls share: it has to be quick and can make no calls.
"""

_BUFFER_BYTES = 1024 * 1024


def check_target(target: object) -> None:
    """Refuse what cannot be written to, before anything is downloaded.

    Raises:
        TypeError: It is neither a path nor a file opened for writing bytes.
    """
    writable = isinstance(target, str | os.PathLike) or hasattr(target, "write")
    # A temporary file is a wrapper; what it wraps tells.
    if not writable or isinstance(getattr(target, "file", target), io.TextIOBase):
        raise TypeError("the target must be a path, or a file opened for writing bytes ('wb')")


@asynccontextmanager
async def saved(target: DownloadTarget) -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """Write to a file in a with-block.

    A path gets its file when the block ends well: until then, and after an error, nothing is at that name
    that was not there before. A file object is written to as it is.

    Args:
        target: Where the bytes go.

    Raises:
        OSError: The file cannot be written.

    Yields:
        A function that takes the next bytes. Writing is done in another thread, since a slow disk would hold
        up every call that shares the event loop.
    """
    if not isinstance(target, str | os.PathLike):
        async with _buffered(target) as write:
            yield write
        return
    # Opening, renaming and removing a file are quick; only writing to it is done elsewhere.
    path = Path(target).resolve()  # noqa: ASYNC240
    if path.exists() and not path.is_file():
        # A device, a pipe: there is nothing to replace. A folder raises the error that it should.
        with await in_daemon_thread(partial(path.open, "wb", buffering=0)) as device:
            async with _buffered(device) as write:
                yield write
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder", str(path.parent))
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    file = part.open("xb", buffering=0)
    try:
        with file:
            async with _buffered(file) as write:
                yield write
            await in_thread(os.fsync, file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@asynccontextmanager
async def _buffered(file: WritableFile) -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    buffer = bytearray()
    in_other_thread = in_daemon_thread if _may_wait_for_ever(file) else in_thread

    async def write(data: bytes) -> None:
        buffer.extend(data)
        if len(buffer) >= _BUFFER_BYTES:
            await flush()

    async def flush() -> None:
        await in_other_thread(_write_all, file, bytes(buffer))
        buffer.clear()

    yield write
    await flush()


def _may_wait_for_ever(file: Any) -> bool:
    """Whether it is a pipe, a terminal or the like, whose other end may take nothing."""
    try:
        return not stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (AttributeError, OSError):
        return False  # it is none of the system's


def _write_all(file: WritableFile, data: bytes) -> None:
    view = memoryview(data)
    while view:
        # A raw file may take less than it is given; an object of the user's own may not say.
        taken = file.write(view)
        if taken is None and isinstance(file, io.RawIOBase):
            raise BlockingIOError(errno.EAGAIN, "The file takes no more bytes now")
        view = view[len(view) if taken is None else taken :]
