"""Every comparison says what the contract says that it says."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pywats import UUTReport
from pywats.models import NumericCompOp, NumericMeasurement, StringCompOp, StringMeasurement

CONTRACT = Path(__file__).parents[2] / "contract" / "wats-openapi.yaml"
SCHEMAS = yaml.load(CONTRACT.read_text(encoding="utf-8"), yaml.CSafeLoader)["components"]["schemas"]
NUMERIC: dict[str, Any] = SCHEMAS["NumericCompOp"]["x-comp-ops"]
STRING: dict[str, Any] = SCHEMAS["StringCompOp"]["x-comp-ops"]

numbers = st.floats() | st.integers(-3, 3) | st.sampled_from([math.nan, math.inf, -math.inf])
limits = st.floats(allow_nan=False) | st.integers(-3, 3) | st.sampled_from([math.inf, -math.inf])
texts = st.text(max_size=3) | st.sampled_from(["a", "A", "straße", "STRASSE"])


def new_report() -> UUTReport:
    return UUTReport.create(
        pn="X", sn="1", rev="A", process_code=100, user="me", location="Line 2", purpose="Test"
    )


def measured(value: Any, **arguments: Any) -> NumericMeasurement:
    measurements = new_report().root.add_numeric("x", value, **arguments).numeric_meas
    assert measurements is not None
    return measurements[0]


def read(value: str, **arguments: Any) -> StringMeasurement:
    measurements = new_report().root.add_string("x", value, **arguments).string_meas
    assert measurements is not None
    return measurements[0]


def judge(rule: str, **names: Any) -> bool:
    """Evaluate the contract's own words, such as value >= lowLimit and value < highLimit."""
    expression, _, _ = rule.partition(",")
    return rule.startswith("always") or bool(eval(expression, {}, names))


def test_the_comparisons_are_those_of_the_contract() -> None:
    assert set(NUMERIC) == set(NumericCompOp)
    assert set(STRING) == set(StringCompOp)


@pytest.mark.parametrize("comp_op", [name for name, rule in NUMERIC.items() if rule["limits"] == 2])
@given(value=numbers, pair=st.tuples(limits, limits))
def test_a_number_is_compared_to_two_limits(comp_op: Any, value: float, pair: tuple[float, float]) -> None:
    low, high = sorted(pair)
    one = measured(value, low=low, high=high, comp_op=comp_op)
    passes = judge(NUMERIC[comp_op]["passes"], value=value, lowLimit=low, highLimit=high)
    assert one.status == ("P" if passes else "F")
    assert (one.comp_op, one.low_limit, one.high_limit) == (comp_op, low, high)


@pytest.mark.parametrize("side", ["low", "high"])
@pytest.mark.parametrize("comp_op", [name for name, rule in NUMERIC.items() if rule["limits"] == 1])
@given(value=numbers, limit=limits)
def test_a_number_is_compared_to_one_limit(comp_op: Any, side: str, value: float, limit: float) -> None:
    one = measured(value, **{side: limit}, comp_op=comp_op)
    assert one.status == ("P" if judge(NUMERIC[comp_op]["passes"], value=value, lowLimit=limit) else "F")
    assert (one.comp_op, one.low_limit, one.high_limit) == (comp_op, limit, None)


@given(value=numbers)
def test_a_number_that_is_only_recorded_passes(value: float) -> None:
    assert measured(value).status == measured(value, comp_op="LOG").status == "P"


