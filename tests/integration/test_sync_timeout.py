"""`timeout` ends an attempt, `total_timeout` the call, to the last body byte and whatever the server does."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
from collections.abc import Callable

import httpx
import pytest

from pywats import (
    AsyncWATS,
    RetryConfig,
    ServerError,
    SyncConfig,
    WatsConnectionError,
    WatsError,
    WatsTimeoutError,
    pyWATS,
)
from pywats.transport import build_transport
from tests.support import TOKEN, Stopwatch
from tests.support.fault_server import (
    Behaviour,
    Exchange,
    FaultServer,
    Request,
    close_before_answer,
    delay,
    drip_body,
    drip_head,
    hang,
    hold,
    respond,
    wats,
)

AT_ONCE = RetryConfig(max_retries=20, max_backoff=0)
SLOW_WAYS = {
    "hang": hang(),
    "drip head": drip_head(0.25),
    "drip body": drip_body(0.25),
}


def get_product_sync(url: str, config: SyncConfig) -> None:
    with pyWATS(url, TOKEN, sync_config=config) as api:
        api.product.get_product("X")


def get_product_async(url: str, config: SyncConfig) -> None:
    async def call() -> None:
        async with AsyncWATS(url, TOKEN, sync_config=config) as api:
            await api.product.get_product("X")

    asyncio.run(call())


both_apis = pytest.mark.parametrize(
    "get_product", [get_product_sync, get_product_async], ids=["sync", "async"]
)


def test_timeout_on_slow_server() -> None:
    with (
        FaultServer([hang()]) as server,
        pyWATS(server.url, TOKEN, timeout=0.1) as api,
        pytest.raises(TimeoutError),
    ):
        api.product.get_product("X")


def test_no_timeout_completes() -> None:
    with (
        FaultServer([delay(0.3)]) as server,
        pyWATS(server.url, TOKEN, sync_config=SyncConfig(timeout=None)) as api,
    ):
        assert api.product.get_product("X").part_number == "X"


def test_without_a_timeout_httpx_imposes_none_of_its_own() -> None:
    seen: list[float | None] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        seen.extend(request.extensions.get("timeout", {}).values())
        return httpx.Response(200, json={"partNumber": "X"})

    config = SyncConfig(timeout=None)
    with pyWATS("http://wats.test", TOKEN, sync_config=config, transport=httpx.MockTransport(answer)) as api:
        api.product.get_product("X")
    assert set(seen) <= {None}


@pytest.mark.parametrize("timeout", [0.1, 0.3, 0.6])
def test_timeout_with_different_values(timeout: float) -> None:
    with (
        FaultServer([hang()]) as server,
        pyWATS(server.url, TOKEN, timeout=timeout) as api,
        Stopwatch() as watch,
        pytest.raises(WatsTimeoutError),
    ):
        api.product.get_product("X")
    assert timeout <= watch.seconds < timeout + 0.5


@both_apis
@pytest.mark.parametrize("behaviour", SLOW_WAYS.values(), ids=SLOW_WAYS)
def test_a_slow_server_never_holds_a_call_past_its_timeout(
    get_product: Callable[[str, SyncConfig], None], behaviour: Behaviour
) -> None:
    with FaultServer([behaviour]) as server, Stopwatch() as watch, pytest.raises(WatsTimeoutError):
        get_product(server.url, SyncConfig(timeout=0.6))
    assert 0.6 <= watch.seconds < 0.6 + 0.5


def test_a_slow_answer_within_the_timeout_arrives_whole() -> None:
    body = json.dumps({"partNumber": "X"}).encode()
    with FaultServer([drip_body(0.005, body)]) as server, pyWATS(server.url, TOKEN, timeout=5) as api:
        assert api.product.get_product("X").part_number == "X"


def test_a_timeout_is_retried_when_retry_is_on() -> None:
    with (
        FaultServer([hang(), drip_body(0.05)]) as server,
        pyWATS(server.url, TOKEN, timeout=0.2, retry_config=AT_ONCE) as api,
    ):
        assert api.product.get_product("X").part_number == "X"


def test_the_timeout_starts_anew_for_each_attempt() -> None:
    script = [hang(), delay(0.25)]
    with FaultServer(script) as server, pyWATS(server.url, TOKEN, timeout=0.5, retry_config=AT_ONCE) as api:
        assert api.product.get_product("X").part_number == "X"


@pytest.mark.parametrize("behaviour", SLOW_WAYS.values(), ids=SLOW_WAYS)
def test_the_connection_of_a_timed_out_attempt_is_dropped(behaviour: Behaviour) -> None:
    with FaultServer([behaviour]) as server, pyWATS(server.url, TOKEN, timeout=0.1) as api:
        with pytest.raises(WatsTimeoutError):
            api.product.get_product("X")
        server.wait_until(lambda: server.disconnects == 1)


def test_a_client_stays_usable_after_a_timeout() -> None:
    with FaultServer([drip_body(0.05)]) as server, pyWATS(server.url, TOKEN, timeout=0.2) as api:
        with pytest.raises(WatsTimeoutError):
            api.product.get_product("X")
        assert api.product.get_product("X").part_number == "X"


def test_a_tls_handshake_that_never_ends_counts_towards_the_timeout() -> None:
    with (
        FaultServer() as server,
        pyWATS(f"https://{server.host}:{server.port}", TOKEN, timeout=0.3) as api,
        Stopwatch() as watch,
        pytest.raises(WatsTimeoutError),
    ):
        api.product.get_product("X")
    assert watch.seconds < 0.3 + 0.5


def test_a_server_that_does_not_read_cannot_hold_an_upload() -> None:
    async def upload(url: str) -> None:
        async with httpx.AsyncClient(transport=build_transport(SyncConfig(timeout=0.3))) as client:
            await client.put(url, content=bytes(20_000_000))

    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        Stopwatch() as watch,
        pytest.raises(WatsTimeoutError),
    ):
        asyncio.run(upload(f"http://127.0.0.1:{deaf.getsockname()[1]}"))
    assert watch.seconds < 0.3 + 0.5


def test_total_timeout_covers_all_attempts() -> None:
    config = SyncConfig(timeout=0.3, total_timeout=0.8, retry_enabled=True, retry=AT_ONCE)
    with FaultServer(then=hang()) as server, pyWATS(server.url, TOKEN, sync_config=config) as api:
        with Stopwatch() as watch, pytest.raises(WatsTimeoutError):
            api.product.get_product("X")
        assert len(server.requests) == 3
    assert 0.8 <= watch.seconds < 0.8 + 0.5


@both_apis
def test_total_timeout_ends_a_single_long_attempt(get_product: Callable[[str, SyncConfig], None]) -> None:
    with FaultServer([drip_body(0.05)]) as server, Stopwatch() as watch, pytest.raises(WatsTimeoutError):
        get_product(server.url, SyncConfig(timeout=None, total_timeout=0.4))
    assert 0.4 <= watch.seconds < 0.4 + 0.5


def test_total_timeout_covers_the_waits_between_attempts() -> None:
    retry = RetryConfig(max_retries=100, max_backoff=0.4, jitter=0)
    config = SyncConfig(total_timeout=1, retry_enabled=True, retry=retry)
    with FaultServer(then=respond(503)) as server, pyWATS(server.url, TOKEN, sync_config=config) as api:
        with Stopwatch() as watch, pytest.raises(WatsError):
            api.product.get_product("X")
        assert 2 <= len(server.requests) <= 3
    assert watch.seconds < 1 + 0.5


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(close_before_answer(), WatsConnectionError, id="backoff after a lost connection"),
        pytest.param(respond(503, headers={"Retry-After": "10"}), ServerError, id="Retry-After"),
    ],
)
def test_a_wait_that_would_end_after_the_deadline_is_not_begun(
    behaviour: Behaviour, error: type[WatsError]
) -> None:
    config = SyncConfig(total_timeout=0.9, retry_enabled=True, retry=RetryConfig(jitter=0))
    with FaultServer([behaviour]) as server, pyWATS(server.url, TOKEN, sync_config=config) as api:
        with Stopwatch() as watch, pytest.raises(error):
            api.product.get_product("X")
        assert len(server.requests) == 1
    assert watch.seconds < 0.5


def test_total_timeout_of_one_call_does_not_shorten_the_next() -> None:
    config = SyncConfig(total_timeout=0.6)
    with FaultServer(then=delay(0.25)) as server, pyWATS(server.url, TOKEN, sync_config=config) as api:
        assert [api.product.get_product("X").part_number for _ in range(3)] == ["X"] * 3


def test_a_timeout_says_what_was_called() -> None:
    with FaultServer(then=hang()) as server:
        retry = RetryConfig(max_retries=1, max_backoff=0)
        with (
            pyWATS(server.url, TOKEN, timeout=0.1, retry_config=retry) as api,
            pytest.raises(WatsTimeoutError) as caught,
        ):
            api.product.get_product("X")
        url = f"{server.url}/api/Product/X"
    assert (caught.value.method, caught.value.url, caught.value.attempts) == ("GET", url, 2)


def test_a_compressed_answer_is_decoded() -> None:
    body = gzip.compress(b'{"partNumber": "X"}')
    with (
        FaultServer([respond(200, body, {"Content-Encoding": "gzip"})]) as server,
        pyWATS(server.url, TOKEN) as api,
    ):
        assert api.product.get_product("X").part_number == "X"


def test_a_buffered_answer_knows_how_long_it_took() -> None:
    async def elapsed(url: str) -> float:
        async with httpx.AsyncClient(transport=build_transport()) as client:
            return (await client.get(url)).elapsed.total_seconds()

    with FaultServer([delay(0.1)]) as server:
        assert 0.1 <= asyncio.run(elapsed(server.url)) < 0.6


def test_a_streamed_body_is_not_buffered() -> None:
    release = threading.Event()

    def head_then_held_body(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
        exchange.wait(until=release)
        exchange.send(b"body")

    async def read(url: str) -> bytes:
        async with (
            httpx.AsyncClient(transport=build_transport()) as client,
            client.stream("GET", url, extensions={"wats_stream": True}) as response,
        ):
            release.set()
            return await response.aread()

    with FaultServer([head_then_held_body]) as server:
        assert asyncio.run(read(server.url)) == b"body"


def hang_on(path: str) -> Callable[[Request], Behaviour]:
    return lambda request: hang() if request.path == path else wats()


def test_a_thousandfold_timeout_does_not_cost_a_place_in_the_pool() -> None:
    """encode/httpcore#1093: requests that end while they wait for a connection."""

    async def scenario(server: FaultServer) -> float:
        chain = build_transport(SyncConfig(timeout=0.25), max_connections=2)
        async with httpx.AsyncClient(transport=chain, base_url=server.url) as client:
            for _ in range(4):
                errors = await asyncio.gather(
                    *(client.get("/hang") for _ in range(60)), return_exceptions=True
                )
                assert all(isinstance(error, WatsTimeoutError) for error in errors)
            tasks = [asyncio.create_task(client.get("/hang", timeout=5)) for _ in range(120)]
            before = len(server.requests)
            await asyncio.to_thread(server.wait_until, lambda: len(server.requests) >= before + 2)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with Stopwatch() as watch:
                assert (await client.get("/ok")).status_code == 200
            return watch.seconds

    with FaultServer(hang_on("/hang")) as server:
        assert asyncio.run(scenario(server)) < 0.2


