"""Numbers, texts and judgements that a step measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pydantic import PrivateAttr

from pywats.models.base import WatsModel, WsjfNumber
from pywats.models.report.codes import MeasurementStatusField, NumericCompOpField, StringCompOpField
from pywats.models.report.fields import Text20, Text100

__all__ = ["BooleanMeasurement", "Measurement", "NumericMeasurement", "StringMeasurement"]


class _Judge(Protocol):
    def measurement_assigned(self, measurement: Measurement, status: object) -> None: ...


class Measurement(WatsModel):
    """What the three kinds of measurement share: their step follows when their status is assigned.

    The step is neither data nor compared, copied or pickled, which is why it lives in a slot.
    """

    __slots__ = ("_step",)

    if TYPE_CHECKING:
        _step: _Judge = PrivateAttr()
        # Members of all three, each of which has them at its own place on the wire.
        name: Text100 | None = None
        status: MeasurementStatusField

    def belong_to(self, step: _Judge) -> None:
        """Tell the measurement which step follows it."""
        object.__setattr__(self, "_step", step)

    def __setattr__(self, name: str, value: object) -> None:
        """Set a member; a status is judged by the step, too."""
        step: _Judge | None = getattr(self, "_step", None) if name == "status" else None
        if step is None:
            super().__setattr__(name, value)
        else:
            step.measurement_assigned(self, value)


class NumericMeasurement(Measurement):
    """A number with its limits; which limits it has follows from `comp_op`."""

    comp_op: NumericCompOpField
    name: Text100 | None = None
    status: MeasurementStatusField
    unit: Text20 | None = None
    value: WsjfNumber
    value_format: str | None = None
    low_limit: WsjfNumber | None = None
    low_limit_format: str | None = None
    high_limit: WsjfNumber | None = None
    high_limit_format: str | None = None


class StringMeasurement(Measurement):
    """A text with the text it was compared to."""

    comp_op: StringCompOpField
    name: Text100 | None = None
    status: MeasurementStatusField
    value: Text100 | None
    limit: Text100 | None = None


class BooleanMeasurement(Measurement):
    """A pass/fail judgement; the status is all there is."""

    name: Text100 | None = None
    status: MeasurementStatusField