@pytest.mark.parametrize(
    ("given_limits", "comp_op"),
    [({}, "LOG"), ({"low": 1}, "GE"), ({"high": 1}, "LE"), ({"low": 1, "high": 1}, "GELE")],
)
def test_the_limits_suggest_the_comparison(given_limits: Any, comp_op: str) -> None:
    one = measured(1, **given_limits)
    assert (one.comp_op, one.status) == (comp_op, "P")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"comp_op": "LOG", "low": 1}, "LOG takes no limit"),
        ({"comp_op": "LOG", "high": 1}, "LOG takes no limit"),
        ({"comp_op": "GE"}, "GE takes one limit"),
        ({"comp_op": "EQ", "low": 1, "high": 2}, "EQ takes one limit"),
        ({"comp_op": "GELE", "low": 1}, "GELE takes low and high"),
        ({"comp_op": "LTGT", "high": 1}, "LTGT takes low and high"),
        ({"comp_op": "gele", "low": 1, "high": 2}, "'gele' is not a valid"),
        ({"low": 2, "high": 1}, "low=2 is above high=1"),
        ({"low": 2, "high": 1, "comp_op": "LTGT"}, "low=2 is above high=1"),
        ({"low": math.nan}, "low is NaN"),
        ({"low": 1, "high": math.nan}, "high is NaN"),
        ({"low": "1"}, "low is a number, not '1'"),
        ({"high": True}, "high is a number, not True"),
        ({"status": "E"}, "'E' is not a valid"),
        ({"unit": "x" * 21}, "unit: "),
    ],
)
def test_limits_that_do_not_suit_the_comparison_are_refused(arguments: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=f"MainSequence/x: {reason}"):
        measured(1, **arguments)


@pytest.mark.parametrize("value", ["1", None, True, b"1", [1], 1j, 10**400])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="MainSequence/x: value"):
        measured(value)


class Float32:
    """A number of somebody else's, as numpy has them."""

    def __float__(self) -> float:
        return 1.5


class Int64(Float32):
    def __index__(self) -> int:
        return 2


@pytest.mark.parametrize(
    ("value", "plain"), [(Decimal("1.5"), 1.5), (Fraction(3, 2), 1.5), (Float32(), 1.5), (Int64(), 2), (3, 3)]
)
def test_any_number_is_measured_as_a_plain_one(value: Any, plain: float) -> None:
    one = measured(value, low=Decimal(1))
    assert (one.value, type(one.value), one.low_limit) == (plain, type(plain), 1)


@pytest.mark.parametrize("comp_op", [name for name in STRING if name not in ("LOG", "IGNORECASE")])
@given(value=texts, limit=texts)
def test_a_text_is_compared(comp_op: Any, value: str, limit: str) -> None:
    one = read(value, limit=limit, comp_op=comp_op)
    assert one.status == ("P" if judge(STRING[comp_op]["passes"], value=value, limit=limit) else "F")
    assert (one.comp_op, one.limit) == (comp_op, limit)


@pytest.mark.parametrize(
    ("value", "limit", "status"),
    [("cb07", "CB07", "P"), ("Straße", "STRASSE", "P"), ("cb07", "cb08", "F"), ("", "", "P")],
)
def test_the_case_of_a_text_can_be_ignored(value: str, limit: str, status: str) -> None:
    assert read(value, limit=limit, comp_op="IGNORECASE").status == status


def test_a_text_is_equal_to_its_limit_or_only_recorded() -> None:
    assert (read("a", limit="A").comp_op, read("a", limit="A").status) == ("EQ", "F")
    assert (read("a").comp_op, read("a").status) == ("LOG", "P")


@pytest.mark.parametrize(
    ("value", "arguments", "reason"),
    [
        ("a", {"comp_op": "EQ"}, "EQ takes a limit"),
        ("a", {"comp_op": "LOG", "limit": "a"}, "LOG takes no limit"),
        ("x" * 101, {}, "value: "),
        ("a", {"limit": "x" * 101}, "limit: "),
        (5, {}, "value is a text, not 5"),
        ("a", {"comp_op": "GT", "limit": "a"}, "'GT' is not a valid"),
    ],
)
def test_texts_that_the_api_does_not_take_are_refused(value: Any, arguments: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=f"MainSequence/x: {reason}"):
        read(value, **arguments)


@pytest.mark.parametrize("ok", ["F", "", 0, 1, None])
def test_what_is_neither_true_nor_false_is_no_judgement(ok: Any) -> None:
    with pytest.raises(ValueError, match="MainSequence/x: ok is True or False"):
        new_report().root.add_pass_fail("x", ok)


def test_a_boolean_of_numpy_is_a_judgement() -> None:
    numpy_bool = type("bool_", (), {"__bool__": lambda self: False})
    assert new_report().root.add_pass_fail("x", numpy_bool()).status == "F"
