"""The simulator as an object: a thread with an event loop, a socket and uvicorn's HTTP."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import secrets
import socket
import threading
from concurrent.futures import Future
from contextlib import ExitStack
from os import PathLike
from types import TracebackType
from typing import Self

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from .app import build_app
from .faults import Cut, Delay, Drip, Drop, Fail, FailRandomly, Faults, RateLimit, Reset
from .journal import Journal, SeenRequest
from .store import Store

_KEEP_ALIVE = 60  # longer than a client's pool keeps a connection, so that it is never the server
_BACKLOG = 2048  # who opens many connections at once shall measure his client, not our queue


class WatsSimulator:
    """A WATS server in a thread of this process.

    As a context manager it runs inside the ``with`` block; ``start()`` and ``stop()`` do the
    same. Faults and the list of requests can be used from any thread, before, while and
    after it runs. Data in memory last from start to stop.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        db: A SQLite file that keeps the data; None keeps them in memory.
        token: The Basic token that clients must send; None makes one up.

    Raises:
        ValueError: The token could not be sent in a header.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        db: str | PathLike[str] | None = None,
        token: str | None = None,
    ) -> None:
        if token is None:
            # What WATS issues is the encoding of a user and a password.
            token = base64.b64encode(f"simulator:{secrets.token_urlsafe(18)}".encode()).decode()
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise ValueError("token must be one or more visible ASCII characters")
        self.token = token
        self._host = host
        self._port = port
        self._db = db
        self._journal = Journal()
        self._faults = Faults()
        self._running: _Running | None = None

    def __repr__(self) -> str:
        state = "stopped" if self._running is None else self.url
        return f"<WatsSimulator {state}>"

    @property
    def url(self) -> str:
        """The base URL, ``http://127.0.0.1:PORT``; raises ``RuntimeError`` when not running."""
        if self._running is None:
            raise RuntimeError("the simulator is not running; call start() or use it in a with block")
        # An address for listening everywhere is none to connect to.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self._running.port}"

    def start(self) -> Self:
        """Starts the server; it takes requests when this returns.

        Raises:
            RuntimeError: It runs already.
            OSError: The address cannot be listened on.
            sqlite3.Error: The database cannot be opened.
        """
        if self._running is not None:
            raise RuntimeError("the simulator is running already")
        self._running = _Running(
            host=self._host,
            port=self._port,
            db=self._db,
            journal=self._journal,
            faults=self._faults,
            token=self.token,
        )
        return self

    def stop(self) -> None:
        """Stops the server at once: open connections are closed, waiting requests forgotten."""
        if self._running is not None:
            running, self._running = self._running, None
            running.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def requests(self) -> list[SeenRequest]:
        """The requests seen so far, in order of arrival."""
        return self._journal.requests()

    def clear_requests(self) -> None:
        """Forgets the requests seen so far."""
        self._journal.clear()

    def delay(
        self, path: str = "*", *, seconds: float, times: int | None = 1, method: str | None = None
    ) -> None:
        """Lets requests wait before they are handled, which happens even if the client leaves.

        Args:
            path: Which paths, as a glob in which ``*`` also matches ``/``; case is ignored.
            seconds: How long.
            times: How many requests; None for all until ``clear_faults()``.
            method: Which HTTP method; None for all.
        """
        self._faults.add(Delay(path=path, seconds=seconds, times=times, method=method))

    def fail(
        self,
        path: str = "*",
        *,
        status: int = 503,
        retry_after: int | str | None = None,
        times: int | None = 1,
        method: str | None = None,
    ) -> None:
        """Answers requests with a status (300-599); they take no effect.

        Args:
            path: Which paths, see ``delay``.
            status: The status.
            retry_after: The ``Retry-After`` header: seconds, or a text sent as it is.
            times: How many requests, see ``delay``.
            method: Which HTTP method; None for all.
        """
        self._faults.add(Fail(path=path, status=status, retry_after=retry_after, times=times, method=method))

    def rate_limit(
        self,
        path: str = "*",
        *,
        retry_after: int | str | None = 1,
        times: int | None = 1,
        method: str | None = None,
    ) -> None:
        """Answers requests with 429 and a ``Retry-After`` header; they take no effect."""
        self._faults.add(RateLimit(path=path, retry_after=retry_after, times=times, method=method))

    def drop(
        self, path: str = "*", *, times: int | None = 1, after: bool = False, method: str | None = None
    ) -> None:
        """Closes the connection without an answer; ``after=True``: once the request took effect."""
        self._faults.add(Drop(path=path, times=times, after=after, method=method))

    def reset(
        self, path: str = "*", *, times: int | None = 1, after: bool = False, method: str | None = None
    ) -> None:
        """Like ``drop``, but with a TCP reset."""
        self._faults.add(Reset(path=path, times=times, after=after, method=method))

    def cut(self, path: str = "*", *, times: int | None = 1, method: str | None = None) -> None:
        """Handles requests, sends the head and half of the body, and closes the connection."""
        self._faults.add(Cut(path=path, times=times, method=method))

    def drip(
        self,
        path: str = "*",
        *,
        seconds_per_byte: float,
        times: int | None = 1,
        method: str | None = None,
    ) -> None:
        """Handles requests, and sends the body one byte at a time."""
        self._faults.add(Drip(path=path, seconds_per_byte=seconds_per_byte, times=times, method=method))

    def fail_randomly(
        self, rate: float, *, seed: int | None = None, path: str = "*", method: str | None = None
    ) -> None:
        """Lets a share of the requests fail in any of these ways but ``delay`` and ``drip``.

        Args:
            rate: The share, from 0 to 1.
            seed: The same seed makes the same choices in the same order.
            path: Which paths, see ``delay``.
            method: Which HTTP method; None for all.
        """
        self._faults.add(FailRandomly(rate=rate, seed=seed, path=path, method=method))

    def clear_faults(self) -> None:
        """Takes all faults back."""
        self._faults.clear()


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1, which also hands each request the connection that it came on.

    ASGI has no message that closes a connection in place of an answer, or amid one, and
    faults do just that. The per-connection ``state`` is the way that uvicorn has for passing
    something into a request's scope; the transport is all that is put there.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Running:
    """All that exists only while the server runs.

    uvicorn's own ``Server`` is left out: it looks every 0.1 s whether it should stop, waits
    for requests to end, and logs each start and stop. Here a stop takes a millisecond.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        db: str | PathLike[str] | None,
        journal: Journal,
        faults: Faults,
        token: str,
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is spelled out: asyncio turns Nagle's algorithm off only where it reads
        # TCP, and with it each answer to a kept-alive connection would take 40 ms longer.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        with ExitStack() as undo:
            undo.callback(self._socket.close)
            # On Windows this option would let two servers share the port.
            if os.name == "posix":
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
            self._socket.listen(_BACKLOG)
            self.port: int = self._socket.getsockname()[1]
            self._store = Store(db)
            undo.callback(self._store.close)
            self._stopping = asyncio.Event()
            app = build_app(self._store, journal, faults, token, self._stopping)
            undo.pop_all()
        self._config = Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE,
        )
        ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="wats-simulator", daemon=True)
        self._thread.start()
        self._loop = ready.result()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._store.close()

    def _run(self, ready: Future[asyncio.AbstractEventLoop]) -> None:
        # Named, so that it is this loop even where uvloop is installed: the faults are made
        # for its transports, as they are for h11.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._serve(ready))

    async def _serve(self, ready: Future[asyncio.AbstractEventLoop]) -> None:
        self._config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _Protocol(config=self._config, server_state=state, app_state={}),
            sock=self._socket,
            backlog=_BACKLOG,
        )
        ready.set_result(loop)
        await self._stopping.wait()
        server.close()
        # A connection accepted just before needs some turns of the loop to be known to us.
        for _ in range(5):
            await asyncio.sleep(0)
        while state.connections or state.tasks:
            for connection in list(state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
        await server.wait_closed()