def test_sixty_threads_that_time_out_together_leave_a_usable_client() -> None:
    with (
        FaultServer(hang_on("/api/Product/HANG")) as server,
        pyWATS(server.url, TOKEN, timeout=0.4, max_connections=2) as api,
    ):
        errors: list[BaseException] = []

        def call() -> None:
            try:
                api.product.get_product("HANG")
            except WatsTimeoutError as error:
                errors.append(error)

        threads = [threading.Thread(target=call) for _ in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(errors) == 60
        assert api.product.get_product("X").part_number == "X"


def test_the_wait_for_a_place_counts_towards_the_timeout() -> None:
    async def scenario(server: FaultServer) -> float:
        chain = build_transport(SyncConfig(timeout=0.3), max_connections=1)
        async with httpx.AsyncClient(transport=chain, base_url=server.url) as client:
            patient = {"wats_config": SyncConfig(timeout=None)}
            holder = asyncio.create_task(client.get("/hang", extensions=patient))
            await asyncio.to_thread(server.wait_until, lambda: server.requests)
            with Stopwatch() as watch, pytest.raises(WatsTimeoutError):
                await client.get("/ok")
            holder.cancel()
            await asyncio.gather(holder, return_exceptions=True)
            return watch.seconds

    with FaultServer(hang_on("/hang")) as server:
        assert 0.3 <= asyncio.run(scenario(server)) < 0.3 + 0.5


def test_a_post_that_timed_out_while_waiting_for_a_place_is_retried() -> None:
    """It surely was not sent, so it may be sent again."""
    release = threading.Event()

    async def scenario(server: FaultServer) -> None:
        config = SyncConfig(timeout=0.2, retry_enabled=True, retry=AT_ONCE)
        async with httpx.AsyncClient(transport=build_transport(config, max_connections=1)) as client:
            patient = {"wats_config": SyncConfig(timeout=None)}
            holder = asyncio.create_task(client.get(server.url, extensions=patient))
            await asyncio.to_thread(server.wait_until, lambda: server.requests)
            poster = asyncio.create_task(client.post(server.url, content=b"once"))
            await asyncio.wait([poster], timeout=0.3)
            release.set()
            await asyncio.gather(holder, poster)

    with FaultServer([hold(release)]) as server:
        asyncio.run(scenario(server))
        (post,) = [request for request in server.requests if request.method == "POST"]
    assert int(post.retry_count or 0) >= 1


def test_a_streamed_answer_keeps_its_place_until_it_is_closed() -> None:
    async def scenario(url: str) -> None:
        chain = build_transport(SyncConfig(timeout=0.2), max_connections=1)
        async with httpx.AsyncClient(transport=chain) as client:
            async with client.stream("GET", url, extensions={"wats_stream": True}):
                with pytest.raises(WatsTimeoutError):
                    await client.get(url)
            assert (await client.get(url)).status_code == 200

    with FaultServer([respond(200, b"x" * 10)]) as server:
        asyncio.run(scenario(server.url))
