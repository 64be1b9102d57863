"""One event loop in one thread of its own, for the synchronous calls of all threads."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import threading
import weakref
from collections.abc import Coroutine
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["Closable", "SyncRunner", "runner"]

T = TypeVar("T")

# On Windows Ctrl-C cannot interrupt an untimed wait for a lock; -1 is an untimed wait.
_WAIT_SLICE_SECONDS = 0.1 if sys.platform == "win32" else -1

_STOP_SECONDS = 2.0

# What a forked child inherits and must not touch: even closing it would reach into the parent's event loop.
_abandoned: list[object] = []


class Closable(Protocol):
    """Something that is closed in the event loop."""

    async def aclose(self) -> None:
        """Close it."""


class SyncRunner:
    """Runs coroutines for callers without an event loop, or inside one that they must not wait in.

    The thread is started by the first call and ends with the interpreter. All callers share its loop, and so
    their connections.
    """

    def __init__(self) -> None:
        self._resources: set[Closable] = set()
        self._reset()
        atexit.register(self._stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_parent)

    def _reset(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._thread_id: int | None = None
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
            RuntimeError: Called in the loop's own thread, which would wait for itself, or too late at the
                interpreter's end.
            BaseException: What the coroutine raises.
        """
        if threading.get_ident() == self._thread_id:
            coroutine.close()
            raise RuntimeError(
                "pyWATS was called from inside its own event loop; use AsyncWATS there, or another thread"
            )
        try:
            loop = self._running_loop()
            work = _Work(coroutine, self)
        except BaseException:
            coroutine.close()
            raise
        try:
            loop.call_soon_threadsafe(work.start, loop)
            work.wait()
        except BaseException:
            loop.call_soon_threadsafe(work.cancel)
            raise
        try:
            return work.result()
        finally:
            # The traceback of an error holds this frame; through it the error would hold itself.
            del work

    def adopt(self, owner: object, resource: Closable) -> None:
        """Close a resource when its owner is garbage-collected, or else when the interpreter exits."""
        self._resources.add(resource)
        weakref.finalize(owner, self._close_soon, resource).atexit = False

    def _close_soon(self, resource: Closable) -> None:
        # Garbage is collected in any thread, also in the loop's own: nothing here may wait.
        self._resources.discard(resource)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._start_closing, resource)

    def _start_closing(self, resource: Closable) -> None:
        task = asyncio.ensure_future(resource.aclose())
        # An event loop holds its tasks only weakly.
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            with self._starting:
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
                    self._thread, self._thread_id, self._loop = thread, thread.ident, loop
        return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        stopped = False
        while not stopped:
            try:
                loop.run_forever()
                stopped = True
            except (KeyboardInterrupt, SystemExit):
                # asyncio also raises here what a coroutine raised; it belongs to its caller, who gets it.
                continue
        loop.run_until_complete(self._finish())
        loop.close()

    async def _finish(self) -> None:
        self.ending = True
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        closing = [resource.aclose() for resource in list(self._resources)]
        await asyncio.gather(*tasks, *closing, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_asyncgens()

    def _stop(self) -> None:
        """End the thread with the interpreter, so that no connection is left to its mercy."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = self._thread_id = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_STOP_SECONDS)

    def _forget_parent(self) -> None:
        _abandoned.append((self._loop, self._thread, self._closing))
        self._reset()


class _Work(Generic[T]):
    """A coroutine, and the caller who waits for it in another thread."""

    def __init__(self, coroutine: Coroutine[Any, Any, T], runner: SyncRunner) -> None:
        self._coroutine = coroutine
        self._runner = runner
        self._task: asyncio.Task[T] | None = None
        # A bare lock is the cheapest way to wait: taken here, released when the task is done.
        self._done = threading.Lock()
        self._done.acquire()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the coroutine; called in the loop, in a copy of the caller's context."""
        self._task = loop.create_task(self._coroutine)
        self._task.add_done_callback(self._release)

    def _release(self, _: asyncio.Task[T]) -> None:
        # At the interpreter's end only daemon threads are still waiting: they end where they are.
        if not self._runner.ending:
            self._done.release()

    def wait(self) -> None:
        """Wait until the task is done; called by the caller."""
        while not self._done.acquire(timeout=_WAIT_SLICE_SECONDS):
            pass

    def cancel(self) -> None:
        """End the coroutine of a caller who no longer waits; called in the loop."""
        if self._task is None:
            self._coroutine.close()
        else:
            # Nobody will ask for the outcome; without this asyncio logs that.
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._task.cancel()

    def result(self) -> T:
        """Return the result of the finished task, or raise its exception."""
        assert self._task is not None  # noqa: S101 - wait() has returned
        try:
            return self._task.result()
        finally:
            del self


runner = SyncRunner()
"""The runner of this process."""
