"""The bad network and the bad server: faults that requests meet when they are told to.

Each request meets at most one fault: the oldest that matches and has hits left. So
``fail(times=2)`` followed by ``drop()`` breaks the first two requests one way, the third
the other way, and lets the fourth through.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import re
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any, ClassVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# On, for zero seconds; Windows has two short numbers where others have two ints.
_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
_MAX_IN_MEMORY = 1024 * 1024
_CHUNK = 256 * 1024
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


class Exchange:
    """One request with all a fault needs to spoil it."""

    def __init__(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, stopping: asyncio.Event
    ) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._stopping = stopping

    async def forward(self) -> None:
        """Lets the request through."""
        await self._app(self._scope, self._receive, self._send)

    async def collect(self) -> tuple[Message, bytes]:
        """Lets the request take effect, and keeps the answer back: its head and its body."""
        head: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                head.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._app(self._scope, self._receive, keep)
        return head, bytes(body)

    async def answer(self, status: int, headers: Mapping[str, str], message: str) -> None:
        """Answers instead of the API."""
        body = json.dumps({"message": message}).encode()
        lines = {"content-type": "application/json", "content-length": str(len(body)), **headers}
        await self.begin(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
            }
        )
        await self.write(body, last=True)

    async def begin(self, head: Message) -> None:
        """Sends the head of an answer."""
        await self._send(head)

    async def write(self, data: bytes, *, last: bool = False) -> None:
        """Sends a part of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})

    async def pause(self, seconds: float) -> bool:
        """Waits; False when the server is stopped meanwhile."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return True
        return False

    @property
    def gone(self) -> bool:
        """Whether the client has left."""
        return bool(self._transport.is_closing())

    async def hang_up(self, *, reset: bool = False) -> None:
        """Closes the connection; with ``reset`` by a TCP RST instead of a FIN."""
        if reset:
            # Lingering for zero seconds makes the kernel answer close() with a RST.
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self._transport.abort()
        else:
            self._transport.close()
        await self.wait_until_gone()

    async def wait_until_gone(self) -> None:
        """Waits until uvicorn knows that the connection is closed; else it would answer a 500."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    @property
    def _transport(self) -> asyncio.Transport:
        transport: asyncio.Transport = self._scope["state"]["transport"]
        return transport


@dataclass(kw_only=True)
class Fault(ABC):
    """What goes wrong, for which requests and how often.

    Attributes:
        path: Which paths, as a glob in which ``*`` also matches ``/``; letter case is ignored.
        method: Which HTTP method; None for all.
        times: How many more requests it hits; None until it is cleared.
    """

    kind: ClassVar[str]

    path: str = "*"
    method: str | None = None
    times: int | None = 1

    def __post_init__(self) -> None:
        _check("path", self.path, isinstance(self.path, str), "a text")
        _check("method", self.method, self.method is None or isinstance(self.method, str), "a text or None")
        _check("times", self.times, self.times is None or _whole(self.times, 1), "a whole number > 0 or None")

    def hits(self, method: str, path: str) -> bool:
        """Whether a request meets this fault."""
        return (self.method is None or self.method.upper() == method) and fnmatchcase(
            path.lower(), self.path.lower()
        )

    @abstractmethod
    async def apply(self, exchange: Exchange) -> None:
        """Spoils one request."""


@dataclass(kw_only=True)
class Delay(Fault):
    """Handles the request after a wait, even when the client has left by then."""

    kind = "delay"
    seconds: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("seconds", self.seconds, _real(self.seconds), "a number >= 0")

    async def apply(self, exchange: Exchange) -> None:
        """Waits, then passes the request on."""
        if await exchange.pause(self.seconds):
            await exchange.forward()
        else:
            await exchange.wait_until_gone()


@dataclass(kw_only=True)
class Fail(Fault):
    """Answers with a status; the request takes no effect."""

    kind = "fail"
    status: int = 503
    retry_after: int | str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(
            "status", self.status, _whole(self.status, 300) and self.status in range(600), "a status 300-599"
        )
        verbatim = isinstance(self.retry_after, str) and _HEADER_VALUE.fullmatch(self.retry_after)
        _check(
            "retry_after",
            self.retry_after,
            self.retry_after is None or bool(verbatim) or _whole(self.retry_after, 0),
            "None, seconds, or the text of a header",
        )

    async def apply(self, exchange: Exchange) -> None:
        """Answers in place of the API."""
        headers = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        await exchange.answer(self.status, headers, f"{reason} (a fault of the simulator)")


@dataclass(kw_only=True)
class RateLimit(Fail):
    """Answers 429 and says when to come back."""

    kind = "rateLimit"
    status: int = field(default=429, init=False)
    retry_after: int | str | None = 1


@dataclass(kw_only=True)
class Drop(Fault):
    """Closes the connection instead of answering."""

    kind = "drop"
    after: bool = False
    _reset: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("after", self.after, isinstance(self.after, bool), "True or False")

    async def apply(self, exchange: Exchange) -> None:
        """Closes the connection, before or after the request took effect."""
        if self.after:
            await exchange.collect()
        await exchange.hang_up(reset=self._reset)


@dataclass(kw_only=True)
class Reset(Drop):
    """Closes the connection with a TCP RST."""

    kind = "reset"
    _reset = True


