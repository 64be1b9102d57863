"""Steps that measure, and how any step gets into a sequence."""

from __future__ import annotations

from typing import Self, Unpack

from pywats.models.report.codes import StepStatusCode
from pywats.models.report.comparisons import NumericComparison, StringComparison
from pywats.models.report.judging import (
    Number,
    boolean_measurement,
    numeric_measurement,
    string_measurement,
)
from pywats.models.report.measurements import (
    BooleanMeasurement,
    Measurement,
    NumericMeasurement,
    StringMeasurement,
)
from pywats.models.report.place import place_of
from pywats.models.report.step_data import StepData
from pywats.models.report.step_making import (
    MeasurementStatus,
    StepDetails,
    StepStatus,
    kind_of,
    measurement_status,
    new_step,
    takes_several,
)

__all__ = ["MeasuringStep"]


class MeasuringStep(StepData):
    """The methods that add measurements: to a sequence as steps, to a step for several as one of them."""

    def add_numeric(
        self,
        name: str,
        value: Number,
        *,
        low: Number | None = None,
        high: Number | None = None,
        unit: str | None = None,
        comp_op: NumericComparison | None = None,
        status: MeasurementStatus | None = None,
        **details: Unpack[StepDetails],
    ) -> Self:
        """Add a number: to a sequence as a step, to a multi numeric or chart step as one of its measurements.

        Args:
            name: Name of the step or measurement.
            value: What was measured. NaN fails every comparison but LOG and NE.
            low: Lower limit.
            high: Upper limit. Comparisons with a single limit take it as `low` or as `high`.
            unit: Unit of value and limits.
            comp_op: The comparison. If None: GELE (low <= value <= high), GE or LE by which limits there
                are, LOG (only recorded, always passed) without limits.
            status: P, F or S, whatever the comparison says.
            details: See `StepDetails`; for steps only.

        Returns:
            The new step, or the step that has got the measurement.

        Raises:
            ValueError: The limits don't suit the comparison, or the API does not allow it otherwise.
        """
        own_name = name if takes_several(self, NumericMeasurement) else None
        with place_of(self).naming(name):
            measurement = numeric_measurement(
                own_name, value, low, high, unit=unit, comp_op=comp_op, status=measurement_status(status)
            )
        return self._measure(name, measurement, status, details)

    def add_string(
        self,
        name: str,
        value: str,
        *,
        limit: str | None = None,
        comp_op: StringComparison | None = None,
        status: MeasurementStatus | None = None,
        **details: Unpack[StepDetails],
    ) -> Self:
        """Add a text: to a sequence as a step, to a multi string step as one of its measurements.

        Args:
            name: Name of the step or measurement.
            value: What was read, 100 characters at most.
            limit: The text to compare to.
            comp_op: The comparison. If None: EQ, or LOG (only recorded, always passed) without limit.
            status: P, F or S, whatever the comparison says.
            details: See `StepDetails`; for steps only.

        Returns:
            The new step, or the step that has got the measurement.

        Raises:
            ValueError: The limit is missing or superfluous, or the API does not allow it otherwise.
        """
        own_name = name if takes_several(self, StringMeasurement) else None
        with place_of(self).naming(name):
            measurement = string_measurement(
                own_name, value, limit, comp_op=comp_op, status=measurement_status(status)
            )
        return self._measure(name, measurement, status, details)

    def add_pass_fail(
        self,
        name: str,
        ok: bool,
        *,
        status: MeasurementStatus | None = None,
        **details: Unpack[StepDetails],
    ) -> Self:
        """Add a judgement: to a sequence as a step, to a multi boolean step as one of its measurements.

        Args:
            name: Name of the step or measurement.
            ok: Whether it passed.
            status: P, F or S, whatever `ok` is.
            details: See `StepDetails`; for steps only.

        Returns:
            The new step, or the step that has got the measurement.

        Raises:
            ValueError: `ok` is neither true nor false, or the API does not allow it otherwise.
        """
        own_name = name if takes_several(self, BooleanMeasurement) else None
        with place_of(self).naming(name):
            measurement = boolean_measurement(own_name, ok, status=measurement_status(status))
        return self._measure(name, measurement, status, details)

    def add_multi_numeric(self, name: str, **details: Unpack[StepDetails]) -> Self:
        """Add a step for several numbers; give them by its `add_numeric`.

        It is failed if one of them is, and done as long as there are none.

        Args:
            name: Name of the step.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
        """
        return self._add(name, "ET_MNLT", None, details)

    def add_multi_string(self, name: str, **details: Unpack[StepDetails]) -> Self:
        """Add a step for several texts; give them by its `add_string`.

        Args:
            name: Name of the step.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
        """
        return self._add(name, "ET_MSVT", None, details)

    def add_multi_boolean(self, name: str, **details: Unpack[StepDetails]) -> Self:
        """Add a step for several judgements; give them by its `add_pass_fail`.

        Args:
            name: Name of the step.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
        """
        return self._add(name, "ET_MPFT", None, details)

    def _add(
        self,
        name: str,
        step_type: str,
        status: StepStatus | None,
        details: StepDetails,
        *,
        follows: bool = False,
        **payload: object,
    ) -> Self:
        """Make a step and put it at the end. Without a status, it follows from what the step carries."""
        own = place_of(self)
        with own.naming(name):
            self._check_room(name)
            step = new_step(type(self), name, step_type, status, details, follows=follows, **payload)
        own.add_step(place_of(step))
        return step

    def _check_room(self, name: object) -> None:
        """Refuse a step below one that takes none, or one without a name of its own."""
        own = place_of(self)
        if self.seq_call is None:
            raise ValueError(f"{self.name!r} is no sequence; only sequences take steps")
        if own.is_summary:
            raise ValueError(f"{self.name!r} sums up a loop; its iterations take steps")
        own.check_name(name)

    def _measure(
        self, name: str, measurement: Measurement, status: MeasurementStatus | None, details: StepDetails
    ) -> Self:
        """Add a measurement to this step, or as a step of its own."""
        own, kind = place_of(self), kind_of(measurement)
        if not takes_several(self, type(measurement)):
            computed = StepStatusCode(measurement.status)
            payload = {kind.member: [measurement]}
            return self._add(name, kind.step_type, computed, details, follows=status is None, **payload)
        with own.naming(name):
            if details:
                raise ValueError(f"{', '.join(details)}: said of steps, not of measurements")
            own.check_name(name)
            own.add_measurement(kind.member, measurement)
        return self
