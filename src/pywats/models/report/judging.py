"""Making measurements: limits checked, status computed."""

from __future__ import annotations

import math
import operator
from typing import SupportsFloat, SupportsIndex, TypeAlias

from pywats.models.report.codes import MeasurementStatusCode, NumericCompOp, StringCompOp
from pywats.models.report.comparisons import (
    LIMITS,
    NumericComparison,
    StringComparison,
    numeric_comparison,
    numeric_passes,
    string_passes,
)
from pywats.models.report.fields import without_nulls
from pywats.models.report.measurements import BooleanMeasurement, NumericMeasurement, StringMeasurement

__all__ = ["Number", "boolean_measurement", "number", "numeric_measurement", "string_measurement"]

Number: TypeAlias = SupportsFloat | SupportsIndex
"""Any number: int, float, Decimal, Fraction, and those of numpy."""


def number(what: str, value: Number) -> int | float:
    """Return a plain number. Whole ones stay whole.

    Raises:
        ValueError: It is no number, or too large for one.
    """
    if type(value) is float:
        return value
    # numpy's truth values are called bool, too, and are no subclass of Python's.
    if type(value).__name__ in ("bool", "bool_") or not isinstance(value, SupportsFloat | SupportsIndex):
        raise ValueError(f"{what} is a number, not {value!r}")
    try:
        real = float(value)
    except OverflowError as error:
        raise ValueError(f"{what} is too large: {value!r}") from error
    try:
        return operator.index(value)  # type: ignore[arg-type]  # asking is the only way to know
    except TypeError:
        return real  # also an array of one number, which has __index__ and refuses it


def numeric_measurement(
    name: str | None,
    value: Number,
    low: Number | None,
    high: Number | None,
    *,
    unit: str | None,
    comp_op: NumericComparison | None,
    status: MeasurementStatusCode | None,
) -> NumericMeasurement:
    """Judge a number.

    Raises:
        ValueError: The limits are not those that the comparison needs.
    """
    lower = None if low is None else _limit("low", low)
    upper = None if high is None else _limit("high", high)
    used = numeric_comparison(lower, upper) if comp_op is None else NumericCompOp(comp_op)
    if LIMITS[used] != (lower is not None) + (upper is not None):
        raise ValueError(f"{used} takes {('no limit', 'one limit', 'low and high')[LIMITS[used]]}")
    if lower is not None and upper is not None and lower > upper:
        raise ValueError(f"low={lower} is above high={upper}")
    if lower is None:
        lower, upper = upper, None  # a single limit travels as the lower one
    measured = number("value", value)
    measurement = NumericMeasurement(
        comp_op=used,
        status=status or _status(numeric_passes(used, measured, lower, upper)),
        value=measured,
        name=name,
        unit=unit,
        low_limit=lower,
        high_limit=upper,
    )
    return without_nulls(measurement)


def string_measurement(
    name: str | None,
    value: str,
    limit: str | None,
    *,
    comp_op: StringComparison | None,
    status: MeasurementStatusCode | None,
) -> StringMeasurement:
    """Judge a text.

    Raises:
        ValueError: The limit is missing or superfluous, or one of them is no text.
    """
    for what, text in (("value", value), ("limit", limit)):
        if not isinstance(text, str) and (what == "value" or text is not None):
            raise ValueError(f"{what} is a text, not {text!r}")
    default = StringCompOp.LOG if limit is None else StringCompOp.EQUAL
    used = default if comp_op is None else StringCompOp(comp_op)
    if (limit is None) != (used is StringCompOp.LOG):
        raise ValueError(f"{used} takes {'no limit' if used is StringCompOp.LOG else 'a limit'}")
    measurement = StringMeasurement(
        comp_op=used, status=MeasurementStatusCode.PASSED, value=value, name=name, limit=limit
    )
    measurement.status = status or _status(string_passes(used, value, limit))
    return without_nulls(measurement)


def boolean_measurement(
    name: str | None, ok: bool | None, *, status: MeasurementStatusCode | None
) -> BooleanMeasurement:
    """Judge what was judged already.

    Raises:
        ValueError: `ok` is neither true nor false.
    """
    # numpy has booleans of its own; a text such as "F" must not pass for being true.
    if type(ok).__name__ not in ("bool", "bool_"):
        raise ValueError(f"ok is True or False, not {ok!r}")
    return without_nulls(BooleanMeasurement(status=status or _status(bool(ok)), name=name))


def _limit(what: str, value: Number) -> int | float:
    limit = number(what, value)
    if math.isnan(limit):
        raise ValueError(f"{what} is NaN, which nothing can be compared to")
    return limit


def _status(passed: bool) -> MeasurementStatusCode:
    return MeasurementStatusCode.PASSED if passed else MeasurementStatusCode.FAILED
