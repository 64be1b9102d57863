"""HTTP/1.1 messages: read and written as h11 does, which knows all of the protocol."""

from __future__ import annotations

from typing import Any

import h11
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.transport.messages import answer_body, body_length, read_head, write_chunk, write_head

URL = "http://wats.test/api/x?y=1"

INCOMPLETE, REFUSED = "incomplete", "refused"


def read(answer: bytes, method: str, *, ended: bool) -> Any:
    """What an answer means: status, reason, fields, body, and whether the connection can be used again."""
    received = bytearray(answer)
    try:
        while (head := read_head(received)) is None or 100 <= head.status_code < 200:
            if head is None:
                return REFUSED if ended else INCOMPLETE
            if head.status_code == 101:
                answer_body(head, method)
        body = answer_body(head, method)
        data = body.take(received)
        if not body.done:
            if not ended:
                return INCOMPLETE
            body.end()
    except httpx.RemoteProtocolError:
        return REFUSED
    reusable = body.reusable and not received and not ended
    return head.status_code, head.reason, without_framing(head.fields), data, reusable


def without_framing(fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    # h11 rewrites those that say how long the body is.
    framing = (b"content-length", b"transfer-encoding")
    return [(name, value) for name, value in fields if name.lower() not in framing]


def read_by_h11(answer: bytes, method: str, *, ended: bool) -> Any:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=100 * 1024)
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "wats.test")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(answer)
    head, data, waited = None, b"", False
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                data += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
            elif event is h11.NEED_DATA:
                if not ended or waited:
                    return INCOMPLETE
                connection.receive_data(b"")
                waited = True
            elif not isinstance(event, h11.InformationalResponse):
                return REFUSED
    except h11.RemoteProtocolError:
        return REFUSED
    assert head is not None
    reusable = connection.their_state is h11.DONE and not connection.trailing_data[0] and not ended
    return head.status_code, head.reason, without_framing(head.headers.raw_items()), data, reusable


STATUS_LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 404 Not Found",
        b"HTTP/1.1 204 No Content",
        b"HTTP/1.1 304 Not Modified",
        b"HTTP/1.1 500 ",
        b"HTTP/1.1 200",
        b"HTTP/1.1 101 Switching Protocols",
        b"HTTP/2 200 OK",
        b"HTTP/1.1 20 OK",
        b"220 smtp.test ESMTP",
    ]
)
FIELDS = st.sampled_from(
    [
        b"Content-Length: 5",
        b"Content-Length: 5",
        b"content-length:\t5 ",
        b"Content-Length: 05",
        b"Content-Length: 5, 5",
        b"Content-Length: 6",
        b"Content-Length: +5",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding: CHUNKED",
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: gzip, chunked",
        b"Connection: close",
        b"Connection: Keep-Alive, Close",
        b"X-Folded: a\r\n b",
        b"X-Text: \xe4\t b",
        b"X-Empty:",
        b"Bad Name: x",
        b"No-Colon",
        b": x",
        b"X-Null: a\x00b",
        b"X-Return: a\rb",
    ]
)
CHUNKS = st.sampled_from(
    [
        b"5\r\nhello\r\n",
        b"005;a=b\r\nhello\r\n",
        b"1 \r\nx\r\n",
        b"2\r\nhello\r\n",
        b"g\r\n",
        b"\r\n",
        b"-1\r\n",
    ]
)
LAST_CHUNKS = st.sampled_from([b"0\r\n\r\n", b"0\r\nX-Trailer: a\r\n\r\n", b"0;x\r\n\r\n", b"0\r\n", b""])
BODIES = st.one_of(
    st.sampled_from([b"", b"hello", b"hello world"]),
    st.builds(lambda chunks, last: b"".join(chunks) + last, st.lists(CHUNKS, max_size=3), LAST_CHUNKS),
)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from([b"\r\n", b"\r\n", b"\n"]))
    interim = draw(st.sampled_from([b"", b"", b"HTTP/1.1 100 Continue\r\n\r\n"]))
    lines = [draw(STATUS_LINES), *draw(st.lists(FIELDS, max_size=4))]
    return interim + end.join(lines) + end + end + draw(BODIES)


