"""HTTP/1.1 messages as bytes (RFC 9112): a request is written, an answer is read. No input or output here.

h11 does the same for servers, upgrades and all else there is; a client needs little of it, in every call.
What is read here is strict: whatever can be understood in two ways is an error.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import httpx

__all__ = ["AnswerBody", "AnswerHead", "answer_body", "body_length", "read_head", "write_chunk", "write_head"]

# The head of an answer, the line before a chunk and the trailers may be this large, as in httpcore.
_MAX_HEAD_BYTES = 100 * 1024

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT = rb"[\t\x20-\x7e\x80-\xff]*"

_REQUEST_HEAD = re.compile(rb"%b [\x21-\x7e]+ HTTP/1\.1\r\n(?:%b: %b\r\n)*\r\n" % (_TOKEN, _TOKEN, _TEXT))
_LENGTH = re.compile(rb"[0-9]{1,18}")

# A line may end with LF alone (RFC 9112 section 2.2), and a value be folded into several (section 5.2).
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) ([1-9][0-9]{2})(?: (%b))?" % _TEXT)
_FIELD_NAME = re.compile(_TOKEN)
_FIELD_VALUE = re.compile(_TEXT)

_CHUNK_SIZE = rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;%b)?\r?\n" % _TEXT
_FIRST_CHUNK = re.compile(_CHUNK_SIZE)
_NEXT_CHUNK = re.compile(rb"\r?\n" + _CHUNK_SIZE)
_TRAILERS = re.compile(rb"(?:[^\r\n]+\r?\n)*\r?\n")
# How many lines are there for sure when one of them does not match.
_LINES = {_FIRST_CHUNK: 1, _NEXT_CHUNK: 2}


def write_head(request: httpx.Request) -> bytes:
    """Return the request line and the header fields as they are sent.

    Raises:
        httpx.LocalProtocolError: A part of them is not what HTTP allows, such as a value with a line break.
    """
    line = b"%b %b HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)
    fields = [b"%b: %b\r\n" % field for field in request.headers.raw]
    head = b"".join([line, *fields, b"\r\n"])
    # A line end inside a field would look like one more of them.
    if not _REQUEST_HEAD.fullmatch(head) or head.count(b"\n") != len(fields) + 2:
        # The head itself stays out of the message: it holds the token.
        raise httpx.LocalProtocolError("the method, the path or a header is not what HTTP allows")
    return head


def body_length(request: httpx.Request) -> int | None:
    """Return how many bytes the body of a request is to have; None if it is sent in chunks.

    Raises:
        httpx.LocalProtocolError: Its ``Content-Length`` is no number.
    """
    if "Transfer-Encoding" in request.headers:
        return None
    if "Content-Length" not in request.headers:
        return 0
    length = request.headers["Content-Length"]
    if not _LENGTH.fullmatch(length.encode()):
        raise httpx.LocalProtocolError("the Content-Length is no number")
    return int(length)


def write_chunk(data: bytes) -> bytes:
    """Return a part of a body as it is sent in chunks; an empty part ends the body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """The head of an answer.

    Attributes:
        version: ``b"HTTP/1.1"`` or ``b"HTTP/1.0"``.
        status_code: The status.
        reason: The text behind it.
        fields: The header fields as they were sent.
    """

    version: bytes
    status_code: int
    reason: bytes
    fields: list[tuple[bytes, bytes]]


def read_head(received: bytearray) -> AnswerHead | None:
    """Take the head of an answer off what was received; None if its end is still to come.

    Raises:
        httpx.RemoteProtocolError: It is not the head of an HTTP/1.1 or 1.0 answer, or larger than 100 kB.
    """
    end = _HEAD_END.search(received)
    if end is None:
        _check_size(received)
        return None
    head = bytes(received[: end.start()])
    del received[: end.end()]
    status_line, *lines = _FOLD.sub(b" ", head).replace(b"\r\n", b"\n").split(b"\n")
    status = _STATUS_LINE.fullmatch(status_line)
    if status is None:
        raise httpx.RemoteProtocolError("the answer is not HTTP")
    version, code, reason = status.groups(b"")
    return AnswerHead(version, int(code), reason, [_field(line) for line in lines])


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    value = value.strip(b" \t")
    if not colon or not _FIELD_NAME.fullmatch(name) or not _FIELD_VALUE.fullmatch(value):
        raise httpx.RemoteProtocolError("a header of the answer is not HTTP")
    return name, value