@dataclass(kw_only=True)
class Cut(Fault):
    """Sends the head and half of the body, then closes; a bodiless answer is dropped whole."""

    kind = "cut"

    async def apply(self, exchange: Exchange) -> None:
        """Lets the request take effect, and ends its answer half way."""
        head, body = await exchange.collect()
        if body:
            await exchange.begin(_sized(head, len(body)))
            await exchange.write(body[: len(body) // 2])
        await exchange.hang_up()


@dataclass(kw_only=True)
class Drip(Fault):
    """Sends the body one byte at a time."""

    kind = "drip"
    seconds_per_byte: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("seconds_per_byte", self.seconds_per_byte, _real(self.seconds_per_byte), "a number >= 0")

    async def apply(self, exchange: Exchange) -> None:
        """Lets the request take effect, and takes its time with the answer."""
        head, body = await exchange.collect()
        await exchange.begin(_sized(head, len(body)))
        for byte in body:
            if exchange.gone or not await exchange.pause(self.seconds_per_byte):
                await exchange.wait_until_gone()
                return
            await exchange.write(bytes([byte]))
        await exchange.write(b"", last=True)


@dataclass(kw_only=True)
class FailRandomly(Fault):
    """Lets a share of the requests fail, each in a random way."""

    kind = "failRandomly"
    times: int | None = field(default=None, init=False)
    rate: float
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("rate", self.rate, _real(self.rate) and self.rate <= 1, "a number from 0 to 1")
        _check("seed", self.seed, self.seed is None or _whole(self.seed), "a whole number or None")
        self._random = random.Random(self.seed)  # noqa: S311 - a seed must repeat its choices

    def hits(self, method: str, path: str) -> bool:
        """Whether a request meets this fault, which is left to chance."""
        return super().hits(method, path) and self._random.random() < self.rate

    async def apply(self, exchange: Exchange) -> None:
        """Picks one of the faults that pass: what a bad network or a busy server does."""
        await self._random.choice(
            [
                Fail(),
                Fail(status=502),
                RateLimit(),
                Drop(),
                Drop(after=True),
                Reset(),
                Reset(after=True),
                Cut(),
            ]
        ).apply(exchange)


_KINDS: dict[str, type[Fault]] = {
    kind.kind: kind for kind in (Delay, Fail, RateLimit, Drop, Reset, Cut, Drip, FailRandomly)
}


def fault_from_json(value: Mapping[str, Any]) -> Fault:
    """The fault that a JSON object describes; raises ``ValueError`` or ``TypeError``."""
    options = dict(value)
    kind = options.pop("kind", None)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"kind must be one of {', '.join(_KINDS)}, not {kind!r}")
    known = {_camel(item.name): item.name for item in fields(_KINDS[kind]) if item.init}
    unknown = options.keys() - known.keys()
    if unknown:
        raise ValueError(f"{kind} has no option {', '.join(sorted(unknown))}")
    return _KINDS[kind](**{known[name]: option for name, option in options.items()})


def fault_to_json(fault: Fault) -> dict[str, Any]:
    """The JSON object that describes a fault."""
    return {"kind": fault.kind, **{_camel(item.name): getattr(fault, item.name) for item in fields(fault)}}


class Faults:
    """The faults that are set, for any thread to change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Sets a fault."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Takes all faults back."""
        with self._lock:
            self._faults.clear()

    def pending(self) -> list[dict[str, Any]]:
        """The faults that can still hit, as JSON objects."""
        with self._lock:
            return [fault_to_json(fault) for fault in self._faults]

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that a request meets, which counts as a hit."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.hits(method, path):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times == 0:
                            del self._faults[index]
                    return fault
        return None


class FaultMiddleware:
    """Lets each request through, or into the fault that it meets.

    The body is read first: a connection that is closed with unread data ends in a RST even
    where a FIN is meant, and a delayed request must take effect after its client has left.
    A large one waits on disk.
    """

    def __init__(self, app: ASGIApp, faults: Faults, stopping: asyncio.Event) -> None:
        self._app = app
        self._faults = faults
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, into a fault if one is set for it."""
        with SpooledTemporaryFile(max_size=_MAX_IN_MEMORY) as body:
            if await _read_body(receive, body):
                exchange = Exchange(self._app, scope, _replayed(body, receive), send, self._stopping)
                fault = self._faults.take(scope["method"], scope["raw_path"].decode("ascii"))
                await (exchange.forward() if fault is None else fault.apply(exchange))


async def _read_body(receive: Receive, body: IO[bytes]) -> bool:
    """Writes the body of a request into a file; False if the client leaves before its end."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
    return True


def _replayed(body: IO[bytes], receive: Receive) -> Receive:
    """Gives the messages of a request once more: its body out of the file, then what comes after it."""
    left = body.tell()
    body.seek(0)
    begun = False

    async def receive_again() -> Message:
        nonlocal left, begun
        if begun and not left:
            return await receive()
        begun = True
        chunk = body.read(_CHUNK)
        left -= len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": left > 0}

    return receive_again


def _sized(head: Message, length: int) -> Message:
    headers: Iterable[tuple[bytes, bytes]] = head["headers"]
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    return {**head, "headers": [*kept, (b"content-length", str(length).encode())]}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _whole(value: object, minimum: int | None = None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and (minimum is None or value >= minimum)


def _real(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    )


def _check(name: str, value: object, valid: bool, expected: str) -> None:
    if not valid:
        raise ValueError(f"{name} must be {expected}, not {value!r}")
