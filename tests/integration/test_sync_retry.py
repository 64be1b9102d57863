"""What is retried, what is not, when, and with which body: over real sockets."""

from __future__ import annotations

import asyncio
import email.utils
import itertools
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import trustme

from pywats import (
    AsyncWATS,
    RateLimitError,
    RetryConfig,
    ServerError,
    SyncConfig,
    WatsAPIError,
    WatsConnectionError,
    WatsError,
    WatsTimeoutError,
    pyWATS,
)
from pywats.transport import build_transport
from tests.support import REPORT, TOKEN, Stopwatch
from tests.support.fault_server import (
    Behaviour,
    Exchange,
    FaultServer,
    close_before_answer,
    close_kept_alive,
    drip_body,
    garbage,
    hang,
    hold,
    refused_url,
    reset_before_answer,
    reset_in_body,
    respond,
    truncate,
    truncate_chunked,
    wats,
)
from tests.support.tls import server_context

AT_ONCE = RetryConfig(max_retries=3, max_backoff=0)
STATUSES = (408, 429, 502, 503, 504)

LOST = {
    "closed": close_before_answer(),
    "reset": reset_before_answer(),
    "truncated": truncate(),
    "last chunk missing": truncate_chunked(),
    "reset in body": reset_in_body(),
    "garbage": garbage(),
    "timeout": hang(),
    "drip": drip_body(0.05),
}
"""Faults after which the server may or may not have done what it was asked to."""

faults = pytest.mark.parametrize(
    "fault",
    [*LOST.values(), *(respond(status) for status in STATUSES)],
    ids=[*LOST, *(str(status) for status in STATUSES)],
)
unknown_outcomes = pytest.mark.parametrize(
    "fault",
    [*LOST.values(), *(respond(status) for status in (408, 502, 503, 504))],
    ids=[*LOST, "408", "502", "503 without Retry-After", "504"],
)


class OpensAfterTheFirstRefusal(httpx.AsyncBaseTransport):
    """The innermost transport; the server begins to listen once a connection was refused."""

    def __init__(self, server: FaultServer) -> None:
        self._server = server
        self._real = httpx.AsyncHTTPTransport()
        self.refused = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._real.handle_async_request(request)
        except httpx.ConnectError:
            if not self.refused:
                self._server.listen()
            self.refused += 1
            raise

    async def aclose(self) -> None:
        await self._real.aclose()


def retrying(retry: RetryConfig = AT_ONCE, timeout: float | None = 5.0) -> SyncConfig:
    return SyncConfig(timeout=timeout, retry_enabled=True, retry=retry)


def bare_client(config: SyncConfig | None = None, max_connections: int = 20) -> httpx.AsyncClient:
    chain = build_transport(config or retrying(), max_connections=max_connections)
    return httpx.AsyncClient(transport=chain)


def bare_request(
    method: str, url: str, config: SyncConfig | None = None, **options: object
) -> httpx.Response:
    async def send() -> httpx.Response:
        async with bare_client(config) as client:
            return await client.request(method, url, **options)  # type: ignore[arg-type]

    return asyncio.run(send())


def test_retry_on_connection_error() -> None:
    script = [close_before_answer(), reset_before_answer()]
    with FaultServer(script) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        assert api.product.get_product("X").part_number == "X"
        assert len(server.requests) == 3


def test_retry_exhausted() -> None:
    with (
        FaultServer(then=close_before_answer()) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
    ):
        with pytest.raises(WatsConnectionError):
            api.product.get_product("X")
        assert len(server.requests) == 4


def test_retry_disabled_by_default() -> None:
    with FaultServer(then=close_before_answer()) as server, pyWATS(server.url, TOKEN) as api:
        with pytest.raises(WatsConnectionError):
            api.product.get_product("X")
        assert len(server.requests) == 1


def test_retry_with_custom_backoff() -> None:
    retry = RetryConfig(max_retries=2, backoff=0.3, jitter=0)
    script = [close_before_answer(), close_before_answer()]
    with FaultServer(script) as server, pyWATS(server.url, TOKEN, retry_config=retry) as api:
        api.product.get_product("X")
        first, second, third = (request.time for request in server.requests)
    assert 1.0 <= second - first < 1.0 + 0.5
    assert 0.3 <= third - second < 0.3 + 0.5


def test_retry_only_on_specified_errors() -> None:
    retry = RetryConfig(retry_on_errors=(TimeoutError,), max_backoff=0)
    with FaultServer([hang(), close_before_answer()]) as server:
        with (
            pyWATS(server.url, TOKEN, timeout=0.2, retry_config=retry) as api,
            pytest.raises(WatsConnectionError),
        ):
            api.product.get_product("X")
        assert len(server.requests) == 2


