"""One event loop for the synchronous calls of all threads."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
import threading
import weakref
from collections.abc import Coroutine
from queue import SimpleQueue
from types import FrameType, TracebackType
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["Closable", "SyncRunner", "runner"]

T = TypeVar("T")

# On Windows Ctrl-C can interrupt neither an untimed wait for a lock (-1) nor a wait for the network.
_WINDOWS = sys.platform == "win32"
_WAIT_SLICE_SECONDS = 0.1 if _WINDOWS else -1

# How often the thread looks whether it is still needed.
_LOOK_SECONDS = 0.05

# How long a caller waits for the thread to let go of the loop; it takes much less.
_HANDOVER_SECONDS = 0.01

_STOP_SECONDS = 2.0

# What a forked child inherits and must not touch: even closing it would reach into the parent's event loop.
_abandoned: list[object] = []


class Closable(Protocol):
    """Something that is closed in the event loop."""

    async def aclose(self) -> None:
        """Close it."""


class SyncRunner:
    """Runs coroutines for callers without an event loop, or inside one that they must not wait in.

    All callers share one loop, and so their connections. A caller who is alone runs it himself: changing to
    another thread and back takes longer than the rest of a call. As soon as calls overlap, or a caller has an
    event loop of his own, a thread runs it for all. That thread is started by the first call and ends with
    the interpreter.

    Attributes:
        ending: The interpreter is exiting: a daemon thread whose call ends now waits for that.
    """

    def __init__(self) -> None:
        self._resources: set[Closable] = set()
        self._reset()
        atexit.register(self._stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_parent)

    def _reset(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # Who holds the turn runs the loop.
        self._turn = threading.Lock()
        # The lock guards the state of the thread, which is given a token whenever it is to run the loop.
        self._lock = threading.Lock()
        self._wanted: SimpleQueue[None] = SimpleQueue()
        self._serving = False
        self._waiting = 0
        self._crowded = False
        self._leaving = False
        self._closing: set[asyncio.Future[None]] = set()
        self.ending = False

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, in a copy of the caller's context.

        Whatever interrupts the wait, such as KeyboardInterrupt, cancels the coroutine.

        Args:
            coroutine: What to run.

        Returns:
            Its result.

        Raises:
            RuntimeError: Called from inside the loop, which would wait for itself, or too late at the
                interpreter's end.
            BaseException: What the coroutine raises.
        """
        try:
            loop = self._ready_loop()
            leads = self._take_turn(loop)
        except BaseException:
            coroutine.close()
            raise
        return self._lead(loop, coroutine) if leads else self._follow(loop, coroutine)

    def adopt(self, owner: object, resource: Closable) -> None:
        """Close a resource when its owner is garbage-collected, or else when the interpreter exits."""
        self._resources.add(resource)
        weakref.finalize(owner, self._close_soon, resource).atexit = False

    def _close_soon(self, resource: Closable) -> None:
        # Garbage is collected in any thread, at any moment: nothing here may wait, not even for a lock.
        self._resources.discard(resource)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._start_closing, resource)
            self._wanted.put(None)

    def _start_closing(self, resource: Closable) -> None:
        task = asyncio.ensure_future(resource.aclose())
        # An event loop holds its tasks only weakly.
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _ready_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            with self._lock:
                if self._loop is None:
                    self.ending = False
                    loop = asyncio.new_event_loop()
                    thread = threading.Thread(target=self._serve, args=(loop,), name="pywats", daemon=True)
                    try:
                        thread.start()
                    except RuntimeError as error:
                        # Python 3.12 and later start no threads while the interpreter ends.
                        loop.close()
                        raise RuntimeError("too late for a call: the interpreter is ending") from error
                    self._thread, self._loop = thread, loop
        return self._loop

    def _take_turn(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Return whether the caller holds the turn: whether he has to run the loop himself."""
        callers = _running_loop()
        if callers is loop:
            raise RuntimeError(
                "pyWATS was called from inside its own event loop; use AsyncWATS there, or another thread"
            )
        if callers is not None or self._serving or _WINDOWS:
            return False
        return self._turn.acquire(timeout=_HANDOVER_SECONDS if self._leaving else 0)

    def _lead(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run the loop here until the coroutine is done, and give the turn back."""
        work = _Work(coroutine)
        task = work.start(loop)
        try:
            with _Interrupts(loop, task):
                loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                # A signal handler of the user's has raised this in the middle of the loop.
                task.cancel()
                loop.run_until_complete(task)
            raise
        finally:
            self._turn.release()
            if self.ending:
                _wait_for_the_end()
        return work.result()

    def _follow(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait here until the coroutine is done; another caller or the thread runs the loop."""
        work = _Work(coroutine)
        self._enter(crowd=_WINDOWS or _running_loop() is not None)
        try:
            loop.call_soon_threadsafe(work.start, loop)
            work.wait()
        except BaseException:
            loop.call_soon_threadsafe(work.cancel)
            raise
        finally:
            self._leave(loop)
        if self.ending:
            _wait_for_the_end()
        return work.result()

    def _enter(self, *, crowd: bool) -> None:
        with self._lock:
            self._waiting += 1
            if crowd or self._waiting > 1:
                self._crowded, self._leaving = True, False
            if not self._serving:
                self._serving = True
                self._wanted.put(None)

    def _leave(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._waiting -= 1
            stop = self._serving and self._leaving and not self._waiting
            if stop:
                self._serving = False
        if stop:
            loop.call_soon_threadsafe(loop.stop)

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run the loop whenever it is wanted; this is the thread."""
        while True:
            self._wanted.get()
            with self._turn:
                if self._loop is not loop:
                    return
                self._next_look: asyncio.Handle = loop.call_soon(self._look, loop)
                loop.run_forever()
                self._next_look.cancel()
                self._leaving = False

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look whether the thread is still needed: by nobody, by one caller, or by a crowd."""
        self._next_look = loop.call_later(_LOOK_SECONDS, self._look, loop)
        with self._lock:
            self._leaving = not (self._crowded or self._closing)
            self._crowded = False
            if self._leaving and not self._waiting:
                self._serving = False
                loop.stop()

    def _stop(self) -> None:
        """Close everything with the interpreter, so that no connection is left to its mercy."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        self.ending = True
        # Only daemon threads are left. Who of them runs the loop is stopped, and waits for the end.
        if not self._turn.acquire(blocking=False):
            loop.call_soon_threadsafe(loop.stop)
            if not self._turn.acquire(timeout=_STOP_SECONDS):
                return
        # A stop that came too late takes effect here.
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.run_until_complete(self._finish())
        loop.close()
        self._turn.release()
        self._wanted.put(None)
        thread.join(_STOP_SECONDS)

    async def _finish(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        closing = [resource.aclose() for resource in list(self._resources)]
        await asyncio.gather(*tasks, *closing, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_asyncgens()

    def _forget_parent(self) -> None:
        _abandoned.append((self._loop, self._thread, self._closing))
        self._reset()


class _Work(Generic[T]):
    """A coroutine, and the caller who waits for it."""

    _value: T

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        # A bare lock is the cheapest way to wait: taken here, released when the task is done.
        self._done = threading.Lock()
        self._done.acquire()

    def start(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None]:
        """Start the coroutine in a copy of the caller's context; called by who runs the loop."""
        self._task = loop.create_task(self._run())
        self._task.add_done_callback(self._end)
        return self._task

    async def _run(self) -> None:
        try:
            self._value = await self._coroutine
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            # KeyboardInterrupt and SystemExit would go on to whoever runs the loop.
            self._error = error

    def _end(self, _: asyncio.Task[None]) -> None:
        # It was never started if the task was cancelled before its first step.
        self._coroutine.close()
        self._done.release()

    def wait(self) -> None:
        """Wait until the task is done; called in another thread than the loop's."""
        while not self._done.acquire(timeout=_WAIT_SLICE_SECONDS):
            pass

    def cancel(self) -> None:
        """End the coroutine of a caller who no longer waits; called in the loop."""
        if self._task is None:
            self._coroutine.close()
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


class _Interrupts:
    """Lets Ctrl-C cancel a task, and raises KeyboardInterrupt when the task has ended.

    Raised in the middle of the event loop, KeyboardInterrupt could tear apart what other callers wait for.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
        self._loop = loop
        self._task = task
        self._interrupted = False
        # Python lets only the main thread handle signals, and a handler of the user's stays in charge.
        self._takes_over = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )

    def __enter__(self) -> None:
        if self._takes_over:
            signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
        self._loop.call_soon_threadsafe(self._task.cancel)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._takes_over:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._interrupted:
            raise KeyboardInterrupt from None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _wait_for_the_end() -> None:
    """Keep a daemon thread from going on while the interpreter ends."""
    threading.Event().wait()


runner = SyncRunner()
"""The runner of this process."""
