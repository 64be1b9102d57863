"""TimeoutTransport: one attempt, to the last byte of the body. No second of these tests is a real one."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest

from pywats import SyncConfig, WatsConnectionError, WatsResponseError, WatsTimeoutError
from pywats.transport import TimeoutTransport
from pywats.transport.timeout import MAX_BODY_BYTES, BufferedBody
from tests.unit.transport.helpers import URL, Body, Clock, Network, hang, run, send

PHASES = ("connect", "read", "write", "pool")


def limited(network: httpx.AsyncBaseTransport, timeout: float | None = 10) -> TimeoutTransport:
    return TimeoutTransport(network, SyncConfig(timeout=timeout))


def dripping(*, chunks: int = 100, every: float = 1.0, status: int = 200) -> tuple[Body, httpx.Response]:
    body = Body(*[b"x"] * chunks, delay=every)
    return body, httpx.Response(status, stream=body)


# --- how long


def test_timeout_ends_an_attempt_that_gets_no_answer(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(hang))))
    assert clock.elapsed() == pytest.approx(10, abs=0.05)


def test_timeout_ends_an_attempt_whose_body_drips(clock: Clock):
    _, response = dripping()
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(response))))
    assert clock.elapsed() == pytest.approx(10, abs=0.05)


def test_a_body_that_drips_fast_enough_is_complete(clock: Clock):
    _, response = dripping(chunks=9)
    assert clock.run(send(limited(Network(response)))).content == b"x" * 9


def test_the_body_of_an_attempt_that_timed_out_is_closed(clock: Clock):
    body, response = dripping()
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(response))))
    assert body.closed == 1


def test_timeout_none_means_no_limit(clock: Clock):
    _, response = dripping(chunks=5, every=100_000)
    assert clock.run(send(limited(Network(response), timeout=None))).content == b"xxxxx"


def test_timeout_none_leaves_httpx_limits_alone():
    network = Network()
    given = dict.fromkeys(PHASES, 7.0)
    run(send(limited(network, timeout=None), extensions={"timeout": given}))
    assert network.requests[0].extensions["timeout"] == given


def test_the_timeout_of_the_requests_config_beats_that_of_the_layer(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(hang)), extensions={"wats_config": SyncConfig(timeout=3)}))
    assert clock.elapsed() == pytest.approx(3, abs=0.05)


def test_an_attempt_never_gets_more_than_is_left_of_total_timeout(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(hang)), extensions={"wats_deadline": clock.now + 4}))
    assert clock.elapsed() == pytest.approx(4, abs=0.05)


def test_total_timeout_limits_an_attempt_without_timeout(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(hang), timeout=None), extensions={"wats_deadline": clock.now + 4}))
    assert clock.elapsed() == pytest.approx(4, abs=0.05)


def test_timeout_holds_if_more_is_left_of_total_timeout(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(hang)), extensions={"wats_deadline": clock.now + 400}))
    assert clock.elapsed() == pytest.approx(10, abs=0.05)


def test_an_attempt_is_made_while_a_fraction_of_a_second_is_left(clock: Clock):
    network = Network()
    clock.run(send(limited(network), extensions={"wats_deadline": clock.now + 0.5}))
    assert len(network.requests) == 1


@pytest.mark.parametrize("left", [0, -5])
def test_an_attempt_after_the_deadline_is_not_made(clock: Clock, left: float):
    network = Network()
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(network), extensions={"wats_deadline": clock.now + left}))
    assert network.requests == []


def test_an_attempt_that_was_not_made_was_not_sent(clock: Clock):
    with pytest.raises(WatsTimeoutError) as caught:
        clock.run(send(limited(Network()), extensions={"wats_deadline": clock.now}))
    assert caught.value.request_sent is False


def test_the_error_of_an_attempt_that_was_not_made_names_total_timeout(clock: Clock):
    extensions = {"wats_config": SyncConfig(total_timeout=60), "wats_deadline": clock.now}
    with pytest.raises(WatsTimeoutError, match=r"total_timeout: 60 s"):
        clock.run(send(limited(Network()), extensions=extensions))


def test_an_attempt_that_was_cut_off_while_it_waited_for_its_turn_was_not_sent(clock: Clock):
    async def queue(request: httpx.Request) -> None:
        request.extensions["wats_unsent"] = True
        await hang(request)

    with pytest.raises(WatsTimeoutError) as caught:
        clock.run(send(limited(Network(queue))))
    assert caught.value.request_sent is False


def test_an_attempt_that_was_cut_off_may_have_been_sent(clock: Clock):
    with pytest.raises(WatsTimeoutError) as caught:
        clock.run(send(limited(Network(hang))))
    assert caught.value.request_sent is True


def test_the_error_names_timeout(clock: Clock):
    with pytest.raises(WatsTimeoutError, match=r"timeout: 10 s\)") as caught:
        clock.run(send(limited(Network(hang))))
    assert "total_timeout" not in str(caught.value)


def test_the_error_names_total_timeout(clock: Clock):
    extensions = {"wats_config": SyncConfig(total_timeout=4), "wats_deadline": clock.now + 4}
    with pytest.raises(WatsTimeoutError, match=r"total_timeout: 4 s"):
        clock.run(send(limited(Network(hang)), extensions=extensions))


def test_of_two_limits_that_end_at_the_same_moment_timeout_is_named(clock: Clock):
    extensions = {"wats_config": SyncConfig(timeout=4, total_timeout=4), "wats_deadline": clock.now + 4}
    with pytest.raises(WatsTimeoutError, match=r"\(timeout: 4 s"):
        clock.run(send(limited(Network(hang)), extensions=extensions))


def test_the_error_of_a_layer_below_gets_the_limit_that_led_to_it(clock: Clock):
    async def wait_in_vain(request: httpx.Request) -> None:
        await asyncio.sleep(request.extensions["timeout"]["pool"])
        raise WatsTimeoutError("no connection became free in time", request_sent=False)

    with pytest.raises(WatsTimeoutError, match=r"no connection became free in time \(timeout: 10 s\)"):
        clock.run(send(limited(Network(wait_in_vain))))


@pytest.mark.parametrize("timeout", [10, None])
def test_the_error_does_not_name_a_limit_that_did_not_lead_to_it(clock: Clock, timeout: float | None):
    # httpx.AsyncClient(transport=build_transport(...)) has limits of its own: 5 s by default.
    below = WatsTimeoutError("no complete answer from the server in time")
    with pytest.raises(WatsTimeoutError) as caught:
        clock.run(send(limited(Network(below), timeout=timeout)))
    assert caught.value.message == "no complete answer from the server in time"


def test_the_error_names_method_and_url_without_query(clock: Clock):
    with pytest.raises(WatsTimeoutError) as caught:
        clock.run(send(limited(Network(hang)), "DELETE"))
    assert (caught.value.method, caught.value.url) == ("DELETE", "http://wats.test/api/Product/A")


def test_the_timeout_of_python_is_the_cause(clock: Clock):
    with pytest.raises(WatsTimeoutError) as caught:
        clock.run(send(limited(Network(hang))))
    assert isinstance(caught.value.__cause__, TimeoutError)


def test_cancelling_the_caller_is_no_timeout(clock: Clock):
    async def impatient() -> None:
        task = asyncio.ensure_future(send(limited(Network(hang))))
        await asyncio.sleep(1)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        clock.run(impatient())


def test_the_limit_of_a_caller_stays_the_callers(clock: Clock):
    async def impatient() -> None:
        async with asyncio.timeout(1):
            await send(limited(Network(hang)))

    with pytest.raises(TimeoutError) as caught:
        clock.run(impatient())
    assert not isinstance(caught.value, WatsTimeoutError)


# --- httpx's own limits


def timeouts_seen(
    clock: Clock, given: dict[str, float | None], **extensions: object
) -> list[dict[str, float]]:
    """What the network reads as httpx's limits: at once, and after 4 of 10 seconds."""
    seen = []

    async def slow(request: httpx.Request) -> int:
        seen.append(dict(request.extensions["timeout"]))
        await asyncio.sleep(4)
        seen.append(dict(request.extensions["timeout"]))
        return 200

    clock.run(send(limited(Network(slow)), extensions={"timeout": given, **extensions}))
    return seen


