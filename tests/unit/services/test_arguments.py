"""Checks of arguments: what passes, what is refused, and that the message names the argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.models import AssetState, PackageStatus, TicketStatus, Unit, Vendor
from pywats.services.arguments import (
    checked_code,
    checked_int,
    checked_member,
    checked_models,
    optional_code,
    optional_int,
    optional_member,
    required_text,
    wire_time,
)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (required_text, "a"),
        (required_text, " a "),
        (checked_int, 0),
        (checked_int, 2**31 - 1),
        (checked_code, 7),
        (checked_code, "7;8"),
        (optional_int, None),
        (optional_int, 1),
        (optional_code, None),
        (optional_code, "a"),
    ],
)
def test_what_can_be_right_is_returned_as_it_is(check: Callable[..., Any], value: object) -> None:
    assert check("name", value) == value


def test_a_blank_text_passes_where_it_has_a_meaning() -> None:
    assert required_text("name", "", may_be_empty=True) == ""


@pytest.mark.parametrize(
    ("check", "value", "error"),
    [
        (required_text, "", ValueError),
        (required_text, " \n", ValueError),
        (required_text, None, TypeError),
        (required_text, b"a", TypeError),
        (required_text, 7, TypeError),
        (checked_int, None, ValueError),
        (checked_int, -1, ValueError),
        (checked_int, 2**31, ValueError),
        (checked_int, True, ValueError),
        (checked_int, 1.0, ValueError),
        (checked_int, float("nan"), ValueError),
        (checked_int, "1", ValueError),
        (checked_code, None, ValueError),
        (checked_code, " ", ValueError),
        (checked_code, -1, ValueError),
        (optional_int, -1, ValueError),
        (optional_code, "", ValueError),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(
    check: Callable[..., Any], value: object, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"^the_name must "):
        check("the_name", value)


@given(value=st.integers(), minimum=st.integers(), maximum=st.integers())
def test_a_number_passes_if_and_only_if_it_is_in_range(value: int, minimum: int, maximum: int) -> None:
    if minimum <= value <= maximum:
        assert checked_int("name", value, minimum, maximum) == value
    else:
        with pytest.raises(ValueError, match=f"from {minimum} to {maximum}, not {value}$"):
            checked_int("name", value, minimum, maximum)


@pytest.mark.parametrize(
    ("kind", "value", "member"),
    [
        (AssetState, AssetState.SCRAPPED, AssetState.SCRAPPED),
        (AssetState, 0, AssetState.UNKNOWN),
        (PackageStatus, "Draft", PackageStatus.DRAFT),
        (TicketStatus, 3, TicketStatus.OPEN | TicketStatus.IN_PROGRESS),
    ],
)
def test_a_member_is_given_as_such_or_by_its_value(kind: Any, value: object, member: object) -> None:
    assert checked_member(kind, "name", value) is member
    assert optional_member(kind, "name", value) is member


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (AssetState, 99),
        (AssetState, None),
        (AssetState, True),
        (AssetState, 1.0),
        (AssetState, "IN_OPERATION"),
        (AssetState, []),
        (PackageStatus, "draft"),
        (PackageStatus, 0),
        (TicketStatus, 0),
        (TicketStatus, -1),
        (TicketStatus, 64),
    ],
)
def test_what_is_no_member_is_refused_with_the_choices(kind: Any, value: object) -> None:
    with pytest.raises(ValueError, match=f"^the_name must be a {kind.__name__}: ") as caught:
        checked_member(kind, "the_name", value)
    assert all(f"{member.name} ({member.value!r})" in str(caught.value) for member in kind)


def test_a_member_that_is_not_given_is_none() -> None:
    assert optional_member(AssetState, "name", None) is None


def test_models_may_come_from_any_iterable() -> None:
    units = [Unit(serial_number="1"), Unit(serial_number="2")]
    assert checked_models(Unit, "units", iter(units)) == units


@pytest.mark.parametrize("value", [Unit(serial_number="1"), None, 5, "U", [{}], [Vendor(name="V")]])
def test_what_are_no_models_are_refused_by_name(value: object) -> None:
    with pytest.raises(TypeError, match=r"^units(\[0\])? must be "):
        checked_models(Unit, "units", value)


def test_the_ends_of_time_are_sent_if_they_have_a_time_zone() -> None:
    assert wire_time("name", datetime.min.replace(tzinfo=UTC)) == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize("problem", [OSError, OverflowError, ValueError])
def test_a_moment_without_a_local_time_is_refused_by_name(problem: type[Exception]) -> None:
    class Edge(datetime):
        def astimezone(self, tz: Any = None) -> Any:
            # Whether the real one fails depends on the time zone and the system.
            raise problem("date value out of range")

    with pytest.raises(ValueError, match=r"^the_name has no local time"):
        wire_time("the_name", Edge(1, 1, 1))


def test_an_offset_is_kept() -> None:
    moment = datetime(2025, 3, 18, 9, tzinfo=timezone(timedelta(hours=1)))
    assert wire_time("name", moment) == "2025-03-18T09:00:00+01:00"
