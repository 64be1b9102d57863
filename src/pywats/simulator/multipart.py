"""Uploaded files: one part of a multipart/form-data body (RFC 7578)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from email.utils import collapse_rfc2231_value
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, NamedTuple

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from starlette.requests import Request

from .wire import bad_request

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_MAX_IN_MEMORY = 1024 * 1024


class UploadedFile(NamedTuple):
    """A file that came in a form.

    Attributes:
        filename: Its name, without any path in front of it.
        content_type: Its media type.
        content: Its bytes.
    """

    filename: str
    content_type: str
    content: bytes


async def uploaded_file(request: Request, name: str = "file") -> UploadedFile:
    """The file in a field of a form, in memory, or a 400.

    Args:
        request: The request, which must be multipart/form-data.
        name: The name of the field.
    """
    with SpooledTemporaryFile(max_size=_MAX_IN_MEMORY) as content:
        headers = await _receive(request, name, content)
        filename = re.split(r"[/\\]", headers.get_filename(""))[-1]
        return UploadedFile(filename, headers.get_content_type(), content.read())


@asynccontextmanager
async def large_file(request: Request, name: str = "file") -> AsyncIterator[IO[bytes]]:
    """The file in a field of a form, on disk unless it is small, until the block ends; or a 400.

    Args:
        request: The request, which must be multipart/form-data.
        name: The name of the field.
    """
    with SpooledTemporaryFile(max_size=_MAX_IN_MEMORY) as content:
        await _receive(request, name, content)
        yield content


async def _receive(request: Request, name: str, content: IO[bytes]) -> Message:
    """Writes the content of the file, rewinds it, and returns the headers of its part."""
    form = _Form(name, content)
    parser = MultipartParser(_boundary(request.headers.get("Content-Type", "")), form.callbacks())
    try:
        async for chunk in request.stream():
            parser.write(chunk)
    except FormParserError as error:
        raise bad_request(f"The form is not valid: {error}") from error
    if form.found is None:
        raise bad_request(f"The form has no file in a field named {name!r}.")
    content.seek(0)
    return form.found


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["Content-Type"] = content_type
    try:
        boundary = collapse_rfc2231_value(header.get_param("boundary", ""))
    except (ValueError, LookupError):
        boundary = ""  # an encoding of the sender's choice, which it is not in
    if header.get_content_type() != "multipart/form-data" or not _BOUNDARY.fullmatch(boundary):
        raise bad_request(f"The body must be multipart/form-data with a boundary, not {content_type!r}.")
    return boundary.encode()


class _Form:
    """A form as the parser reads it: all that is kept is the first file of one field.

    Attributes:
        found: The headers of the part with the file; None until it is complete.
    """

    def __init__(self, field: str, content: IO[bytes]) -> None:
        self.found: Message | None = None
        self._field = field
        self._content = content
        self._headers = Message()
        self._name = bytearray()
        self._value = bytearray()
        self._wanted = False

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin_part,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._take,
            "on_part_end": self._end_part,
        }

    def _begin_part(self) -> None:
        self._headers = Message()

    def _end_header(self) -> None:
        self._headers[self._name.decode()] = self._value.decode(errors="replace")
        self._name.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        field = self._headers.get_param("name", header="Content-Disposition")
        try:
            name = self._headers.get_filename()
            # A lone surrogate can be stored nowhere.
            (name or "").encode()
        except (ValueError, LookupError) as error:
            raise bad_request(f"The name of the file cannot be read: {error}") from error
        self._wanted = self.found is None and name is not None and field == self._field

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self._content.write(data[start:end])

    def _end_part(self) -> None:
        if self._wanted:
            self.found = self._headers
