"""One call, one ID: on the wire, in our log lines and on the errors; and nobody else's."""

from __future__ import annotations

import asyncio
import io
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from pywats import AsyncWATS, NotFoundError, RetryConfig, SyncConfig, WatsError, correlation_id, pyWATS
from pywats.core.logging import DEFAULT_FORMAT, CorrelationFilter
from pywats.transport import build_transport
from tests.support import REPORT, TOKEN
from tests.support.fault_server import (
    Behaviour,
    FaultServer,
    Request,
    close_before_answer,
    garbage,
    hang,
    hold,
    respond,
    truncate,
    wats,
)

AT_ONCE = RetryConfig(max_retries=3, max_backoff=0)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a user reads who gave one handler the filter and our format."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(DEFAULT_FORMAT))
    handler.addFilter(CorrelationFilter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


def ids(server: FaultServer) -> list[str | None]:
    return [request.correlation_id for request in server.requests]


def by_part(server: FaultServer) -> dict[str, set[str | None]]:
    """The IDs that each product's requests carried."""
    found: dict[str, set[str | None]] = {}
    for request in server.requests:
        found.setdefault(request.path.rpartition("/")[2], set()).add(request.correlation_id)
    return found


def test_correlation_id_in_logs(log: io.StringIO) -> None:
    with FaultServer([respond(503)]) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        api.product.get_product("X")
        (sent, _) = ids(server)
    warnings = [line for line in log.getvalue().splitlines() if "WARNING" in line]
    assert warnings
    assert [line for line in warnings if str(sent) not in line] == []


def test_correlation_id_disabled() -> None:
    config = SyncConfig(correlation_id_enabled=False)
    with FaultServer() as server, pyWATS(server.url, TOKEN, sync_config=config) as api:
        api.product.get_product("X")
        assert ids(server) == [None]


def test_correlation_id_unique_per_request() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        for _ in range(50):
            api.product.get_product("X")
        assert len(set(ids(server))) == 50


def test_every_call_sends_an_id_by_default() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        api.product.get_product("X")
        api.process.get_processes()
        api.report.submit_report(REPORT)
        assert all(ids(server))


@pytest.mark.parametrize(
    "fault",
    [respond(503), close_before_answer(), truncate(), garbage(), hang()],
    ids=["503", "closed", "truncated", "garbage", "timeout"],
)
def test_all_attempts_of_a_call_carry_one_id(fault: Behaviour) -> None:
    with (
        FaultServer([fault, fault]) as server,
        pyWATS(server.url, TOKEN, timeout=0.2, retry_config=AT_ONCE) as api,
    ):
        api.product.get_product("X")
        assert len(server.requests) == 3
        assert len(set(ids(server))) == 1


def test_retries_are_numbered_and_the_first_attempt_is_not() -> None:
    with FaultServer([respond(503)] * 3) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        api.product.get_product("X")
        assert [request.retry_count for request in server.requests] == [None, "1", "2", "3"]


def test_async_attempts_carry_one_id_and_are_numbered() -> None:
    async def call(url: str) -> None:
        async with AsyncWATS(url, TOKEN, retry_config=AT_ONCE) as api:
            await api.product.get_product("X")

    with FaultServer([respond(503)]) as server:
        asyncio.run(call(server.url))
        first, second = server.requests
    assert first.correlation_id == second.correlation_id is not None
    assert (first.retry_count, second.retry_count) == (None, "1")


def test_a_chosen_id_is_sent_with_every_call_of_its_block() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        with correlation_id("job-42"):
            api.product.get_product("X")
            api.process.get_processes()
        assert ids(server) == ["job-42", "job-42"]


def test_a_chosen_id_ends_with_its_block() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        with correlation_id("job-42"):
            api.product.get_product("X")
        api.product.get_product("X")
        assert ids(server)[1] not in ("job-42", None)


def test_a_chosen_id_ends_with_its_block_when_the_call_fails() -> None:
    with FaultServer([respond(404)]) as server, pyWATS(server.url, TOKEN) as api:
        with pytest.raises(NotFoundError), correlation_id("job-42"):
            api.process.get_processes()
        api.process.get_processes()
        assert ids(server)[1] not in ("job-42", None)


def test_blocks_nest() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        with correlation_id("outer"):
            with correlation_id("inner"):
                api.product.get_product("X")
            api.product.get_product("X")
        assert ids(server) == ["inner", "outer"]


def test_a_chosen_id_is_sent_by_the_async_api() -> None:
    async def call(url: str) -> None:
        async with AsyncWATS(url, TOKEN) as api:
            with correlation_id("job-42"):
                await api.product.get_product("X")

    with FaultServer() as server:
        asyncio.run(call(server.url))
        assert ids(server) == ["job-42"]


def test_a_chosen_id_follows_a_hop_to_another_thread() -> None:
    async def call(api: pyWATS) -> None:
        with correlation_id("job-42"):
            await asyncio.to_thread(api.product.get_product, "X")

    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        asyncio.run(call(api))
        assert ids(server) == ["job-42"]


def test_threads_do_not_see_each_others_ids() -> None:
    barrier = threading.Barrier(16)

    def work(number: int) -> None:
        with correlation_id(f"job-{number}"):
            barrier.wait()
            for _ in range(10):
                api.product.get_product(str(number))

    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(work, range(16)))
        assert by_part(server) == {str(number): {f"job-{number}"} for number in range(16)}


