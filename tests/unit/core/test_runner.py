"""SyncRunner: one loop for the callers of all threads; who is alone runs it himself."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import dis
import gc
import inspect
import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import traceback
import weakref
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import pytest

from pywats.core import sync_runner, sync_work
from pywats.core.sync_runner import SyncRunner


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncRunner]:
    # What is registered for a fork can never be taken back.
    monkeypatch.setattr(os, "register_at_fork", lambda **_: None, raising=False)
    # The time limit of a test has a handler of its own, for SIGALRM.
    monkeypatch.setattr(sync_work, "_HANDLED_SIGNALS", [signal.SIGINT])
    made = SyncRunner()
    yield made
    made._stop()
    atexit.unregister(made._stop)


async def answer(value: Any = 42) -> Any:
    await asyncio.sleep(0)
    return value


async def fail(error: BaseException) -> None:
    await asyncio.sleep(0)
    raise error


async def thread() -> int:
    return threading.get_ident()


async def loop_in_use() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def thread_of(runner: SyncRunner) -> threading.Thread:
    """The thread that runs the loop when its callers don't."""
    assert runner._shared is not None
    assert runner._shared.thread is not None
    return runner._shared.thread


def run_in_thread(runner: SyncRunner, coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine as a caller does who has an event loop of his own."""

    async def caller() -> Any:
        return runner.run(coroutine)

    return asyncio.run(caller())


def run_alone(runner: SyncRunner) -> None:
    """The next caller finds the loop free."""
    runner.run(answer())


def run_in_crowd(runner: SyncRunner) -> None:
    """The next caller finds the thread in the loop, and waits for it."""
    run_in_thread(runner, answer())


def run_after_crowd(runner: SyncRunner) -> None:
    """The next caller finds the thread in the loop, and takes its place."""
    run_in_thread(runner, answer())
    assert runner._shared is not None
    runner._shared._crowded_until = 0


def test_run_returns_the_result(runner: SyncRunner):
    assert runner.run(answer()) == 42


def test_run_raises_what_the_coroutine_raises(runner: SyncRunner):
    error = KeyError("x")
    with pytest.raises(KeyError) as caught:
        runner.run(fail(error))
    assert caught.value is error


def test_an_exception_keeps_the_traceback_of_the_coroutine(runner: SyncRunner):
    with pytest.raises(KeyError) as caught:
        runner.run(fail(KeyError("x")))
    assert "fail" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]


def test_no_thread_is_started_before_the_first_call(runner: SyncRunner):
    assert runner._shared is None


def test_a_caller_who_is_alone_runs_the_loop_himself(runner: SyncRunner):
    assert runner.run(thread()) == threading.get_ident()


def test_a_caller_with_a_loop_of_his_own_does_not_run_ours(runner: SyncRunner):
    assert run_in_thread(runner, thread()) != threading.get_ident()


def test_all_callers_share_one_loop(runner: SyncRunner):
    with ThreadPoolExecutor(8) as pool:
        loops = set(pool.map(lambda _: runner.run(loop_in_use()), range(64)))
    assert loops == {runner.run(loop_in_use()), run_in_thread(runner, loop_in_use())}


def test_a_call_beside_another_one_does_not_wait_for_it(runner: SyncRunner):
    began, end = threading.Event(), threading.Event()

    async def long() -> None:
        began.set()
        await asyncio.to_thread(end.wait, 10)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(runner.run, long())
        assert began.wait(10)
        assert runner.run(answer()) == 42
        end.set()
        first.result(10)


def test_a_call_goes_on_when_the_caller_who_ran_the_loop_is_done(runner: SyncRunner):
    began, end = threading.Event(), threading.Event()

    async def first() -> None:
        began.set()
        await asyncio.to_thread(end.wait, 10)

    async def second() -> int:
        end.set()
        await asyncio.sleep(0.01)
        return threading.get_ident()

    with ThreadPoolExecutor(2) as pool:
        leader = pool.submit(runner.run, first())
        assert began.wait(10)
        assert pool.submit(runner.run, second()).result(10) == thread_of(runner).ident
        leader.result(10)


def test_callers_run_the_loop_themselves_again_when_the_crowd_is_gone(runner: SyncRunner):
    run_in_thread(runner, answer())
    assert any(runner.run(thread()) == threading.get_ident() for _ in range(100_000))


def test_a_caller_who_is_not_given_the_loop_in_time_is_served_by_the_thread(
    runner: SyncRunner, monkeypatch: pytest.MonkeyPatch
):
    run_after_crowd(runner)
    assert runner._shared is not None
    busy, wait = threading.Event(), sync_work.Work.wait
    runner._shared.loop.call_soon_threadsafe(busy.wait, 10)

    def wait_at_last(self: sync_work.Work[Any]) -> None:
        busy.set()
        wait(self)

    monkeypatch.setattr(sync_runner, "_HANDOVER_SECONDS", 0.001)
    monkeypatch.setattr(sync_runner, "_CROWD_SECONDS", 60)
    monkeypatch.setattr(sync_work.Work, "wait", wait_at_last)
    assert runner.run(thread()) == thread_of(runner).ident
    # Nor does the next one ask for it.
    assert runner.run(thread()) == thread_of(runner).ident


def test_a_crowd_does_not_send_the_loop_to_and_fro(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sync_runner, "_CROWD_SECONDS", 60)
    run_in_crowd(runner)
    assert {runner.run(thread()) for _ in range(100)} == {thread_of(runner).ident}


def test_on_windows_the_thread_runs_the_loop(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    # There, Ctrl-C does not interrupt a wait for the network.
    monkeypatch.setattr(sync_runner, "_WINDOWS", True)
    assert runner.run(thread()) != threading.get_ident()


def test_the_thread_does_not_keep_the_interpreter_alive(runner: SyncRunner):
    runner.run(answer())
    assert thread_of(runner).daemon


def test_it_works_inside_a_running_event_loop(runner: SyncRunner):
    async def outside() -> int:
        return runner.run(answer())

    assert asyncio.run(outside()) == 42


def test_64_threads_at_once_all_get_their_own_result(runner: SyncRunner):
    with ThreadPoolExecutor(64) as pool:
        assert list(pool.map(lambda number: runner.run(answer(number)), range(640))) == list(range(640))


def test_the_first_calls_of_many_threads_start_one_loop(runner: SyncRunner):
    barrier = threading.Barrier(16)

    def first(_: int) -> object:
        barrier.wait()
        return runner.run(loop_in_use())

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(first, range(16)))) == 1


def test_the_callers_context_reaches_the_coroutine(runner: SyncRunner):
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("callers")

    async def read() -> str:
        return variable.get()

    assert runner.run(read()) == "callers"


def test_the_context_of_the_coroutine_is_a_copy(runner: SyncRunner):
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    async def write() -> None:
        variable.set("coroutines")

    runner.run(write())
    assert variable.get() == "unset"


def test_a_call_in_the_loops_own_thread_is_a_clear_error(runner: SyncRunner):
    async def inside() -> Any:
        return runner.run(answer())

    with pytest.raises(RuntimeError, match="own event loop"):
        runner.run(inside())


def test_a_call_in_the_loops_own_thread_does_no_harm(runner: SyncRunner):
    async def inside() -> Any:
        return runner.run(answer())

    with pytest.raises(RuntimeError):
        runner.run(inside())
    assert runner.run(answer()) == 42


@pytest.mark.parametrize("run", [SyncRunner.run, run_in_thread])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_a_coroutine_that_raises_what_ends_programs_does_not_end_the_loop(
    runner: SyncRunner, error: type[BaseException], run: Any
):
    with pytest.raises(error):
        run(runner, fail(error()))
    assert runner.run(answer()) == 42


@pytest.mark.parametrize("run", [SyncRunner.run, run_in_thread])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_task_that_raises_what_ends_programs_does_not_end_the_loop(
    runner: SyncRunner, error: type[BaseException], run: Any
):
    async def await_task() -> None:
        await asyncio.create_task(fail(error()))

    with pytest.raises(error):
        run(runner, await_task())
    assert run(runner, answer()) == 42


def test_a_coroutine_that_is_cancelled_from_inside_raises_that(runner: SyncRunner):
    with pytest.raises(asyncio.CancelledError):
        runner.run(fail(asyncio.CancelledError()))
    assert runner.run(answer()) == 42


def test_what_interrupts_the_wait_cancels_the_coroutine(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    began, cancelled = threading.Event(), threading.Event()

    async def hang() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    def interrupted(self: object) -> None:
        began.wait(10)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sync_work.Work, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_in_thread(runner, hang())
    assert cancelled.wait(10)
    assert runner.run(answer()) == 42


def test_what_interrupts_the_wait_before_the_start_closes_the_coroutine(runner: SyncRunner):
    coroutine = answer()
    work = sync_work.Work(coroutine, set())

    async def cancel_unstarted() -> None:
        work.cancel()
        work.start(asyncio.get_running_loop())
        assert work._task is None

    runner.run(cancel_unstarted())
    with pytest.raises(RuntimeError, match=r"already awaited|reuse"):
        runner.run(coroutine)


def test_what_interrupts_the_wait_after_the_end_leaves_nothing_to_wait_for(runner: SyncRunner):
    pending: set[object] = set()
    work = sync_work.Work(answer(), pending)

    async def cancel_ended() -> None:
        work.start(asyncio.get_running_loop())
        assert work._task is not None
        await work._task
        pending.add(work)
        work.cancel()

    runner.run(cancel_ended())
    assert (work.ended, pending) == (True, set())


def test_the_error_of_an_interrupted_coroutine_is_not_logged(
    runner: SyncRunner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    began, failed = threading.Event(), threading.Event()

    async def stubborn() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            failed.set()
            raise KeyError

    def interrupted(self: object) -> None:
        began.wait(10)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sync_work.Work, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_in_thread(runner, stubborn())
    assert failed.wait(10)
    runner.run(answer())
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_the_wait_can_be_cut_into_slices(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    # As on Windows, where Ctrl-C cannot interrupt an untimed wait.
    monkeypatch.setattr(sync_work, "_WAIT_SLICE_SECONDS", 0.001)

    async def later() -> int:
        await asyncio.sleep(0.02)
        return 42

    assert run_in_thread(runner, later()) == 42


def test_ctrl_c_cancels_the_coroutine_of_a_caller_who_runs_the_loop(runner: SyncRunner):
    ended: list[str] = []

    async def hang() -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("in peace")

    with pytest.raises(KeyboardInterrupt):
        runner.run(hang())
    assert ended == ["in peace"]
    assert runner.run(answer()) == 42


def test_ctrl_c_counts_also_when_the_coroutine_finishes_all_the_same(runner: SyncRunner):
    async def stubborn() -> int:
        signal.raise_signal(signal.SIGINT)
        return 42

    with pytest.raises(KeyboardInterrupt):
        runner.run(stubborn())


def test_a_second_ctrl_c_does_not_wait_for_the_coroutine(runner: SyncRunner):
    async def stubborn() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        runner.run(stubborn())
    assert runner.run(answer()) == 42


def test_ctrl_c_is_python_s_own_again_after_the_call(runner: SyncRunner):
    runner.run(answer())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_users_handler_of_ctrl_c_stays_in_charge(runner: SyncRunner):
    seen: list[int] = []

    async def go_on() -> int:
        signal.raise_signal(signal.SIGINT)
        return 42

    before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        assert runner.run(go_on()) == 42
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT]


def test_who_has_a_signal_handler_of_his_own_does_not_run_the_loop(runner: SyncRunner):
    # It would raise, or call pyWATS, in the middle of what other callers wait for.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        assert runner.run(thread()) != threading.get_ident()
    finally:
        signal.signal(signal.SIGINT, before)


def test_signal_handlers_matter_to_the_main_thread_alone(runner: SyncRunner):
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(runner.run, thread()).result(10) == pool.submit(threading.get_ident).result(10)
    finally:
        signal.signal(signal.SIGINT, before)


def test_where_python_takes_no_handler_calls_work_all_the_same(
    runner: SyncRunner, monkeypatch: pytest.MonkeyPatch
):
    # As in a program that embeds Python and imports threading in another thread than its first.
    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(sync_work, "_in_main_thread", lambda: True)
        assert pool.submit(runner.run, answer()).result(10) == 42


@pytest.mark.parametrize("run", [SyncRunner.run, run_in_thread])
def test_a_stop_that_comes_late_ends_nobody_elses_call(runner: SyncRunner, run: Any):
    async def stopped() -> int:
        asyncio.get_running_loop().stop()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return 42

    assert run(runner, stopped()) == 42


class Steps:
    """Does something at the nth of all moments of a call at which Python looks for signals.

    Python does so at the beginning of a function, after a call, and when it goes back to repeat something.
    """

    def __init__(self, number: int, action: Any) -> None:
        self.left = number
        self._action = action
        self._last: dict[Any, str] = {}
        # That of coverage.
        self._tracer = sys.gettrace()

    def __enter__(self) -> Self:
        frame = inspect.currentframe()
        assert frame is not None
        # Python 3.12 traces opcodes only if a frame wants it beforehand.
        frame.f_trace_opcodes = True
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._tracer)

    def _trace(self, frame: Any, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in (sync_runner.__file__, sync_work.__file__):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            last = self._last.get(frame, "")
            self._last[frame] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            if re.match("CALL|RESUME|JUMP_BACKWARD|POP_JUMP_BACKWARD", last):
                self._step()
        return self._trace

    def _step(self) -> None:
        if asyncio._get_running_loop() is None:
            self.left -= 1
            if self.left == 0:
                sys.settrace(self._tracer)
                self._action()


def steps_of(call: Any, action: Any) -> Iterator[None]:
    """Make a call again and again, with something done at its first step, its second, and so on."""
    for number in itertools.count(1):
        with Steps(number, action) as steps:
            call()
        yield
        if steps.left > 0:
            assert number > 10
            return


@pytest.mark.parametrize("before", [run_alone, run_in_crowd, run_after_crowd])
def test_ctrl_c_at_any_step_leaves_the_runner_as_it_was(runner: SyncRunner, before: Any):
    def call() -> None:
        coroutine = answer()
        try:
            runner.run(coroutine)
        except KeyboardInterrupt:
            # What was interrupted at once has not even been seen.
            if inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
                coroutine.close()

    def interrupt() -> None:
        signal.raise_signal(signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        before(runner)
        for _ in steps_of(call, interrupt):
            # Another thread gets its turn, and nobody is waited for.
            assert pool.submit(runner.run, answer()).result(10) == 42
            assert runner.run(answer()) == 42
            assert runner._shared is not None
            assert not runner._shared._pending
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
            before(runner)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # a loop that was made, but not yet known
def test_ctrl_c_at_any_step_of_the_first_call_does_no_harm(runner: SyncRunner):
    def call() -> None:
        coroutine = answer()
        try:
            runner.run(coroutine)
        except KeyboardInterrupt:
            coroutine.close()

    with ThreadPoolExecutor(1) as pool:
        for _ in steps_of(call, lambda: signal.raise_signal(signal.SIGINT)):
            assert pool.submit(run_in_thread, runner, answer()).result(10) == 42
            runner._stop()
    gc.collect()


@pytest.mark.parametrize("before", [run_alone, run_in_crowd, run_after_crowd])
def test_a_call_in_the_middle_of_a_call_works_at_any_step(runner: SyncRunner, before: Any):
    # As a signal handler does, or __del__ of an object that is collected just then.
    answers: list[Any] = []
    made = 0

    def call() -> None:
        assert runner.run(answer()) == 42

    before(runner)
    for _ in steps_of(call, lambda: answers.append(runner.run(answer(1)))):
        made += 1
        before(runner)
    assert answers == [1] * (made - 1)


def test_what_a_signal_handler_raises_in_the_middle_of_the_loop_cancels_the_coroutine(runner: SyncRunner):
    cancelled = threading.Event()

    def terminated() -> None:
        raise SystemExit

    async def hang() -> None:
        asyncio.get_running_loop().call_soon(terminated)
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(SystemExit):
        runner.run(hang())
    assert cancelled.wait(10)
    assert runner.run(answer()) == 42


def test_the_cleaning_up_of_an_interrupted_coroutine_is_not_collected_as_garbage(runner: SyncRunner):
    cleaning = threading.Event()
    futures: list[weakref.ref[asyncio.Future[None]]] = []

    def terminated() -> None:
        raise SystemExit

    async def hang() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(terminated)
        try:
            await asyncio.Event().wait()
        finally:
            # What nobody else knows.
            future = loop.create_future()
            futures.append(weakref.ref(future))
            loop.call_soon(cleaning.set)
            await future

    with pytest.raises(SystemExit):
        runner.run(hang())
    assert cleaning.wait(10)
    gc.collect()
    assert futures[0]() is not None


def test_a_coroutine_of_another_thread_that_ends_programs_does_not_end_this_one(runner: SyncRunner):
    began, end = threading.Event(), threading.Event()

    async def long() -> int:
        began.set()
        await asyncio.to_thread(end.wait, 10)
        return 42

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(runner.run, long())
        assert began.wait(10)
        with pytest.raises(SystemExit):
            runner.run(fail(SystemExit()))
        end.set()
        assert first.result(10) == 42


class LastError(Exception):
    pass


async def fail_at_last() -> None:
    raise LastError


def seen_error(runner: SyncRunner) -> weakref.ref[LastError]:
    try:
        runner.run(fail_at_last())
    except LastError as error:
        return weakref.ref(error)
    raise AssertionError


async def seen_error_beside_a_loop(runner: SyncRunner) -> weakref.ref[LastError]:
    return seen_error(runner)


@pytest.mark.parametrize("see", [seen_error, lambda runner: asyncio.run(seen_error_beside_a_loop(runner))])
def test_an_exception_is_in_no_reference_cycle(runner: SyncRunner, see: Any):
    gc.collect()
    gc.disable()
    try:
        seen = see(runner)
        runner.run(answer())  # the loop lets go of the finished task
        assert seen() is None
    finally:
        gc.enable()


def test_a_result_is_not_kept(runner: SyncRunner):
    class Result:
        pass

    seen = weakref.ref(runner.run(answer(Result())))
    runner.run(answer())
    assert seen() is None


# --- resources


class Resource:
    def __init__(self) -> None:
        self.closed_in: list[asyncio.AbstractEventLoop] = []
        self.closed = threading.Event()

    async def aclose(self) -> None:
        self.closed_in.append(asyncio.get_running_loop())
        self.closed.set()


class Owner:
    pass


def test_the_resource_of_a_dropped_owner_is_closed_in_the_loop(runner: SyncRunner):
    owner, resource = Owner(), Resource()
    runner.adopt(owner, resource)
    loop = runner.run(loop_in_use())
    del owner
    gc.collect()
    # Nobody calls, and so the thread has to.
    assert resource.closed.wait(10)
    assert resource.closed_in == [loop]


def test_the_resource_of_a_living_owner_is_not_closed(runner: SyncRunner):
    owner, resource = Owner(), Resource()
    runner.adopt(owner, resource)
    runner.run(answer())
    gc.collect()
    runner.run(answer())
    assert not resource.closed.is_set()
    del owner


def test_a_dropped_owner_starts_no_loop(runner: SyncRunner):
    owner = Owner()
    runner.adopt(owner, Resource())
    del owner
    gc.collect()
    assert runner._shared is None


def test_a_dropped_owner_leaves_no_resource_behind(runner: SyncRunner):
    owner, resource = Owner(), Resource()
    seen = weakref.ref(resource)
    runner.adopt(owner, resource)
    del owner, resource
    gc.collect()
    assert seen() is None


def test_stopping_closes_every_resource(runner: SyncRunner):
    owner, resource = Owner(), Resource()
    runner.adopt(owner, resource)
    runner.run(answer())
    runner._stop()
    assert resource.closed.is_set()
    del owner


def test_stopping_closes_what_was_to_be_closed_soon(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sync_runner, "_STOP_SECONDS", 0.01)
    owner, resource = Owner(), Resource()
    runner.adopt(owner, resource)
    runner.run(answer())
    assert runner._shared is not None
    # Nobody else runs the loop meanwhile.
    with runner._shared._turn:
        del owner
        gc.collect()
        runner._stop()
    assert resource.closed.is_set()


@pytest.mark.parametrize("run", [SyncRunner.run, run_in_thread])
def test_stopping_cancels_what_is_running(runner: SyncRunner, run: Any):
    began, cancelled = threading.Event(), threading.Event()

    async def hang() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    # It waits for ever, as a daemon thread does at the interpreter's end.
    threading.Thread(target=lambda: run(runner, hang()), daemon=True).start()
    assert began.wait(10)
    runner._stop()
    assert cancelled.is_set()


def test_stopping_does_not_wait_for_ever_for_a_caller_who_does_not_stop(
    runner: SyncRunner, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sync_runner, "_STOP_SECONDS", 0.01)
    began, end = threading.Event(), threading.Event()

    async def block() -> None:
        began.set()
        end.wait(10)

    threading.Thread(target=lambda: runner.run(block()), daemon=True).start()
    assert began.wait(10)
    runner._stop()
    end.set()


def test_stopping_ends_the_thread(runner: SyncRunner):
    runner.run(answer())
    started = thread_of(runner)
    runner._stop()
    assert not started.is_alive()


def test_stopping_before_the_first_call_does_no_harm(runner: SyncRunner):
    runner._stop()
    assert runner._shared is None


def test_a_call_after_stopping_starts_a_new_loop(runner: SyncRunner):
    runner.run(answer())
    runner._stop()
    assert runner.run(answer()) == 42


def test_a_resource_whose_closing_fails_does_not_keep_others_open(runner: SyncRunner):
    class Broken(Resource):
        async def aclose(self) -> None:
            raise KeyError

    owners = [Owner(), Owner()]
    resource = Resource()
    runner.adopt(owners[0], Broken())
    runner.adopt(owners[1], resource)
    runner.run(answer())
    runner._stop()
    assert resource.closed.is_set()


# --- forks


def test_a_forked_child_starts_a_loop_of_its_own(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    abandoned: list[Any] = []
    monkeypatch.setattr(sync_runner, "_abandoned", abandoned)
    parents = runner.run(loop_in_use())
    runner._forget_parent()
    assert runner.run(loop_in_use()) is not parents
    assert abandoned[0].loop is parents


def test_a_fork_is_watched_where_there_are_forks(monkeypatch: pytest.MonkeyPatch):
    watched: list[Any] = []
    monkeypatch.setattr(os, "register_at_fork", lambda **hooks: watched.append(hooks), raising=False)
    made = SyncRunner()
    atexit.unregister(made._stop)
    assert watched == [{"after_in_child": made._forget_parent}]


def test_a_system_without_forks_needs_no_watch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(os, "register_at_fork", raising=False)
    made = SyncRunner()
    atexit.unregister(made._stop)
    assert made.run(answer()) == 42
    made._stop()


def test_importing_pywats_starts_no_thread():
    code = "import threading, pywats; print(threading.active_count())"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "1"


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> None:
    """As while the interpreter ends, from Python 3.12 on."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", start)


