"""One event loop for the synchronous calls of all threads."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import threading
import time
import weakref
from collections.abc import Coroutine
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from pywats.core.sync_work import Interrupts, Work

__all__ = ["Closable", "SyncRunner", "runner"]

T = TypeVar("T")

# There, Ctrl-C cannot interrupt a wait for the network.
_WINDOWS = sys.platform == "win32"

# How long after calls overlapped the thread keeps the loop: a crowd must not send it to and fro.
_CROWD_SECONDS = 0.05

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

    All callers share one loop, and so their connections. It is made by the first call of a process, and once
    more in a forked child, and ends with the interpreter.
    """

    def __init__(self) -> None:
        self._resources: set[Closable] = set()
        self._shared: _SharedLoop | None = None
        # Garbage that is collected while the loop is made may make a call of its own.
        self._making = threading.RLock()
        self._ending = False
        atexit.register(self._stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_parent)

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
            shared = self._ready()
        except BaseException:
            coroutine.close()
            raise
        return shared.run(coroutine)

    def adopt(self, owner: object, resource: Closable) -> None:
        """Close a resource when its owner is garbage-collected, or else when the interpreter exits."""
        self._resources.add(resource)
        weakref.finalize(owner, self._close_soon, resource).atexit = False

    def _close_soon(self, resource: Closable) -> None:
        # Garbage is collected in any thread, at any moment: nothing here may wait, not even for a lock.
        shared = self._shared
        if shared is None:
            self._resources.discard(resource)
        else:
            # If the interpreter exits first, it is closed with all the others.
            shared.close_soon(resource, self._resources)

    def _ready(self) -> _SharedLoop:
        if self._ending and threading.current_thread().daemon:
            _wait_for_the_end()
        shared = self._shared
        if shared is None or shared.thread is None:
            with self._making:
                shared = self._shared = self._shared or _SharedLoop()
                # While the interpreter ends no threads can be started; who is alone needs none.
                with suppress(RuntimeError):
                    shared.start_thread()
        return shared

    def _stop(self) -> None:
        """Close everything with the interpreter, so that no connection is left to its mercy."""
        self._ending = True
        shared, self._shared = self._shared, None
        if shared is not None:
            shared.stop(self._resources)

    def _forget_parent(self) -> None:
        _abandoned.append(self._shared)
        self._shared = None
        self._making = threading.RLock()


