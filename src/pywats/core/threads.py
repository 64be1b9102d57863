"""Work that blocks, such as that of a slow disk, away from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

__all__ = ["in_thread"]

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
