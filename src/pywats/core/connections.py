"""The transport of an event loop: made anew where the loop is another one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import httpx

from pywats.exceptions import ClientClosedError

__all__ = ["Connections"]

# What a forked child inherits and must not touch: even closing it would reach into the parent's event loop.
_abandoned: list[object] = []


class Connections:
    """Holds the chain, whose connections belong to the event loop that made them.

    In another loop (a second ``asyncio.run``, or a forked child) there is a new one.

    Args:
        new_transport: Makes a chain.
    """

    def __init__(self, new_transport: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._new_transport = new_transport
        self._transport = new_transport()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0
        self._closed = False

    def transport(self) -> httpx.AsyncBaseTransport:
        """Return the chain of the running event loop.

        Raises:
            ClientClosedError: `aclose` was called.
            RuntimeError: Another event loop that is alive uses the connections.
        """
        if self._closed:
            raise ClientClosedError("this WATS client is closed")
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:
                self._leave(self._loop)
            self._loop, self._pid = loop, os.getpid()
        return self._transport

    def _leave(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._pid != os.getpid():
            _abandoned.append((self._transport, loop))
        elif not loop.is_closed():
            raise RuntimeError(
                "this WATS client is in use in another event loop; create one client for each loop, "
                "or use pyWATS, which all threads can share"
            )
        self._transport = self._new_transport()

    async def aclose(self) -> None:
        """Close all connections for good. Closing twice does no harm."""
        self._closed = True
        if self._loop is asyncio.get_running_loop():
            await self._transport.aclose()