class _SharedLoop:
    """An event loop that one of its callers runs, or a thread.

    A caller who is alone runs it himself, without changing to another thread and back. As soon as calls
    overlap, or a caller must not run it, the thread runs it for all, until a caller is alone again.

    A call may be interrupted between any two steps, by Ctrl-C, by a signal handler or by the collection of
    garbage, and these may make calls of their own. So no state is kept that a lost step could spoil:
    who waits is in a set, and a thread that takes its own turn again, or gives back what it has not got,
    does no harm.

    Attributes:
        loop: The event loop.
        thread: The thread, once it has been started.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread: threading.Thread | None = None
        # Who holds the turn runs the loop.
        self._turn = threading.RLock()
        # The thread gets a token when it is to run the loop, unless it serves: then it does so already.
        self._wanted: SimpleQueue[None] = SimpleQueue()
        self._serving = False
        # What the thread has to stay for. An event loop holds its tasks only weakly; here they are safe.
        self._pending: set[object] = set()
        self._crowded_until = 0.0
        self._ending = False

    def start_thread(self) -> None:
        """Start the thread if it has not been.

        Raises:
            RuntimeError: No thread can be started.
        """
        if self.thread is None:
            if sys.is_finalizing():
                # Python 3.11 would wait for ever for a thread that never runs.
                raise RuntimeError("the interpreter is ending")
            thread = threading.Thread(target=self._serve, name="pywats", daemon=True)
            thread.start()
            self.thread = thread

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end; see `SyncRunner.run`."""
        callers = _running_loop()
        if callers is self.loop:
            coroutine.close()
            raise RuntimeError(
                "pyWATS was called from inside its own event loop; use AsyncWATS there, or another thread"
            )
        work = Work(coroutine, self._pending)
        try:
            interrupts = Interrupts(self.loop, work)
            if callers is not None or _WINDOWS or interrupts.users:
                self._follow(work, crowd=True)
            elif self._take_turn():
                self._lead(work, interrupts)
            else:
                self._follow(work, crowd=bool(self._pending))
        except BaseException:
            if not self._ending:
                self._abandon(work)
            raise
        finally:
            # At once, so that no signal comes between. Whether the turn was his, an interrupted caller does
            # not know, but the lock does.
            try:  # noqa: SIM105 - a signal could come in the middle of suppress()
                self._turn.release()
            except RuntimeError:
                pass
            if self._ending:
                _wait_for_the_end()
        return work.result()

    def close_soon(self, resource: Closable, resources: set[Closable]) -> None:
        """Close one of the resources in the loop; may be called at any moment, and does not wait."""
        with suppress(RuntimeError):  # the loop is closed, and with it the resource
            self.loop.call_soon_threadsafe(self._start_closing, resource, resources)
            self._call_thread()

    def stop(self, resources: set[Closable]) -> None:
        """End all calls, close the resources and then the loop."""
        self._ending = True
        # Only daemon threads are left. Who of them runs the loop is stopped, and waits for the end.
        self.loop.call_soon_threadsafe(self.loop.stop)
        if not self._turn.acquire(timeout=_STOP_SECONDS):
            return
        finish = self.loop.create_task(_finish(resources))
        finish.add_done_callback(lambda _: self.loop.stop())
        while not finish.done():
            self.loop.run_forever()
        self.loop.close()
        self._turn.release()
        self._wanted.put(None)
        if self.thread is not None:
            self.thread.join(_STOP_SECONDS)

    def _take_turn(self) -> bool:
        """Return whether the caller has to run the loop himself."""
        if self._turn.acquire(blocking=False):
            return True
        if not self._serving or self._pending or time.monotonic() < self._crowded_until:
            return False
        self.loop.call_soon_threadsafe(self._let_go)
        if self._turn.acquire(timeout=_HANDOVER_SECONDS):
            return True
        # The processor is busy, or another caller came first: not again at once.
        self._crowded_until = time.monotonic() + _CROWD_SECONDS
        return False

    def _lead(self, work: Work[Any], interrupts: Interrupts) -> None:
        """Run the loop here until the work has ended."""
        work.led = True
        with interrupts:
            self.loop.call_soon(work.start, self.loop)
            # A stop that was meant for another run may come late.
            while not work.ended and not self._ending:
                self.loop.run_forever()

    def _follow(self, work: Work[Any], *, crowd: bool) -> None:
        """Wait here until the work is done; the thread or another caller runs the loop."""
        try:
            self.start_thread()
        except RuntimeError as error:
            work.cancel()
            raise RuntimeError("too late for a call: the interpreter is ending") from error
        self._pending.add(work)
        if crowd:
            self._crowded_until = time.monotonic() + _CROWD_SECONDS
        self.loop.call_soon_threadsafe(work.start, self.loop)
        self._call_thread()
        work.wait()

    def _abandon(self, work: Work[Any]) -> None:
        """Let the thread end the work of a caller who no longer waits."""
        if not work.ended:
            self._pending.add(work)
            self.loop.call_soon_threadsafe(work.cancel)
            self._call_thread()

    def _call_thread(self) -> None:
        if not self._serving:
            self._wanted.put(None)

    def _serve(self) -> None:
        """Run the loop whenever it is wanted; this is the thread."""
        while not self._ending:
            self._wanted.get()
            with self._turn:
                # Once is enough for all who have called so far.
                with suppress(Empty):
                    while True:
                        self._wanted.get_nowait()
                self._serving = True
                while self._serving and not self._ending:
                    # These leave the loop, besides the task that raised them and the caller who awaits it.
                    with suppress(KeyboardInterrupt, SystemExit):
                        self.loop.run_forever()

    def _let_go(self) -> None:
        """Give the loop to a caller who is alone, if it is the thread that runs it."""
        if not self._serving:
            return
        # First this, then the look: a caller first comes in and then looks whether the thread serves.
        self._serving = False
        if self._pending:
            self._serving = True
        else:
            self.loop.stop()

    def _start_closing(self, resource: Closable, resources: set[Closable]) -> None:
        task = self.loop.create_task(_close(resource, resources))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)


async def _close(resource: Closable, resources: set[Closable]) -> None:
    try:
        await resource.aclose()
    finally:
        resources.discard(resource)


async def _finish(resources: set[Closable]) -> None:
    """Cancel all that runs in this loop, and close the resources."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    closing = [resource.aclose() for resource in list(resources)]
    await asyncio.gather(*tasks, *closing, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


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
