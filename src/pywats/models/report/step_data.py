"""The members of a step, and what keeps the statuses of a tree right."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from copy import deepcopy
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, PrivateAttr
from pydantic_core import to_jsonable_python

from pywats.models.base import Timestamp, WatsModel, WsjfNumber
from pywats.models.report.additional_data import ReportAdditionalData
from pywats.models.report.codes import StepGroupCode, StepGroupField, StepStatusField
from pywats.models.report.fields import Name100, Text30, Text200, Text5000
from pywats.models.report.measurements import BooleanMeasurement, NumericMeasurement, StringMeasurement
from pywats.models.report.place import Place
from pywats.models.report.step_parts import (
    CallExecutableInfo,
    Chart,
    MessagePopupInfo,
    SequenceCallInfo,
    StepAttachment,
    StepLoop,
)

__all__ = ["StepData"]


class StepData(WatsModel):
    """The members of a step; a status that is assigned moves those above it."""

    __slots__ = ("_place",)

    if TYPE_CHECKING:
        _place: Place = PrivateAttr()

    id: Annotated[int, Field(ge=0)] | None = None
    group: StepGroupField = StepGroupCode.MAIN
    step_type: Name100
    name: Name100
    status: StepStatusField
    start: Timestamp | None = None
    tot_time: WsjfNumber | None = None
    tot_time_format: str | None = None
    error_code: int | None = None
    error_code_format: str | None = None
    error_message: Text200 | None = None
    report_text: Text5000 | None = None
    ts_guid: Text30 | None = None
    interactive_exe_num: int | None = None
    interactive_exe_num_format: str | None = None
    caused_seq_failure: bool | None = None
    caused_uut_failure: Annotated[bool | None, Field(alias="causedUUTFailure")] = None
    loop: StepLoop | None = None
    seq_call: SequenceCallInfo | None = None
    numeric_meas: list[NumericMeasurement] | None = None
    string_meas: list[StringMeasurement] | None = None
    boolean_meas: list[BooleanMeasurement] | None = None
    message_popup: MessagePopupInfo | None = None
    call_exe: CallExecutableInfo | None = None
    chart: Chart | None = None
    attachment: StepAttachment | None = None
    additional_results: list[ReportAdditionalData] | None = None
    steps: list[Self] | None = None

    def model_post_init(self, context: dict[str, Any] | None, /) -> None:
        """Take the steps and measurements below for its own."""
        super().model_post_init(context)
        self._settle(built=False, computed=False)

    def _settle(self, *, built: bool, computed: bool) -> None:
        object.__setattr__(self, "_place", Place(self, built=built, computed=computed))

    def to_wire(self, exclude: AbstractSet[str] = frozenset()) -> dict[str, Any]:
        """Return the JSON object."""
        try:
            return super().to_wire(exclude)
        except ValueError:
            # pydantic gives up at some 250 nested sequences.
            return self._to_wire_step_by_step(exclude)

    def _to_wire_step_by_step(self, exclude: AbstractSet[str]) -> dict[str, Any]:
        document = super().to_wire({*exclude, "steps"})
        waiting: list[tuple[StepData, dict[str, Any]]] = [(self, document)]
        while waiting:
            step, written = waiting.pop()
            if "steps" not in step.model_fields_set:
                continue
            steps: object = step.steps
            if not isinstance(steps, list):  # kept as the server sent it
                written["steps"] = to_jsonable_python(steps)
                continue
            written["steps"] = []
            for child in steps:
                if isinstance(child, StepData):
                    below = super(StepData, child).to_wire({"steps"})
                    waiting.append((child, below))
                else:
                    below = to_jsonable_python(child)
                written["steps"].append(below)
        return document

    def __copy__(self) -> Self:
        """Copy the steps below, too: a step belongs to one sequence only."""
        return deepcopy(self)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Copy the step and those below; statuses keep coming about as they did."""
        copied = super().__deepcopy__(memo)
        copied._settle(built=self._place.built, computed=self._place.computed)  # noqa: SLF001
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        """Pickle how the status came about, too."""
        return {**super().__getstate__(), "place": (self._place.built, self._place.computed)}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Come out of a pickle."""
        super().__setstate__(state)
        built, computed = state["place"]
        self._settle(built=built, computed=computed)

    def __setattr__(self, name: str, value: object) -> None:
        """Set a member; those above follow a status, and the status follows the steps."""
        if name == "status":
            self._place.assign(value)
            return
        super().__setattr__(name, value)
        above = self._place.above
        if name in ("steps", "numeric_meas", "string_meas", "boolean_meas"):
            self._place.link()
            self._place.rejudge()
        elif name in ("name", "loop") and above is not None:
            above.forget()
