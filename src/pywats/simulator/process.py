"""The service Process: which test, repair and WIP operations there are."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .wire import ApiRoute, Query

ACTIVE = 1


def _process(code: int, name: str, kind: str, *, state: int = ACTIVE, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "isTestOperation": kind == "test",
        "isRepairOperation": kind == "repair",
        "isWipOperation": kind == "wip",
        "state": state,
        **more,
    }


def _entry(number: int, description: str, **more: Any) -> dict[str, Any]:
    return {"id": f"5eed0000-0000-4000-8000-{number:012d}", "description": description, "status": 1, **more}


_REPAIR = {
    "uutBinding": 1,
    "bomBinding": 1,
    "vendorBinding": 2,
    "compRefMask": "^[A-Z]{1,3}[0-9]+$",
    "compRefValidationText": "Letters and a number, such as R12",
    "repairCategories": [
        _entry(
            1,
            "Component",
            imageConstraint="1",
            repairCodes=[
                _entry(11, "Defect component", failureType=4, imageConstraint="1"),
                _entry(12, "Wrong component", failureType=4, imageConstraint=None),
                _entry(13, "Missing component", failureType=4, imageConstraint=None),
            ],
        ),
        _entry(
            2,
            "Solder",
            imageConstraint=None,
            repairCodes=[
                _entry(21, "Cold joint", failureType=6, imageConstraint=None),
                _entry(22, "Short circuit", failureType=1, imageConstraint=None),
            ],
        ),
        _entry(
            3,
            "No failure found",
            imageConstraint=None,
            repairCodes=[_entry(31, "No failure found", failureType=3, imageConstraint=None)],
        ),
    ],
    "miscInfos": [_entry(41, "Repair station", inputMask="Bench A;Bench B", sortOrder=1)],
}

PROCESSES = [
    _process(10, "In-circuit test", "test", description="Before assembly", processIndex=1),
    _process(20, "Final function test", "test", processIndex=2),
    _process(100, "End of line test", "test", processIndex=3),
    _process(110, "Burn-in (retired)", "test", processIndex=4, state=0),
    _process(200, "Assembly", "wip", processIndex=5),
    _process(500, "Repair", "repair", processIndex=6, repairOperation=_REPAIR),
]
"""What every simulated server has; no operation of the API changes it."""

PROCESS_NAMES: dict[int, str] = {process["code"]: process["name"] for process in PROCESSES}

_KINDS = {
    "includeTestOperations": "isTestOperation",
    "includeRepairOperations": "isRepairOperation",
    "includeWipOperations": "isWipOperation",
}


class ProcessService:
    """Answers ``GET /api/App/Processes``."""

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return [ApiRoute("GET", "/api/App/Processes", self.get_processes)]

    async def get_processes(self, request: Request) -> Response:
        """Lists processes.

        Without a flag: the active ones of all kinds. With a kind set to true: of these kinds
        only. With a kind set to false: of the others.
        """
        query = Query(request)
        flags = {kind: query.flag(name) for name, kind in _KINDS.items()}
        asked = [kind for kind, flag in flags.items() if flag]
        kinds = asked or [kind for kind, flag in flags.items() if flag is None]
        inactive = query.flag("includeInactiveProcesses")
        return JSONResponse(
            [
                process
                for process in PROCESSES
                if (inactive or process["state"] == ACTIVE) and any(process[kind] for kind in kinds)
            ]
        )
