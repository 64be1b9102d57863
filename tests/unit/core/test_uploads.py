"""Uploads: one file in a form, in constant memory, sent again only from its start."""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats import RetryConfig, SyncConfig, WatsConnectionError, WatsError, WatsTimeoutError
from pywats.core.client import AsyncHttpClient
from pywats.core.uploads import FileForm, form_file
from tests.support import TOKEN
from tests.unit.transport.helpers import Network, run

RETRIES = SyncConfig(retry_enabled=True, retry=RetryConfig(max_retries=2, max_backoff=0))


def upload(network: Network, source: Any, *, method: str = "PUT", **options: Any) -> None:
    async def send() -> None:
        client = AsyncHttpClient("http://wats.test", TOKEN, RETRIES, transport=network)
        async with form_file(source, **options) as form:
            await client.send(method, "/api/file", content=form)

    run(send())


async def read(form: FileForm) -> bytes:
    return b"".join([chunk async for chunk in form])


def sent(source: Any, **options: Any) -> tuple[dict[str, str], bytes]:
    """What a form announces, and its body."""

    async def read_form() -> tuple[dict[str, str], bytes]:
        async with form_file(source, **options) as form:
            return form.headers, await read(form)

    return run(read_form())


def parsed(headers: Any, body: bytes) -> EmailMessage:
    """The only part of the form, as the standard library's own parser reads it."""
    head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(head + body, policy=policy.HTTP)
    (part,) = message.iter_parts()
    return cast("EmailMessage", part)