def test_max_backoff_caps_every_wait() -> None:
    retry = RetryConfig(max_retries=3, max_backoff=0.1, jitter=0)
    with FaultServer([respond(503)] * 3) as server, pyWATS(server.url, TOKEN, retry_config=retry) as api:
        api.product.get_product("X")
        times = [request.time for request in server.requests]
    assert all(0.1 <= later - earlier < 0.9 for earlier, later in itertools.pairwise(times))


@faults
def test_a_get_recovers_from_any_passing_fault(fault: Behaviour) -> None:
    with FaultServer([fault]) as server, pyWATS(server.url, TOKEN, timeout=0.5, retry_config=AT_ONCE) as api:
        assert api.product.get_product("X").part_number == "X"
        assert len(server.requests) == 2


@faults
def test_an_idempotent_post_recovers_with_the_same_body(fault: Behaviour) -> None:
    with FaultServer([fault]) as server, pyWATS(server.url, TOKEN, timeout=0.5, retry_config=AT_ONCE) as api:
        api.report.submit_report(REPORT)
        first, second = server.requests
    assert first.body == second.body != b""


@unknown_outcomes
def test_a_post_whose_outcome_is_unknown_is_not_sent_twice(fault: Behaviour) -> None:
    with FaultServer([fault]) as server, pyWATS(server.url, TOKEN, timeout=0.3, retry_config=AT_ONCE) as api:
        with pytest.raises(WatsError):
            api.product.add_product_group_filter("group", "pn")
        assert len(server.requests) == 1


@unknown_outcomes
def test_retry_non_idempotent_sends_any_post_again(fault: Behaviour) -> None:
    retry = RetryConfig(max_backoff=0, retry_non_idempotent=True)
    with FaultServer([fault]) as server, pyWATS(server.url, TOKEN, timeout=0.3, retry_config=retry) as api:
        api.product.add_product_group_filter("group", "pn")
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [respond(429), respond(429, headers={"Retry-After": "0"}), respond(503, headers={"Retry-After": "0"})],
    ids=["429", "429 with Retry-After", "503 with Retry-After"],
)
def test_a_post_that_the_server_turned_away_is_retried(answer: Behaviour) -> None:
    with FaultServer([answer]) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        api.product.add_product_group_filter("group", "pn")
        assert len(server.requests) == 2


def test_a_post_is_retried_after_a_refused_connection() -> None:
    with FaultServer(listen=False) as server:
        transport = OpensAfterTheFirstRefusal(server)
        with pyWATS(server.url, TOKEN, retry_config=AT_ONCE, transport=transport) as api:
            api.product.add_product_group_filter("group", "pn")
        assert (transport.refused, len(server.requests)) == (1, 1)


def test_a_refused_connection_is_retried_until_the_retries_are_used_up() -> None:
    with (
        refused_url() as url,
        pyWATS(url, TOKEN, retry_config=AT_ONCE) as api,
        pytest.raises(WatsConnectionError) as caught,
    ):
        api.product.get_product("X")
    assert caught.value.attempts == 4


def test_a_post_is_retried_after_a_connect_timeout() -> None:
    """A TLS handshake that never ends: the request was surely not sent."""
    with FaultServer() as server:
        with (
            pyWATS(f"https://{server.host}:{server.port}", TOKEN, timeout=0.2, retry_config=AT_ONCE) as api,
            pytest.raises(WatsTimeoutError),
        ):
            api.product.add_product_group_filter("group", "pn")
        assert server.connections == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500, 501])
def test_a_status_that_will_not_change_is_not_retried(status: int) -> None:
    with FaultServer(then=respond(status)) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        with pytest.raises(WatsAPIError):
            api.process.get_processes()
        assert len(server.requests) == 1


def test_retry_on_status_chooses_the_statuses() -> None:
    retry = RetryConfig(max_backoff=0, retry_on_status=frozenset({500}))
    with (
        FaultServer([respond(500), respond(503)]) as server,
        pyWATS(server.url, TOKEN, retry_config=retry) as api,
        pytest.raises(ServerError) as caught,
    ):
        api.product.get_product("X")
    assert (caught.value.status_code, caught.value.attempts) == (503, 2)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_get_recovers_from_a_kept_alive_connection_closed_under_it(reset: bool) -> None:
    with (
        FaultServer([close_kept_alive(reset=reset)]) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
    ):
        api.product.get_product("X")
        assert api.product.get_product("X").part_number == "X"
        assert [request.connection for request in server.requests] == [0, 0, 1]


