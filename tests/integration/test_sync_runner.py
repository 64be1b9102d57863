"""Synchronous calls work from wherever people make them: loops, threads, forks, Ctrl-C, exit."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pywats import AsyncWATS, ClientClosedError, pyWATS
from tests.support import TOKEN, Stopwatch
from tests.support.fault_server import Behaviour, FaultServer, Request, drip_body, hang, hold, respond, wats

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
needs_sigint = pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT can be sent to one process")
needs_fd_list = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="cannot count file descriptors")


def open_fds() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@contextlib.contextmanager
def script(code: str, url: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A Python of its own that runs `code` with `url` and `token` defined; killed when the test ends."""
    prelude = (
        "import os, signal, sys, threading\n"
        "from pywats import pyWATS\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "url, token = sys.argv[1:]\n"
        "def say(text): os.write(1, text.encode() + b'\\n')\n"
    )
    process = subprocess.Popen(
        [sys.executable, *options, "-c", prelude + code, url, TOKEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def lines_of(process: subprocess.Popen[str]) -> list[str]:
    """Let the script go on, and all it says until it ends well."""
    out, err = process.communicate("go on\n", timeout=10)
    assert process.returncode == 0, err
    return out.split()


def test_a_call_works_inside_a_running_loop() -> None:
    async def notebook_cell(api: pyWATS) -> str | None:
        return api.product.get_product("X").part_number

    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        assert asyncio.run(notebook_cell(api)) == "X"


def test_a_client_made_inside_a_loop_works_after_it() -> None:
    async def make(url: str) -> pyWATS:
        api = pyWATS(url, TOKEN)
        api.product.get_product("X")
        return api

    with FaultServer() as server, asyncio.run(make(server.url)) as api:
        assert api.product.get_product("X").part_number == "X"


def test_sixty_four_threads_at_once_all_get_their_own_answer() -> None:
    barrier = threading.Barrier(64)

    def call(number: int) -> bool:
        barrier.wait()
        return all(api.product.get_product(f"P{number}").part_number == f"P{number}" for _ in range(3))

    with FaultServer() as server, pyWATS(server.url, TOKEN) as api, ThreadPoolExecutor(64) as pool:
        assert all(pool.map(call, range(64)))


def test_threads_share_one_connection_pool() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN, max_connections=4) as api:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(api.product.get_product, ["X"] * 160))
        assert server.connections <= 4


def test_sixty_short_lived_threads_in_a_row_all_get_an_answer() -> None:
    answers: list[str | None] = []

    def call() -> None:
        answers.append(api.product.get_product("X").part_number)

    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        for _ in range(60):
            thread = threading.Thread(target=call)
            thread.start()
            thread.join()
    assert answers == ["X"] * 60


def test_short_lived_threads_leave_no_thread_behind() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        api.product.get_product("X")
        before = threading.active_count()
        for _ in range(60):
            thread = threading.Thread(target=api.product.get_product, args=("X",))
            thread.start()
            thread.join()
        assert threading.active_count() == before


def test_a_slow_call_of_one_thread_does_not_hold_up_another() -> None:
    release = threading.Event()

    with FaultServer([hold(release)]) as server, pyWATS(server.url, TOKEN) as api:
        slow = threading.Thread(target=api.product.get_product, args=("SLOW",))
        slow.start()
        server.wait_until(lambda: server.requests)
        with Stopwatch() as watch:
            api.product.get_product("X")
        release.set()
        slow.join()
    assert watch.seconds < 0.5


FORK = """
api = pyWATS(url, token)
api.product.get_product("BEFORE")
busy = [threading.Thread(target=api.product.get_product, args=("HELD",)) for _ in range(4)]
for thread in busy:
    thread.start()
sys.stdin.readline()
child = os.fork()
if not child:
    say(api.product.get_product("CHILD").part_number)
    sys.exit()
_, status = os.waitpid(child, 0)
say(api.product.get_product("AFTER").part_number)
for thread in busy:
    thread.join()
sys.exit(status)
"""


