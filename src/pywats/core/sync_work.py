"""One call of a synchronous caller: the coroutine that he waits for, and Ctrl-C in the meantime."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Coroutine
from types import FrameType, TracebackType
from typing import Any, Generic, TypeVar

__all__ = ["Interrupts", "Work"]

T = TypeVar("T")

# On Windows Ctrl-C cannot interrupt an untimed wait for a lock (-1).
_WAIT_SLICE_SECONDS = 0.1 if sys.platform == "win32" else -1

# Ctrl-C, and other signals that people write handlers for.
_HANDLED_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGALRM") if hasattr(signal, name)
]

_NO_HANDLERS = (signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler, None)


class Work(Generic[T]):
    """A coroutine, and the caller who waits for it.

    Attributes:
        led: The caller runs the loop himself, and so it stops when the work ends.
        ended: There is a result, or there will never be one.
    """

    _value: T

    def __init__(self, coroutine: Coroutine[Any, Any, T], pending: set[object]) -> None:
        self.led = False
        self.ended = False
        self._coroutine = coroutine
        self._pending = pending
        self._task: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        # A bare lock is the cheapest way to wait: taken here, released when the work ends.
        self._done = threading.Lock()
        self._done.acquire()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the coroutine in a copy of the caller's context; called in the loop."""
        if not self.ended:
            self._task = loop.create_task(self._run())
            self._task.add_done_callback(self._end)

    async def _run(self) -> None:
        try:
            self._value = await self._coroutine
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            # KeyboardInterrupt and SystemExit would go on to whoever runs the loop.
            self._error = error

    def _end(self, _: object = None) -> None:
        # It was never started if the task was cancelled before its first step.
        self._coroutine.close()
        self._pending.discard(self)
        self.ended = True
        self._done.release()
        if self.led:
            asyncio.get_running_loop().stop()

    def wait(self) -> None:
        """Wait until the work has ended; called in another thread than the loop's."""
        while not self._done.acquire(timeout=_WAIT_SLICE_SECONDS):
            pass

    def cancel(self) -> None:
        """End the coroutine of a caller who no longer waits; once it is to start, called in the loop."""
        if self.ended:
            self._pending.discard(self)
        elif self._task is None:
            self._end()
        else:
            self._task.cancel()

    def result(self) -> T:
        """Return the result of the finished coroutine, or raise its exception."""
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
            return self._value
        finally:
            # The traceback of an error holds this frame; through it the error would hold itself.
            del error


class Interrupts:
    """Lets Ctrl-C cancel some work, and raises KeyboardInterrupt when it has ended.

    Raised in the middle of the event loop, KeyboardInterrupt could tear apart what other callers wait for.

    Attributes:
        users: A signal handler of the user's may run in this thread. It may raise in the middle of the event
            loop as well, or call pyWATS, which cannot be done inside the loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Work[Any]) -> None:
        self._loop = loop
        self._work = work
        self._interrupted = False
        self._takes_over = self.users = False
        # Python runs signal handlers in the main thread.
        if _in_main_thread():
            handlers = [signal.getsignal(number) for number in _HANDLED_SIGNALS]
            self._takes_over = handlers[0] is signal.default_int_handler
            self.users = any(map(_is_users, handlers))

    def __enter__(self) -> None:
        if self._takes_over:
            try:
                signal.signal(signal.SIGINT, self._interrupt)
            except ValueError:
                # Where Python is embedded, its main thread need not be the one that threading takes for it.
                self._takes_over = False

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
        self._loop.call_soon_threadsafe(self._work.cancel)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._takes_over:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._interrupted:
            raise KeyboardInterrupt from None


def _is_users(handler: object) -> bool:
    """Return whether a signal handler is neither Python's nor ours."""
    if handler in _NO_HANDLERS:
        return False
    return not isinstance(getattr(handler, "__self__", None), Interrupts)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
