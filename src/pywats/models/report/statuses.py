"""What the statuses of measurements and steps mean for the step or sequence that they are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pywats.models.report.codes import MeasurementStatusCode, StepStatusCode

__all__ = [
    "RESULTS",
    "TO_BLAME",
    "as_measurement",
    "refuse_contradiction",
    "status_of_measurements",
    "status_of_steps",
]

# A fault of the station must not hide behind the operator's reaction to it, nor that behind a failed test.
_WORST_FIRST: Final = (StepStatusCode.ERROR, StepStatusCode.TERMINATED, StepStatusCode.FAILED)

RESULTS: Final = (StepStatusCode.PASSED, *_WORST_FIRST)
"""What a whole report can be."""

TO_BLAME: Final = (StepStatusCode.FAILED, StepStatusCode.ERROR)
"""What a step can have made the unit."""


def status_of_measurements(statuses: Iterable[object]) -> StepStatusCode:
    """Return the status of a step with these measurements: failed if one is, skipped if all are."""
    found = set(statuses)
    if StepStatusCode.FAILED in found:
        return StepStatusCode.FAILED
    return StepStatusCode.SKIPPED if found == {StepStatusCode.SKIPPED} else StepStatusCode.PASSED


def status_of_steps(tally: Mapping[object, int]) -> StepStatusCode:
    """Return the status of a sequence: the worst of its steps; skipped and done ones do no harm.

    Args:
        tally: How many steps have which status.
    """
    return next((status for status in _WORST_FIRST if tally.get(status)), StepStatusCode.PASSED)


def as_measurement(status: StepStatusCode) -> MeasurementStatusCode:
    """Return the status of a measurement that is the only one of its step.

    Raises:
        ValueError: A measurement cannot have it.
    """
    try:
        return MeasurementStatusCode(status.value)
    except ValueError as error:
        raise ValueError(f"a step with one measurement is P, F or S as that is, not {status}") from error


def refuse_contradiction(status: object, measured: Sequence[object]) -> None:
    """Refuse a step whose status contradicts those of its measurements.

    With one measurement, both are the same; with several, the step is failed exactly if one of them is. A
    skipped step may have anything, as the server does not look at it.

    Raises:
        ValueError: It does.
    """
    if status == StepStatusCode.SKIPPED:
        return
    if len(measured) == 1 and status != measured[0]:
        raise ValueError(f"a step is what its only measurement is: {measured[0]}, not {status}")
    if len(measured) > 1:
        failed = StepStatusCode.FAILED in measured
        if failed and status != StepStatusCode.FAILED:
            raise ValueError(f"a step with a failed measurement is F, not {status}")
        if not failed and status == StepStatusCode.FAILED:
            raise ValueError("a step with several measurements is F only if one of them is")
