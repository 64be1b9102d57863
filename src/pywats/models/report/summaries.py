"""What the summary step of a loop says about the iterations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Final

from pywats.models.base import set_unchecked
from pywats.models.report.codes import MeasurementStatusCode, StepStatusCode
from pywats.models.report.measurements import Measurement
from pywats.models.report.step_parts import StepLoop

if TYPE_CHECKING:
    from pywats.models.report.step_data import StepData

__all__ = ["count_turns", "limits", "mirror"]

_MEASUREMENTS: Final = ("numeric_meas", "string_meas", "boolean_meas")


def count_turns(loop: StepLoop, tally: Mapping[object, int], turns: int) -> None:
    """Write the totals of a loop."""
    loop.num, loop.ending_index = turns, turns - 1
    loop.passed = tally.get(StepStatusCode.PASSED, 0)
    loop.failed = tally.get(StepStatusCode.FAILED, 0)


def mirror(summary: StepData, newest_first: Iterable[StepData]) -> None:
    """Show in the summary a measurement that speaks for its status.

    That of the last iteration, or the first that was found of those that failed. The API wants the limits of
    the iterations on the summary, and a measurement that has the status of its step.
    """
    shown = _measurement(summary)
    if shown is not None and shown.status == summary.status == StepStatusCode.FAILED:
        return
    measured = (one for one in newest_first if _measurement(one) is not None)
    last = next(measured, None)
    if last is None:
        return
    alike = (one for one in chain((last,), measured) if one.status == summary.status)
    chosen = next(alike, last)
    for member in _MEASUREMENTS:
        items = getattr(chosen, member)
        if items:
            copies = [deepcopy(one) for one in items]
            set_unchecked(summary, member, copies)
            copies[0].status = MeasurementStatusCode(summary.status)


def _measurement(step: StepData) -> Measurement | None:
    return next((items[0] for member in _MEASUREMENTS if (items := getattr(step, member))), None)


def limits(step: StepData) -> list[tuple[object, ...]]:
    """Return what the measurements of a step were compared to."""
    return [
        tuple(getattr(one, name, None) for name in ("comp_op", "low_limit", "high_limit", "limit"))
        for member in _MEASUREMENTS
        for one in getattr(step, member) or ()
    ]
