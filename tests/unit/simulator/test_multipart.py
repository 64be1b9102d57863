"""Uploaded files are taken out of a form as they were sent."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from pywats.simulator.multipart import large_file, uploaded_file
from pywats.simulator.wire import ApiError


def received(content_type, body):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [] if content_type is None else [(b"content-type", content_type.encode("latin-1"))]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def upload(files, data=None, name="file"):
    request = httpx.Request("POST", "http://wats.test", files=files, data=data)
    return asyncio.run(uploaded_file(received(request.headers["Content-Type"], request.read()), name))


def refused(content_type, body):
    with pytest.raises(ApiError) as caught:
        asyncio.run(uploaded_file(received(content_type, body)))
    assert caught.value.status == 400
    return caught.value.message


def test_a_file_comes_with_its_name_and_media_type():
    file = upload({"file": ("Prüf bericht.csv", b"1;2\r\n", "text/csv")})

    assert file == ("Prüf bericht.csv", "text/csv", b"1;2\r\n")


def test_a_path_before_the_name_is_dropped():
    assert upload({"file": ("C:\\tests/log.txt", b"")}).filename == "log.txt"


def test_other_fields_and_other_files_are_passed_over():
    files = {"other": ("a.txt", b"a"), "package": ("b.zip", b"b")}

    assert upload(files, {"package": "no file"}, "package").content == b"b"


@given(st.lists(st.sampled_from([b"\r\n", b"--", b"-", b"\r", b"\n", b"\0", b"\xff", b"abc"])).map(b"".join))
def test_every_byte_of_a_file_comes_through(content):
    assert upload({"file": ("f.bin", content)}).content == content


def test_a_large_file_is_on_disk_and_gone_when_the_block_ends():
    content = bytes(range(256)) * 8192
    request = httpx.Request("POST", "http://wats.test", files={"file": ("big.zip", content)})

    async def read():
        async with large_file(received(request.headers["Content-Type"], request.read())) as file:
            assert isinstance(file.fileno(), int)
            assert file.read() == content
        return file

    assert asyncio.run(read()).closed


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "multipart/form-data",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=ä",
        "multipart/mixed; boundary=b",
        f"multipart/form-data; boundary={'b' * 71}",
    ],
)
def test_what_is_no_form_is_refused(content_type):
    assert "multipart/form-data" in refused(content_type, b"--b\r\n\r\n\r\n--b--")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no file"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\ncut off", "no file"),
        (b"--bContent-Disposition: form-data\r\n\r\n\r\n--b--", "not valid"),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n--b--', "no file"),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ncut off', "no file"),
        (b"--b--", "no file"),
        (b'--b\r\nContent-Disposition: form-data; name="other"; filename="f"\r\n\r\n\r\n--b--', "no file"),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nno filename\r\n--b--', "no file"),
    ],
)
def test_a_form_without_the_file_is_refused(body, message):
    assert message in refused("multipart/form-data; boundary=b", body)


@given(st.text(st.characters(codec="latin-1"), max_size=40), st.binary(max_size=80))
def test_no_form_whatever_it_holds_ends_in_another_error(boundary, body):
    refused(f"multipart/form-data; boundary={boundary}", body)