def test_a_post_on_a_kept_alive_connection_closed_under_it_is_not_sent_twice() -> None:
    with FaultServer([close_kept_alive()]) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        api.product.get_product("X")
        with pytest.raises(WatsConnectionError):
            api.product.add_product_group_filter("group", "pn")
        assert [request.method for request in server.requests] == ["GET", "POST"]


def test_a_put_is_retried_with_the_same_body() -> None:
    with FaultServer([close_before_answer(), respond(503)]) as server:
        bare_request("PUT", server.url, content=b"the body")
        assert [request.body for request in server.requests] == [b"the body"] * 3


def test_a_put_marked_not_idempotent_is_not_sent_twice() -> None:
    with FaultServer([close_before_answer()]) as server:
        with pytest.raises(WatsConnectionError):
            bare_request("PUT", server.url, content=b"", extensions={"wats_idempotent": False})
        assert len(server.requests) == 1


def test_a_patch_is_not_sent_twice() -> None:
    with FaultServer([close_before_answer()]) as server:
        with pytest.raises(WatsConnectionError):
            bare_request("PATCH", server.url, content=b"")
        assert len(server.requests) == 1


def test_the_config_of_a_request_wins_over_that_of_the_chain() -> None:
    with FaultServer([respond(503)]) as server:
        answer = bare_request("GET", server.url, extensions={"wats_config": SyncConfig()})
    assert (answer.status_code, answer.extensions["wats_attempts"]) == (503, 1)


def test_a_recovered_answer_tells_its_attempts() -> None:
    with FaultServer([respond(503), respond(503)]) as server:
        answer = bare_request("GET", server.url)
    assert (answer.status_code, answer.extensions["wats_attempts"]) == (200, 3)


def test_the_last_answer_is_returned_when_retries_are_used_up() -> None:
    with FaultServer([*[respond(503)] * 3, respond(503, b"the last")]) as server:
        answer = bare_request("GET", server.url)
    assert (answer.status_code, answer.content, answer.extensions["wats_attempts"]) == (503, b"the last", 4)


def test_an_error_tells_its_attempts() -> None:
    with (
        FaultServer(then=respond(503, b"busy")) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
        pytest.raises(ServerError) as caught,
    ):
        api.product.get_product("X")
    assert (caught.value.status_code, caught.value.detail, caught.value.attempts) == (503, "busy", 4)


async def parts_of(body: list[bytes]) -> AsyncIterator[bytes]:
    for part in body:
        yield part


def test_a_one_shot_body_is_sent_once_and_the_503_surfaces() -> None:
    with FaultServer([respond(503)]) as server:
        answer = bare_request("PUT", server.url, content=parts_of([b"only ", b"once"]))
        assert [request.body for request in server.requests] == [b"only once"]
    assert answer.status_code == 503


def test_a_one_shot_body_is_sent_once_and_the_lost_connection_surfaces() -> None:
    with FaultServer([close_before_answer()]) as server:
        with pytest.raises(WatsConnectionError):
            bare_request("PUT", server.url, content=parts_of([b"only ", b"once"]))
        assert [request.body for request in server.requests] == [b"only once"]


def test_retry_after_in_seconds_is_waited_out() -> None:
    script = [respond(503, headers={"Retry-After": "1"})]
    with FaultServer(script) as server, pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
        api.product.get_product("X")
        first, second = (request.time for request in server.requests)
    assert 1.0 <= second - first < 1.0 + 0.75


def test_retry_after_as_a_date_is_waited_out() -> None:
    dates: list[float] = []

    def busy_until_a_date(exchange: Exchange) -> None:
        dates.append(int(time.time()) + 2)
        exchange.send_response(503, headers={"Retry-After": email.utils.formatdate(dates[0], usegmt=True)})

    def answer(exchange: Exchange) -> None:
        dates.append(time.time())
        wats()(exchange)

    with (
        FaultServer([busy_until_a_date, answer]) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
    ):
        api.product.get_product("X")
    asked, came = dates
    assert asked <= came < asked + 1.5


def test_retry_after_can_be_ignored() -> None:
    retry = RetryConfig(max_backoff=0, respect_retry_after=False)
    with (
        FaultServer([respond(503, headers={"Retry-After": "5"})]) as server,
        Stopwatch() as watch,
        pyWATS(server.url, TOKEN, retry_config=retry) as api,
    ):
        api.product.get_product("X")
    assert watch.seconds < 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_beyond_the_limit_ends_the_call_at_once(status: int) -> None:
    with FaultServer([respond(status, headers={"Retry-After": "3600"})]) as server:
        with (
            pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
            Stopwatch() as watch,
            pytest.raises(WatsAPIError) as caught,
        ):
            api.product.get_product("X")
        assert len(server.requests) == 1
    assert caught.value.retry_after == 3600
    assert watch.seconds < 0.5


