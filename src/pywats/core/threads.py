"""Work that blocks, such as that of a slow disk, away from the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

__all__ = ["in_daemon_thread", "in_thread"]

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *args: object) -> T:
    """Run a function in another thread; when cancelled, wait until it is done with its file all the same."""
    work = asyncio.get_running_loop().run_in_executor(None, function, *args)
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        # Nobody asks for its error any more; without this asyncio logs that.
        work.exception()
        raise asyncio.CancelledError
    return work.result()


async def in_daemon_thread(function: Callable[..., T], *args: object) -> T:
    """Run a function that may never end; when cancelled, leave it alone.

    It holds up neither the caller nor the end of the interpreter.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            outcome: T | BaseException = function(*args)
        except BaseException as error:  # noqa: BLE001 - it is raised in the event loop
            outcome = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, done, outcome)

    threading.Thread(target=work, name="pywats-file", daemon=True).start()
    return await done


def _settle(future: asyncio.Future[T], outcome: T | BaseException) -> None:
    if future.cancelled():
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
