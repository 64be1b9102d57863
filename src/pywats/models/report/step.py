"""A step of a test, and the methods that add steps and measurements to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Self, TypeAlias, TypedDict, Unpack

from pywats.models.base import LENIENT
from pywats.models.report.codes import ChartKind, MeasurementStatusCode, StepGroupCode, StepStatusCode
from pywats.models.report.comparisons import NumericComparison, StringComparison
from pywats.models.report.fields import base64_of, without_nulls
from pywats.models.report.files import FileSource, file_content
from pywats.models.report.judging import (
    Number,
    boolean_measurement,
    number,
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
from pywats.models.report.rules import check_step
from pywats.models.report.step_data import StepData
from pywats.models.report.step_parts import (
    CallExecutableInfo,
    Chart,
    ChartSeries,
    MessagePopupInfo,
    SequenceCallInfo,
    StepAttachment,
    StepLoop,
)

if TYPE_CHECKING:
    from pywats.models.report.loop import Loop

__all__ = ["Step", "StepDetails"]

MeasurementStatus: TypeAlias = MeasurementStatusCode | Literal["P", "F", "S"]
StepStatus: TypeAlias = StepStatusCode | Literal["P", "F", "E", "T", "S", "D"]


class _Kind(NamedTuple):
    member: str  # the list that the measurements are in
    step_type: str  # of a step with one
    several: tuple[str, ...]  # of those with any number


_KINDS: Final[dict[type[Measurement], _Kind]] = {
    NumericMeasurement: _Kind("numeric_meas", "ET_NLT", ("ET_MNLT", "WATS_XYGMNLT")),
    StringMeasurement: _Kind("string_meas", "ET_SVT", ("ET_MSVT",)),
    BooleanMeasurement: _Kind("boolean_meas", "ET_PFT", ("ET_MPFT",)),
}
_MOST_SERIES: Final = 10


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


class Step(StepData):
    """One node of the step tree.

    There is a single kind of step: `step_type` picks the icon and the statistics, what the step carries is
    told by which payload members are there (at most one of `seq_call`, `numeric_meas`, `string_meas` and
    `boolean_meas`). `steps` stands next to `seq_call` only.

    The `add_...` methods of a sequence make a step, put it at the end, and return it; its status follows from
    what it measured, and those of the sequences above follow at once. A status that you give or assign stays
    what you said. What the API forbids raises `ValueError` with the path of the step, and changes nothing.

    Attributes:
        id: Running number in execution order, 0 for the root. All steps of a report have one, or none has.
        tot_time: Run time in seconds.
        caused_uut_failure: This step made the unit fail; the first one so marked is highlighted.
    """

    steps: list[Step] | None = None

    def add_sequence(
        self,
        name: str,
        *,
        path: str | None = None,
        sequence_name: str | None = None,
        version: str | None = None,
        status: StepStatus | None = None,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add a sequence, which takes steps in turn.

        It is failed, terminated or in error as soon as one of its steps is, error before terminated before
        failed; skipped and done steps do no harm. Without any steps it is done.

        Args:
            name: Name of the step.
            path: File of the sequence; that of this sequence if None.
            sequence_name: Name of the sequence; that of the step if None.
            version: Version of that file; that of this sequence if None.
            status: What it is whatever its steps are.
            details: See `StepDetails`.

        Returns:
            The new sequence.

        Raises:
            ValueError: The API does not allow it.
        """
        call = sequence_call(self.seq_call, sequence_name or name, path, version)
        return self._add(name, "SequenceCall", status, details, seq_call=call)

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
    ) -> Step:
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
        own_name = name if self._takes(NumericMeasurement) else None
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
    ) -> Step:
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
        own_name = name if self._takes(StringMeasurement) else None
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
    ) -> Step:
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
        own_name = name if self._takes(BooleanMeasurement) else None
        with place_of(self).naming(name):
            measurement = boolean_measurement(own_name, ok, status=measurement_status(status))
        return self._measure(name, measurement, status, details)

    def add_multi_numeric(self, name: str, **details: Unpack[StepDetails]) -> Step:
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

    def add_multi_string(self, name: str, **details: Unpack[StepDetails]) -> Step:
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

    def add_multi_boolean(self, name: str, **details: Unpack[StepDetails]) -> Step:
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

    def add_chart(
        self,
        name: str,
        *,
        x_label: str,
        y_label: str,
        x_unit: str | None = None,
        y_unit: str | None = None,
        label: str | None = None,
        chart_type: ChartKind | Literal["Line", "LineLogXY", "LineLogX", "LineLogY"] = ChartKind.LINE,
        status: StepStatus | None = None,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add a line chart; give its plots by `add_series`, and values that follow from it by `add_numeric`.

        The plots are only drawn: without values the step is passed.

        Args:
            name: Name of the step.
            x_label: Label of the X axis.
            y_label: Label of the Y axis.
            x_unit: Unit of the X axis.
            y_unit: Unit of the Y axis.
            label: Title; the name of the step if None.
            chart_type: Which axes are logarithmic.
            status: What it is whatever its values are.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
        """
        with place_of(self).naming(name):
            chart = without_nulls(
                Chart(
                    chart_type=chart_type,
                    label=name if label is None else label,
                    x_label=x_label,
                    x_unit=x_unit,
                    y_label=y_label,
                    y_unit=y_unit,
                )
            )
        return self._add(
            name,
            "WATS_XYGMNLT",
            status or StepStatusCode.PASSED,
            details,
            follows=status is None,
            chart=chart,
        )

    def add_series(self, name: str, x: Iterable[Number], y: Iterable[Number]) -> Self:
        """Add a plot to the chart of this step.

        Args:
            name: Name in the legend.
            x: 1 to 10,000 finite numbers.
            y: As many.

        Returns:
            This step.

        Raises:
            ValueError: There is no chart, it has ten plots already, or these are no points.
        """
        with place_of(self).naming():
            if self.chart is None:
                raise ValueError("the step has no chart")
            series = self.chart.series or []
            if len(series) >= _MOST_SERIES:
                raise ValueError(f"a chart has {_MOST_SERIES} series at most")
            self.chart.series = [*series, ChartSeries.of(name, x, y)]
        return self

    def add_attachment(
        self,
        name: str,
        source: FileSource,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        status: StepStatus = StepStatusCode.PASSED,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add a step that is a file.

        Args:
            name: Name of the step.
            source: Path of the file, or its content as bytes.
            filename: Name of the file; that of the path if None.
            content_type: Media type; told by the name if None.
            status: Status of the step.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
            OSError: The file cannot be read.
        """
        with place_of(self).naming(name):
            attachment = _attachment(source, filename, content_type)
        return self._add(name, "WATS_AttachFile", status, details, attachment=attachment)

    def attach_file(
        self, source: FileSource, *, filename: str | None = None, content_type: str | None = None
    ) -> Self:
        """Attach a file to this step, whatever it is; a step has one at most, and none next to a chart.

        Args:
            source: Path of the file, or its content as bytes.
            filename: Name of the file; that of the path if None.
            content_type: Media type; told by the name if None.

        Returns:
            This step.

        Raises:
            ValueError: The step has a file or a chart already, or the content has no name.
            OSError: The file cannot be read.
        """
        with place_of(self).naming():
            if self.chart is not None or self.attachment is not None:
                raise ValueError("the step has a file or a chart already")
            self.attachment = _attachment(source, filename, content_type)
        return self

    def add_action(
        self,
        name: str,
        *,
        step_type: str = "ET_A",
        status: StepStatus = StepStatusCode.DONE,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add a step that measures nothing, or that could not measure.

        Args:
            name: Name of the step.
            step_type: What it is; any text, such as NI_Wait. A step that ended in an error before it could
                measure has the type of what it would have been, such as ET_NLT.
            status: Status of the step.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
        """
        return self._add(name, step_type, status, details)

    def add_message_popup(
        self,
        name: str,
        response: str,
        button: int,
        *,
        status: StepStatus = StepStatusCode.PASSED,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add a dialog that the operator has answered.

        Args:
            name: Name of the step.
            response: The answer, 1 to 100 characters.
            button: Number of the button that was pressed.
            status: Status of the step.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
        """
        with place_of(self).naming(name):
            if not response:
                raise ValueError("the response has at least one character")
            popup = MessagePopupInfo(response=response, button=button)
        return self._add(name, "MessagePopup", status, details, message_popup=popup)

    def add_call_executable(
        self,
        name: str,
        exit_code: Number,
        *,
        status: StepStatus = StepStatusCode.PASSED,
        **details: Unpack[StepDetails],
    ) -> Step:
        """Add a program that the test has run. The exit code is only recorded.

        Args:
            name: Name of the step.
            exit_code: How the program ended.
            status: Status of the step.
            details: See `StepDetails`.

        Returns:
            The new step.

        Raises:
            ValueError: The API does not allow it.
        """
        with place_of(self).naming(name):
            program = CallExecutableInfo(exit_code=number("exit_code", exit_code))
        return self._add(name, "CallExecutable", status, details, call_exe=program)

    def add_loop(self, name: str, **details: Unpack[StepDetails]) -> Loop:
        """Add a step that is repeated; give its iterations by the methods of the loop.

        Args:
            name: Name of the summary step and of all iterations.
            details: See `StepDetails`; of the summary step.

        Returns:
            The loop.

        Raises:
            ValueError: The API does not allow it.
        """
        from pywats.models.report.loop import Loop  # noqa: PLC0415  which needs steps in turn

        summary = self._add(
            name, "ET_A", None, details, loop=StepLoop(num=0, ending_index=-1, passed=0, failed=0)
        )
        return Loop(summary)

    def add_step(self, step: Step) -> Step:
        """Add a step that you have made yourself, with those below it. Its status is what it says.

        Args:
            step: The step. It and those below are given the ids that come next.

        Returns:
            The step.

        Raises:
            ValueError: The API does not allow it.
        """
        own, place = place_of(self), place_of(step)
        with own.naming(step.name):
            self._check_room(step.name)
            if place.above is not None or place.tell is not None or place is own.top:
                raise ValueError("the step is part of a tree already")
            check_step(step)
        own.add_step(place)
        return step

    def _add(
        self,
        name: str,
        step_type: str,
        status: StepStatus | None,
        details: StepDetails,
        *,
        follows: bool = False,
        **payload: object,
    ) -> Step:
        """Make a step and put it at the end. Without a status, it follows from what the step carries."""
        own = place_of(self)
        with own.naming(name):
            self._check_room(name)
            step = new_step(name, step_type, status, details, follows=follows, **payload)
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

    def _takes(self, measurement: type[Measurement]) -> bool:
        """Tell whether measurements of a kind are added to this step itself."""
        return self.seq_call is None and self.step_type in _KINDS[measurement].several

    def _measure(
        self, name: str, measurement: Measurement, status: MeasurementStatus | None, details: StepDetails
    ) -> Step:
        """Add a measurement to this step, or as a step of its own."""
        own, kind = place_of(self), kind_of(measurement)
        if not self._takes(type(measurement)):
            computed = StepStatusCode(measurement.status)
            payload = {kind.member: [measurement]}
            return self._add(name, kind.step_type, computed, details, follows=status is None, **payload)
        with own.naming(name):
            if details:
                raise ValueError(f"{', '.join(details)}: said of steps, not of measurements")
            own.check_name(name)
            own.add_measurement(kind.member, measurement)
        return self


def kind_of(measurement: Measurement) -> _Kind:
    """Return where a measurement belongs."""
    return _KINDS[type(measurement)]


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
    name: str,
    step_type: str,
    status: StepStatus | None,
    details: StepDetails,
    *,
    follows: bool = False,
    **payload: object,
) -> Step:
    """Make a step that is part of no tree yet.

    Args:
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
    step = Step(name=name, step_type=step_type, status=code, **members)
    place = place_of(step)
    place.built, place.computed = True, follows or status is None
    return step


def measurement_status(status: MeasurementStatus | None) -> MeasurementStatusCode | None:
    """Return the code of a status that a program wrote."""
    return None if status is None else MeasurementStatusCode(status)


def _attachment(source: FileSource, filename: str | None, content_type: str | None) -> StepAttachment:
    name, media_type, data = file_content(source, filename, content_type)
    return StepAttachment(name=name, content_type=media_type, data=base64_of(data))


def read_steps(document: Mapping[str, object]) -> Step:
    """Read a step and those below it as a server sent them.

    One by one, from the innermost on, as pydantic gives up at some 250 nested sequences.
    """
    entries: list[tuple[Mapping[str, object], int, int]] = [(document, -1, 0)]
    lists: list[list[object] | None] = []
    for index, (step, _, _) in enumerate(entries):  # which grows meanwhile
        steps = step.get("steps")
        lists.append(list(steps) if isinstance(steps, list) else None)
        entries.extend(
            (child, index, position)
            for position, child in enumerate(lists[index] or ())
            if isinstance(child, Mapping)
        )
    for index in range(len(entries) - 1, 0, -1):
        above = lists[entries[index][1]]
        if above is not None:
            above[entries[index][2]] = _read_step(entries[index][0], lists[index])
    return _read_step(document, lists[0])


def _read_step(document: Mapping[str, object], steps: list[object] | None) -> Step:
    below = {} if steps is None else {"steps": steps}
    return Step.model_validate({**document, **below}, context=LENIENT)
