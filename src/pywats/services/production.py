"""Units, their phases and assemblies, serial numbers and batches."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from pywats.core.uploads import UploadSource, form_file
from pywats.models.base import to_json
from pywats.models.production import (
    BulkSaveResult,
    ChildUnitCheckResult,
    ProductionBatch,
    SerialNumberFileFormat,
    SerialNumberPool,
    SerialNumberRecord,
    SerialNumberType,
    Unit,
    UnitChange,
    UnitPhaseId,
    UnitVerificationGrade,
)
from pywats.services.arguments import (
    checked_int,
    checked_member,
    checked_models,
    required_text,
    wire_time,
)
from pywats.services.base import AsyncService

if TYPE_CHECKING:
    from pywats.core.files import DownloadTarget, Progress

__all__ = ["AsyncProductionService"]

_log = logging.getLogger(__name__)

_READ_ONLY_IN_UNIT = ("unit_phase", "tags")

# A union is no class, which is what type checkers expect of a result type.
_SAVED = cast("type[BulkSaveResult | list[Any]]", BulkSaveResult | list[Any])

_IN_XML = partial(SerialNumberPool.from_text, format=SerialNumberFileFormat.XML)

_MEDIA_TYPES = {SerialNumberFileFormat.XML: "application/xml", SerialNumberFileFormat.CSV: "text/csv"}


class AsyncProductionService(AsyncService):
    """Units, their phases and assemblies, serial numbers and batches."""

    async def get_unit(self, serial_number: str, part_number: str) -> Unit | None:
        """Look up one unit with its sub-units.

        The server calls this operation a preview and does not document the shape of the answer.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.

        Returns:
            The unit; None if the answer is empty.

        Raises:
            NotFoundError: No such unit is tracked in production.
            ValueError: A number is blank or cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/Unit/{serialNumber}/{partNumber}
        """
        return await self._client.request_optional(
            "GET",
            "/api/Production/Unit/{serialNumber}/{partNumber}",
            Unit,
            path_params={
                "serialNumber": required_text("serial_number", serial_number),
                "partNumber": required_text("part_number", part_number),
            },
        )

    async def create_units(self, units: Iterable[Unit]) -> BulkSaveResult:
        """Create units, or update existing ones; the serial number is the key.

        A call that returns can still have failed for some of the units: look at `error_count`. A warning is
        logged when it is not 0. `unit_phase` and `tags` (read-only) are not sent, nor those of sub-units.
        Whether a server saves `sub_units` that are given here is not documented; `add_child_unit` is the
        documented way.

        Args:
            units: The units, at least one, each with a serial number.

        Returns:
            How many units were saved, how many were not, and why. Where a server answers with the saved
            units in place of counts, they are counted here.

        Raises:
            TypeError: `units` is no iterable of units, or a single one; nothing was sent.
            ValueError: There is no unit, or one has no serial number; nothing was sent.
            BadRequestError: The server rejected the request as a whole.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/Units
        """
        models = checked_models(Unit, "units", units)
        _check_keys("units", "serial_number", models)
        saved = await self._client.request_optional(
            "PUT", "/api/Production/Units", _SAVED, content=to_json(models, exclude=_READ_ONLY_IN_UNIT)
        )
        return _counted("units", saved, len(models))

    async def verify_unit(
        self, serial_number: str, *, part_number: str | None = None
    ) -> UnitVerificationGrade | None:
        """Judge a unit against its verification rule.

        A unit passes when `all_processes_passed_last_run` of the answer is True.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.

        Returns:
            The grade, with the standing of the unit in each process; None if the answer is empty.

        Raises:
            ValueError: A text is blank; nothing was sent.
            NotFoundError: No such unit, or no rule for it.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/UnitVerification
        """
        return await self._client.request_optional(
            "GET",
            "/api/Production/UnitVerification",
            UnitVerificationGrade,
            params={"serialNumber": required_text("serial_number", serial_number), "partNumber": part_number},
        )

    async def get_unit_changes(self, max_count: int) -> list[UnitChange]:
        """Read the queue of unit changes: new parents, part numbers, revisions and phases.

        Reading does not remove anything: an entry stays until `delete_unit_change` is called with its id. A
        server logs changes only after this was switched on there.

        Args:
            max_count: Largest number of entries, from 1 up.

        Returns:
            The entries that wait.

        Raises:
            ValueError: `max_count` is not from 1 to 2147483647; nothing was sent.
            NotFoundError: The server has no such queue.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/Units/Changes
        """
        changes = await self._client.request_optional(
            "GET",
            "/api/Production/Units/Changes",
            list[UnitChange],
            params={"maxCount": checked_int("max_count", max_count, 1)},
        )
        return changes or []

    async def delete_unit_change(self, change_id: int) -> None:
        """Acknowledge a unit change: remove it from the queue.

        Args:
            change_id: Id of the entry, from `get_unit_changes`.

        Raises:
            ValueError: `change_id` is no number of an entry; nothing was sent.
            NotFoundError: There is no such entry; after a retry perhaps because the first attempt removed it.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Production/Units/Changes/{id}
        """
        await self._client.send(
            "DELETE",
            "/api/Production/Units/Changes/{id}",
            path_params={"id": checked_int("change_id", change_id)},
        )

    async def set_unit_phase(self, serial_number: str, part_number: str, phase: UnitPhaseId) -> None:
        """Move a unit to a phase of its life cycle.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.
            phase: The new phase.

        Raises:
            ValueError: A number is blank, or `phase` is no `UnitPhaseId`; nothing was sent.
            NotFoundError: No such unit.
            BadRequestError: The server rejected the phase.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/SetUnitPhase
        """
        await self._client.send(
            "PUT",
            "/api/Production/SetUnitPhase",
            params={
                "serialNumber": required_text("serial_number", serial_number),
                "partNumber": required_text("part_number", part_number),
                "phase": checked_member(UnitPhaseId, "phase", phase),
            },
        )

    async def set_unit_process(self, serial_number: str, part_number: str, process_name: str) -> None:
        """Set the process that a unit is in.

        Args:
            serial_number: Serial number of the unit.
            part_number: Part number of the unit.
            process_name: Name of the process, not its code.

        Raises:
            ValueError: A text is blank; nothing was sent.
            NotFoundError: No such unit or process.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/SetUnitProcess
        """
        await self._client.send(
            "PUT",
            "/api/Production/SetUnitProcess",
            params={
                "serialNumber": required_text("serial_number", serial_number),
                "partNumber": required_text("part_number", part_number),
                "processName": required_text("process_name", process_name),
            },
        )

    async def add_child_unit(
        self,
        parent_serial_number: str,
        parent_part_number: str,
        child_serial_number: str,
        child_part_number: str,
        *,
        check_part_number: str,
        check_revision: str,
    ) -> None:
        """Put a child unit into a parent unit.

        The server refuses a child that has a parent already, that does not fit the parent's box build, that
        is not in phase Finalized (or the one that the tag PhaseFinalized of its revision names), or that
        would make a loop. A request that may have taken effect is not repeated: the second one would be
        refused because the child has a parent then.

        Args:
            parent_serial_number: Serial number of the parent.
            parent_part_number: Part number of the parent; empty only where serial numbers are unique across
                products.
            child_serial_number: Serial number of the child.
            child_part_number: Part number of the child; empty as above.
            check_part_number: Part number to check the child against; empty for the box build.
            check_revision: Revision to check the child against; empty for the box build.

        Raises:
            ValueError: A text is blank; nothing was sent.
            BadRequestError: One of these rules is not met (the status is not confirmed on a server).
            NotFoundError: No such parent or child.
            WatsError: The request failed.

        WATS endpoint: POST /api/Production/AddChildUnit
        """
        await self._client.send(
            "POST",
            "/api/Production/AddChildUnit",
            params={
                **_unit("parent", parent_serial_number, parent_part_number),
                **_unit("child", child_serial_number, child_part_number),
                "checkPartNumber": required_text("check_part_number", check_part_number, may_be_empty=True),
                "checkRevision": required_text("check_revision", check_revision, may_be_empty=True),
            },
            idempotent=False,
        )

    async def remove_child_unit(
        self,
        parent_serial_number: str,
        parent_part_number: str,
        child_serial_number: str,
        child_part_number: str,
    ) -> None:
        """Take a child unit out of its parent unit.

        A request that may have taken effect is not repeated: the second one would be refused.

        Args:
            parent_serial_number: Serial number of the parent.
            parent_part_number: Part number of the parent; empty only where serial numbers are unique across
                products.
            child_serial_number: Serial number of the child.
            child_part_number: Part number of the child; empty as above.

        Raises:
            ValueError: A text is blank; nothing was sent.
            BadRequestError: The child is not in this parent (the status is not confirmed on a server).
            NotFoundError: No such parent or child.
            WatsError: The request failed.

        WATS endpoint: POST /api/Production/RemoveChildUnit
        """
        await self._client.send(
            "POST",
            "/api/Production/RemoveChildUnit",
            params={
                **_unit("parent", parent_serial_number, parent_part_number),
                **_unit("child", child_serial_number, child_part_number),
            },
            idempotent=False,
        )

    async def check_child_units(
        self, parent_serial_number: str, parent_part_number: str
    ) -> ChildUnitCheckResult | None:
        """Check the direct children of a unit against its box build: phase, part, revision and quantity.

        Args:
            parent_serial_number: Serial number of the parent.
            parent_part_number: Part number of the parent; empty only where serial numbers are unique across
                products.

        Returns:
            The outcome, whose members are not documented: all of them are in its `model_extra`. None if the
            answer is empty.

        Raises:
            ValueError: A text is blank; nothing was sent.
            NotFoundError: No such parent.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/CheckChildUnits
        """
        return await self._client.request_optional(
            "GET",
            "/api/Production/CheckChildUnits",
            ChildUnitCheckResult,
            params=_unit("parent", parent_serial_number, parent_part_number),
        )

    async def get_serial_number_types(self) -> list[SerialNumberType]:
        """List the serial number types that are set up on the server.

        Returns:
            The types; their `name` is the `serial_number_type` of the other operations.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers/Types
        """
        types = await self._client.request_optional(
            "GET", "/api/Production/SerialNumbers/Types", list[SerialNumberType]
        )
        return types or []

    async def take_serial_numbers(
        self,
        serial_number_type: str,
        quantity: int,
        *,
        ref_sn: str | None = None,
        ref_pn: str | None = None,
        station_name: str | None = None,
        only_in_sequence: bool | None = None,
        format: SerialNumberFileFormat = SerialNumberFileFormat.XML,
    ) -> list[str]:
        """Take free serial numbers out of the pool of a type.

        Every call uses numbers up, so a request that may have taken effect is not repeated. After a
        connection error or a timeout the numbers may be gone: look for them with
        `get_serial_numbers_by_reference`, if you gave a reference.

        Args:
            serial_number_type: Name of the type.
            quantity: How many, from 1 up. If fewer are free, the server hands out what is left.
            ref_sn: Serial number of the unit to record with the numbers.
            ref_pn: Part number to record with the numbers.
            station_name: Station to record as the taker.
            only_in_sequence: True takes an unbroken run of numbers, or fails.
            format: What the server is asked to answer in; the result is the same.

        Returns:
            The numbers: `quantity` of them or, without `only_in_sequence`, fewer.

        Raises:
            ValueError: `quantity` is not from 1 to 2147483647, or `format` is unknown; nothing was sent.
            NotFoundError: No such type, or its pool is empty.
            BadRequestError: There is no such run.
            WatsResponseError: The answer holds no numbers, or more than were asked for; those that the server
                took are used up.
            WatsError: The request failed.

        WATS endpoint: POST /api/Production/SerialNumbers/Take
        """
        format = checked_member(SerialNumberFileFormat, "format", format)
        return await self._client.request_parsed(
            "POST",
            "/api/Production/SerialNumbers/Take",
            partial(_taken, quantity=quantity, format=format),
            params={
                "serialNumberType": required_text("serial_number_type", serial_number_type),
                "quantity": checked_int("quantity", quantity, 1),
                "refSN": ref_sn,
                "refPN": ref_pn,
                "stationName": station_name,
                "onlyInSequence": only_in_sequence,
                "format": format,
            },
            accept=_MEDIA_TYPES[format],
            idempotent=False,
        )

    async def get_serial_numbers_by_range(
        self,
        serial_number_type: str,
        start_address: str,
        end_address: str,
        *,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> list[SerialNumberRecord]:
        """List the serial numbers of a type between two numbers, free and taken.

        The shape of the answer is not confirmed on a server: JSON and XML are understood.

        Args:
            serial_number_type: Name of the type.
            start_address: First serial number.
            end_address: Last serial number.
            start_date: Generated no earlier than this; local time if it has no time zone.
            end_date: Generated no later than this; local time if it has no time zone.

        Returns:
            The matching numbers.

        Raises:
            ValueError: A text is blank; nothing was sent.
            TypeError: A date is no datetime; nothing was sent.
            NotFoundError: No such type.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers/ByRange
        """
        return await self._list_numbers(
            "/api/Production/SerialNumbers/ByRange",
            {
                "serialNumberType": required_text("serial_number_type", serial_number_type),
                "startAddress": required_text("start_address", start_address),
                "endAddress": required_text("end_address", end_address),
                "startDate": wire_time("start_date", start_date),
                "endDate": wire_time("end_date", end_date),
            },
        )

    async def get_serial_numbers_by_reference(
        self,
        serial_number_type: str,
        *,
        ref_sn: str | None = None,
        ref_pn: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> list[SerialNumberRecord]:
        """List taken serial numbers by the unit or part that they were taken for.

        The shape of the answer is not confirmed on a server: JSON and XML are understood.

        Args:
            serial_number_type: Name of the type.
            ref_sn: Serial number of the unit that was recorded with them.
            ref_pn: Part number that was recorded with them.
            start_date: Generated no earlier than this; local time if it has no time zone.
            end_date: Generated no later than this; local time if it has no time zone.

        Returns:
            The matching numbers.

        Raises:
            ValueError: Neither `ref_sn` nor `ref_pn` is given; nothing was sent.
            TypeError: A date is no datetime; nothing was sent.
            NotFoundError: No such type.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers/ByReference
        """
        if not ref_sn and not ref_pn:
            raise ValueError("give ref_sn, ref_pn or both")
        return await self._list_numbers(
            "/api/Production/SerialNumbers/ByReference",
            {
                "serialNumberType": required_text("serial_number_type", serial_number_type),
                "refSN": ref_sn,
                "refPN": ref_pn,
                "startDate": wire_time("start_date", start_date),
                "endDate": wire_time("end_date", end_date),
            },
        )

    async def export_serial_numbers(
        self,
        serial_number_type: str,
        format: SerialNumberFileFormat,
        target: DownloadTarget,
        *,
        start_address: str | None = None,
        end_address: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Download the serial numbers of a type as a file; it is streamed to disk.

        Args:
            serial_number_type: Name of the type.
            format: Format of the file.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            start_address: First serial number.
            end_address: Last serial number.
            start_date: Generated no earlier than this; local time if it has no time zone.
            end_date: Generated no later than this; local time if it has no time zone.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: `format` is unknown; nothing was sent.
            TypeError: A date is no datetime; nothing was sent.
            NotFoundError: No such type.
            BadRequestError: The server rejected an argument.
            WatsError: The request failed.

        WATS endpoint: GET /api/Production/SerialNumbers
        """
        return await self._client.download(
            "/api/Production/SerialNumbers",
            target,
            params={
                "serialNumberType": required_text("serial_number_type", serial_number_type),
                "format": checked_member(SerialNumberFileFormat, "format", format),
                "startAddress": start_address,
                "endAddress": end_address,
                "startDate": wire_time("start_date", start_date),
                "endDate": wire_time("end_date", end_date),
            },
            progress=progress,
        )

    async def upload_serial_numbers(
        self,
        serial_number_type: str,
        format: SerialNumberFileFormat,
        file: UploadSource,
        *,
        progress: Progress | None = None,
    ) -> None:
        """Add the serial numbers in a file to a type; it is streamed from disk.

        Numbers that the type has already are rejected, so uploading a file twice adds nothing. `to_xml` of a
        `SerialNumberPool` writes an XML file. The file is sent in the field "file" of a form, which is not
        confirmed on a server.

        Args:
            serial_number_type: Name of the type.
            format: Format of the file.
            file: A path, or a file object opened for reading bytes.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Raises:
            ValueError: `format` is unknown; nothing was sent.
            TypeError: `file` is opened for text; nothing was sent.
            OSError: The file cannot be read.
            NotFoundError: No such type.
            BadRequestError: The server rejected the file.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/SerialNumbers
        """
        format = checked_member(SerialNumberFileFormat, "format", format)
        async with form_file(file, content_type=_MEDIA_TYPES[format], progress=progress) as form:
            await self._client.send(
                "PUT",
                "/api/Production/SerialNumbers",
                params={
                    "serialNumberType": required_text("serial_number_type", serial_number_type),
                    "format": format,
                },
                content=form,
            )

    async def save_batches(self, batches: Iterable[ProductionBatch]) -> BulkSaveResult:
        """Create production batches, or update existing ones; the batch number is the key.

        As with `create_units`, a call that returns can have failed for some of them: look at `error_count`.
        The shape of the answer is not confirmed on a server.

        Args:
            batches: The batches, at least one, each with a number.

        Returns:
            How many batches were saved, how many were not, and why. Where a server answers with the saved
            batches in place of counts, they are counted here.

        Raises:
            TypeError: `batches` is no iterable of batches, or a single one; nothing was sent.
            ValueError: There is no batch, or one has no number; nothing was sent.
            BadRequestError: The server rejected the request as a whole.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Production/Batches
        """
        models = checked_models(ProductionBatch, "batches", batches)
        _check_keys("batches", "batch_number", models)
        saved = await self._client.request_optional(
            "PUT", "/api/Production/Batches", _SAVED, content=to_json(models)
        )
        return _counted("batches", saved, len(models))

    async def _list_numbers(self, path: str, params: dict[str, object]) -> list[SerialNumberRecord]:
        pool = await self._client.request_parsed("GET", path, _IN_XML, params=params)
        return pool.numbers


