"""RetryTransport: attempts, waits, bodies, and what it says about them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from pywats import RetryConfig, SyncConfig, WatsConnectionError, WatsError, WatsTimeoutError
from pywats.transport import RetryTransport
from pywats.transport.retry import retry_after_of
from tests.support import Records
from tests.unit.transport.helpers import URL, Body, Clock, Network, Sleeps, one_shot, run, send


def retrying(
    network: httpx.AsyncBaseTransport, sleeps: Sleeps | None = None, **policy: Any
) -> RetryTransport:
    """The layer with a retry config, sleeping only on paper, and with the longest jitter."""
    config = SyncConfig(retry_enabled=True, retry=RetryConfig(**policy))
    return RetryTransport(network, config, sleep=Sleeps() if sleeps is None else sleeps, rand=lambda: 1.0)


def broken(*, sent: bool = True) -> WatsConnectionError:
    return WatsConnectionError("the connection broke", request_sent=sent)


# --- how often


def test_max_retries_counts_retries_after_the_first_attempt():
    network = Network(503)
    response = run(send(retrying(network, max_retries=3)))
    assert (response.status_code, len(network.requests)) == (503, 4)


def test_max_retries_0_means_one_attempt():
    network = Network(503, 200)
    assert run(send(retrying(network, max_retries=0))).status_code == 503
    assert len(network.requests) == 1


def test_retry_enabled_false_means_one_attempt():
    network = Network(503, 200)
    assert run(send(RetryTransport(network, SyncConfig()))).status_code == 503
    assert len(network.requests) == 1


def test_the_config_of_the_request_beats_that_of_the_layer():
    network = Network(503, 503, 200)
    config = SyncConfig(retry_enabled=True, retry=RetryConfig(max_retries=1, max_backoff=0))
    response = run(send(retrying(network, max_retries=9), extensions={"wats_config": config}))
    assert (response.status_code, len(network.requests)) == (503, 2)


def test_a_success_ends_the_attempts():
    network = Network(503, broken(), 200, 503)
    assert run(send(retrying(network))).status_code == 200
    assert len(network.requests) == 3


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_retry_on_status_is_retried_by_default(status: int):
    assert run(send(retrying(Network(status, 200)))).status_code == 200


@pytest.mark.parametrize("status", [400, 401, 404, 409, 500, 501, 505])
def test_other_statuses_are_not_retried(status: int):
    assert run(send(retrying(Network(status, 200)))).status_code == status


def test_retry_on_status_can_be_chosen():
    assert run(send(retrying(Network(500, 200), retry_on_status={500}))).status_code == 200


def test_retry_on_errors_can_be_chosen():
    assert run(send(retrying(Network(KeyError(), 200), retry_on_errors=(KeyError,)))).status_code == 200


def test_the_last_error_is_raised_as_it_is():
    last = broken()
    with pytest.raises(WatsConnectionError) as caught:
        run(send(retrying(Network(broken(), last), max_retries=1)))
    assert caught.value is last


def test_the_last_response_is_returned_with_its_body():
    network = Network(503, lambda _: httpx.Response(503, text="still down"))
    assert run(send(retrying(network, max_retries=1))).text == "still down"


def test_a_post_that_may_have_taken_effect_is_sent_once():
    network = Network(broken(sent=True), 200)
    with pytest.raises(WatsConnectionError):
        run(send(retrying(network), "POST", content=b"x"))
    assert len(network.requests) == 1


def test_a_post_that_was_not_sent_is_retried():
    network = Network(broken(sent=False), 200)
    assert run(send(retrying(network), "POST", content=b"x")).status_code == 200


def test_a_post_is_retried_after_429():
    assert run(send(retrying(Network(429, 200)), "POST", content=b"x")).status_code == 200


def test_a_post_is_retried_after_503_with_retry_after():
    network = Network(httpx.Response(503, headers={"Retry-After": "0"}), 200)
    assert run(send(retrying(network), "POST", content=b"x")).status_code == 200


def test_a_post_is_not_retried_after_503_without_retry_after():
    assert run(send(retrying(Network(503, 200)), "POST", content=b"x")).status_code == 503


def test_wats_idempotent_lets_a_post_be_retried():
    network = Network(broken(), 200)
    response = run(send(retrying(network), "POST", content=b"x", extensions={"wats_idempotent": True}))
    assert response.status_code == 200


def test_wats_idempotent_false_keeps_a_put_from_being_retried():
    response = run(send(retrying(Network(503, 200)), "PUT", extensions={"wats_idempotent": False}))
    assert response.status_code == 503


def test_retry_non_idempotent_lets_a_post_be_retried():
    network = Network(broken(), 200)
    assert run(send(retrying(network, retry_non_idempotent=True), "POST")).status_code == 200


# --- how long


def test_backoff_waits_1_2_4_seconds():
    sleeps = Sleeps()
    run(send(retrying(Network(503), sleeps, jitter=0)))
    assert sleeps == [1, 2, 4]


def test_jitter_lengthens_each_wait():
    sleeps = Sleeps()
    run(send(retrying(Network(503), sleeps, jitter=0.5)))
    assert sleeps == [1.5, 3, 6]


def test_max_backoff_caps_one_wait():
    sleeps = Sleeps()
    run(send(retrying(Network(503), sleeps, max_retries=6, max_backoff=6, jitter=0)))
    assert sleeps == [1, 2, 4, 6, 6, 6]


def test_max_backoff_0_means_no_waiting():
    sleeps = Sleeps()
    run(send(retrying(Network(503), sleeps, max_backoff=0)))
    assert sleeps == [0, 0, 0]


def test_retry_after_is_a_lower_bound_on_the_wait():
    sleeps = Sleeps()
    network = Network(httpx.Response(503, headers={"Retry-After": "30"}), 503, 200)
    run(send(retrying(network, sleeps, jitter=0)))
    assert sleeps == [30, 2]


def test_retry_after_may_exceed_max_backoff():
    sleeps = Sleeps()
    network = Network(httpx.Response(503, headers={"Retry-After": "30"}), 200)
    run(send(retrying(network, sleeps, max_backoff=0, jitter=0)))
    assert sleeps == [30]


def test_max_retry_after_exceeded_returns_the_response_at_once():
    sleeps = Sleeps()
    network = Network(httpx.Response(429, headers={"Retry-After": "121"}), 200)
    response = run(send(retrying(network, sleeps)))
    assert (response.status_code, sleeps) == (429, [])


def test_respect_retry_after_false_waits_as_backoff_says():
    sleeps = Sleeps()
    network = Network(httpx.Response(429, headers={"Retry-After": "9999"}), 200)
    run(send(retrying(network, sleeps, respect_retry_after=False, jitter=0)))
    assert sleeps == [1]


def test_by_default_the_waits_are_slept_and_random(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    config = SyncConfig(retry_enabled=True, retry=RetryConfig(max_retries=1))
    elapsed = set()
    for _ in range(5):
        began = clock.now
        clock.run(send(RetryTransport(Network(503), config)))
        elapsed.add(clock.now - began)
    assert len(elapsed) == 5
    assert all(1 <= seconds <= 1.5 for seconds in elapsed)


def test_a_date_is_compared_to_the_date_of_the_answer():
    # The station's clock is wrong; the server's own difference counts.
    headers = {"Retry-After": "Sun, 01 Mar 2026 12:00:30 GMT", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    assert retry_after_of(httpx.Response(503, headers=headers)) == 30


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}])
def test_a_date_is_compared_to_the_clock_if_the_answer_has_no_date(date: dict[str, str]):
    headers = {"Retry-After": "Sun, 01 Mar 2420 12:00:30 GMT", **date}
    wait = retry_after_of(httpx.Response(503, headers=headers))
    assert wait is not None
    assert wait > 300 * 365 * 86400


def test_the_largest_of_two_retry_after_headers_counts():
    response = httpx.Response(503, headers=[("Retry-After", "5"), ("retry-after", "60")])
    assert retry_after_of(response) == 60


def test_an_answer_without_retry_after_asks_for_nothing():
    assert retry_after_of(httpx.Response(503)) is None


# --- the whole call


def test_a_wait_that_would_end_after_the_deadline_is_not_begun(clock: Clock):
    sleeps = Sleeps()
    response = clock.run(
        send(retrying(Network(503), sleeps, jitter=0), extensions={"wats_deadline": clock.now + 0.9})
    )
    assert (response.status_code, sleeps) == (503, [])


def test_a_wait_that_ends_at_the_deadline_is_not_begun(clock: Clock):
    sleeps = Sleeps()
    clock.run(send(retrying(Network(503), sleeps, jitter=0), extensions={"wats_deadline": clock.now + 1}))
    assert sleeps == []


def test_a_wait_that_ends_before_the_deadline_is_begun(clock: Clock):
    sleeps = Sleeps()
    clock.run(
        send(
            retrying(Network(503), sleeps, jitter=0, max_retries=1),
            extensions={"wats_deadline": clock.now + 1.1},
        )
    )
    assert sleeps == [1]


def test_an_error_before_the_deadline_is_raised_as_it_is(clock: Clock):
    with pytest.raises(WatsConnectionError):
        clock.run(send(retrying(Network(broken())), extensions={"wats_deadline": clock.now + 0.1}))


def test_total_timeout_of_the_config_holds_for_requests_outside_a_call(clock: Clock):
    config = SyncConfig(total_timeout=3, retry_enabled=True, retry=RetryConfig(jitter=0, max_retries=9))
    network = Network(503)
    clock.run(send(RetryTransport(network, config)))
    assert len(network.requests) == 2  # at 0 s and 1 s; the next one would be at 3 s
    assert {request.extensions["wats_deadline"] for request in network.requests} == {1003.0}


def test_cancelling_the_caller_cancels_the_wait(clock: Clock):
    network = Network(503)
    config = SyncConfig(retry_enabled=True)

    async def impatient() -> None:
        async with asyncio.timeout(0.5):
            await send(RetryTransport(network, config))

    with pytest.raises(TimeoutError):
        clock.run(impatient())
    assert (len(network.requests), clock.elapsed()) == (1, pytest.approx(0.5))


def test_a_cancelled_attempt_is_not_retried():
    network = Network(asyncio.CancelledError(), 200)
    with pytest.raises(asyncio.CancelledError):
        run(send(retrying(network, retry_on_errors=(Exception,))))
    assert len(network.requests) == 1


# --- bodies


def test_a_body_in_memory_is_sent_in_full_each_time():
    network = Network(503, 503, 200)
    run(send(retrying(network), "PUT", content=b"all of it"))
    assert network.bodies == [b"all of it"] * 3


def test_a_consumed_one_shot_body_is_not_sent_again():
    network = Network(503, 200)
    response = run(send(retrying(network), "PUT", content=one_shot([b"a", b"b"])))
    assert (response.status_code, network.bodies) == (503, [b"ab"])


def test_a_consumed_one_shot_body_is_not_sent_again_whatever_the_config_says():
    async def consume_and_break(request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for _ in request.stream:
            pass
        raise broken()

    network = Network(consume_and_break, 200)
    with pytest.raises(WatsConnectionError):
        run(send(retrying(network, retry_non_idempotent=True), "PUT", content=one_shot([b"a"])))
    assert len(network.requests) == 1


@pytest.mark.parametrize(("replayable", "attempts"), [(True, 2), (False, 1)])
def test_a_body_that_begins_anew_with_each_reading_is_sent_again_if_the_request_says_so(
    replayable: bool, attempts: int
):
    network = Network(503, 200)
    extensions = {"wats_replayable": replayable}
    run(send(retrying(network), "PUT", content=Body(b"a", b"b"), extensions=extensions))
    assert network.bodies == [b"ab"] * attempts


def test_a_one_shot_body_that_was_not_touched_is_sent():
    network = Network(broken(sent=False), 200)
    run(send(retrying(network), "POST", content=one_shot([b"a", b"b"])))
    assert network.bodies == [b"ab"]


def test_closing_the_body_of_an_attempt_closes_the_callers():
    body = Body(b"a")

    async def close(request: httpx.Request) -> int:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        await request.stream.aclose()
        return 200

    async def straight() -> None:
        await retrying(Network(close)).handle_async_request(httpx.Request("PUT", URL, stream=body))

    run(straight())
    assert body.closed == 1


def test_a_body_that_can_only_be_read_synchronously_is_refused():
    def chunks() -> Any:
        yield b"a"

    async def straight() -> None:
        await retrying(Network()).handle_async_request(httpx.Request("PUT", URL, content=chunks()))

    with pytest.raises(TypeError, match="asynchronous"):
        run(straight())


def test_the_response_of_a_failed_attempt_is_closed_before_the_wait():
    body = Body(b"busy")
    closed_before_wait = []

    async def sleep(_: float) -> None:
        closed_before_wait.append(body.closed)

    config = SyncConfig(retry_enabled=True)
    network = Network(lambda _: httpx.Response(503, stream=body), 200)
    run(send(RetryTransport(network, config, sleep=sleep)))
    assert closed_before_wait == [1]


# --- what it tells


def test_retries_send_x_retry_count():
    network = Network(503, 503, 503, 200)
    run(send(retrying(network)))
    assert network.headers("X-Retry-Count") == [None, "1", "2", "3"]


def test_the_callers_request_stays_as_it_is():
    request = httpx.Request("GET", URL)

    async def straight() -> None:
        await retrying(Network(503, 200)).handle_async_request(request)

    run(straight())
    assert "X-Retry-Count" not in request.headers


def test_every_attempt_carries_the_requests_extensions():
    network = Network(503, 200)
    run(send(retrying(network), extensions={"mine": 1}))
    assert [request.extensions["mine"] for request in network.requests] == [1, 1]


@pytest.mark.parametrize(("script", "attempts"), [([200], 1), ([503, 200], 2), ([503], 4)])
def test_the_response_says_how_many_attempts_it_took(script: list[int], attempts: int):
    assert run(send(retrying(Network(*script)))).extensions["wats_attempts"] == attempts


def test_the_error_says_how_many_attempts_were_made():
    with pytest.raises(WatsConnectionError) as caught:
        run(send(retrying(Network(broken()), max_retries=2)))
    assert caught.value.attempts == 3


def test_an_error_that_is_not_ours_is_raised_untouched():
    error = KeyError("x")
    with pytest.raises(KeyError) as caught:
        run(send(retrying(Network(error))))
    assert caught.value is error
    assert vars(error) == {}


def test_each_retry_logs_one_warning(records: Records):
    network = Network(503, WatsTimeoutError("too slow"), KeyError("secret"), 200)
    run(
        send(
            retrying(network, jitter=0, retry_on_errors=(Exception,)),
            headers={"Authorization": "Basic t0ken"},
        )
    )
    assert records.of(logging.WARNING) == [
        "attempt 1 of 4 failed (status 503), next in 1.00 s: GET /api/Product/A",
        "attempt 2 of 4 failed (too slow), next in 2.00 s: GET /api/Product/A",
        "attempt 3 of 4 failed (KeyError), next in 4.00 s: GET /api/Product/A",
    ]


def test_what_is_not_retried_logs_no_warning(records: Records):
    run(send(retrying(Network(500))))
    assert records.of(logging.WARNING) == []


def test_attempts_of_simultaneous_requests_are_counted_apart():
    network = Network(lambda request: 503 if request.url.path == "/bad" else 200)

    async def both() -> list[int]:
        async with httpx.AsyncClient(transport=retrying(network)) as client:
            answers = await asyncio.gather(
                client.get("http://wats.test/bad"), client.get("http://wats.test/good")
            )
        return [answer.extensions["wats_attempts"] for answer in answers]

    assert run(both()) == [4, 1]


def test_waiting_for_one_request_does_not_hold_up_another(clock: Clock):
    network = Network(lambda request: 503 if request.url.path == "/bad" else 200)
    layer = RetryTransport(network, SyncConfig(retry_enabled=True))
    done_at: dict[str, float] = {}

    async def get(client: httpx.AsyncClient, path: str) -> None:
        await client.get(f"http://wats.test{path}")
        done_at[path] = clock.elapsed()

    async def both() -> None:
        async with httpx.AsyncClient(transport=layer) as client:
            await asyncio.gather(get(client, "/bad"), get(client, "/good"))

    clock.run(both())
    assert done_at["/good"] == 0
    assert done_at["/bad"] >= 7


def test_an_error_of_the_base_class_is_not_retried():
    network = Network(WatsError("the request cannot be sent"), 200)
    with pytest.raises(WatsError):
        run(send(retrying(network)))
    assert len(network.requests) == 1


def test_a_one_shot_body_is_read_piece_by_piece():
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        for piece in (b"a", b"b"):
            read.append(piece)
            yield piece

    async def peek(request: httpx.Request) -> int:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        stream = aiter(request.stream)
        await anext(stream)
        assert read == [b"a"]
        await stream.aclose()  # type: ignore[attr-defined]
        return 200

    class Peeking(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(await peek(request))

    run(send(retrying(Peeking()), "PUT", content=body()))
