"""Test and repair reports (WSJF), report headers, and the answers of the report endpoints.

`uut` and `uur` are the reports; the `step` modules and `loop` build the tree of steps, `place` keeps its
statuses right, `judging` and `comparisons` judge measurements; the other modules are the parts that reports
are made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Discriminator, Tag

from pywats.models.header_codes import ReportHeaderResult, ReportKind
from pywats.models.report.additional_data import (
    AdditionalDataArray,
    AdditionalDataArrayIndex,
    AdditionalDataProperty,
    ReportAdditionalData,
)
from pywats.models.report.answers import (
    MiscInfoSearchItem,
    MiscInfoSearchRow,
    ReportHeader,
    ReportHeaderAsset,
    ReportHeaderAttachment,
    ReportHeaderMiscInfo,
    ReportHeaderSubUnit,
    ReportHeaderUURAttachment,
    ReportHeaderUURSubUnit,
    ReportInsertResult,
)
from pywats.models.report.codes import (
    AdditionalDataKind,
    ChartKind,
    ChartSeriesKind,
    MeasurementStatusCode,
    NumericCompOp,
    ReportResultCode,
    ReportTypeFilter,
    StepGroupCode,
    StepStatusCode,
    StringCompOp,
)
from pywats.models.report.header_parts import (
    ReferencingUUR,
    ReportAsset,
    ReportAssetStats,
    ReportBinaryData,
    ReportMiscInfo,
    ReportSubUnit,
    UURFailure,
    UURInfo,
    UURSubUnit,
    UUTInfo,
)
from pywats.models.report.loop import (
    Loop,
)
from pywats.models.report.measurements import (
    BooleanMeasurement,
    NumericMeasurement,
    StringMeasurement,
)
from pywats.models.report.step import Step
from pywats.models.report.step_making import StepDetails
from pywats.models.report.step_parts import (
    CallExecutableInfo,
    Chart,
    ChartSeries,
    MessagePopupInfo,
    SequenceCallInfo,
    StepAttachment,
    StepLoop,
)
from pywats.models.report.uur import (
    UURReport,
)
from pywats.models.report.uut import (
    UUTReport,
)

__all__ = [
    "AdditionalDataArray",
    "AdditionalDataArrayIndex",
    "AdditionalDataKind",
    "AdditionalDataProperty",
    "BooleanMeasurement",
    "CallExecutableInfo",
    "Chart",
    "ChartKind",
    "ChartSeries",
    "ChartSeriesKind",
    "Loop",
    "MeasurementStatusCode",
    "MessagePopupInfo",
    "MiscInfoSearchItem",
    "MiscInfoSearchRow",
    "NumericCompOp",
    "NumericMeasurement",
    "ReferencingUUR",
    "Report",
    "ReportAdditionalData",
    "ReportAsset",
    "ReportAssetStats",
    "ReportBinaryData",
    "ReportHeader",
    "ReportHeaderAsset",
    "ReportHeaderAttachment",
    "ReportHeaderMiscInfo",
    "ReportHeaderResult",
    "ReportHeaderSubUnit",
    "ReportHeaderUURAttachment",
    "ReportHeaderUURSubUnit",
    "ReportInsertResult",
    "ReportKind",
    "ReportMiscInfo",
    "ReportResultCode",
    "ReportSubUnit",
    "ReportTypeFilter",
    "SequenceCallInfo",
    "Step",
    "StepAttachment",
    "StepDetails",
    "StepGroupCode",
    "StepLoop",
    "StepStatusCode",
    "StringCompOp",
    "StringMeasurement",
    "UURFailure",
    "UURInfo",
    "UURReport",
    "UURSubUnit",
    "UUTInfo",
    "UUTReport",
]


def _kind(document: object) -> str:
    if isinstance(document, Mapping):
        kind = document.get("type") or ("R" if document.get("uur") else "T")
    else:
        kind = getattr(document, "type", None)
    return "R" if kind == ReportKind.UUR else "T"


Report: TypeAlias = Annotated[
    Annotated[UUTReport, Tag("T")] | Annotated[UURReport, Tag("R")], Discriminator(_kind)
]
"""A report of either kind, told by its `type`, or by its content where a partial document lacks it."""