@given(answer=answers(), method=st.sampled_from(["GET", "HEAD", "POST"]), ended=st.booleans())
def test_an_answer_means_what_h11_says_or_is_refused(answer: bytes, method: str, ended: bool):
    meaning = read(answer, method, ended=ended)
    careful = read_by_h11(answer, method, ended=ended)
    if len(meaning) == len(careful) == 5 and not meaning[4]:
        # Not to use a connection again is never wrong.
        meaning, careful = meaning[:4], careful[:4]
    assert meaning in (careful, REFUSED)


@given(answer=st.binary(max_size=200), method=st.sampled_from(["GET", "HEAD"]), ended=st.booleans())
def test_whatever_comes_is_read_or_refused(answer: bytes, method: str, ended: bool):
    meaning = read(answer, method, ended=ended)
    assert meaning in (INCOMPLETE, read_by_h11(answer, method, ended=ended), REFUSED)


def test_a_length_given_twice_is_one_length():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nok"
    assert read(answer, "GET", ended=False)[3] == b"ok"


def test_an_answer_with_two_kinds_of_length_is_the_last_of_its_connection():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    assert read(answer, "GET", ended=False)[3:] == (b"ok", False)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 110_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 110_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 110_000,
    ],
    ids=["head", "chunk", "trailers"],
)
def test_what_has_no_end_is_refused(answer: bytes):
    assert read(answer, "GET", ended=False) == REFUSED


@pytest.mark.parametrize("text", [b" " * 90_000 + b"a", b"a\t" * 45_000, b"\r\n " * 30_000])
def test_odd_headers_take_no_longer_than_others(text: bytes):
    # A pattern that tries all ways to read them would not come to an end here.
    answer = b"HTTP/1.1 204 No Content\r\nX: " + text + b"\r\n\r\n"
    assert read(answer, "GET", ended=False)[0] == 204


# --- requests

NAMES = st.sampled_from(["X-A", "x-b", "Accept", "X A", "X:A", "", "X\nA"])
VALUES = st.one_of(
    st.sampled_from(["", "a", "a b", " a", "a\r\nX-C: d", "a\nb", "a\0b", "\xe4", "a\tb"]),
    st.text(st.characters(max_codepoint=255), max_size=10),
)


def read_as_server(data: bytes) -> tuple[bytes, bytes, list[tuple[bytes, bytes]]]:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    assert connection.trailing_data[0] == b""
    return event.method, event.target, event.headers.raw_items()


@given(fields=st.lists(st.tuples(NAMES, VALUES), max_size=4))
def test_a_server_reads_what_was_meant_or_nothing_is_written(fields: list[tuple[str, str]]):
    headers = httpx.Headers([(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields])
    request = httpx.Request("GET", URL, headers=headers)
    try:
        head = write_head(request)
    except httpx.LocalProtocolError:
        return
    meant = [(name, value.strip(b" \t")) for name, value in request.headers.raw]
    assert read_as_server(head) == (b"GET", b"/api/x?y=1", meant)


@pytest.mark.parametrize("value", ["a\r\nX-C: d", "a\nb", "a\rb", "a\0b"])
def test_a_value_that_would_be_more_than_a_value_is_not_written(value: str):
    with pytest.raises(httpx.LocalProtocolError):
        write_head(httpx.Request("GET", URL, headers={"X-A": value}))


def test_the_error_about_a_header_does_not_hold_the_token():
    headers = {"Authorization": "Basic c2VjcmV0", "X-A": "a\nb"}
    with pytest.raises(httpx.LocalProtocolError) as caught:
        write_head(httpx.Request("GET", URL, headers=headers))
    assert "c2VjcmV0" not in str(caught.value)


def test_a_request_without_a_body_has_the_length_0():
    assert body_length(httpx.Request("GET", URL)) == 0


def test_a_body_in_memory_has_its_length():
    assert body_length(httpx.Request("POST", URL, content=b"abc")) == 3


def test_a_body_of_unknown_length_is_sent_in_chunks():
    assert body_length(httpx.Request("POST", URL, content=iter([b"abc"]))) is None


def test_a_length_that_is_no_number_is_refused():
    with pytest.raises(httpx.LocalProtocolError):
        body_length(httpx.Request("POST", URL, content=b"abc", headers={"Content-Length": "three"}))


@given(parts=st.lists(st.binary(min_size=1, max_size=20), max_size=4))
def test_chunks_are_read_as_they_were_written(parts: list[bytes]):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    written = b"".join(write_chunk(part) for part in (*parts, b""))
    assert read(head + written, "GET", ended=False)[3] == b"".join(parts)
