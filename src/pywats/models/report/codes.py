"""The codes that reports are written in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from pywats.models.header_codes import ReportHeaderResult

__all__ = [
    "AdditionalDataKind",
    "ChartKind",
    "ChartSeriesKind",
    "MeasurementStatusCode",
    "NumericCompOp",
    "ReportResultCode",
    "ReportTypeFilter",
    "StepGroupCode",
    "StepStatusCode",
    "StringCompOp",
]


class ReportTypeFilter(StrEnum):
    """What kind of report `query_headers` lists; note that U stands for test here."""

    UUT = "U"
    UUR = "R"


class ReportResultCode(StrEnum):
    """Outcome of a whole report. Repair reports are normally passed."""

    PASSED = "P"
    FAILED = "F"
    ERROR = "E"
    TERMINATED = "T"


class StepStatusCode(StrEnum):
    """Outcome of a step.

    Done suits steps that test nothing. Skipped makes the server ignore what the step carries. Unknown is
    for reading only.
    """

    PASSED = "P"
    FAILED = "F"
    ERROR = "E"
    TERMINATED = "T"
    SKIPPED = "S"
    DONE = "D"
    UNKNOWN = "U"


class MeasurementStatusCode(StrEnum):
    """Outcome of one measurement, set by the sender: the server does not compare value and limits."""

    PASSED = "P"
    FAILED = "F"
    SKIPPED = "S"


class StepGroupCode(StrEnum):
    """Part of the sequence that the step ran in."""

    SETUP = "S"
    MAIN = "M"
    CLEANUP = "C"


class NumericCompOp(StrEnum):
    """Comparison that a numeric measurement was judged by.

    Two letters take one limit, always in `low_limit`. Four letters take two: inside a range (GT.., GE..) or
    outside of one (LT.., LE..). Servers may use other letter cases; such a value reads as a plain string.
    """

    LOG = "LOG"
    EQUAL = "EQ"
    NOT_EQUAL = "NE"
    GREATER_THAN = "GT"
    GREATER_OR_EQUAL = "GE"
    LESS_THAN = "LT"
    LESS_OR_EQUAL = "LE"
    INSIDE_EXCLUSIVE = "GTLT"
    INSIDE_LOW_EXCLUSIVE = "GTLE"
    INSIDE_HIGH_EXCLUSIVE = "GELT"
    INSIDE_INCLUSIVE = "GELE"
    OUTSIDE_EXCLUSIVE = "LTGT"
    OUTSIDE_HIGH_INCLUSIVE = "LTGE"
    OUTSIDE_LOW_INCLUSIVE = "LEGT"
    OUTSIDE_INCLUSIVE = "LEGE"


class StringCompOp(StrEnum):
    """Comparison that a string measurement was judged by.

    Servers may use other spellings (IgnoreCase); such a value reads as a plain string.
    """

    LOG = "LOG"
    EQUAL = "EQ"
    NOT_EQUAL = "NE"
    CASE_SENSITIVE = "CASESENSIT"
    IGNORE_CASE = "IGNORECASE"


class ChartKind(StrEnum):
    """Line chart with linear axes, or with both, only the X or only the Y axis logarithmic."""

    LINE = "Line"
    LINE_LOG_XY = "LineLogXY"
    LINE_LOG_X = "LineLogX"
    LINE_LOG_Y = "LineLogY"


class ChartSeriesKind(StrEnum):
    """The only kind of series known."""

    XYG = "XYG"


class AdditionalDataKind(StrEnum):
    """Type of an additional data property; values always travel as strings."""

    NUMBER = "Number"
    STRING = "String"
    BOOL = "Bool"
    OBJ = "Obj"
    ARRAY = "Array"


# Open enumerations: a value that this version does not know stays a plain string.
ResultField = Annotated[ReportResultCode | str, Field(union_mode="left_to_right")]
HeaderResultField = Annotated[ReportHeaderResult | str, Field(union_mode="left_to_right")]
StepStatusField = Annotated[StepStatusCode | str, Field(union_mode="left_to_right")]
NumericCompOpField = Annotated[NumericCompOp | str, Field(union_mode="left_to_right")]
StringCompOpField = Annotated[StringCompOp | str, Field(union_mode="left_to_right")]
DataKindField = Annotated[AdditionalDataKind | str, Field(union_mode="left_to_right")]

# Closed ones; the literals let a program write the code itself.
MeasurementStatusField = Annotated[
    MeasurementStatusCode | Literal["P", "F", "S"], Field(union_mode="left_to_right")
]
StepGroupField = Annotated[StepGroupCode | Literal["S", "M", "C"], Field(union_mode="left_to_right")]
ChartKindField = Annotated[
    ChartKind | Literal["Line", "LineLogXY", "LineLogX", "LineLogY"], Field(union_mode="left_to_right")
]
SeriesKindField = Annotated[ChartSeriesKind | Literal["XYG"], Field(union_mode="left_to_right")]