def test_httpx_limits_are_shrunk_to_what_is_left(clock: Clock):
    at_once, later = timeouts_seen(clock, {})
    assert at_once == dict.fromkeys(PHASES, 10)
    assert later == pytest.approx(dict.fromkeys(PHASES, 6))


def test_a_shorter_limit_of_httpx_holds(clock: Clock):
    at_once, later = timeouts_seen(clock, {"connect": 2, "read": None, "write": 8})
    assert at_once == {"connect": 2, "read": 10, "write": 8, "pool": 10}
    assert later == pytest.approx({"connect": 2, "read": 6, "write": 6, "pool": 6})


def test_httpx_limits_are_never_negative(clock: Clock):
    network = Network()
    clock.run(send(limited(network)))
    clock.now += 100
    assert dict(network.requests[0].extensions["timeout"]) == dict.fromkeys(PHASES, 0)


def test_a_limit_that_httpx_does_not_know_is_not_there():
    network = Network()
    run(send(limited(network)))
    timeouts = network.requests[0].extensions["timeout"]
    assert (timeouts.get("total"), len(timeouts)) == (None, 4)
    with pytest.raises(KeyError, match="total"):
        timeouts["total"]


def test_the_other_extensions_of_the_request_are_carried_over():
    network = Network()
    run(send(limited(network), extensions={"mine": 1, "sni_hostname": "x"}))
    carried = network.requests[0].extensions
    assert (carried["mine"], carried["sni_hostname"]) == (1, "x")