@pytest.fixture
def forked() -> Iterator[tuple[list[str], list[Request]]]:
    """What a process said that forked while four of its threads were in a call; and what the server got."""
    release = threading.Event()

    def choose(request: Request) -> Behaviour:
        if request.path.endswith("AFTER"):
            release.set()
        return hold(release) if request.path.endswith("HELD") else wats()

    with FaultServer(choose) as server, script(FORK, server.url) as process:
        server.wait_until(lambda: len(server.requests) == 5)
        yield lines_of(process), server.requests


@needs_fork
def test_a_forked_child_can_call_and_its_parent_still_can(forked: tuple[list[str], list[Request]]) -> None:
    said, _ = forked
    assert said == ["CHILD", "AFTER"]


@needs_fork
def test_a_forked_child_uses_none_of_its_parents_connections(forked: tuple[list[str], list[Request]]) -> None:
    _, requests = forked
    (child,) = [request.connection for request in requests if request.path.endswith("CHILD")]
    assert child not in {request.connection for request in requests if not request.path.endswith("CHILD")}


@needs_fork
def test_a_client_that_was_not_used_before_the_fork_works_in_the_child() -> None:
    code = """
api = pyWATS(url, token)
child = os.fork()
say(api.product.get_product("CHILD" if not child else "PARENT").part_number)
if child:
    sys.exit(os.waitpid(child, 0)[1])
"""
    with FaultServer() as server, script(code, server.url) as process:
        assert sorted(lines_of(process)) == ["CHILD", "PARENT"]


@needs_fork
def test_the_child_of_a_fork_can_close_the_client_without_harm_to_the_parent() -> None:
    code = """
api = pyWATS(url, token)
api.product.get_product("BEFORE")
child = os.fork()
if not child:
    api.close()
    sys.exit()
_, status = os.waitpid(child, 0)
say(api.product.get_product("AFTER").part_number)
sys.exit(status)
"""
    with FaultServer() as server, script(code, server.url) as process:
        assert lines_of(process) == ["AFTER"]
        assert [request.connection for request in server.requests] == [0, 0]


INTERRUPTED = """
api = pyWATS(url, token, **OPTIONS)
try:
    api.product.get_product("X")
except KeyboardInterrupt:
    say("interrupted")
sys.stdin.readline()
say(api.product.get_product("Y").part_number)
api.close()
"""


@needs_sigint
@pytest.mark.parametrize("behaviour", [hang(), drip_body(0.02)], ids=["before the answer", "in the body"])
def test_ctrl_c_takes_the_request_back(behaviour: Behaviour) -> None:
    with (
        FaultServer([behaviour]) as server,
        script(INTERRUPTED.replace("**OPTIONS", ""), server.url) as process,
    ):
        server.wait_until(lambda: server.requests)
        process.send_signal(signal.SIGINT)
        server.wait_until(lambda: server.disconnects == 1)
        assert lines_of(process) == ["interrupted", "Y"]


@needs_sigint
def test_ctrl_c_is_answered_at_once() -> None:
    with FaultServer([hang()]) as server, script(INTERRUPTED.replace("**OPTIONS", ""), server.url) as process:
        server.wait_until(lambda: server.requests)
        with Stopwatch() as watch:
            process.send_signal(signal.SIGINT)
            assert process.stdout is not None
            assert process.stdout.readline() == "interrupted\n"
    assert watch.seconds < 0.5


@needs_sigint
def test_ctrl_c_ends_a_backoff() -> None:
    code = "from pywats import RetryConfig\n" + INTERRUPTED.replace("**OPTIONS", "retry_config=RetryConfig()")
    with (
        FaultServer([respond(503, headers={"Retry-After": "60"})]) as server,
        script(code, server.url) as process,
    ):
        server.wait_until(lambda: server.requests)
        process.send_signal(signal.SIGINT)
        assert lines_of(process) == ["interrupted", "Y"]


