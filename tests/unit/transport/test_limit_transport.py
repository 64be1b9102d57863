"""LimitTransport: at most so many requests below, and every place comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from pywats import ClientClosedError, WatsTimeoutError
from pywats.transport import DEFAULT_MAX_CONNECTIONS, LimitTransport, build_transport
from tests.unit.transport.helpers import URL, Body, Clock, Network, hang, run, send


class Crowd(httpx.AsyncBaseTransport):
    """Counts the requests that are below at the same time."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(1)
        self.now -= 1
        return httpx.Response(200, stream=Body(b"x"))


async def many(layer: httpx.AsyncBaseTransport, number: int) -> None:
    async with httpx.AsyncClient(transport=layer, timeout=None) as client:
        await asyncio.gather(*(client.get(URL) for _ in range(number)))


async def usable(layer: httpx.AsyncBaseTransport) -> bool:
    """Whether a place is free, after whatever was done."""
    request = httpx.Request("GET", URL, extensions={"timeout": {"pool": 0.001}})
    try:
        response = await layer.handle_async_request(request)
    except WatsTimeoutError:
        return False
    await response.aclose()
    return True


@pytest.mark.parametrize("number", [1, 3, 20])
def test_max_connections_requests_are_below_at_a_time(clock: Clock, number: int):
    crowd = Crowd()
    clock.run(many(LimitTransport(crowd, number), 60))
    assert crowd.most == number


def test_the_others_wait_for_their_turn(clock: Clock):
    clock.run(many(LimitTransport(Crowd(), 3), 9))
    assert clock.elapsed() == pytest.approx(3)


def test_max_connections_is_20_by_default(clock: Clock):
    crowd = Crowd()
    clock.run(many(build_transport(inner=crowd), 60))
    assert crowd.most == DEFAULT_MAX_CONNECTIONS == 20


@pytest.mark.parametrize("value", [0, -1])
def test_max_connections_below_1_is_refused(value: int):
    with pytest.raises(ValueError, match=f"max_connections .*{value}"):
        LimitTransport(Network(), value)


@pytest.mark.parametrize("value", [True, 1.0, "20", None])
def test_max_connections_that_is_no_whole_number_is_refused(value: Any):
    with pytest.raises(TypeError, match="max_connections"):
        LimitTransport(Network(), value)


def held(layer: LimitTransport) -> Any:
    return layer.handle_async_request(httpx.Request("GET", URL))


def test_a_place_is_taken_until_the_body_is_closed():
    async def scenario() -> tuple[bool, bool]:
        layer = LimitTransport(Network(lambda _: httpx.Response(200, stream=Body(b"x"))), 1)
        response = await held(layer)
        before = await usable(layer)
        await response.aclose()
        return before, await usable(layer)

    assert run(scenario()) == (False, True)


def test_a_place_is_given_back_once():
    async def scenario() -> int:
        crowd = Crowd()
        layer = LimitTransport(crowd, 1)
        response = await held(layer)
        for _ in range(3):
            await response.stream.aclose()
        await many(layer, 5)
        return crowd.most

    assert run_fast(scenario()) == 1


def run_fast(coroutine: Any) -> Any:
    return Clock().run(coroutine)


def test_an_error_gives_the_place_back():
    async def scenario() -> bool:
        layer = LimitTransport(Network(KeyError(), 200), 1)
        with pytest.raises(KeyError):
            await held(layer)
        return await usable(layer)

    assert run(scenario())


def test_a_cancelled_request_gives_its_place_back(clock: Clock):
    async def scenario() -> bool:
        layer = LimitTransport(Network(hang, 200), 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await held(layer)
        return await usable(layer)

    assert clock.run(scenario())


def test_a_cancelled_waiter_leaves_the_queue(clock: Clock):
    async def scenario() -> bool:
        layer = LimitTransport(Network(lambda _: httpx.Response(200, stream=Body(b"x"))), 1)
        first = await held(layer)
        waiters = [asyncio.ensure_future(held(layer)) for _ in range(10)]
        await asyncio.sleep(0)
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
        await first.aclose()
        return await usable(layer)

    assert clock.run(scenario())


def test_an_answer_that_is_already_closed_gives_the_place_back():
    async def scenario() -> bool:
        layer = LimitTransport(Network(httpx.Response(200, content=b"in memory")), 1)
        await held(layer)
        return await usable(layer)

    assert run(scenario())


def test_a_body_whose_closing_fails_gives_the_place_back():
    class Stubborn(Body):
        async def aclose(self) -> None:
            raise KeyError

    async def scenario() -> bool:
        layer = LimitTransport(Network(httpx.Response(200, stream=Stubborn()), 200), 1)
        response = await held(layer)
        with pytest.raises(KeyError):
            await response.aclose()
        return await usable(layer)

    assert run(scenario())


def test_a_body_passes_through_unchanged():
    response = httpx.Response(200, stream=Body(b"a", b"b"))
    assert run(send(LimitTransport(Network(response), 1))).content == b"ab"


def test_the_wait_is_limited_by_httpx_pool_timeout(clock: Clock):
    async def scenario() -> float:
        layer = LimitTransport(Network(lambda _: httpx.Response(200, stream=Body(b"x"))), 1)
        await held(layer)
        with pytest.raises(WatsTimeoutError, match="no connection became free"):
            await layer.handle_async_request(httpx.Request("GET", URL, extensions={"timeout": {"pool": 7}}))
        return clock.elapsed()

    assert clock.run(scenario()) == pytest.approx(7)


def timed_out_in_the_queue() -> WatsTimeoutError:
    async def scenario() -> WatsTimeoutError:
        layer = LimitTransport(Network(lambda _: httpx.Response(200, stream=Body(b"x"))), 1)
        await held(layer)
        with pytest.raises(WatsTimeoutError) as caught:
            await layer.handle_async_request(httpx.Request("PUT", URL, extensions={"timeout": {"pool": 7}}))
        return caught.value

    error: WatsTimeoutError = run_fast(scenario())
    return error


def test_a_request_that_timed_out_in_the_queue_was_not_sent():
    assert timed_out_in_the_queue().request_sent is False


def test_the_error_of_the_queue_names_method_and_url_without_query():
    error = timed_out_in_the_queue()
    assert (error.method, error.url) == ("PUT", "http://wats.test/api/Product/A")


def test_a_free_place_is_taken_even_if_no_time_is_left():
    request = httpx.Request("GET", URL, extensions={"timeout": {"pool": 0}})

    async def scenario() -> int:
        return (await LimitTransport(Network(), 1).handle_async_request(request)).status_code

    assert run(scenario()) == 200


def test_a_stream_that_can_only_be_read_synchronously_is_refused_and_its_place_given_back():
    class SyncBody(httpx.SyncByteStream):
        pass

    async def scenario() -> bool:
        layer = LimitTransport(Network(httpx.Response(200, stream=SyncBody()), 200), 1)
        with pytest.raises(TypeError, match="asynchronous"):
            await held(layer)
        return await usable(layer)

    assert run(scenario())


def test_who_waits_while_the_client_is_closed_is_told_so():
    async def scenario() -> list[Any]:
        network = Network(hang)
        layer = LimitTransport(network, 1)
        first = asyncio.ensure_future(send(layer))
        second = asyncio.ensure_future(send(layer))
        await asyncio.sleep(0)
        await layer.aclose()
        first.cancel()
        outcome = await asyncio.gather(first, second, return_exceptions=True)
        assert len(network.requests) == 1
        return outcome

    assert isinstance(run(scenario())[1], ClientClosedError)