class WaitsError(Exception):
    """Somebody waits for the end of the interpreter."""


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait() -> None:
        raise WaitsError

    monkeypatch.setattr(sync_runner, "_wait_for_the_end", wait)


@pytest.mark.usefixtures("waiting")
def test_a_daemon_thread_that_calls_while_the_interpreter_ends_waits_for_that(runner: SyncRunner):
    runner._stop()
    coroutine = answer()
    seen: list[type[BaseException]] = []

    def call() -> None:
        try:
            runner.run(coroutine)
        except WaitsError:
            seen.append(WaitsError)

    daemon = threading.Thread(target=call, daemon=True)
    daemon.start()
    daemon.join(10)
    assert seen == [WaitsError]
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


@pytest.mark.usefixtures("waiting")
def test_a_caller_whose_loop_is_closed_by_the_end_of_the_interpreter_waits_for_that(runner: SyncRunner):
    runner.run(answer())
    shared = runner._shared
    assert shared is not None
    runner._stop()
    coroutine = answer()
    with pytest.raises(WaitsError):
        shared.run(coroutine)
    coroutine.close()


@pytest.mark.usefixtures("ending")
def test_a_caller_who_is_alone_needs_no_thread(runner: SyncRunner):
    assert runner.run(answer()) == 42


@pytest.mark.usefixtures("ending")
def test_a_call_that_comes_too_late_says_so_and_leaves_nothing(runner: SyncRunner):
    coroutine = answer()
    with pytest.raises(RuntimeError, match="the interpreter is ending"):
        run_in_thread(runner, coroutine)
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


def test_no_thread_is_waited_for_that_would_never_run(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    # As when Python 3.11 takes the modules of a program apart.
    monkeypatch.setattr(sys, "is_finalizing", lambda: True)
    assert runner.run(answer()) == 42
    assert runner._shared is not None
    assert runner._shared.thread is None


def test_a_call_without_a_loop_leaves_nothing(runner: SyncRunner, monkeypatch: pytest.MonkeyPatch):
    def full() -> None:
        raise OSError("too many open files")

    monkeypatch.setattr(asyncio, "new_event_loop", full)
    coroutine = answer()
    with pytest.raises(OSError, match="too many"):
        runner.run(coroutine)
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED
