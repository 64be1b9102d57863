"""Test reports."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import PrivateAttr, ValidationInfo, model_validator

from pywats.models.base import is_lenient, set_unchecked
from pywats.models.report.base import ReportBase, check_unit, this_computer
from pywats.models.report.codes import ReportResultCode, StepStatusCode
from pywats.models.report.fields import without_nulls
from pywats.models.report.header_parts import ReportAsset, ReportSubUnit, UUTInfo
from pywats.models.report.place import Place, place_of
from pywats.models.report.statuses import TO_BLAME
from pywats.models.report.step import Step
from pywats.models.report.step_parts import SequenceCallInfo
from pywats.models.report.step_reading import read_steps

__all__ = ["UUTReport"]


class UUTReport(ReportBase):
    """Test report.

    `create` begins one, and the `add_...` methods of `root` and of the steps below fill it. Its `result` is
    right at any moment: it follows from the steps, unless you assign one.

    Built from parts or read from a server, it says what the parts say; as soon as steps are added, it follows
    them where it has agreed with them so far. Built by a program it gets a new
    `id`, the current time as `start` (and `start_utc` to match), unless they are given. `root` is a sequence
    call whose status equals `result`. Read with a detail level below 7, parts of it are None.
    """

    __slots__ = ("_cause", "_follows")

    if TYPE_CHECKING:
        _cause: Place | None = PrivateAttr()
        _follows: bool = PrivateAttr()

    type: Literal["T"] = "T"
    root: Step
    uut: UUTInfo
    uur: None = None

    @classmethod
    def create(
        cls,
        *,
        pn: str,
        sn: str,
        rev: str,
        process_code: int,
        user: str,
        location: str,
        purpose: str,
        machine_name: str | None = None,
        sequence_name: str = "MainSequence",
        sequence_path: str | None = None,
        sequence_version: str = "1.0",
        start: datetime | None = None,
        batch_sn: str | None = None,
        comment: str | None = None,
        fixture_id: str | None = None,
        test_socket_index: int | None = None,
    ) -> Self:
        """Begin the report of a test.

        Args:
            pn: Part number. Characters that are in the way of searches raise a warning.
            sn: Serial number. The same.
            rev: Revision of the part.
            process_code: Code of the test operation.
            user: The operator.
            location: Where the station is.
            purpose: What the station is for.
            machine_name: Name of the station; that of this computer if None.
            sequence_name: Name of the test program's main sequence, which is also that of the root step.
            sequence_path: Its file; its name if None.
            sequence_version: Version of that file.
            start: When the test started; naive means local time, None means now.
            batch_sn: Batch number.
            comment: Free text.
            fixture_id: The fixture.
            test_socket_index: Socket of a multi-socket fixture.

        Returns:
            A report without steps, passed so far.

        Raises:
            ValueError: A text is empty, too long or not printable, or a number out of range.
        """
        check_unit(pn, sn, rev)
        root = Step(
            id=0,
            step_type="SequenceCall",
            name=sequence_name,
            status=StepStatusCode.PASSED,
            seq_call=SequenceCallInfo(
                path=sequence_name if sequence_path is None else sequence_path,
                name=sequence_name,
                version=sequence_version,
            ),
        )
        place = place_of(root)
        place.built = place.computed = True
        report = cls(
            pn=pn,
            sn=sn,
            rev=rev,
            process_code=process_code,
            result=ReportResultCode.PASSED,
            machine_name=this_computer() if machine_name is None else machine_name,
            location=location,
            purpose=purpose,
            start=datetime.now(UTC).astimezone() if start is None else start,
            uut=without_nulls(
                UUTInfo(
                    user=user,
                    batch_sn=batch_sn,
                    comment=comment,
                    fixture_id=fixture_id,
                    test_socket_index=test_socket_index,
                )
            ),
            root=root,
        )
        report._settle(follows=True)
        return report

    @property
    def failed_step(self) -> Step | None:
        """The step that made the unit fail: the first with `caused_uut_failure`, None if there is none."""
        return next((step for step in self.root.walk() if step.caused_uut_failure is True), None)

    def add_sub_unit(
        self, part_type: str, *, sn: str, pn: str, rev: str | None = None, position: int | None = None
    ) -> ReportSubUnit:
        """Add a unit that is built into the tested one.

        Args:
            part_type: What kind of part it is.
            sn: Its serial number.
            pn: Its part number.
            rev: Its revision.
            position: Its place in the tested unit.

        Returns:
            The new sub unit.

        Raises:
            ValueError: A text is empty, too long or not printable.
        """
        check_unit(pn, sn, rev or "")
        unit = without_nulls(ReportSubUnit(part_type=part_type, sn=sn, pn=pn, rev=rev, position=position))
        self.sub_units = [*(self.sub_units or []), unit]
        return unit

    def add_asset(self, asset_sn: str, usage_count: int = 1) -> ReportAsset:
        """Add an asset that was used.

        Args:
            asset_sn: Its serial number.
            usage_count: How many uses to add to its counters.

        Returns:
            The new asset.

        Raises:
            ValueError: The serial number is empty or too long.
        """
        asset = ReportAsset(asset_sn=asset_sn, usage_count=usage_count)
        self.assets = [*(self.assets or []), asset]
        return asset

    def finish(self, end: datetime | None = None) -> None:
        """Say how long the test took: `uut.exec_time` and the `tot_time` of the root.

        Args:
            end: When it ended; naive means local time, None means now.

        Raises:
            ValueError: It ended before its start.
        """
        seconds = (self._end(end) - self.start).total_seconds()
        self.uut.exec_time = self.root.tot_time = seconds

    # Following the steps.

    @model_validator(mode="before")
    @classmethod
    def _read_root(cls, data: object, info: ValidationInfo) -> object:
        if is_lenient(info.context) and isinstance(data, dict) and isinstance(data.get("root"), Mapping):
            return {**data, "root": read_steps(data["root"])}
        return data

    def to_wire(self, exclude: AbstractSet[str] = frozenset()) -> dict[str, Any]:
        """Return the JSON object."""
        try:
            return super().to_wire(exclude)
        except ValueError:
            root: object = self.root
            if not isinstance(root, Step):  # kept as the server sent it
                raise
            # pydantic gives up at some 250 nested sequences; the step does not.
            return {**super().to_wire({*exclude, "root"}), "root": root.to_wire()}

    def model_post_init(self, context: dict[str, Any] | None, /) -> None:
        """Take the root for its own."""
        super().model_post_init(context)
        self._settle(follows=self._is_consistent)

    def _settle(self, *, follows: bool) -> None:
        object.__setattr__(self, "_follows", follows)
        object.__setattr__(self, "_cause", None)
        root: object = self.root
        if isinstance(root, Step):
            place = place_of(root)
            place.tell = self._follow
            if follows:
                marked = (one for one in place.walk() if one.step.caused_uut_failure is True)
                object.__setattr__(self, "_cause", next(marked, None))

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Copy the report with its steps; the result keeps following them if it did."""
        copied = super().__deepcopy__(memo)
        copied._settle(follows=self._follows)  # noqa: SLF001
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        """Pickle whether the result follows the steps, too."""
        return {**super().__getstate__(), "follows": self._follows}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Come out of a pickle."""
        super().__setstate__(state)
        self._settle(follows=state["follows"])

    def __setattr__(self, name: str, value: object) -> None:
        """Set a member; the status of the root goes with the result."""
        if name == "result" and self._following:
            place_of(self.root).assign(value)
            return
        super().__setattr__(name, value)
        if name == "root":
            self._settle(follows=self._is_consistent)

    @property
    def _is_consistent(self) -> bool:
        root: object = self.root
        return isinstance(root, Step) and root.status == self.result

    @property
    def _following(self) -> bool:
        """Whether the result is that of the root, which it is of one that is being built."""
        root: object = self.root
        return self._follows and isinstance(root, Step) and place_of(root).built

    def _follow(self) -> None:
        if self._following:
            set_unchecked(self, "result", ReportResultCode(self.root.status))
            self._blame()

    def _blame(self) -> None:
        """Mark the first step that made the unit fail."""
        result, root, cause = self.result, place_of(self.root), self._cause
        failed = result in TO_BLAME
        if cause is not None:
            if failed and cause.top is root and all(one.step.status == result for one in cause.upwards()):
                return
            cause.step.caused_uut_failure = None
            cause.step.model_fields_set.discard("caused_uut_failure")
        cause = root.first_below(result) if failed else None
        if cause is not None:
            cause.step.caused_uut_failure = True
        object.__setattr__(self, "_cause", cause)
