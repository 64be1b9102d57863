"""Figures of measured values: range, mean, spread, and how well they keep within the limits.

Spread is that of a sample (n - 1), so one value has none. What would divide by zero is null.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .steps import finite, number

_INSIDE = ("GTLT", "GTLE", "GELT", "GELE")


def limits(measurement: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The low (or only) and the high limit of a measurement."""
    return number(measurement.get("lowLimit")), number(measurement.get("highLimit"))


def described(values: Sequence[float], measurement: Mapping[str, Any]) -> dict[str, float | None]:
    """The figures of measured values.

    Args:
        values: Finite numbers.
        measurement: A measurement with the operator and the limits that count.
    """
    mean, variance = _moments(values)
    deviation = None if variance is None else finite(math.sqrt(variance))
    low, high = _bounds(measurement)
    lower = _margin(mean, low, deviation)
    upper = _margin(high, mean, deviation)
    return {
        "min": min(values, default=None),
        "max": max(values, default=None),
        "avg": mean,
        "stdev": deviation,
        "var": variance,
        "cp": _ratio(_difference(high, low), deviation, 6),
        "cpk": min((margin for margin in (lower, upper) if margin is not None), default=None),
        "cpLower": lower,
        "cpUpper": upper,
        "sigmaHigh3": _difference(mean, None if deviation is None else -3 * deviation),
        "sigmaLow3": _difference(mean, None if deviation is None else 3 * deviation),
    }


def _moments(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Mean and variance; None where there are too few values, or they are too large."""
    count = len(values)
    try:
        mean = math.fsum(values) / count if count else None
        if mean is None or count == 1:
            return mean, None
        return mean, finite(math.fsum((value - mean) * (value - mean) for value in values) / (count - 1))
    except OverflowError:
        return None, None


def _bounds(measurement: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Between what values pass; where they pass outside, or only if equal, there is no capability."""
    limit1, limit2 = limits(measurement)
    operator = str(measurement.get("compOp")).upper()
    if operator in _INSIDE:
        return limit1, limit2
    return (limit1 if operator in ("GT", "GE") else None), (limit1 if operator in ("LT", "LE") else None)


def _margin(upper: float | None, lower: float | None, deviation: float | None) -> float | None:
    return _ratio(_difference(upper, lower), deviation, 3)


def _ratio(span: float | None, deviation: float | None, times: int) -> float | None:
    if span is None or not deviation:
        return None
    return finite(span / deviation / times)


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else finite(one - other)
