"""The server's own text: found in any shape, readable, short, and without the token."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.core.error_detail import error_detail

SECRET = "c2VjcmV0"


def detail(body: object, content_type: str = "application/json") -> str:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_detail(raw, content_type, SECRET)


@pytest.mark.parametrize(
    "key", ["message", "Message", "MESSAGE", "error", "detail", "title", "exceptionMessage"]
)
def test_the_text_is_found_under_its_usual_names(key: str):
    assert detail({key: "no such product", "status": 404}) == "no such product"


def test_several_texts_are_all_shown():
    assert (
        detail({"Message": "an error", "ExceptionMessage": "index out of range"})
        == "an error; index out of range"
    )


def test_a_problem_of_rfc_9457_shows_title_and_detail():
    problem = {"type": "about:blank", "title": "Out of credit", "status": 403, "detail": "Balance is 30."}
    assert set(detail(problem).split("; ")) == {"Out of credit", "Balance is 30."}


def test_model_state_names_the_invalid_members():
    body = {
        "Message": "The request is invalid.",
        "ModelState": {"report.pn": ["is required", "is too short"]},
    }
    assert detail(body) == "The request is invalid.; report.pn: ['is required', 'is too short']"


def test_errors_of_asp_net_core_name_the_invalid_members():
    assert detail({"errors": {"pn": ["is required"]}}) == "pn: ['is required']"


def test_a_bare_string_is_the_text():
    assert detail("no such product") == "no such product"


def test_an_object_without_text_is_shown_as_it_is():
    assert detail({"code": 7}) == "{'code': 7}"


def test_a_list_is_shown_as_it_is():
    assert detail(["a", 1]) == "['a', 1]"


@pytest.mark.parametrize("body", [b"", b"null", b"   ", b'""'])
def test_a_body_that_says_nothing_gives_no_text(body: bytes):
    assert detail(body) == ""


def test_plain_text_is_the_text():
    assert detail(b"Bad Gateway", "text/plain") == "Bad Gateway"


@pytest.mark.parametrize("content_type", ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"])
def test_a_page_has_no_text_worth_showing(content_type: str):
    assert detail(b"<html><body>Bad Gateway</body></html>", content_type) == ""


def test_broken_json_is_shown_as_text():
    assert detail(b'{"message": "cut of') == '{"message": "cut of'


def test_bytes_that_are_no_utf8_are_replaced():
    assert detail(b"caf\xe9", "text/plain") == "caf\ufffd"


def test_line_breaks_and_control_characters_become_spaces():
    assert detail(b"a\r\nFAKE LINE\x00\x1b[31m\xc2\x85b\xe2\x80\xa8c", "text/plain") == "a FAKE LINE [31m b c"


def test_a_long_text_is_cut():
    text = detail("x" * 10_000)
    assert (len(text), text[-1]) == (500, "…")


def test_a_text_of_500_characters_is_not_cut():
    assert detail("x" * 500) == "x" * 500


def test_the_token_is_masked():
    assert detail({"message": f"bad token {SECRET}!"}) == "bad token [token]!"


def test_the_token_is_masked_before_the_text_is_cut():
    assert SECRET[:4] not in detail("x" * 497 + SECRET)


def test_the_token_is_masked_also_where_json_escapes_it():
    assert detail(f'"bad \\u0063{SECRET[1:]}"'.encode()) == "bad [token]"


def test_without_a_token_nothing_is_masked():
    assert error_detail(b'"abc"', "application/json", "") == "abc"


@pytest.mark.parametrize(
    "body", [b"[" * 10_000, b"9" * 5000, b'"\\ud800"', b"NaN", b"\xff\xfe", b'{"message": 5}']
)
def test_hostile_bodies_do_no_harm(body: bytes):
    assert len(detail(body)) <= 500


@given(st.binary(max_size=300), st.sampled_from(["application/json", "text/html", "text/plain", ""]))
def test_any_body_gives_one_short_printable_line(body: bytes, content_type: str):
    text = error_detail(body, content_type, SECRET)
    assert len(text) <= 500
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)


@given(
    st.recursive(
        st.text(max_size=9) | st.just(SECRET), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
    )
)
def test_the_token_is_masked_wherever_it_is(value: object):
    assert SECRET not in detail(value)
