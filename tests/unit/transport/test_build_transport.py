"""The whole chain under httpx's own client: order, and the promises that need more than one layer."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest
import respx

from pywats import (
    RetryConfig,
    SyncConfig,
    WatsConnectionError,
    WatsResponseError,
    WatsTimeoutError,
    correlation_id,
)
from pywats.transport import (
    CorrelationTransport,
    ErrorTransport,
    LimitTransport,
    RetryTransport,
    TimeoutTransport,
    build_transport,
)
from tests.support import Records
from tests.unit.transport.helpers import URL, Body, Clock, Network, chain, hang, run, send

RETRYING = SyncConfig(timeout=10, retry_enabled=True, retry=RetryConfig(jitter=0))


def test_the_layers_stand_in_the_order_of_the_design():
    network = Network()
    layer, order = build_transport(inner=network), []
    while layer is not network:
        order.append(type(layer))
        layer = layer._inner  # type: ignore[attr-defined]
    assert order == [CorrelationTransport, RetryTransport, TimeoutTransport, LimitTransport, ErrorTransport]


def test_without_inner_the_network_is_httpx_own():
    layer = build_transport()
    while hasattr(layer, "_inner"):
        layer = layer._inner
    assert isinstance(layer, httpx.AsyncHTTPTransport)


def test_without_config_the_default_config_holds(clock: Clock):
    with pytest.raises(WatsTimeoutError):
        clock.run(send(build_transport(inner=Network(hang))))
    assert clock.elapsed() == pytest.approx(30, abs=0.05)


def test_closing_the_httpx_client_closes_the_network():
    network = Network()
    run(send(build_transport(inner=network)))
    assert network.closed == 1


def test_it_works_with_respx():
    async def scenario() -> int:
        mock = respx.MockRouter()
        mock.get("http://wats.test/api/Product/A").mock(
            side_effect=[httpx.Response(503), httpx.Response(200)]
        )
        return (await send(chain(httpx.MockTransport(mock.async_handler), RETRYING))).status_code

    assert Clock().run(scenario()) == 200


def test_it_works_with_respx_patching_httpx():
    async def scenario() -> int:
        with respx.mock(using="httpx") as mock:
            mock.get("http://wats.test/").respond(204)
            return (await send(build_transport(), url="http://wats.test/")).status_code

    assert run(scenario()) == 204


def test_it_works_with_a_mock_transport_that_repeats_one_response():
    response = httpx.Response(503, json={"Message": "busy"})
    transport = chain(httpx.MockTransport(lambda _: response), RETRYING)
    assert Clock().run(send(transport)).json() == {"Message": "busy"}


def test_the_same_id_goes_out_on_every_attempt():
    network = Network(503, httpx.ReadError("x"), 200)
    with correlation_id("job-42"):
        Clock().run(send(chain(network, RETRYING)))
    assert network.headers("X-Correlation-ID") == ["job-42"] * 3


def test_a_request_outside_a_call_has_one_id_on_every_attempt():
    network = Network(503, 200)
    Clock().run(send(chain(network, RETRYING)))
    first, second = network.headers("X-Correlation-ID")
    assert first == second is not None


def test_timeout_holds_for_each_attempt_anew(clock: Clock):
    network = Network(hang)
    with pytest.raises(WatsTimeoutError) as caught:
        clock.run(send(chain(network, RETRYING)))
    assert caught.value.attempts == len(network.requests) == 4
    assert clock.elapsed() == pytest.approx(4 * 10 + 1 + 2 + 4, abs=0.2)


def test_total_timeout_holds_for_all_attempts_and_waits(clock: Clock):
    config = SyncConfig(timeout=10, total_timeout=25, retry_enabled=True, retry=RetryConfig(jitter=0))
    with pytest.raises(WatsTimeoutError):
        clock.run(send(chain(Network(hang), config)))
    assert clock.elapsed() == pytest.approx(25, abs=0.05)


def test_total_timeout_cuts_no_wait_short(clock: Clock):
    # 3 s are not enough to wait for 4 s: the answer comes at once.
    config = SyncConfig(total_timeout=6, retry_enabled=True, retry=RetryConfig(jitter=0))
    assert clock.run(send(chain(Network(503), config))).status_code == 503
    assert clock.elapsed() == pytest.approx(3)


def test_a_body_that_breaks_off_is_retried(clock: Clock):
    network = Network(lambda _: httpx.Response(200, stream=Body(b"a", error=httpx.ReadError("x"))), 200)
    assert clock.run(send(chain(network, RETRYING))).status_code == 200


def test_a_body_that_drips_is_retried(clock: Clock):
    network = Network(lambda _: httpx.Response(200, stream=Body(*[b"x"] * 50, delay=1)), 200)
    response = clock.run(send(chain(network, RETRYING)))
    assert (response.content, response.extensions["wats_attempts"]) == (b"", 2)


def test_a_post_that_was_cut_off_is_sent_once(clock: Clock):
    network = Network(hang)
    with pytest.raises(WatsTimeoutError):
        clock.run(send(chain(network, RETRYING), "POST", content=b"report"))
    assert len(network.requests) == 1


def test_a_post_that_waited_in_vain_in_our_queue_is_retried(clock: Clock):
    network = Network(hang, 200)

    async def scenario() -> httpx.Response:
        transport = build_transport(RETRYING, inner=network, max_connections=1)
        async with httpx.AsyncClient(transport=transport, timeout=None) as client:
            endless = {"wats_config": SyncConfig(timeout=None)}
            blocking = asyncio.ensure_future(client.get(URL, extensions=endless))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_later(11.5, blocking.cancel)
            # It waits from 0 to 10 s in vain, and again from 11 s.
            return await client.post(URL, content=b"report")

    response = clock.run(scenario())
    assert (response.extensions["wats_attempts"], network.bodies) == (2, [b"report"])


def test_the_wait_for_a_place_counts_towards_timeout(clock: Clock):
    async def scenario() -> float:
        transport = build_transport(SyncConfig(timeout=10), inner=Network(hang), max_connections=1)
        async with httpx.AsyncClient(transport=transport, timeout=None) as client:
            answers = await asyncio.gather(*(client.get(URL) for _ in range(5)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {WatsTimeoutError}
        return clock.elapsed()

    assert clock.run(scenario()) == pytest.approx(10, abs=0.05)


def test_places_are_given_back_after_a_storm_of_failures(clock: Clock):
    script = [503, httpx.ReadError("x"), httpx.ConnectError("x"), hang] * 25

    async def scenario() -> int:
        transport = build_transport(SyncConfig(timeout=1), inner=Network(*script, 200), max_connections=2)
        async with httpx.AsyncClient(transport=transport, timeout=None) as client:
            for _ in script:
                await asyncio.gather(client.get(URL), return_exceptions=True)
            return (await client.get(URL)).status_code

    assert clock.run(scenario()) == 200


def test_a_place_is_free_during_the_wait_for_a_retry(clock: Clock):
    network = Network(lambda request: 503 if request.url.path == "/bad" else 200)
    done_at: dict[str, float] = {}

    async def get(client: httpx.AsyncClient, path: str) -> None:
        await client.get(f"http://wats.test{path}")
        done_at[path] = clock.elapsed()

    async def scenario() -> None:
        transport = build_transport(RETRYING, inner=network, max_connections=1)
        async with httpx.AsyncClient(transport=transport) as client:
            await asyncio.gather(get(client, "/bad"), get(client, "/good"))

    clock.run(scenario())
    assert done_at == {"/good": 0, "/bad": 7}


def test_an_error_carries_what_every_layer_knows():
    with correlation_id("job-42"), pytest.raises(WatsConnectionError) as caught:
        Clock().run(send(chain(Network(httpx.ReadError("reset")), RETRYING)))
    error = caught.value
    assert (error.correlation_id, error.attempts, error.method, error.url) == (
        "job-42",
        4,
        "GET",
        "http://wats.test/api/Product/A",
    )


def test_an_answer_carries_attempts_and_id():
    with correlation_id("job-42"):
        response = Clock().run(send(chain(Network(503, 200), RETRYING)))
    assert (response.extensions["wats_attempts"], response.extensions["wats_correlation_id"]) == (2, "job-42")


def test_the_extensions_of_a_request_reach_the_network():
    network = Network()
    run(send(chain(network, RETRYING), extensions={"mine": 1}))
    assert network.requests[0].extensions["mine"] == 1


def test_a_tls_failure_is_not_retried():
    import ssl

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("verify failed") from ssl.SSLCertVerificationError("self-signed")

    network = Network(refuse)
    with pytest.raises(WatsConnectionError):
        run(send(chain(network, RETRYING)))
    assert len(network.requests) == 1


def test_a_body_that_is_too_large_is_not_retried(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pywats.transport.timeout.MAX_BODY_BYTES", 10)
    network = Network(lambda _: httpx.Response(200, stream=Body(b"x" * 11)))
    with pytest.raises(WatsResponseError):
        run(send(chain(network, RETRYING)))
    assert len(network.requests) == 1


def test_no_log_line_holds_token_query_or_credentials(records: Records):
    network = Network(503, httpx.ReadError("x"), 200)
    Clock().run(
        send(
            chain(network, RETRYING),
            url="http://user:pa55@wats.test/api?x=secret",
            headers={"Authorization": "Basic t0ken"},
        )
    )
    text = "\n".join(record.getMessage() for record in records.records)
    assert len(records.records) == 3
    for secret in ("t0ken", "secret", "pa55", "user"):
        assert secret not in text


def test_every_log_record_of_a_request_carries_its_id(records: Records):
    from pywats import CorrelationFilter

    records.addFilter(CorrelationFilter())
    response = Clock().run(send(chain(Network(503, 200), RETRYING)))
    assert {vars(record)["correlation_id"] for record in records.records} == {
        response.extensions["wats_correlation_id"]
    }
    assert {record.levelno for record in records.records} == {logging.DEBUG, logging.WARNING}


def test_a_thousand_simultaneous_requests_all_keep_their_own_id(clock: Clock):
    async def echo(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return httpx.Response(200, text=request.headers["X-Correlation-ID"])

    async def one(client: httpx.AsyncClient, value: str) -> str:
        with correlation_id(value):
            return (await client.get(URL)).text

    async def scenario(values: list[str]) -> list[str]:
        async with httpx.AsyncClient(transport=chain(Network(echo)), timeout=None) as client:
            return await asyncio.gather(*(one(client, value) for value in values))

    values = [f"job-{number}" for number in range(1000)]
    assert clock.run(scenario(values)) == values


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_a_request_that_only_waited_was_not_sent_also_if_the_event_loop_is_late(clock: Clock, late: float):
    async def scenario() -> list[Any]:
        transport = build_transport(SyncConfig(timeout=10), inner=Network(hang), max_connections=1)
        async with httpx.AsyncClient(transport=transport, timeout=None) as client:
            calls = [asyncio.ensure_future(client.post(URL, content=b"x")) for _ in range(2)]
            await asyncio.sleep(9.99)
            clock.now += late  # as if something held up the loop: all timers are due at once
            return await asyncio.gather(*calls, return_exceptions=True)

    assert [error.request_sent for error in clock.run(scenario())] == [True, False]
