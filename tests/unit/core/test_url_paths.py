"""Base URLs and path parameters: user input that becomes a URL and must stay what it is."""

from __future__ import annotations

import uuid
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.core.paths import check_base_url, expand_path

PATH = "/api/Product/{partNumber}/{revision}"


@pytest.mark.parametrize(
    ("given_url", "normal"),
    [
        ("https://wats.test", "https://wats.test"),
        ("https://wats.test/", "https://wats.test"),
        ("https://wats.test/api", "https://wats.test"),
        ("https://wats.test/api/", "https://wats.test"),
        ("https://wats.test/API//", "https://wats.test"),
        ("  https://wats.test \n", "https://wats.test"),
        ("http://wats.test:8080", "http://wats.test:8080"),
        ("HTTPS://WATS.test", "https://wats.test"),
        ("https://host.test/wats", "https://host.test/wats"),
        ("https://host.test/wats/api/", "https://host.test/wats"),
        ("https://host.test/myapi", "https://host.test/myapi"),
        ("https://host.test/api/v2", "https://host.test/api/v2"),
        ("http://[::1]:8080/api", "http://[::1]:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
    ],
)
def test_a_base_url_is_brought_into_its_normal_form(given_url: str, normal: str):
    assert check_base_url(given_url) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "wats.test",
        "//wats.test",
        "/api",
        "ftp://wats.test",
        "http://",
        "https:///api",
        "a.test:80",
        "http://wats.test:port",
        "http://wats.test?x=1",
        "http://wats.test#x",
        "file:///etc/x",
        "http://wa ts.test",
        "http://[",
    ],
)
def test_a_base_url_that_is_no_server_is_refused(url: str):
    with pytest.raises(ValueError, match="base_url"):
        check_base_url(url)


@pytest.mark.parametrize(
    "url", ["http://user@wats.test", "http://user:pa55@wats.test", "http://:pa55@wats.test"]
)
def test_credentials_in_a_base_url_are_refused_without_repeating_them(url: str):
    with pytest.raises(ValueError, match="token") as caught:
        check_base_url(url)
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://user:pa55@wats.test:port", "http://user:pa55@wats.test:999999999"])
def test_an_invalid_base_url_is_refused_without_repeating_its_credentials(url: str):
    with pytest.raises(ValueError, match="base_url") as caught:
        check_base_url(url)
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["user:pa55@wats.test", "//user:pa55@wats.test", "https//user:pa55@wats.test"]
)
def test_a_base_url_without_scheme_is_refused_without_repeating_its_credentials(url: str):
    with pytest.raises(ValueError, match=r"base_url|token") as caught:
        check_base_url(url)
    assert "pa55" not in str(caught.value)


@given(st.one_of(st.text(), st.text().map("http://".__add__), st.text(alphabet="htps:/@.[]x0-%?#\xe4 ")))
def test_any_text_is_a_base_url_or_refused(value: str):
    try:
        normal = check_base_url(value)
    except ValueError:
        return
    assert check_base_url(normal) == normal


@pytest.mark.parametrize("value", [None, 5, b"http://wats.test", ["http://wats.test"]])
def test_a_base_url_that_is_no_text_is_refused(value: object):
    with pytest.raises(TypeError, match="base_url"):
        check_base_url(value)  # type: ignore[arg-type]


def test_an_httpx_url_is_told_to_be_a_text():
    with pytest.raises(TypeError, match="base_url"):
        check_base_url(httpx.URL("http://wats.test"))  # type: ignore[arg-type]


# --- path parameters


def sent(part_number: object, revision: object = "B") -> str:
    """The path as it goes over the wire."""
    url = httpx.URL("http://wats.test" + expand_path(PATH, {"partNumber": part_number, "revision": revision}))
    return url.raw_path.decode()


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("ABC123", "ABC123"),
        ("A/B", "A%2FB"),
        ("../x", "..%2Fx"),
        ("50%", "50%25"),
        ("%2F", "%252F"),
        ("a?b", "a%3Fb"),
        ("a#b", "a%23b"),
        ("a b", "a%20b"),
        ("a+b", "a%2Bb"),
        ("a;b=c", "a%3Bb%3Dc"),
        ("\\", "%5C"),
        ("Ä", "%C3%84"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("😀", "%F0%9F%98%80"),
        ("...", "..."),
        (" ", "%20"),
        (42, "42"),
        (0, "0"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_path_parameter_stays_one_segment(value: object, segment: str):
    assert sent(value) == f"/api/Product/{segment}/B"


@pytest.mark.parametrize(
    "value", ["", ".", "..", "a\x00b", "a\nb", "a\r\nb", "\x7f", "\x85", "\ud800", "a\udfffb"]
)
def test_a_path_parameter_that_no_server_can_tell_is_refused_by_name(value: str):
    with pytest.raises(ValueError, match="partNumber"):
        sent(value)


@pytest.mark.parametrize("value", [None, True, False])
def test_a_path_parameter_that_is_a_mistake_is_refused_by_name(value: object):
    with pytest.raises(TypeError, match="revision"):
        sent("A", value)


def test_a_value_that_looks_like_a_placeholder_is_no_placeholder():
    assert sent("{revision}") == "/api/Product/%7Brevision%7D/B"


def test_a_path_without_placeholders_needs_no_values():
    assert expand_path("/api/App/Version") == "/api/App/Version"


def test_a_placeholder_without_value_is_a_mistake():
    with pytest.raises(KeyError, match="revision"):
        expand_path(PATH, {"partNumber": "A"})


@given(st.text())
def test_any_text_is_one_segment_that_means_itself_or_is_refused(value: str):
    try:
        path = sent(value)
    except ValueError:
        return
    assert path.startswith("/api/Product/")
    assert path.endswith("/B")
    segment = path.removeprefix("/api/Product/").removesuffix("/B")
    assert "/" not in segment
    assert "?" not in segment
    assert unquote(segment) == value


@pytest.mark.parametrize("port", [0, 65536, 99999])
def test_a_base_url_with_an_impossible_port_is_refused(port: int):
    with pytest.raises(ValueError, match="port"):
        check_base_url(f"http://wats.test:{port}")