@needs_sigint
def test_ctrl_c_is_no_retryable_error() -> None:
    code = "from pywats import RetryConfig\n" + INTERRUPTED.replace(
        "**OPTIONS", "retry_config=RetryConfig(max_backoff=0, retry_on_errors=(Exception,))"
    )
    with FaultServer([hang()]) as server, script(code, server.url) as process:
        server.wait_until(lambda: server.requests)
        process.send_signal(signal.SIGINT)
        lines_of(process)
        assert [request.path for request in server.requests] == ["/api/Product/X", "/api/Product/Y"]


EXITS = {
    "after a call": """
api.product.get_product("X")
""",
    "never called": "",
    "a call under way": """
threading.Thread(target=api.product.get_product, args=("HANG",), daemon=True).start()
sys.stdin.readline()
""",
    "many clients": """
for other in [pyWATS(url, token) for _ in range(10)]:
    other.product.get_product("X")
""",
    "threads that go on calling": """
def call():
    while True:
        api.product.get_product("X")
        called.set()
called = threading.Event()
for _ in range(4):
    threading.Thread(target=call, daemon=True).start()
called.wait()
""",
    "threads that go on making clients": """
def call():
    while True:
        pyWATS(url, token, verify_ssl=False).product.get_product("X")
        called.set()
called = threading.Event()
for _ in range(3):
    threading.Thread(target=call, daemon=True).start()
called.wait()
""",
    "a first call at exit": """
import atexit
atexit.register(api.product.get_product, "X")
""",
    "an object that closes its client when it goes": """
class Station:
    def __init__(self):
        self.api = pyWATS(url, token)
        self.api.product.get_product("X")
    def __del__(self):
        self.api.close()
station = Station()
""",
    "after a timeout": """
try:
    pyWATS(url, token, timeout=0.1).product.get_product("HANG")
except TimeoutError:
    pass
""",
}


def hang_on_request(request: Request) -> Behaviour:
    return hang() if request.path.endswith("HANG") else wats()


@pytest.mark.parametrize("code", EXITS.values(), ids=EXITS)
def test_exit_without_close_is_silent(code: str) -> None:
    with (
        FaultServer(hang_on_request) as server,
        script(f"api = pyWATS(url, token)\n{code}", server.url, "-W", "error") as process,
    ):
        if "readline" in code:
            server.wait_until(lambda: server.requests)
        _, err = process.communicate("\n", timeout=10)
    assert (process.returncode, err) == (0, "")


def test_the_first_call_of_a_program_can_be_made_at_its_exit() -> None:
    code = """
import atexit
api = pyWATS(url, token)
atexit.register(lambda: say(api.product.get_product("LAST").part_number))
"""
    with FaultServer() as server, script(code, server.url) as process:
        assert lines_of(process) == ["LAST"]


def test_a_call_under_way_does_not_keep_another_from_being_made_at_exit() -> None:
    code = """
import atexit
api = pyWATS(url, token)
threading.Thread(target=api.product.get_product, args=("HANG",), daemon=True).start()
sys.stdin.readline()
atexit.register(lambda: say(api.product.get_product("LAST").part_number))
"""
    with FaultServer(hang_on_request) as server, script(code, server.url) as process:
        server.wait_until(lambda: server.requests)
        assert lines_of(process) == ["LAST"]


def test_calls_work_where_threading_takes_another_thread_for_the_main_one() -> None:
    # A program that embeds Python may import everything in a thread of its own.
    code = """
import _thread, sys
def embedded():
    try:
        from pywats import pyWATS
        print(pyWATS(*sys.argv[1:]).product.get_product("X").part_number)
    finally:
        done.release()
done = _thread.allocate_lock()
done.acquire()
_thread.start_new_thread(embedded, ())
done.acquire()
"""
    with FaultServer() as server:
        run = [sys.executable, "-c", code, server.url, TOKEN]
        done = subprocess.run(run, capture_output=True, text=True, timeout=10, check=True)
    assert done.stdout == "X\n"


SIGNALLED = """
api = pyWATS(url, token)
class Stop(Exception):
    pass
def handle(*_):
    HANDLE
signal.signal(signal.SIGTERM, handle)
try:
    api.product.get_product("HANG")
except Stop:
    say("stopped")
say(api.product.get_product("AFTER").part_number)
"""