def test_a_thread_beside_a_block_does_not_get_its_id() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api, correlation_id("job-42"):
        thread = threading.Thread(target=api.product.get_product, args=("X",))
        thread.start()
        thread.join()
        assert ids(server)[0] not in ("job-42", None)


def test_tasks_do_not_see_each_others_ids() -> None:
    async def work(api: AsyncWATS, number: int) -> None:
        with correlation_id(f"job-{number}"):
            await api.product.get_product(str(number))
            await api.product.get_product(str(number))

    async def scenario(url: str) -> None:
        async with AsyncWATS(url, TOKEN) as api:
            await asyncio.gather(*(work(api, number) for number in range(100)))

    with FaultServer() as server:
        asyncio.run(scenario(server.url))
        assert by_part(server) == {str(number): {f"job-{number}"} for number in range(100)}


def test_five_hundred_concurrent_calls_have_five_hundred_ids() -> None:
    async def scenario(url: str) -> None:
        async with AsyncWATS(url, TOKEN) as api:
            await asyncio.gather(*(api.product.get_product("X") for _ in range(500)))

    with FaultServer() as server:
        asyncio.run(scenario(server.url))
        assert len(set(ids(server))) == 500


def test_retried_calls_of_many_threads_keep_their_ids_apart() -> None:
    seen: set[str] = set()
    lock = threading.Lock()

    def first_a_503(request: Request) -> Behaviour:
        with lock:
            known = request.path in seen
            seen.add(request.path)
        return respond(200, {"partNumber": "X"}) if known else respond(503)

    with FaultServer(first_a_503) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(api.product.get_product, [str(number) for number in range(64)]))
        found = by_part(server)
        assert len(server.requests) == 128
    assert all(len(carried) == 1 for carried in found.values())
    assert len(set.union(*found.values())) == 64


def two_by_two(request: Request) -> Behaviour:
    """Five products, in pages of two."""
    skip = int(httpx.QueryParams(request.query).get("$skip", "0"))
    numbers = range(skip, min(skip + 2, 5))
    return respond(200, [{"partNumber": f"P{number}"} for number in numbers])


def test_all_pages_of_a_list_carry_one_id() -> None:
    with FaultServer(two_by_two) as server, pyWATS(server.url, TOKEN) as api:
        products = list(api.product.iter_products(page_size=2))
        assert len(products) == 5
        assert len(server.requests) == 3
        assert len(set(ids(server))) == 1


def test_all_pages_of_an_async_list_carry_one_id() -> None:
    async def read(url: str) -> int:
        async with AsyncWATS(url, TOKEN) as api:
            return len([product async for product in api.product.iter_products(page_size=2)])

    with FaultServer(two_by_two) as server:
        assert asyncio.run(read(server.url)) == 5
        assert len(server.requests) == 3
        assert len(set(ids(server))) == 1


def test_a_call_between_two_pages_has_its_own_id() -> None:
    def choose(request: Request) -> Behaviour:
        return two_by_two(request) if request.path.endswith("Query") else wats()

    with FaultServer(choose) as server, pyWATS(server.url, TOKEN) as api:
        for _ in api.product.iter_products(page_size=2):
            api.product.get_product("X")
        pages = {request.correlation_id for request in server.requests if request.path.endswith("Query")}
        calls = [request.correlation_id for request in server.requests if not request.path.endswith("Query")]
    assert len(pages) == 1
    assert len({*calls, *pages}) == 5 + 1


def test_a_list_that_is_not_read_to_its_end_leaves_no_id_behind() -> None:
    with FaultServer(two_by_two) as server, pyWATS(server.url, TOKEN) as api:
        for _ in api.product.iter_products(page_size=2):
            break
        api.process.get_processes()
        page, call = ids(server)
    assert page != call


def bare_get(url: str, config: SyncConfig | None = None, **options: object) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=build_transport(config)) as client:
            return await client.get(url, **options)  # type: ignore[arg-type]

    return asyncio.run(send())


