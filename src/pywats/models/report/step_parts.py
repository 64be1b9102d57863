"""What a step carries besides measurements."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field

from pywats.models.base import WatsModel, WsjfNumber
from pywats.models.report.codes import ChartKindField, ChartSeriesKind, SeriesKindField
from pywats.models.report.fields import (
    Base64,
    Int16,
    Name50,
    Name100,
    Text20,
    Text30,
    Text100,
    Text200,
)
from pywats.models.report.judging import Number, number

__all__ = [
    "CallExecutableInfo",
    "Chart",
    "ChartSeries",
    "MessagePopupInfo",
    "SequenceCallInfo",
    "StepAttachment",
    "StepLoop",
]

_MOST_POINTS: Final = 10_000


class SequenceCallInfo(WatsModel):
    """The sequence that was called."""

    path: str = Field(max_length=500)
    name: Text200
    version: Text30 | None


class MessagePopupInfo(WatsModel):
    """What the operator answered."""

    response: Text100 | None
    button: Int16 | None
    button_format: str | None = None


class CallExecutableInfo(WatsModel):
    """How the program ended."""

    exit_code: WsjfNumber | None
    exit_code_format: str | None = None


class StepAttachment(WatsModel):
    """A file on a step: give its content as bytes; as a text it is base64, as on the wire."""

    name: Name100
    content_type: Name100
    data: Base64 | None


class ChartSeries(WatsModel):
    """One plot: two strings of the same number of values (10,000 at most), separated by semicolons."""

    data_type: SeriesKindField = ChartSeriesKind.XYG
    name: Name100
    xdata: str | None
    ydata: str | None

    @classmethod
    def of(cls, name: str, x: Iterable[Number], y: Iterable[Number]) -> Self:
        """Make a series of numbers.

        Raises:
            ValueError: There are no points, more than 10,000, not as many x as y, or one is no finite number.
        """
        xs, ys = _points("x", x), _points("y", y)
        if len(xs) != len(ys):
            raise ValueError(f"series {name!r} has {len(xs)} x and {len(ys)} y")
        if not 1 <= len(xs) <= _MOST_POINTS:
            raise ValueError(f"series {name!r} has {len(xs)} points; 1 to {_MOST_POINTS} are allowed")
        return cls(name=name, xdata=";".join(xs), ydata=";".join(ys))


def _points(axis: str, values: Iterable[Number]) -> list[str]:
    points = [number(f"{axis}[{index}]", value) for index, value in enumerate(values)]
    for index, point in enumerate(points):
        if not math.isfinite(point):
            raise ValueError(f"{axis}[{index}] is {point}, which cannot be drawn")
    return [repr(point) for point in points]


class Chart(WatsModel):
    """Line chart with at most ten plots. It is only drawn; limits in it are series like any other."""

    chart_type: ChartKindField
    label: Name100
    x_label: Name50
    x_unit: Text20 | None = None
    y_label: Name50
    y_unit: Text20 | None = None
    series: Annotated[list[ChartSeries], Field(max_length=10)] | None = None


class StepLoop(WatsModel):
    """Marks a step as part of a loop.

    The summary step has everything but `idx`; its iterations follow as siblings of the same name with `idx`
    only. `num` is `ending_index` + 1.
    """

    always_sent: ClassVar[frozenset[str]] = frozenset({"idx", "num", "ending_index", "passed", "failed"})

    idx: Annotated[int, Field(ge=0, le=32767)] | None = None
    num: Int16 | None = None
    ending_index: Int16 | None = None
    passed: Int16 | None = None
    failed: Int16 | None = None
