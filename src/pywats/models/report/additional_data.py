"""Free structured data on reports and steps."""

from __future__ import annotations

from pydantic import Field

from pywats.models.base import WatsModel
from pywats.models.report.codes import DataKindField
from pywats.models.report.fields import Name200

__all__ = [
    "AdditionalDataArray",
    "AdditionalDataArrayIndex",
    "AdditionalDataProperty",
    "ReportAdditionalData",
]


class AdditionalDataProperty(WatsModel):
    """One property: Number, String and Bool have `value`, Obj has `props`, Array has `array`."""

    name: str | None
    type: DataKindField
    flags: int | None = None
    value: str | None = None
    comment: str | None = None
    num_format: str | None = None
    props: list[AdditionalDataProperty] | None = None
    array: AdditionalDataArray | None = None


class AdditionalDataArray(WatsModel):
    """Elements of an array property."""

    dimension: int = Field(ge=1)
    type: DataKindField
    indexes: list[AdditionalDataArrayIndex]


class AdditionalDataArrayIndex(WatsModel):
    """One element of an array property; `text` is its position, such as `[0][1]`."""

    text: str
    indexes: list[int]
    value: AdditionalDataProperty


AdditionalDataProperty.model_rebuild()
AdditionalDataArray.model_rebuild()


class ReportAdditionalData(WatsModel):
    """A named set of free properties; on a report, "Station info" is shown as station data."""

    name: Name200
    props: list[AdditionalDataProperty]