def test_a_header_the_caller_set_wins() -> None:
    with FaultServer() as server:
        bare_get(server.url, headers={"x-correlation-id": "mine"})
        assert server.requests[0].headers.get_list("X-Correlation-ID") == ["mine"]


def test_a_header_the_caller_set_stays_on_every_attempt() -> None:
    with FaultServer([respond(503)]) as server:
        config = SyncConfig(retry_enabled=True, retry=AT_ONCE)
        bare_get(server.url, config, headers={"X-Correlation-ID": "mine"})
        assert ids(server) == ["mine", "mine"]


def test_a_request_outside_any_call_gets_its_own_id() -> None:
    with FaultServer() as server:
        answers = [bare_get(server.url) for _ in range(2)]
        sent = ids(server)
    assert [answer.extensions["wats_correlation_id"] for answer in answers] == sent
    assert len({*sent, None}) == 3


@pytest.mark.parametrize(
    "value",
    [
        "a\r\nX-Evil: 1",
        "a\nb",
        "a\rb",
        "a\0b",
        "a b",
        "a\tb",
        "",
        " ",
        "é",
        "\u0130",
        "x" * 129,
        "x" * 10_000,
        "\x7f",
    ],
    ids=ascii,
)
def test_an_id_that_is_no_header_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError), correlation_id(value):
        pass


@pytest.mark.parametrize("value", ["x", "x" * 128, '!~"#:;,/\\', "7f3e-ABC_9.1"])
def test_any_visible_ascii_id_is_sent_as_it_is(value: str) -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api, correlation_id(value):
        api.product.get_product("X")
        assert ids(server) == [value]


@pytest.mark.parametrize(
    "fault",
    [respond(404), respond(500), respond(401), close_before_answer(), hang(), respond(200, b"no JSON")],
    ids=["404", "500", "401", "closed", "timeout", "no JSON"],
)
def test_an_error_carries_the_id_that_the_server_saw(fault: Behaviour) -> None:
    with FaultServer([fault]) as server, pyWATS(server.url, TOKEN, timeout=0.3) as api:
        with pytest.raises(WatsError) as caught:
            api.process.get_processes()
        assert [caught.value.correlation_id] == ids(server)


def test_an_async_error_carries_the_id_that_the_server_saw() -> None:
    async def call(url: str) -> str | None:
        async with AsyncWATS(url, TOKEN) as api:
            with pytest.raises(WatsError) as caught:
                await api.process.get_processes()
        return caught.value.correlation_id

    with FaultServer([respond(500)]) as server:
        assert [asyncio.run(call(server.url))] == ids(server)


def test_an_error_of_a_chosen_id_carries_it() -> None:
    with (
        FaultServer([respond(500)]) as server,
        pyWATS(server.url, TOKEN) as api,
        pytest.raises(WatsError) as caught,
        correlation_id("job-42"),
    ):
        api.process.get_processes()
    assert caught.value.correlation_id == "job-42"


def test_all_lines_of_a_call_carry_its_id_whoever_wrote_them(log: io.StringIO) -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api, correlation_id("job-42"):
        api.product.get_product("X")
        text = log.getvalue()
    lines = [line for line in text.splitlines() if "pywats" in line or "httpx" in line or "httpcore" in line]
    assert lines
    assert [line for line in lines if "job-42" not in line] == []


def test_a_line_outside_any_call_has_a_dash(log: io.StringIO) -> None:
    logging.getLogger("somebody.else").warning("not in a call")
    record = logging.LogRecord("name", logging.INFO, "path", 1, "message", None, None)
    assert CorrelationFilter().filter(record)
    assert record.correlation_id == "-"  # type: ignore[attr-defined]
    assert "not in a call" in log.getvalue()


def test_the_callers_own_lines_between_calls_have_no_leftover_id(log: io.StringIO) -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        api.product.get_product("X")
        logging.getLogger("station").info("between calls")
        (sent,) = ids(server)
    (line,) = [line for line in log.getvalue().splitlines() if "between calls" in line]
    assert str(sent) not in line


def test_concurrent_calls_log_under_their_own_ids(log: io.StringIO) -> None:
    """The held call's lines must not take the ID of the call that overtakes it."""
    release = threading.Event()

    def held_call() -> None:
        with correlation_id("held"):
            api.product.get_product("HELD")

    with (
        FaultServer([hold(release, respond(503))]) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
    ):
        thread = threading.Thread(target=held_call)
        thread.start()
        server.wait_until(lambda: server.requests)
        with correlation_id("overtaking"):
            api.product.get_product("X")
        release.set()
        thread.join()
    (warning,) = [line for line in log.getvalue().splitlines() if "WARNING" in line]
    assert "held" in warning
    assert "overtaking" not in warning
