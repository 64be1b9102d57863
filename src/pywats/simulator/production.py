"""The service Production: units, their assembly and verification, serial numbers and batches.

Where the API's description is silent, this server does the following. A unit is found by its
serial number alone, which is the key when saving; a part number that is given besides must be
the unit's. Saving a unit that exists keeps the members that were not sent; product,
productRevision and subUnits are not read, as they have operations of their own. Of many units
or batches, those that are wrong are reported in `errors`, and the others are saved. A new unit
is in phase Under production. Logging of unit changes is on: an entry shows what holds for the
unit after the change, and a new unit makes none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .process import PROCESSES
from .production_assembly import AssemblyService
from .production_units import PHASES, UnitTable
from .production_verification import VerificationService
from .serial_numbers import SerialNumberService
from .store import Store
from .wire import ApiError, ApiRoute, Members, Query, bad_request, done, json_objects, not_found

_SCHEMA = "CREATE TABLE IF NOT EXISTS batch (batchNumber TEXT PRIMARY KEY, batchSize INTEGER);"


class ProductionService:
    """Answers the operations under ``/api/Production``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)
        self._units = UnitTable(store)
        self._parts = (
            AssemblyService(store, self._units),
            VerificationService(store, self._units),
            SerialNumberService(store),
        )

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return [
            ApiRoute("GET", "/api/Production/Unit/{serialNumber}/{partNumber}", self.get_unit),
            ApiRoute("PUT", "/api/Production/Units", self.create_units),
            ApiRoute("GET", "/api/Production/Units/Changes", self.get_unit_changes),
            ApiRoute("DELETE", "/api/Production/Units/Changes/{id}", self.delete_unit_change),
            ApiRoute("PUT", "/api/Production/SetUnitPhase", self.set_unit_phase),
            ApiRoute("PUT", "/api/Production/SetUnitProcess", self.set_unit_process),
            ApiRoute("PUT", "/api/Production/Batches", self.save_batches),
            *(route for part in self._parts for route in part.routes()),
        ]

    async def get_unit(self, request: Request) -> Response:
        """Reads one unit with all that is built into it."""
        path = request.path_params
        return JSONResponse(
            self._units.described(self._units.found(path["serialNumber"], path["partNumber"]))
        )

    async def create_units(self, request: Request) -> Response:
        """Adds or updates units."""
        return await self._save_each(request, self._units.save)

    async def get_unit_changes(self, request: Request) -> Response:
        """Lists the oldest entries of the queue."""
        maximum = Query(request).integer("maxCount", minimum=1)
        if maximum is None:
            raise bad_request("The parameter maxCount is required.")
        return JSONResponse(self._units.changes(maximum))

    async def delete_unit_change(self, request: Request) -> Response:
        """Removes an entry from the queue."""
        identifier = request.path_params["id"]
        if not self._units.remove_change(identifier):
            raise not_found(f"There is no unit change {identifier}.")
        return done()

    async def set_unit_phase(self, request: Request) -> Response:
        """Moves a unit to a phase, from any other."""
        query = Query(request)
        unit = self._units.found(query.required("serialNumber"), query.required("partNumber"))
        query.required("phase")
        phase = query.integer("phase")
        if phase not in PHASES:
            raise bad_request(f"The parameter phase must be one of {list(PHASES)}, not {phase}.")
        with self._store.transaction():
            self._units.change(unit, {"unitPhaseId": phase})
        return done()

    async def set_unit_process(self, request: Request) -> Response:
        """Sets the process of a unit, active or not, of any kind."""
        query = Query(request)
        unit = self._units.found(query.required("serialNumber"), query.required("partNumber"))
        name = query.required("processName")
        code = next((process["code"] for process in PROCESSES if process["name"] == name), None)
        if code is None:
            raise not_found(f"There is no process {name!r}.")
        with self._store.transaction():
            self._units.change(unit, {"processCode": str(code)})
        return done()

    async def save_batches(self, request: Request) -> Response:
        """Adds or updates batches."""
        return await self._save_each(request, self._save_batch)

    def _save_batch(self, sent: Members) -> None:
        number, size = sent.required("batchNumber"), sent.integer("batchSize", minimum=0)
        self._store.run("INSERT OR IGNORE INTO batch VALUES (?, NULL)", number)
        if "batchSize" in sent:
            self._store.run("UPDATE batch SET batchSize = ? WHERE batchNumber = ?", size, number)

    async def _save_each(self, request: Request, save: Callable[[Members], None]) -> Response:
        items = await json_objects(request)
        if not items:
            raise bad_request("The body must hold at least one item.")
        errors: list[dict[str, Any]] = []
        for index, item in enumerate(items):
            try:
                with self._store.transaction():
                    save(Members(item))
            except ApiError as error:
                errors.append({"index": index, "message": error.message})
        return JSONResponse(
            {"okCount": len(items) - len(errors), "errorCount": len(errors), "errors": errors}
        )
