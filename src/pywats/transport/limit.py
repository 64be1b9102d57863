"""LimitTransport: so many requests at a time; the others wait in a queue of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from pywats.exceptions import ClientClosedError, WatsTimeoutError, bare_url
from pywats.transport.base import Layer, LayerStream, body_of

__all__ = ["LimitTransport"]


class LimitTransport(Layer):
    """Lets at most ``max_connections`` requests through at a time; the others wait here.

    The network below has no limit. httpcore's pool, on the way to a proxy, can't be trusted with the wait: a
    request that is cancelled while it waits there leaves a connection behind that stays CONNECTING for good
    (encode/httpcore#1093), and each waiter makes every other request slower.

    Args:
        inner: The next layer below.
        max_connections: Requests at a time.

    Raises:
        ValueError: ``max_connections`` is less than 1.
        TypeError: ``max_connections`` is not a whole number.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, max_connections: int) -> None:
        super().__init__(inner)
        if not isinstance(max_connections, int) or isinstance(max_connections, bool):
            raise TypeError(f"max_connections must be a whole number, not {max_connections!r}")
        if max_connections < 1:
            raise ValueError(f"max_connections must be at least 1, not {max_connections!r}")
        self._places = asyncio.Semaphore(max_connections)
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait for a place, send the request; the place is free again when the answer's body is closed.

        Raises:
            WatsTimeoutError: No place became free within httpx's ``pool`` timeout.
            ClientClosedError: The client was closed before there was a place.
        """
        if self._places.locked():
            await self._wait_for_place(request)
        else:
            await self._places.acquire()
        if self._closed:
            self._places.release()
            raise ClientClosedError("the WATS client was closed", request_sent=False)
        try:
            response = await self._inner.handle_async_request(request)
            body = body_of(response)
        except BaseException:
            self._places.release()
            raise
        if response.is_closed:
            self._places.release()
        else:
            response.stream = _PlacedStream(body, self._places.release)
        return response

    async def aclose(self) -> None:
        """Close the layers below; who still waits for a place is told so."""
        self._closed = True
        await super().aclose()

    async def _wait_for_place(self, request: httpx.Request) -> None:
        seconds = request.extensions.get("timeout", {}).get("pool")
        # For TimeoutTransport, whose backstop may come first when the event loop is late.
        request.extensions["wats_unsent"] = True
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
            del request.extensions["wats_unsent"]
        except TimeoutError as error:
            raise WatsTimeoutError(
                "no connection became free in time",
                method=request.method,
                url=bare_url(request.url),
                request_sent=False,
            ) from error


class _PlacedStream(LayerStream):
    """A body that gives its place back once, when it is closed."""

    def __init__(self, inner: httpx.AsyncByteStream, give_back: Callable[[], None]) -> None:
        super().__init__(inner)
        self._give_back: Callable[[], None] | None = give_back

    async def aclose(self) -> None:
        try:
            await super().aclose()
        finally:
            if self._give_back is not None:
                self._give_back()
                self._give_back = None