def test_an_error_without_retries_still_tells_retry_after() -> None:
    script = [respond(429, headers={"Retry-After": "7"})]
    with (
        FaultServer(script) as server,
        pyWATS(server.url, TOKEN) as api,
        pytest.raises(RateLimitError) as caught,
    ):
        api.product.get_product("X")
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    "values",
    [
        *[["-1"], ["nan"], ["inf"], ["1e400"], ["0x10"], [""], ["tomorrow"], ["9" * 400], ["-0.0"], ["\xb2"]],
        *[
            ["Mon, 01 Jan 0001 00:00:00 GMT"],
            ["Fri, 31 Dec 9999 23:59:59 GMT"],
            ["Wed, 99 Foo 2025 99:99:99 GMT"],
        ],
        *[["Sun, 06 Nov 1994 08:49:37 GMT"], ["Sunday, 06-Nov-94 08:49:37 GMT"], ["0", "0"], ["nan", "inf"]],
    ],
)
def test_a_hostile_retry_after_neither_hangs_nor_breaks_the_call(values: list[str]) -> None:
    script = [respond(503, headers=[("Retry-After", value) for value in values])]
    with (
        FaultServer(script) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
        Stopwatch() as watch,
    ):
        try:
            api.product.get_product("X")
        except ServerError:
            assert len(server.requests) == 1
    assert watch.seconds < 1


@pytest.mark.parametrize(
    "retry_on_errors", [(ConnectionError, TimeoutError), (Exception,)], ids=["default", "all"]
)
def test_a_certificate_nobody_vouches_for_is_tried_once(retry_on_errors: tuple[type[Exception], ...]) -> None:
    retry = RetryConfig(max_backoff=0, retry_on_errors=retry_on_errors)
    with FaultServer(tls=server_context(trustme.CA())) as server:
        with pyWATS(server.url, TOKEN, retry_config=retry) as api, pytest.raises(WatsError) as caught:
            api.product.get_product("X")
        server.wait_until(lambda: server.open_connections == 0)
        assert (server.connections, caught.value.attempts) == (1, 1)


class Counting(httpx.AsyncBaseTransport):
    def __init__(self) -> None:
        self._real = httpx.AsyncHTTPTransport()
        self.attempts = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.attempts += 1
        return await self._real.handle_async_request(request)

    async def aclose(self) -> None:
        await self._real.aclose()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "gopher://127.0.0.1/", "http:///no-host"])
def test_a_url_that_cannot_work_is_tried_once(url: str) -> None:
    inner = Counting()

    async def send() -> None:
        retry = RetryConfig(max_backoff=0, retry_on_errors=(Exception,))
        async with httpx.AsyncClient(transport=build_transport(retrying(retry), inner=inner)) as client:
            await client.get(url)

    with pytest.raises((WatsError, httpx.HTTPError, httpx.InvalidURL)):
        asyncio.run(send())
    assert inner.attempts <= 1


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_the_answer_of_a_failed_attempt_is_closed_before_the_wait(streamed: bool) -> None:
    """Its place, the only one, is free for another request meanwhile."""

    async def scenario(server: FaultServer) -> float:
        async with bare_client(max_connections=1) as client:
            request = client.build_request("GET", server.url, extensions={"wats_stream": streamed})
            waiting = asyncio.create_task(client.send(request, stream=streamed))
            await asyncio.to_thread(server.wait_until, lambda: server.requests)
            with Stopwatch() as watch:
                await client.get(server.url)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            return watch.seconds

    with FaultServer([respond(503, b"busy" * 1000, {"Retry-After": "30"})]) as server:
        assert asyncio.run(scenario(server)) < 0.5


def test_two_hundred_retried_503s_leak_no_connection() -> None:
    bodies = respond(503, b"x" * 10_000)
    with FaultServer([bodies, wats()] * 200) as server:
        with pyWATS(server.url, TOKEN, retry_config=AT_ONCE, max_connections=1) as api:
            for _ in range(200):
                api.product.get_product("X")
            assert (server.connections, len(server.requests)) == (1, 400)
        server.wait_until(lambda: server.open_connections == 0)