class Pipe(io.RawIOBase):
    """A file that cannot be rewound."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(buffer)


def test_the_form_holds_the_file_its_name_and_its_media_type(tmp_path: Path):
    (tmp_path / "package.zip").write_bytes(b"PK\r\n--x\r\n")
    network = Network()
    upload(network, tmp_path / "package.zip", content_type="application/zip")
    part = parsed(network.requests[0].headers, network.bodies[0])
    assert part.get_content() == b"PK\r\n--x\r\n"
    assert part.get_content_type() == "application/zip"
    assert part["Content-Disposition"] == 'form-data; name="file"; filename="package.zip"'


@given(content=st.binary(max_size=600), skipped=st.integers(0, 600))
def test_the_announced_length_is_that_of_the_body(content: bytes, skipped: int):
    file = io.BytesIO(content)
    file.seek(skipped)
    headers, body = sent(file)
    assert headers["Content-Length"] == str(len(body))
    assert parsed(headers, body).get_payload(decode=True) == content[skipped:]


@given(name=st.text())
def test_no_file_name_breaks_out_of_its_header(name: str):
    head = sent(io.BytesIO(b"x"), filename=name, content_type="text/x")[1].partition(b"\r\n\r\n")[0]
    boundary, disposition, media_type = head.split(b"\r\n")
    assert boundary.startswith(b"--")
    assert disposition.startswith(b'Content-Disposition: form-data; name="file"; filename="')
    assert disposition.count(b'"') == 4
    assert media_type == b"Content-Type: text/x"


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, "a.zip"), ({"filename": "b.zip"}, "b.zip"), ({"filename": 'a"\r\nb'}, "a%22%0D%0Ab")],
)
def test_the_server_is_told_the_name_of_the_file_or_the_one_given(
    tmp_path: Path, options: dict[str, str], expected: str
):
    (tmp_path / "a.zip").write_bytes(b"")
    with (tmp_path / "a.zip").open("rb") as file:
        assert f'filename="{expected}"'.encode() in sent(file, **options)[1]


def test_a_file_in_memory_gets_a_name():
    assert b'filename="file"' in sent(io.BytesIO(b"x"))[1]


def test_a_file_opened_by_its_descriptor_gets_a_name(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(b"x")
    with os.fdopen(os.open(tmp_path / "a.zip", os.O_RDONLY), "rb") as file:
        assert b'filename="file"' in sent(file)[1]


def test_the_form_field_can_have_another_name():
    assert b'form-data; name="upload"' in sent(io.BytesIO(), name="upload")[1]


def test_a_file_object_is_sent_from_where_it_stands_and_stays_open():
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    network = Network()
    upload(network, file)
    assert parsed(network.requests[0].headers, network.bodies[0]).get_content() == b"456789"
    assert not file.closed


def test_a_failed_upload_is_sent_again_from_the_same_start():
    file = io.BytesIO(b"0123456789" * 100_000)
    file.seek(4)
    network = Network(_half, 503, 200)
    upload(network, file)
    assert len(network.requests) == 3
    assert network.bodies[0] == network.bodies[1]
    assert len(network.bodies[0]) == int(network.requests[0].headers["Content-Length"])


async def _half(request: httpx.Request) -> httpx.Response:
    assert isinstance(request.stream, httpx.AsyncByteStream)
    body = aiter(request.stream)
    await anext(body)
    await anext(body)
    raise httpx.ReadError("reset")


def test_an_upload_that_may_have_taken_effect_is_not_sent_again():
    network = Network(_half)
    with pytest.raises(WatsConnectionError):
        upload(network, io.BytesIO(b"x" * 1000), method="POST")
    assert len(network.requests) == 1


def test_a_file_that_cannot_be_rewound_is_sent_in_chunks_and_only_once():
    network = Network(503)
    with pytest.raises(WatsError):
        upload(network, io.BufferedReader(Pipe(b"abc")))
    assert len(network.requests) == 1
    assert network.requests[0].headers["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in network.requests[0].headers
    assert parsed(network.requests[0].headers, network.bodies[0]).get_payload(decode=True) == b"abc"


def test_a_file_that_cannot_be_rewound_is_never_sent_half():
    async def read_twice() -> None:
        async with form_file(io.BufferedReader(Pipe(b"abc"))) as form:
            await read(form)
            await read(form)

    with pytest.raises(httpx.StreamConsumed):
        run(read_twice())


def test_progress_counts_the_bytes_of_the_file_and_begins_anew_with_each_attempt():
    seen: list[tuple[int, int | None]] = []
    content = b"x" * 600_000
    upload(Network(503, 200), io.BytesIO(content), progress=lambda *step: seen.append(step))
    attempt = [(262_144, 600_000), (524_288, 600_000), (600_000, 600_000)]
    assert seen == attempt * 2


def test_progress_of_a_file_of_unknown_size_has_no_total():
    seen: list[tuple[int, int | None]] = []
    upload(Network(), io.BufferedReader(Pipe(b"abc")), progress=lambda *step: seen.append(step))
    assert seen == [(3, None)]


def test_what_a_file_gains_while_it_is_sent_is_left_out():
    file = io.BytesIO(b"abc")

    async def grow() -> tuple[dict[str, str], bytes]:
        async with form_file(file) as form:
            file.write(b"abcdef")
            return form.headers, await read(form)

    headers, body = run(grow())
    assert parsed(headers, body).get_payload(decode=True) == b"abc"
    assert headers["Content-Length"] == str(len(body))


def test_a_file_that_becomes_shorter_fails_the_upload_at_once():
    file = io.BytesIO(b"abcdef")
    network = Network()

    async def send() -> None:
        client = AsyncHttpClient("http://wats.test", TOKEN, RETRIES, transport=network)
        async with form_file(file) as form:
            file.truncate(2)
            await client.send("PUT", "/api/file", content=form)

    with pytest.raises(OSError, match="shorter while it was sent: 2 bytes in place of 6"):
        run(send())
    assert len(network.requests) == 1


@pytest.mark.parametrize("source", [io.StringIO("text"), 7, None, b"content"])
def test_what_is_no_binary_file_is_refused_before_sending(source: Any):
    network = Network()
    with pytest.raises(TypeError, match="opened for reading bytes"):
        upload(network, source)
    assert not network.requests


def test_a_wrapper_around_a_text_file_is_refused_before_sending():
    network = Network()
    with (
        tempfile.NamedTemporaryFile("w+") as file,
        pytest.raises(TypeError, match="opened for reading bytes"),
    ):
        upload(network, file)
    assert not network.requests


@pytest.mark.parametrize("content_type", ["", "text", "a\r\nX-Evil: 1", "text/plain\r\nX-Evil: 1", "ä/b"])
def test_what_is_no_content_type_is_refused_before_sending(content_type: str):
    network = Network()
    with pytest.raises(ValueError, match="content type"):
        upload(network, io.BytesIO(b"x"), content_type=content_type)
    assert not network.requests


def test_a_path_that_is_no_file_is_refused_before_sending(tmp_path: Path):
    network = Network()
    with pytest.raises(OSError, match="no regular file"):
        upload(network, tmp_path)
    assert not network.requests


def test_an_object_that_can_only_be_read_is_sent_in_chunks():
    class Source:
        content = io.BytesIO(b"abc")

        def read(self, size: int, /) -> bytes:
            return self.content.read(size)

    headers, body = sent(Source())
    assert "Content-Length" not in headers
    assert parsed(headers, body).get_payload(decode=True) == b"abc"


def test_a_pipe_that_says_it_can_be_rewound_is_not_believed():
    reader, writer = os.pipe()

    class WindowsPipe(io.FileIO):
        def seekable(self) -> bool:
            return True

    with WindowsPipe(reader) as pipe:
        os.write(writer, b"abc")
        os.close(writer)
        headers, body = sent(pipe)
    assert parsed(headers, body).get_payload(decode=True) == b"abc"


@pytest.mark.parametrize("kind", [TimeoutError, ConnectionResetError])
def test_a_file_share_that_fails_is_no_fault_of_the_server_and_not_retried(kind: type[OSError]):
    class Share(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if size == 0:
                return b""
            raise kind("the share is away")

    network = Network()
    with pytest.raises(OSError, match="cannot be read: the share is away") as caught:
        upload(network, Share(b"abc"))
    assert not isinstance(caught.value, WatsError)
    assert len(network.requests) == 1


def test_a_pipe_with_nothing_in_it_does_not_outlast_the_timeout():
    reader, writer = os.pipe()
    network = Network()

    async def send() -> None:
        client = AsyncHttpClient("http://wats.test", TOKEN, SyncConfig(timeout=0.05), transport=network)
        async with form_file(pipe) as form:
            await client.send("PUT", "/api/file", content=form)

    with os.fdopen(reader, "rb", buffering=0) as pipe:
        with pytest.raises(WatsTimeoutError):
            run(send())
        os.close(writer)


def test_a_missing_file_is_an_error_before_sending(tmp_path: Path):
    network = Network()
    with pytest.raises(FileNotFoundError):
        upload(network, tmp_path / "none.zip")
    assert not network.requests


def test_the_file_is_read_outside_of_the_event_loop(tmp_path: Path):
    threads = set()

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            threads.add(threading.get_ident())
            return super().read(size)

    upload(Network(), Watched(b"abc"))
    assert threads
    assert threading.get_ident() not in threads


def test_no_more_than_a_chunk_is_held_in_memory(tmp_path: Path):
    (tmp_path / "big").write_bytes(b"x" * 1_000_000)

    async def sizes() -> list[int]:
        async with form_file(tmp_path / "big") as form:
            return [len(chunk) async for chunk in cast("AsyncIterator[bytes]", form)]

    assert max(run(sizes())) == 262_144


def test_a_file_that_does_not_wait_for_its_bytes_is_not_sent_cut_off():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.write(writer, b"abc")
    with os.fdopen(reader, "rb", buffering=0) as pipe, pytest.raises(BlockingIOError):
        upload(Network(), pipe)
    os.close(writer)
