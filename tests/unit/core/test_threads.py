"""Work in other threads: its outcome, and what becomes of it when nobody waits any more."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pywats.core.threads import in_daemon_thread
from tests.unit.transport.helpers import run


def test_the_result_of_a_function_comes_back():
    assert run(in_daemon_thread(divmod, 7, 2)) == (3, 1)


def test_the_error_of_a_function_comes_back():
    with pytest.raises(ZeroDivisionError):
        run(in_daemon_thread(divmod, 7, 0))


def test_a_function_that_does_not_end_is_left_alone():
    end, ended = threading.Event(), threading.Event()

    def work() -> None:
        end.wait()
        ended.set()

    async def cancelled() -> None:
        task = asyncio.ensure_future(in_daemon_thread(work))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        end.set()
        # What the thread still reports must find the future cancelled, and do no harm.
        await asyncio.get_running_loop().run_in_executor(None, ended.wait)
        for thread in threading.enumerate():
            if thread.name == "pywats-file":
                await asyncio.get_running_loop().run_in_executor(None, thread.join)
        await asyncio.sleep(0)

    run(cancelled())


def test_a_function_that_ends_after_its_loop_does_no_harm():
    end = threading.Event()

    async def forgotten() -> None:
        task = asyncio.ensure_future(in_daemon_thread(end.wait))
        await asyncio.sleep(0)
        task.cancel()

    run(forgotten())
    thread = next(thread for thread in threading.enumerate() if thread.name == "pywats-file")
    end.set()
    thread.join()