# --- the buffered answer


def test_the_body_is_read_inside_the_attempt():
    body = Body(b"a", b"b")

    async def straight() -> None:
        network = Network(httpx.Response(200, stream=body))
        await limited(network).handle_async_request(httpx.Request("GET", URL))

    run(straight())
    assert (body.given, body.closed) == (2, 1)


def test_an_answer_that_dies_in_its_body_fails_inside_the_attempt():
    body = Body(b"a", error=WatsConnectionError("the connection broke"))

    async def straight() -> None:
        network = Network(httpx.Response(200, stream=body))
        await limited(network).handle_async_request(httpx.Request("GET", URL))

    with pytest.raises(WatsConnectionError):
        run(straight())
    assert body.closed == 1


def test_a_buffered_answer_can_still_be_decoded():
    packed = gzip.compress(b"hello" * 100_000)
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Body(packed[:9], packed[9:]))
    assert run(send(limited(Network(response)))).content == b"hello" * 100_000


def test_a_buffered_answer_has_its_elapsed_time(clock: Clock):
    _, response = dripping(chunks=2)
    assert clock.run(send(limited(Network(response)))).elapsed.total_seconds() >= 0


def test_a_buffered_answer_keeps_status_headers_and_extensions():
    response = httpx.Response(
        418,
        headers=[("A", "1"), ("A", "2")],
        stream=Body(),
        extensions={"http_version": b"HTTP/1.1", "mine": 1},
    )
    answer = run(send(limited(Network(response))))
    assert (answer.status_code, answer.headers.get_list("A")) == (418, ["1", "2"])
    assert (answer.extensions["mine"], answer.http_version) == (1, "HTTP/1.1")


def test_an_answer_without_body_is_empty():
    assert run(send(limited(Network(204)))).content == b""


def test_a_body_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pywats.transport.timeout.MAX_BODY_BYTES", 2**20)
    body = Body(*[b"x" * 2**18] * 100)
    with pytest.raises(WatsResponseError, match="larger than 1 MiB"):
        run(send(limited(Network(httpx.Response(200, stream=body)))))
    assert (body.given, body.closed) == (5, 1)


def test_the_error_of_a_body_that_is_too_large_names_method_and_url(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pywats.transport.timeout.MAX_BODY_BYTES", 0)
    with pytest.raises(WatsResponseError) as caught:
        run(send(limited(Network(httpx.Response(200, stream=Body(b"x"))))))
    assert (caught.value.method, caught.value.url) == ("GET", "http://wats.test/api/Product/A")


def test_a_body_of_256_mib_is_not_too_large():
    assert MAX_BODY_BYTES == 256 * 2**20


def test_a_buffered_body_is_handed_on_in_pieces_that_expand_to_little():
    async def pieces() -> list[bytes]:
        return [piece async for piece in BufferedBody(b"x" * 100_000)]

    handed_on = run(pieces())
    assert b"".join(handed_on) == b"x" * 100_000
    assert max(map(len, handed_on)) <= 16 * 1024


def test_a_body_at_the_limit_is_accepted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pywats.transport.timeout.MAX_BODY_BYTES", 2**20)
    body = Body(*[b"x" * 2**18] * 4)
    assert len(run(send(limited(Network(httpx.Response(200, stream=body))))).content) == 2**20


# --- streams


def test_wats_stream_hands_the_body_up_unread():
    body = Body(b"a", b"b")

    async def straight() -> httpx.Response:
        request = httpx.Request("GET", URL, extensions={"wats_stream": True})
        return await limited(Network(httpx.Response(200, stream=body))).handle_async_request(request)

    response = run(straight())
    assert (body.given, body.closed, response.stream) == (0, 0, body)


def test_timeout_limits_a_streams_head(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(send(limited(Network(hang)), extensions={"wats_stream": True}))
    assert clock.elapsed() == pytest.approx(10, abs=0.05)


def test_timeout_does_not_limit_a_streams_body_as_a_whole(clock: Clock):
    _, response = dripping(chunks=100)
    answer = clock.run(send(limited(Network(response)), extensions={"wats_stream": True}))
    assert len(answer.content) == 100


def test_each_read_of_a_stream_may_take_as_long_as_was_left(clock: Clock):
    at_once, later = timeouts_seen(clock, {}, wats_stream=True)
    assert at_once == later == dict.fromkeys(PHASES, 10)


def test_the_body_of_an_error_is_buffered_even_of_a_stream():
    body = Body(b"busy")
    network = Network(httpx.Response(503, stream=body))

    async def straight() -> None:
        request = httpx.Request("GET", URL, extensions={"wats_stream": True})
        await limited(network).handle_async_request(request)

    run(straight())
    assert (body.given, body.closed) == (1, 1)
