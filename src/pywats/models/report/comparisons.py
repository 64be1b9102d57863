"""How a value is compared to its limits, for every comparison of the API."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from pywats.models.report.codes import NumericCompOp, StringCompOp

__all__ = [
    "LIMITS",
    "NumericComparison",
    "StringComparison",
    "numeric_comparison",
    "numeric_passes",
    "string_passes",
]

NumericComparison: TypeAlias = (
    NumericCompOp
    | Literal[
        "LOG", "EQ", "NE", "GT", "GE", "LT", "LE",
        "GTLT", "GTLE", "GELT", "GELE", "LTGT", "LTGE", "LEGT", "LEGE",
    ]
)  # fmt: skip
"""How a number is compared with its limits, as a member or as the code itself."""

StringComparison: TypeAlias = StringCompOp | Literal["LOG", "EQ", "NE", "CASESENSIT", "IGNORECASE"]
"""How a text is compared with its limit, as a member or as the code itself."""

_HALVES: Final[dict[str, Callable[[float, float], bool]]] = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}
_OUTSIDE: Final = ("LT", "LE")

LIMITS: Final[dict[NumericCompOp, int]] = {
    comp_op: 0 if comp_op is NumericCompOp.LOG else len(comp_op) // 2 for comp_op in NumericCompOp
}
"""How many limits a comparison has; a single one is always the lower limit."""


def numeric_comparison(low: object, high: object) -> NumericCompOp:
    """Return the comparison that the limits suggest: the limits themselves are good values."""
    if low is None:
        return NumericCompOp.LOG if high is None else NumericCompOp.LESS_OR_EQUAL
    return NumericCompOp.GREATER_OR_EQUAL if high is None else NumericCompOp.INSIDE_INCLUSIVE


def numeric_passes(comp_op: NumericCompOp, value: float, low: float | None, high: float | None) -> bool:
    """Tell whether a number is good. NaN is, for LOG and NE only."""
    if low is None:
        return True
    first = _HALVES[comp_op[:2]](value, low)
    if high is None:
        return first
    second = _HALVES[comp_op[2:]](value, high)
    return first or second if comp_op[:2] in _OUTSIDE else first and second


def string_passes(comp_op: StringCompOp, value: str, limit: str | None) -> bool:
    """Tell whether a text is good."""
    if limit is None:
        return True
    if comp_op is StringCompOp.NOT_EQUAL:
        return value != limit
    if comp_op is StringCompOp.IGNORE_CASE:
        return value.casefold() == limit.casefold()
    return value == limit