def _unit(role: str, serial_number: str, part_number: str) -> dict[str, object]:
    """Return the query that names a unit in a relation."""
    return {
        f"{role}SerialNumber": required_text(f"{role}_serial_number", serial_number),
        f"{role}PartNumber": required_text(f"{role}_part_number", part_number, may_be_empty=True),
    }


def _taken(text: str, quantity: int, format: SerialNumberFileFormat) -> list[str]:
    """Return the serial numbers in an answer, of which there are from one up to as many as asked for."""
    numbers = [number.id for number in SerialNumberPool.from_text(text, format).numbers]
    if not 1 <= len(numbers) <= quantity:
        raise ValueError(f"it holds {len(numbers)} serial numbers, not 1 to {quantity}")
    return numbers


def _check_keys(what: str, key: str, items: Sequence[Unit] | Sequence[ProductionBatch]) -> None:
    if not items:
        raise ValueError(f"{what} is empty")
    for index, item in enumerate(items):
        if not getattr(item, key):
            raise ValueError(f"{what}[{index}] has no {key}")


def _counted(what: str, saved: BulkSaveResult | list[Any] | None, sent: int) -> BulkSaveResult:
    """Return the counts of an answer, and log that some items were not saved."""
    if saved is None:
        return BulkSaveResult()
    if isinstance(saved, list):
        saved = BulkSaveResult(ok_count=len(saved), error_count=max(0, sent - len(saved)))
    if saved.error_count:
        _log.warning("%s of %d %s were not saved", saved.error_count, sent, what)
    return saved