def answer_body(head: AnswerHead, method: str) -> AnswerBody:
    """Return the body that follows a head (RFC 9112 section 6.3).

    Args:
        head: The head of the answer.
        method: The method of the request.

    Raises:
        httpx.RemoteProtocolError: The head contradicts itself, or the encoding is unknown.
    """
    if head.status_code == httpx.codes.SWITCHING_PROTOCOLS:
        raise httpx.RemoteProtocolError("the server speaks another protocol from here on, unasked")
    encodings, lengths = _members(head, b"transfer-encoding"), set(_members(head, b"content-length"))
    if encodings and (encodings != [b"chunked"] or head.version == b"HTTP/1.0"):
        raise httpx.RemoteProtocolError("the Transfer-Encoding of the answer is unknown")
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
        raise httpx.RemoteProtocolError("the Content-Length of the answer is not one number")
    persistent = head.version == b"HTTP/1.1" and b"close" not in _members(head, b"connection")
    if method == "HEAD" or head.status_code in (204, 304):
        return AnswerBody(0, reusable=persistent)
    if encodings:
        # With a length as well, somebody may be trying to smuggle in another answer (section 6.1).
        return _Chunks(reusable=persistent and not lengths)
    if lengths:
        return AnswerBody(int(lengths.pop()), reusable=persistent)
    return _UntilTheEnd()


def _members(head: AnswerHead, name: bytes) -> list[bytes]:
    """Return the members of all fields of a name, in small letters (RFC 9110 section 5.6.1)."""
    values = [value for given, value in head.fields if given.lower() == name]
    return [member.strip() for member in b",".join(values).lower().split(b",")] if values else []


class AnswerBody:
    """The body of an answer, of a known length.

    Args:
        length: Its bytes.
        reusable: Whether the connection can be used again after it.

    Attributes:
        done: Whether all of it has been taken.
        reusable: Whether the connection can be used again after it.
    """

    def __init__(self, length: int, *, reusable: bool) -> None:
        self._left = length
        self.done = not length
        self.reusable = reusable

    def take(self, received: bytearray) -> bytes:
        """Take what belongs to the body off what was received.

        Raises:
            httpx.RemoteProtocolError: It is no body, of which some may be left.
        """
        data = bytes(received[: self._left])
        del received[: self._left]
        self._left -= len(data)
        self.done = not self._left
        return data

    def end(self) -> None:
        """Note that the server has closed the connection.

        Raises:
            httpx.RemoteProtocolError: The body is not complete (RFC 9112 section 8).
        """
        raise httpx.RemoteProtocolError("the server closed the connection before its answer was complete")


class _UntilTheEnd(AnswerBody):
    """A body that ends with the connection."""

    def __init__(self) -> None:
        super().__init__(1, reusable=False)

    def take(self, received: bytearray) -> bytes:
        data = bytes(received)
        received.clear()
        return data

    def end(self) -> None:
        self.done = True


class _Chunks(AnswerBody):
    """A body in chunks, each behind its size (RFC 9112 section 7.1)."""

    def __init__(self, *, reusable: bool) -> None:
        super().__init__(0, reusable=reusable)
        self.done = False
        self._expected = _FIRST_CHUNK

    def take(self, received: bytearray) -> bytes:
        data = bytearray()
        while not self.done:
            data += received[: self._left]
            taken = min(self._left, len(received))
            del received[:taken]
            self._left -= taken
            if self._left or not self._read_lines(received):
                break
        return bytes(data)

    def _read_lines(self, received: bytearray) -> bool:
        """Read what stands between two chunks, or behind the last; return whether it was all there."""
        lines = self._expected.match(received)
        if lines is None:
            _check_size(received)
            if received.count(b"\n") >= _LINES.get(self._expected, math.inf):
                raise httpx.RemoteProtocolError("the answer is not in chunks as it says")
            return False
        if self._expected is _TRAILERS:
            self.done = True
        else:
            self._left = int(lines[1], 16)
            self._expected = _NEXT_CHUNK if self._left else _TRAILERS
        del received[: lines.end()]
        return True


def _check_size(received: bytearray) -> None:
    if len(received) > _MAX_HEAD_BYTES:
        raise httpx.RemoteProtocolError("the head of the answer, or of a part of it, is too large")
