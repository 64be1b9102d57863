"""The iterations of a loop."""

from __future__ import annotations

from copy import copy
from typing import Any, Unpack

from pywats.models.report.codes import StepStatusCode
from pywats.models.report.comparisons import NumericComparison, StringComparison
from pywats.models.report.judging import (
    Number,
    boolean_measurement,
    numeric_measurement,
    string_measurement,
)
from pywats.models.report.measurements import Measurement
from pywats.models.report.place import place_of
from pywats.models.report.statuses import as_measurement
from pywats.models.report.step import Step
from pywats.models.report.step_making import (
    MeasurementStatus,
    StepDetails,
    StepStatus,
    kind_of,
    measurement_status,
    new_step,
    sequence_call,
)
from pywats.models.report.step_parts import StepLoop
from pywats.models.report.summaries import limits

__all__ = ["Loop"]


class Loop:
    """A step that is repeated: its summary comes first, its iterations follow under the same name.

    The summary counts the iterations, and has the worst of their statuses unless you assign another; the
    sequence that it is in goes by the summary. All iterations have the same limits.

    Attributes:
        step: The summary step.
    """

    def __init__(self, step: Step) -> None:
        self.step = step

    def add_numeric(
        self,
        value: Number,
        *,
        low: Number | None = None,
        high: Number | None = None,
        unit: str | None = None,
        comp_op: NumericComparison | None = None,
        status: MeasurementStatus | None = None,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add an iteration that measured a number; the arguments are those of `Step.add_numeric`.

        Raises:
            ValueError: The limits differ from those of the other iterations, or the API does not allow it
                otherwise.
        """
        with place_of(self.step).naming():
            measurement = numeric_measurement(
                None, value, low, high, unit=unit, comp_op=comp_op, status=measurement_status(status)
            )
            return self._measure(measurement, status, details)

    def add_string(
        self,
        value: str,
        *,
        limit: str | None = None,
        comp_op: StringComparison | None = None,
        status: MeasurementStatus | None = None,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add an iteration that read a text; the arguments are those of `Step.add_string`.

        Raises:
            ValueError: The limit differs from that of the other iterations, or the API does not allow it
                otherwise.
        """
        with place_of(self.step).naming():
            measurement = string_measurement(
                None, value, limit, comp_op=comp_op, status=measurement_status(status)
            )
            return self._measure(measurement, status, details)

    def add_pass_fail(
        self, ok: bool, *, status: MeasurementStatus | None = None, **details: Unpack[StepDetails]
    ) -> Step:
        """Add an iteration that judged; the arguments are those of `Step.add_pass_fail`.

        Raises:
            ValueError: The API does not allow it.
        """
        with place_of(self.step).naming():
            measurement = boolean_measurement(None, ok, status=measurement_status(status))
            return self._measure(measurement, status, details)

    def add_sequence(self, *, status: StepStatus | None = None, **details: Unpack[StepDetails]) -> Step:
        """Add an iteration that is a sequence, which takes steps in turn.

        Raises:
            ValueError: The API does not allow it.
        """
        sequence = place_of(self.step).above
        call = sequence_call(None if sequence is None else sequence.step.seq_call, self.step.name)
        with place_of(self.step).naming():
            return self._add("SequenceCall", status, details, seq_call=call)

    def add_action(
        self,
        *,
        step_type: str = "ET_A",
        status: StepStatus = StepStatusCode.DONE,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add an iteration that measured nothing; the arguments are those of `Step.add_action`.

        Raises:
            ValueError: The API does not allow it.
        """
        with place_of(self.step).naming():
            return self._add(step_type, status, details)

    def _measure(
        self, measurement: Measurement, status: MeasurementStatus | None, details: StepDetails
    ) -> Step:
        kind = kind_of(measurement)
        computed = StepStatusCode(measurement.status)
        payload = {kind.member: [measurement]}
        return self._add(kind.step_type, computed, details, follows=status is None, **payload)

    def _add(
        self,
        step_type: str,
        status: StepStatus | None,
        details: StepDetails,
        *,
        follows: bool = False,
        **payload: Any,
    ) -> Step:
        place = place_of(self.step)
        turn = StepLoop(idx=len(place.below))
        step = new_step(
            Step, self.step.name, step_type, status, details, follows=follows, loop=turn, **payload
        )
        self._check(step)
        first = not place.below
        place.add_iteration(place_of(step))
        if first:
            self.step.step_type = step.step_type
            if step.seq_call is not None:
                self.step.seq_call = copy(step.seq_call)
        return step

    def _check(self, step: Step) -> None:
        place = place_of(self.step)
        if place.below and step.step_type != self.step.step_type:
            raise ValueError(f"a loop repeats one step: {self.step.step_type}, not {step.step_type}")
        if StepStatusCode.SKIPPED in (step.status, self.step.status):
            return
        done = next((one.step for one in place.below if one.step.status != StepStatusCode.SKIPPED), step)
        if limits(step) != limits(done):
            raise ValueError("the iterations of a loop have the same limits")
        if limits(step) and not place.computed:
            as_measurement(StepStatusCode(self.step.status))
