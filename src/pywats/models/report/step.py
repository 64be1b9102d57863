"""A step of a test, and the methods that add steps and measurements to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal, Self, Unpack

from pywats.models.report.codes import ChartKind, StepStatusCode
from pywats.models.report.fields import base64_of, without_nulls
from pywats.models.report.files import FileSource, file_content
from pywats.models.report.judging import (
    Number,
    number,
)
from pywats.models.report.place import place_of
from pywats.models.report.rules import check_step
from pywats.models.report.step_making import StepDetails, StepStatus, sequence_call
from pywats.models.report.step_measuring import MeasuringStep
from pywats.models.report.step_parts import (
    CallExecutableInfo,
    Chart,
    ChartSeries,
    MessagePopupInfo,
    StepAttachment,
    StepLoop,
)

if TYPE_CHECKING:
    from pywats.models.report.loop import Loop

__all__ = ["Step"]


_MOST_SERIES: Final = 10


class Step(MeasuringStep):
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

    def walk(self) -> Iterator[Step]:
        """Yield this step and all below it, in the order of the report."""
        waiting = [self]
        while waiting:
            step = waiting.pop()
            yield step
            steps: object = step.steps
            if isinstance(steps, list):  # what a server sent may be anything
                waiting.extend(below for below in reversed(steps) if isinstance(below, Step))

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


def _attachment(source: FileSource, filename: str | None, content_type: str | None) -> StepAttachment:
    name, media_type, data = file_content(source, filename, content_type)
    return StepAttachment(name=name, content_type=media_type, data=base64_of(data))
