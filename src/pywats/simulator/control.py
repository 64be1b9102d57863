"""How a test in another process steers the simulator: ``/simulator/requests`` and ``/faults``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .faults import Faults, fault_from_json, fault_to_json
from .journal import Journal, SeenRequest
from .wire import ApiRoute, bad_request, json_object


class ControlService:
    """The simulator's own operations; no fault hits them and no list shows them."""

    def __init__(self, journal: Journal, faults: Faults) -> None:
        self._journal = journal
        self._faults = faults

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return [
            ApiRoute("GET", "/simulator/requests", self.get_requests),
            ApiRoute("DELETE", "/simulator/requests", self.clear_requests),
            ApiRoute("GET", "/simulator/faults", self.get_faults),
            ApiRoute("POST", "/simulator/faults", self.add_fault),
            ApiRoute("DELETE", "/simulator/faults", self.clear_faults),
        ]

    async def get_requests(self, _request: Request) -> Response:
        """The requests seen so far, as a JSON array."""
        return JSONResponse([_shown(seen) for seen in self._journal.requests()])

    async def clear_requests(self, _request: Request) -> Response:
        """Forgets them."""
        self._journal.clear()
        return Response(status_code=204)

    async def get_faults(self, _request: Request) -> Response:
        """The faults that can still hit, as a JSON array."""
        return JSONResponse(self._faults.pending())

    async def add_fault(self, request: Request) -> Response:
        """Sets the fault that a JSON object describes."""
        try:
            fault = fault_from_json(await json_object(request))
        except (TypeError, ValueError) as error:
            raise bad_request(str(error)) from error
        shown = fault_to_json(fault)
        self._faults.add(fault)
        return JSONResponse(shown, status_code=201)

    async def clear_faults(self, _request: Request) -> Response:
        """Takes all faults back."""
        self._faults.clear()
        return Response(status_code=204)


def _shown(seen: SeenRequest) -> dict[str, object]:
    return {
        "time": seen.time.isoformat(),
        "method": seen.method,
        "path": seen.path,
        "status": seen.status,
        "correlationId": seen.correlation_id,
        "retryCount": seen.retry_count,
    }
