"""The rules of the API for steps that were made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pywats.models.report.codes import NumericCompOp, StepStatusCode, StringCompOp
from pywats.models.report.comparisons import LIMITS
from pywats.models.report.place import place_of
from pywats.models.report.statuses import refuse_contradiction

if TYPE_CHECKING:
    from pywats.models.report.step_data import StepData

__all__ = ["check_step"]

_PAYLOADS: Final = ("seq_call", "numeric_meas", "string_meas", "boolean_meas")


def check_step(step: StepData) -> None:
    """Check a step and those below it.

    Raises:
        ValueError: The server would not take one of them; if not the first, its path is named.
    """
    for place in place_of(step).walk():
        with place.naming():
            _check_payload(place.step)
            _check_limits(place.step)
            _check_names(place.step)
            if StepStatusCode(place.step.status) is StepStatusCode.UNKNOWN:
                raise ValueError("the status U is for reading only")
            refuse_contradiction(place.step.status, [one.status for one in place.measurements()])


def _check_payload(step: StepData) -> None:
    payloads = [name for name in _PAYLOADS if getattr(step, name) is not None]
    if len(payloads) > 1:
        raise ValueError(f"a step carries one of {' and '.join(payloads)}")
    if step.steps is not None and step.seq_call is None:
        raise ValueError("only a sequence, with seq_call, has steps")
    if step.chart is not None and step.attachment is not None:
        raise ValueError("a step has a chart or a file, not both")
    if step.call_exe is not None and step.message_popup is not None:
        raise ValueError("a step is a program or a message, not both")


def _check_limits(step: StepData) -> None:
    for one in step.numeric_meas or ():
        limits = (one.low_limit is not None) + (one.high_limit is not None)
        if limits != LIMITS[NumericCompOp(one.comp_op)] or (limits == 1 and one.low_limit is None):
            raise ValueError(f"the limits are not those of {one.comp_op}")
    for text in step.string_meas or ():
        if (text.limit is None) != (StringCompOp(text.comp_op) is StringCompOp.LOG):
            raise ValueError(f"the limit is not that of {text.comp_op}")


def _check_names(step: StepData) -> None:
    names = [one.name or "" for one in place_of(step).measurements()]
    if len(names) > 1 and ("" in names or len(set(names)) < len(names)):
        raise ValueError("several measurements have names, all different")
    taken: set[str] = set()
    for child in place_of(step).below:
        if child.step.name in taken:
            raise ValueError(f"there are two steps named {child.step.name!r}")
        taken.add(child.step.name)
