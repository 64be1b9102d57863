"""Correlation IDs: what may be one, and how long a chosen one holds."""

from __future__ import annotations

import asyncio
import re
import string
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.core.correlation import (
    CORRELATION_HEADER,
    check_correlation_id,
    correlation_id,
    correlation_id_var,
    generate_correlation_id,
)

VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F))


def test_a_generated_id_is_a_uuid_of_version_4():
    assert re.fullmatch(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", generate_correlation_id())


def test_generated_ids_are_all_different():
    assert len({generate_correlation_id() for _ in range(10_000)}) == 10_000


def test_a_generated_id_is_a_valid_one():
    value = generate_correlation_id()
    assert check_correlation_id(value) == value


def test_the_header_is_x_correlation_id():
    assert CORRELATION_HEADER == "X-Correlation-ID"


def test_there_is_no_id_outside_a_call():
    assert correlation_id_var.get() is None


@pytest.mark.parametrize("value", ["x", "job-42", "x" * 128, VISIBLE, string.punctuation])
def test_1_to_128_visible_ascii_characters_are_an_id(value: str):
    with correlation_id(value) as chosen:
        assert chosen == value == correlation_id_var.get()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x" * 129,
        "a b",
        "a\tb",
        "a\r\nX-Evil: 1",
        "a\n",
        "\na",
        "a\x00",
        "a\x7f",
        "ä",
        "\uff29\uff24",
        "a\u2028b",
        "\ud800",
    ],
)
def test_anything_else_is_refused(value: str):
    with pytest.raises(ValueError, match="correlation_id"):
        check_correlation_id(value)


@pytest.mark.parametrize("value", [None, 42, b"job-42", ["job-42"]])
def test_an_id_that_is_no_text_is_refused(value: object):
    with pytest.raises((ValueError, TypeError), match="correlation_id"):
        check_correlation_id(value)  # type: ignore[arg-type]


@given(st.text(max_size=140))
def test_what_is_accepted_can_add_no_header(value: str):
    try:
        check_correlation_id(value)
    except ValueError:
        assert not (1 <= len(value) <= 128 and set(value) <= set(VISIBLE))
    else:
        assert 1 <= len(value) <= 128
        assert set(value) <= set(VISIBLE)


def test_the_error_about_a_long_id_is_short():
    with pytest.raises(ValueError) as caught:
        check_correlation_id("x" * 10_000)
    assert len(str(caught.value)) < 400


def test_a_refused_id_changes_nothing():
    with correlation_id("outer"):
        with pytest.raises(ValueError), correlation_id("a\r\nb"):
            pytest.fail("the block must not run")
        assert correlation_id_var.get() == "outer"


def test_an_id_holds_until_its_block_ends():
    with correlation_id("outer"):
        with correlation_id("inner"):
            assert correlation_id_var.get() == "inner"
        assert correlation_id_var.get() == "outer"
    assert correlation_id_var.get() is None


def test_an_id_ends_with_its_block_also_after_an_error():
    with pytest.raises(KeyError), correlation_id("job"):
        raise KeyError
    assert correlation_id_var.get() is None


def test_another_thread_does_not_see_the_id():
    seen: list[str | None] = []
    with correlation_id("job"):
        thread = threading.Thread(target=lambda: seen.append(correlation_id_var.get()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_a_sibling_task_does_not_see_the_id():
    async def chosen(value: str) -> str | None:
        with correlation_id(value):
            await asyncio.sleep(0)
            return correlation_id_var.get()

    async def both() -> list[str | None]:
        return await asyncio.gather(chosen("one"), chosen("two"))

    assert asyncio.run(both()) == ["one", "two"]