@needs_sigint
@pytest.mark.parametrize(
    ("handle", "said"),
    [
        ("raise Stop", ["stopped", "AFTER"]),
        ("say(api.product.get_product('LAST').part_number); raise Stop", ["LAST", "stopped", "AFTER"]),
    ],
    ids=["raises", "calls"],
)
def test_a_signal_handler_can_end_a_call(handle: str, said: list[str]) -> None:
    with (
        FaultServer(hang_on_request) as server,
        script(SIGNALLED.replace("HANDLE", handle), server.url) as process,
    ):
        server.wait_until(lambda: server.requests)
        process.send_signal(signal.SIGTERM)
        assert lines_of(process) == said


def test_exit_without_close_is_quick() -> None:
    code = f"api = pyWATS(url, token)\n{EXITS['a call under way']}"
    with FaultServer(hang_on_request) as server, script(code, server.url) as process:
        server.wait_until(lambda: server.requests)
        with Stopwatch() as watch:
            process.communicate("\n", timeout=10)
    assert watch.seconds < 1


def test_a_call_after_close_is_a_clear_error() -> None:
    with FaultServer() as server:
        api = pyWATS(server.url, TOKEN)
        api.product.get_product("X")
        api.close()
        with pytest.raises(ClientClosedError, match="closed"):
            api.product.get_product("X")


def test_a_call_after_closing_an_unused_client_is_a_clear_error() -> None:
    with FaultServer() as server:
        api = pyWATS(server.url, TOKEN)
        api.close()
        with pytest.raises(ClientClosedError, match="closed"):
            api.product.get_product("X")


def test_close_can_be_repeated() -> None:
    with FaultServer() as server:
        api = pyWATS(server.url, TOKEN)
        api.product.get_product("X")
        api.close()
        api.close()


def test_close_closes_the_connections() -> None:
    with FaultServer() as server:
        with pyWATS(server.url, TOKEN) as api:
            api.product.get_product("X")
        server.wait_until(lambda: server.open_connections == 0)


def test_closing_one_client_leaves_another_alone() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as kept:
        kept.product.get_product("X")
        with pyWATS(server.url, TOKEN) as closed:
            closed.product.get_product("X")
        assert kept.product.get_product("X").part_number == "X"


def test_close_does_not_strand_a_call_under_way() -> None:
    ended = threading.Event()

    def call() -> None:
        with contextlib.suppress(Exception):
            api.product.get_product("X")
        ended.set()

    with FaultServer([hang()]) as server:
        api = pyWATS(server.url, TOKEN)
        thread = threading.Thread(target=call)
        thread.start()
        server.wait_until(lambda: server.requests)
        api.close()
        assert ended.wait(5)
        thread.join()


@needs_fd_list
def test_two_thousand_calls_use_no_more_threads_and_fds_than_one() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        api.product.get_product("X")
        before = threading.active_count(), open_fds()
        for _ in range(2000):
            api.product.get_product("X")
        assert (threading.active_count(), open_fds()) == before


@needs_fd_list
def test_two_hundred_closed_clients_leave_no_threads_and_fds() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as first:
        first.product.get_product("X")
        before = threading.active_count(), open_fds()
        for _ in range(200):
            with pyWATS(server.url, TOKEN, verify_ssl=False) as api:
                api.product.get_product("X")
        server.wait_until(lambda: (threading.active_count(), open_fds()) == before)


@needs_fd_list
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_two_hundred_forgotten_clients_leave_no_threads_and_fds() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as first:
        first.product.get_product("X")
        before = threading.active_count(), open_fds()
        for _ in range(200):
            pyWATS(server.url, TOKEN, verify_ssl=False).product.get_product("X")
        gc.collect()
        server.wait_until(lambda: (threading.active_count(), open_fds()) == before)


def test_the_async_client_closes_its_connections() -> None:
    async def call(url: str) -> None:
        async with AsyncWATS(url, TOKEN) as api:
            await api.product.get_product("X")

    with FaultServer() as server:
        asyncio.run(call(server.url))
        server.wait_until(lambda: server.open_connections == 0)
