"""What the server saw: the list of requests and the access log."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

_COUNT = re.compile(rb"[0-9]{1,9}")
_log = logging.getLogger("pywats.simulator.access")

# The ASGI types, spelled out: this module must be importable without the extra.
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[MutableMapping[str, Any], _Receive, _Send], Awaitable[None]]


@dataclass(frozen=True)
class SeenRequest:
    """One request that reached the server.

    Attributes:
        time: When it arrived, in UTC.
        method: The HTTP method.
        path: The path as it was sent, percent-encoded, without the query.
        status: The status it was answered with; None while there is no answer, which stays
            so when the connection was dropped.
        correlation_id: The ``X-Correlation-ID`` it carried.
        retry_count: The ``X-Retry-Count`` it carried; 0 without one.
    """

    time: datetime
    method: str
    path: str
    status: int | None
    correlation_id: str | None
    retry_count: int


class _Entry:
    """A request that may still be waiting for its status."""

    def __init__(self, method: str, path: str, headers: Mapping[bytes, bytes]) -> None:
        self.time = datetime.now(UTC)
        self.method = method
        self.path = path
        self.status: int | None = None
        identifier = headers.get(b"x-correlation-id")
        self.correlation_id = None if identifier is None else identifier.decode("latin-1")
        retries = headers.get(b"x-retry-count", b"")
        self.retry_count = int(retries) if _COUNT.fullmatch(retries) else 0

    def seen(self) -> SeenRequest:
        return SeenRequest(
            self.time, self.method, self.path, self.status, self.correlation_id, self.retry_count
        )


class Journal:
    """The requests seen so far, for any thread to read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[_Entry] = []

    def add(self, entry: _Entry) -> None:
        """Takes in a request that has just arrived."""
        with self._lock:
            self._entries.append(entry)

    def requests(self) -> list[SeenRequest]:
        """A copy of the list, in order of arrival."""
        with self._lock:
            return [entry.seen() for entry in self._entries]

    def clear(self) -> None:
        """Forgets them."""
        with self._lock:
            self._entries.clear()


class JournalMiddleware:
    """Records each request, logs one line about it and echoes its correlation ID.

    A request is in the list as soon as it arrives, and has its status before the answer
    leaves, so that a client that has its answer (or gave up waiting) finds it there.
    """

    def __init__(self, app: _App, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    async def __call__(self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send) -> None:
        """Passes a request on, and takes down what became of it."""
        entry = _Entry(scope["method"], scope["raw_path"].decode("ascii"), dict(scope["headers"]))
        self._journal.add(entry)

        async def answer(message: _Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                _write(entry)
                now = format_datetime(datetime.now(UTC), usegmt=True)
                headers = [*message["headers"], (b"date", now.encode())]
                if entry.correlation_id is not None:
                    headers.append((b"x-correlation-id", entry.correlation_id.encode("latin-1")))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, answer)
        if entry.status is None:
            _write(entry)


def _write(entry: _Entry) -> None:
    _log.info(
        "%s %s %s %s correlation_id=%s retry=%d",
        entry.time.isoformat(timespec="milliseconds"),
        entry.method,
        entry.path,
        "-" if entry.status is None else entry.status,
        entry.correlation_id or "-",
        entry.retry_count,
    )
