"""The whole server as one ASGI application: what a request passes through, and in which order."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .analytics import AnalyticsService
from .asset import AssetService
from .control import ControlService
from .faults import FaultMiddleware, Faults
from .journal import Journal, JournalMiddleware
from .process import ProcessService
from .product import ProductService
from .production import ProductionService
from .report import ReportService
from .rootcause import RootCauseService
from .scim import ScimService
from .software import SoftwareService
from .store import Store
from .wire import ApiError


def build_app(
    store: Store, journal: Journal, faults: Faults, token: str, stopping: asyncio.Event | None = None
) -> ASGIApp:
    """Puts the server together: journal, faults, token, services; outermost first.

    Args:
        store: Where the services keep their data.
        journal: Takes in each request.
        faults: What requests meet on their way in.
        token: The Basic token that every request must carry.
        stopping: Set when the server stops, which ends the waits that faults cause.
    """
    starlette = Starlette(
        routes=[
            *ProductService(store).routes(),
            *ProcessService().routes(),
            *ReportService(store).routes(),
            *ProductionService(store).routes(),
            *AssetService(store).routes(),
            *SoftwareService(store).routes(),
            *RootCauseService(store).routes(),
            *ScimService(store).routes(),
            *AnalyticsService(store).routes(),
            *ControlService(journal, faults).routes(),
        ],
        exception_handlers=_HANDLERS,
    )
    # ASP.NET does not redirect; a redirect would also hide a client's wrong path from its tests.
    starlette.router.redirect_slashes = False
    api = _TokenMiddleware(starlette, token)
    watched = JournalMiddleware(FaultMiddleware(api, faults, stopping or asyncio.Event()), journal)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["raw_path"].lower().startswith(b"/simulator/")
        await (api if own else watched)(scope, receive, send)

    return app


class _TokenMiddleware:
    """Lets through who sends ``Authorization: Basic <token>``, and answers 401 to the rest."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or passes it on."""
        scheme, _, token = dict(scope["headers"]).get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"basic" and hmac.compare_digest(token.strip(), self._token):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse(
            {"message": "Authorization has been denied for this request."},
            status_code=401,
            headers={"WWW-Authenticate": "Basic"},
        )
        await refusal(scope, receive, send)


async def _api_error(_request: Request, error: ApiError) -> Response:
    return JSONResponse({"message": error.message}, status_code=error.status)


async def _http_error(request: Request, error: HTTPException) -> Response:
    """Starlette's own: no such path, or not with this method."""
    message = f"{error.detail}: {request.method} {request.scope['raw_path'].decode('ascii')}"
    return JSONResponse({"message": message}, status_code=error.status_code, headers=error.headers)


async def _server_error(_request: Request, _error: Exception) -> Response:
    """A fault in the simulator itself; Starlette lets uvicorn log the traceback."""
    return JSONResponse({"message": "An error has occurred."}, status_code=500)


# Typed loosely: Starlette's type of a handler has Exception where each of these takes its own.
_HANDLERS: dict[Any, Any] = {
    ApiError: _api_error,
    HTTPException: _http_error,
    Exception: _server_error,
}
