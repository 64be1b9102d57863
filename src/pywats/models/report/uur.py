"""Repair reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, Self, cast
from uuid import UUID

from pydantic import Field

from pywats.models.report.answers import ReportHeader
from pywats.models.report.base import ReportBase, check_unit, this_computer
from pywats.models.report.codes import ReportResultCode
from pywats.models.report.fields import without_nulls
from pywats.models.report.files import FileSource
from pywats.models.report.header_parts import ReportBinaryData, UURFailure, UURInfo, UURSubUnit, binary_data
from pywats.models.report.uut import UUTReport

__all__ = ["UURReport"]


class UURReport(ReportBase):
    """Repair report.

    `create` begins one. It refers to the failed test report by `uur.ref_uut`; each repaired fault is a
    failure on one of `sub_units`, of which one has `idx` 0 and is the repaired unit itself. `id`, `start` and
    missing parts are as on `UUTReport`.
    """

    type: Literal["R"] = "R"
    root: None = None
    uut: None = None
    uur: UURInfo
    sub_units: list[UURSubUnit] = Field(min_length=1)  # type: ignore[assignment]

    @classmethod
    def create(
        cls,
        tested: UUTReport | ReportHeader,
        *,
        process_code: int,
        user: str,
        location: str,
        purpose: str,
        machine_name: str | None = None,
        part_type: str = "Main",
        comment: str | None = None,
        confirm_date: datetime | None = None,
        start: datetime | None = None,
    ) -> Self:
        """Begin the report of a repair.

        Args:
            tested: The test report whose fault is repaired, or its header.
            process_code: Code of the repair operation. That of the test is taken from the test report.
            user: Who repairs.
            location: Where the repair station is.
            purpose: What the repair station is for.
            machine_name: Name of the repair station; that of this computer if None.
            part_type: What kind of part the repaired unit is.
            comment: Free text.
            confirm_date: When the fault was confirmed; naive means local time.
            start: When the repair started; naive means local time, None means now.

        Returns:
            A report without failures.

        Raises:
            TypeError: `tested` is neither a test report nor a header.
            ValueError: The header lacks what identifies unit and test; or a text is empty or too long, or a
                number out of range.
        """
        pn, sn, rev, code, report_id = _identity(tested)
        return cls(
            pn=pn,
            sn=sn,
            rev=rev,
            process_code=process_code,
            result=ReportResultCode.PASSED,
            machine_name=this_computer() if machine_name is None else machine_name,
            location=location,
            purpose=purpose,
            start=datetime.now(UTC).astimezone() if start is None else start,
            uur=without_nulls(
                UURInfo(
                    user=user,
                    process_code=code,
                    ref_uut=report_id,
                    comment=comment,
                    confirm_date=None if confirm_date is None else confirm_date.astimezone(UTC),
                )
            ),
            sub_units=[UURSubUnit(idx=0, part_type=part_type, sn=sn, pn=pn, rev=rev)],
        )

    @property
    def main_unit(self) -> UURSubUnit:
        """The repaired unit itself.

        Raises:
            ValueError: The report, which was read, has none.
        """
        for unit in self.sub_units or ():
            if unit.idx == 0:
                return unit
        raise ValueError("the report has no sub unit with idx 0")

    def add_failure(
        self,
        category: str,
        code: str,
        *,
        unit: UURSubUnit | None = None,
        step_id: int | None = None,
        com_ref: str | None = None,
        comment: str | None = None,
        func_block: str | None = None,
        art_number: str | None = None,
        art_rev: str | None = None,
        art_vendor: str | None = None,
        art_description: str | None = None,
    ) -> UURFailure:
        """Add a fault that was repaired; its `attach_file` takes pictures of it.

        Args:
            category: Fault category that is configured for the repair operation.
            code: Fault code that is configured in that category.
            unit: The sub unit that had it; the repaired unit itself if None.
            step_id: The `id` of the step of the test report that showed it.
            com_ref: Component, such as R12.
            comment: Free text.
            func_block: Function block of the component.
            art_number: Article number of the component.
            art_rev: Its revision.
            art_vendor: Its vendor.
            art_description: What it is.

        Returns:
            The new failure.

        Raises:
            ValueError: A text is empty or too long, or the unit is not one of this report.
        """
        faulty = self.main_unit if unit is None else self._own(unit)
        failure = without_nulls(
            UURFailure(
                category=category,
                code=code,
                comment=comment,
                com_ref=com_ref,
                func_block=func_block,
                art_number=art_number,
                art_rev=art_rev,
                art_vendor=art_vendor,
                art_description=art_description,
                ref_step_id=step_id,
            )
        )
        faulty.failures = [*(faulty.failures or []), failure]
        return failure

    def add_sub_unit(
        self,
        part_type: str,
        *,
        sn: str,
        pn: str,
        rev: str | None = None,
        parent: UURSubUnit | None = None,
        position: int | None = None,
    ) -> UURSubUnit:
        """Add a unit that is built into the repaired one.

        Args:
            part_type: What kind of part it is.
            sn: Its serial number.
            pn: Its part number.
            rev: Its revision.
            parent: The sub unit that it is built into; the repaired unit itself if None.
            position: Its place there.

        Returns:
            The new sub unit.

        Raises:
            ValueError: A text is empty, too long or not printable, or the parent is not of this report.
        """
        check_unit(pn, sn, rev or "")
        unit = without_nulls(
            UURSubUnit(
                idx=max(unit.idx for unit in self.sub_units) + 1,
                parent_idx=(self.main_unit if parent is None else self._own(parent)).idx,
                part_type=part_type,
                sn=sn,
                pn=pn,
                rev=rev,
                position=position,
            )
        )
        self.sub_units = [*self.sub_units, unit]
        return unit

    def attach_file(
        self, source: FileSource, *, filename: str | None = None, content_type: str | None = None
    ) -> ReportBinaryData:
        """Attach a file to the report as a whole.

        Args:
            source: Path of the file, or its content as bytes.
            filename: Name of the file; that of the path if None.
            content_type: Media type; told by the name if None.

        Returns:
            The new file.

        Raises:
            ValueError: The content has no name, or a text is too long.
            OSError: The file cannot be read.
        """
        file = binary_data(source, filename, content_type)
        self.binary_data = [*(self.binary_data or []), file]
        return file

    def finish(self, end: datetime | None = None) -> None:
        """Close the repair: `uur.finalize_date` and, from the start on, `uur.exec_time`.

        Args:
            end: When it ended; naive means local time, None means now.

        Raises:
            ValueError: It ended before its start.
        """
        moment = self._end(end)
        self.uur.finalize_date = moment
        self.uur.exec_time = (moment - self.start).total_seconds()

    def _own(self, unit: UURSubUnit) -> UURSubUnit:
        if not any(one is unit for one in self.sub_units):
            raise ValueError(f"the sub unit {unit.sn!r} is not one of this report")
        return unit


def _identity(tested: UUTReport | ReportHeader) -> tuple[str, str, str, int, UUID]:
    """Return part number, serial number, revision, process code and id."""
    if not isinstance(tested, UUTReport | ReportHeader):
        raise TypeError(f"tested must be a UUTReport or its ReportHeader, not {tested!r}")
    names = (
        ("pn", "sn", "rev", "process_code", "id")
        if isinstance(tested, UUTReport)
        else ("part_number", "serial_number", "revision", "process_code", "uuid")
    )
    values = tuple(getattr(tested, name) for name in names)
    if None in values:
        raise ValueError(f"the test report lacks its {names[values.index(None)]}")
    return cast("tuple[str, str, str, int, UUID]", values)
