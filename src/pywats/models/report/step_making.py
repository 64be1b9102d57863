"""Making single steps: what they can say, and the status that they begin with."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypedDict, TypeVar

from pywats.models.report.codes import MeasurementStatusCode, StepGroupCode, StepStatusCode
from pywats.models.report.measurements import (
    BooleanMeasurement,
    Measurement,
    NumericMeasurement,
    StringMeasurement,
)
from pywats.models.report.place import place_of
from pywats.models.report.step_data import StepData
from pywats.models.report.step_parts import SequenceCallInfo

__all__ = [
    "MeasurementStatus",
    "StepDetails",
    "StepStatus",
    "kind_of",
    "measurement_status",
    "new_step",
    "sequence_call",
    "takes_several",
]

_S = TypeVar("_S", bound=StepData)

MeasurementStatus: TypeAlias = MeasurementStatusCode | Literal["P", "F", "S"]
"""Outcome of a measurement, as a member or as the code itself."""

StepStatus: TypeAlias = StepStatusCode | Literal["P", "F", "E", "T", "S", "D"]
"""Outcome of a step that is added, as a member or as the code itself."""


class _Kind(NamedTuple):
    member: str  # the list that the measurements are in
    step_type: str  # of a step with one
    several: tuple[str, ...]  # of those with any number


_KINDS: Final[dict[type[Measurement], _Kind]] = {
    NumericMeasurement: _Kind("numeric_meas", "ET_NLT", ("ET_MNLT", "WATS_XYGMNLT")),
    StringMeasurement: _Kind("string_meas", "ET_SVT", ("ET_MSVT",)),
    BooleanMeasurement: _Kind("boolean_meas", "ET_PFT", ("ET_MPFT",)),
}


class StepDetails(TypedDict, total=False):
    """What any new step may say besides its result: keyword arguments that all `add_...` methods take.

    Attributes:
        group: Part of the sequence that the step ran in: S (setup), M (main, the default), C (cleanup).
        start: When it started; naive means local time.
        tot_time: Run time in seconds.
        error_code: Error code; shown only together with a message, and independent of the status.
        error_message: Error text, 200 characters at most.
        report_text: Comment, 5,000 characters at most.
    """

    group: StepGroupCode | Literal["S", "M", "C"]
    start: datetime
    tot_time: float
    error_code: int
    error_message: str
    report_text: str


def kind_of(measurement: Measurement) -> _Kind:
    """Return where a measurement belongs."""
    return _KINDS[type(measurement)]


def takes_several(step: StepData, measurement: type[Measurement]) -> bool:
    """Tell whether measurements of a kind are added to the step itself."""
    return step.seq_call is None and step.step_type in _KINDS[measurement].several


def measurement_status(status: MeasurementStatus | None) -> MeasurementStatusCode | None:
    """Return the code of a status that a program wrote."""
    return None if status is None else MeasurementStatusCode(status)


def sequence_call(
    above: SequenceCallInfo | None, name: str, path: str | None = None, version: str | None = None
) -> dict[str, str | None]:
    """Return the call of a sequence; if not said, it is in the file of the one above."""
    return {
        "path": path or (above and above.path) or name,
        "name": name,
        "version": version or (above and above.version) or None,
    }


def new_step(
    step_class: type[_S],
    name: str,
    step_type: str,
    status: StepStatus | None,
    details: StepDetails,
    *,
    follows: bool = False,
    **payload: object,
) -> _S:
    """Make a step that is part of no tree yet.

    Args:
        step_class: Its class.
        name: Name of the step.
        step_type: What it is.
        status: Its status; if None, done until something follows from what it carries.
        details: What else it says.
        follows: The given status was computed.
        payload: What it carries.

    Raises:
        ValueError: The API does not allow it.
        TypeError: There is an argument that no step knows.
    """
    if unknown := details.keys() - StepDetails.__annotations__.keys():
        raise TypeError(
            f"there is no argument {min(unknown)!r}; steps take {', '.join(StepDetails.__annotations__)}"
        )
    code = StepStatusCode.DONE if status is None else StepStatusCode(status)
    if code is StepStatusCode.UNKNOWN:
        raise ValueError("the status U is for reading only")
    members: dict[str, Any] = {**payload, **details}
    step = step_class(name=name, step_type=step_type, status=code, **members)
    place = place_of(step)
    place.built, place.computed = True, follows or status is None
    return step
