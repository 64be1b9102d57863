"""Uploaded files: one part of a multipart/form-data body (RFC 7578)."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import HeaderParser
from email.utils import collapse_rfc2231_value
from typing import NamedTuple

from starlette.requests import Request

from .wire import bad_request

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")


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
    """The file in a field of a form, or a 400.

    Args:
        request: The request, which must be multipart/form-data.
        name: The name of the field.
    """
    boundary = _boundary(request.headers.get("Content-Type", ""))
    for headers, content in _parts(await request.body(), boundary):
        filename = headers.get_filename()
        field = headers.get_param("name", header="Content-Disposition")
        if field == name and filename is not None:
            bare_name = re.split(r"[/\\]", filename)[-1]
            return UploadedFile(bare_name, headers.get_content_type(), content)
    raise bad_request(f"The form has no file in a field named {name!r}.")


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["Content-Type"] = content_type
    boundary = collapse_rfc2231_value(header.get_param("boundary", ""))
    if header.get_content_type() != "multipart/form-data" or not _BOUNDARY.fullmatch(boundary):
        raise bad_request(f"The body must be multipart/form-data with a boundary, not {content_type!r}.")
    return boundary.encode()


def _parts(body: bytes, boundary: bytes) -> list[tuple[Message, bytes]]:
    """The headers and the content of each part, or a 400."""
    delimiter = b"\r\n--" + boundary
    # The first delimiter has no line break of its own before it.
    _, *parts = (b"\r\n" + body).split(delimiter)
    if not parts or not parts[-1].startswith(b"--"):
        raise bad_request("The form is not complete: its last boundary is missing.")
    found = []
    for part in parts[:-1]:
        head, blank_line, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not part.startswith(b"\r\n") or not blank_line:
            raise bad_request("A part of the form has no headers.")
        found.append((HeaderParser().parsestr(head.decode(errors="replace")), content))
    return found
