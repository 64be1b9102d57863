"""The steps of test reports, as the statistics count them.

Paths start with the root's name and have ``¶`` between levels. A skipped step is none that was
run, and what it holds was not run either. Of a loop, the iterations count and the step with its
totals does not, unless there are no iterations.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

SEPARATOR = "¶"
SKIPPED = "S"
FAILED = "F"

_KINDS = ("numericMeas", "stringMeas", "booleanMeas")


class Execution(NamedTuple):
    """One run of a step.

    Attributes:
        path: Its path.
        step: The step as it was sent.
        is_culprit: It failed, and none below it did.
    """

    path: str
    step: Mapping[str, Any]
    is_culprit: bool


class Reading(NamedTuple):
    """One measurement.

    Attributes:
        name: Its name; None for the one of a step that has one.
        sent: The measurement as it was sent.
        value: The number that was measured; None for texts and booleans, NaN and infinities.
        is_number: It is a numeric measurement.
        is_alone: Its step has no other measurement.
    """

    name: str | None
    sent: Mapping[str, Any]
    value: float | None
    is_number: bool
    is_alone: bool


def executions(document: Mapping[str, Any]) -> list[Execution]:
    """The steps of a test report in execution order, skipped ones too."""
    root = document.get("root")
    return [] if root is None else _executions("", root)


def _executions(above: str, step: Mapping[str, Any]) -> list[Execution]:
    path = f"{above}{step['name']}"
    below: list[Execution] = []
    if step["status"] != SKIPPED:
        for child in _without_totals(step.get("steps") or []):
            below += _executions(f"{path}{SEPARATOR}", child)
    is_culprit = step["status"] == FAILED and not any(other.step["status"] == FAILED for other in below)
    return [Execution(path, step, is_culprit), *below]


def _without_totals(steps: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The steps of a sequence without those whose iterations follow."""
    for index, step in enumerate(steps):
        following = steps[index + 1] if index + 1 < len(steps) else {"name": None}
        totals = (step.get("loop") or {}).get("num") is not None
        iterated = (following.get("loop") or {}).get("idx") is not None and following["name"] == step["name"]
        if not (totals and iterated):
            yield step


def readings(step: Mapping[str, Any]) -> list[Reading]:
    """The measurements of a step; skipped ones are none."""
    if step["status"] == SKIPPED:
        return []
    sent = [(kind, measurement) for kind in _KINDS for measurement in step.get(kind) or []]
    return [
        Reading(
            name=as_text(measurement.get("name")),
            sent=measurement,
            value=number(measurement.get("value")) if kind == "numericMeas" else None,
            is_number=kind == "numericMeas",
            is_alone=len(sent) == 1,
        )
        for kind, measurement in sent
        if measurement["status"] != SKIPPED
    ]


def as_text(value: object) -> str | None:
    """What is a text and not empty; not all members of a report are checked when it is stored."""
    return value if isinstance(value, str) and value else None


def number(value: object) -> float | None:
    """A JSON number as a float; None for what is no number, or none that a float holds."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def finite(value: float | None) -> float | None:
    """The number if JSON can write it."""
    return value if value is not None and math.isfinite(value) else None
