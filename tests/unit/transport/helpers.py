"""Fakes for the tests: a clock that jumps, a network that follows a script, a body that is watched."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx

from pywats import SyncConfig
from pywats.transport import build_transport

T = TypeVar("T")

URL = "http://wats.test/api/Product/A?secret=1"

Step = int | httpx.Response | BaseException | Callable[[httpx.Request], Any]


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


class Clock:
    """`time.monotonic` and the event loop's clock in one; waiting takes no time, but moves it on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        with asyncio.Runner(loop_factory=lambda: _JumpingLoop(self)) as runner:
            return runner.run(coroutine)

    def elapsed(self) -> float:
        return self.now - 1000.0


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock) -> None:
        super().__init__(_JumpingSelector(clock))
        self._clock = clock
        self._threads = ThreadPoolExecutor()
        self.set_default_executor(self._threads)

    def time(self) -> float:
        return self._clock.now

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        # asyncio's own waits by the clock of the loop, which would jump to the end of the wait.
        self._threads.shutdown()


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().select(None)  # nothing but other threads to wait for
        ready = super().select(0)
        if not ready and timeout > 0:
            self._clock.now += timeout
        return ready


class Network(httpx.AsyncBaseTransport):
    """Answers each request with the next step of a script; the last step repeats.

    A step is a status, a response, an exception, or a function of the request that returns (or awaits to) one
    of them.
    """

    def __init__(self, *script: Step) -> None:
        self._script = script or (200,)
        self.requests: list[httpx.Request] = []
        self.bodies: list[bytes] = []
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step: Any = self._script[min(len(self.requests), len(self._script)) - 1]
        if isinstance(step, BaseException):
            raise step
        if callable(step):
            step = step(request)
            if asyncio.iscoroutine(step):
                step = await step
        assert isinstance(request.stream, httpx.AsyncByteStream)
        self.bodies.append(b"".join([chunk async for chunk in request.stream]))
        return httpx.Response(step) if isinstance(step, int) else step

    async def aclose(self) -> None:
        self.closed += 1

    def headers(self, name: str) -> list[str | None]:
        return [request.headers.get(name) for request in self.requests]


class Body(httpx.AsyncByteStream):
    """A response body that comes in pieces, may take its time, may break, and knows whether it was closed."""

    def __init__(self, *chunks: bytes, delay: float = 0, error: BaseException | None = None) -> None:
        self._chunks = chunks
        self._delay = delay
        self._error = error
        self.given = 0
        self.closed = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            if self._delay:
                await asyncio.sleep(self._delay)
            self.given += 1
            yield chunk
        if self._error is not None:
            raise self._error

    async def aclose(self) -> None:
        self.closed += 1


class Sleeps(list[float]):
    """A `sleep` that only notes for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


async def hang(_: httpx.Request) -> httpx.Response:
    """A server that never answers."""
    await asyncio.Event().wait()
    raise AssertionError


async def send(
    transport: httpx.AsyncBaseTransport, method: str = "GET", url: str = URL, **options: Any
) -> httpx.Response:
    """Send one request through httpx's client, which has no time limits of its own."""
    async with httpx.AsyncClient(transport=transport, timeout=None, trust_env=False) as client:
        return await client.request(method, url, **options)


def chain(network: httpx.AsyncBaseTransport, config: SyncConfig | None = None) -> httpx.AsyncBaseTransport:
    return build_transport(config, inner=network)


def one_shot(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """A request body that can be read once."""

    async def generate() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return generate()