def test_two_hundred_retried_lost_connections_leak_none() -> None:
    with (
        FaultServer([truncate(b"x" * 10_000), wats()] * 200) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE, max_connections=1) as api,
    ):
        for _ in range(200):
            api.product.get_product("X")
        server.wait_until(lambda: server.open_connections <= 1)


def test_an_answer_to_the_retry_is_not_mixed_up_with_the_first() -> None:
    """The late answer of a timed-out attempt must not be read by the next request."""
    late = threading.Event()
    script = [hold(late, respond(200, {"partNumber": "late"}))]
    with FaultServer(script) as server, pyWATS(server.url, TOKEN, timeout=0.2, retry_config=AT_ONCE) as api:
        first = api.product.get_product("X").part_number
        late.set()
        assert [first, api.product.get_product("Y").part_number] == ["X", "Y"]


async def cancel_when(task: asyncio.Task[object], ready: Callable[[], object], server: FaultServer) -> float:
    await asyncio.to_thread(server.wait_until, ready)
    with Stopwatch() as watch:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    return watch.seconds


def test_cancelling_in_the_backoff_leaves_at_once() -> None:
    async def scenario(server: FaultServer) -> float:
        retry = RetryConfig(backoff=30, max_retries=5)
        async with AsyncWATS(server.url, TOKEN, retry_config=retry) as api:
            task = asyncio.create_task(api.product.get_product("X"))
            await asyncio.to_thread(server.wait_until, lambda: server.requests)
            await asyncio.wait([task], timeout=0.05)
            return await cancel_when(task, lambda: len(server.requests) == 1, server)

    with FaultServer([respond(503, headers={"Retry-After": "60"})]) as server:
        assert asyncio.run(scenario(server)) < 0.2


def test_cancelling_while_connecting_leaves_at_once_and_drops_the_connection() -> None:
    async def scenario(server: FaultServer) -> float:
        async with AsyncWATS(f"https://{server.host}:{server.port}", TOKEN) as api:
            task = asyncio.create_task(api.product.get_product("X"))
            await asyncio.to_thread(server.wait_until, lambda: server.connections == 1)
            await asyncio.wait([task], timeout=0.1)
            seconds = await cancel_when(task, lambda: True, server)
            await asyncio.to_thread(server.wait_until, lambda: server.open_connections == 0)
            return seconds

    with FaultServer() as server:
        assert asyncio.run(scenario(server)) < 0.2


@pytest.mark.parametrize("behaviour", [hang(), drip_body(0.02)], ids=["before the answer", "in the body"])
def test_cancelling_in_an_attempt_leaves_at_once_and_drops_the_connection(behaviour: Behaviour) -> None:
    async def scenario(server: FaultServer) -> float:
        async with AsyncWATS(server.url, TOKEN, retry_config=AT_ONCE) as api:
            task = asyncio.create_task(api.product.get_product("X"))
            await asyncio.to_thread(server.wait_until, lambda: server.requests)
            await asyncio.wait([task], timeout=0.1)
            seconds = await cancel_when(task, lambda: True, server)
            await asyncio.to_thread(server.wait_until, lambda: server.disconnects == 1)
            return seconds

    with FaultServer([behaviour]) as server:
        assert asyncio.run(scenario(server)) < 0.2


def test_cancelling_while_waiting_for_a_place_leaves_at_once() -> None:
    async def scenario(server: FaultServer) -> float:
        async with AsyncWATS(server.url, TOKEN, max_connections=1) as api:
            holder = asyncio.create_task(api.product.get_product("HOLDER"))
            await asyncio.to_thread(server.wait_until, lambda: server.requests)
            waiter = asyncio.create_task(api.product.get_product("X"))
            await asyncio.wait([waiter], timeout=0.05)
            seconds = await cancel_when(waiter, lambda: True, server)
            holder.cancel()
            await asyncio.gather(holder, return_exceptions=True)
            await api.product.get_product("X")
            return seconds

    with FaultServer([hang()]) as server:
        assert asyncio.run(scenario(server)) < 0.2


def test_each_retry_is_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with (
        FaultServer([respond(503), close_before_answer()]) as server,
        pyWATS(server.url, TOKEN, retry_config=AT_ONCE) as api,
    ):
        api.product.get_product("X")
    assert len(caplog.records) == 2


def test_a_retry_warning_names_method_and_path_but_no_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with FaultServer([respond(503)]) as server:
        bare_request("GET", f"{server.url}/api/Thing?private=1")
    (message,) = [record.getMessage() for record in caplog.records]
    assert "GET" in message
    assert "/api/Thing" in message
    assert "private" not in message
