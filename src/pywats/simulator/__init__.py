"""A WATS server on your own machine, for trying things out and for tests.

It needs the extra ``pywats[simulator]``:

    from pywats.simulator import WatsSimulator

    with WatsSimulator() as server:
        server.fail("/api/Report/*", status=503, times=2)
        ...  # point your client at server.url, with server.token
        print(server.requests)

``python -m pywats.simulator --port 8080`` starts one from a shell. It shares no code with
the client, so that a misreading of the API cannot hide by being made on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .journal import SeenRequest

if TYPE_CHECKING:
    from .server import WatsSimulator

__all__ = ["SeenRequest", "WatsSimulator"]

_EXTRA = {"h11", "odata_query", "python_multipart", "sly", "starlette", "uvicorn"}


def __getattr__(name: str) -> Any:
    # Loaded on first use: `python -m pywats.simulator` imports this package before its own
    # first line runs, and could not explain a missing extra if the import failed here.
    if name != "WatsSimulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .server import WatsSimulator  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        raise ModuleNotFoundError(
            f"pywats.simulator needs {error.name}; install it with: pip install pywats[simulator]",
            name=error.name,
        ) from error
    return WatsSimulator
