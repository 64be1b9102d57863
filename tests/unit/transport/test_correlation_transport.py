"""CorrelationTransport: the header, the ID in everything that comes back, and one log line."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import httpx
import pytest

from pywats import CorrelationFilter, SyncConfig, WatsConnectionError, correlation_id
from pywats.core.call import call_scope
from pywats.core.correlation import correlation_id_var
from pywats.transport import CorrelationTransport
from tests.support import Records
from tests.unit.transport.helpers import Clock, Network, hang, run, send

HEADER = "X-Correlation-ID"


def identified(network: httpx.AsyncBaseTransport, *, enabled: bool = True) -> CorrelationTransport:
    return CorrelationTransport(network, SyncConfig(correlation_id_enabled=enabled))


def test_the_header_carries_the_chosen_id():
    network = Network()
    with correlation_id("job-42"):
        run(send(identified(network)))
    assert network.headers(HEADER) == ["job-42"]


def test_all_requests_of_a_call_carry_its_id():
    network = Network()
    with call_scope(SyncConfig()):
        run(send(identified(network)))
        run(send(identified(network)))
    first, second = network.headers(HEADER)
    assert first == second is not None


def test_a_request_outside_a_call_gets_its_own_id():
    network = Network()
    run(send(identified(network)))
    run(send(identified(network)))
    first, second = network.headers(HEADER)
    assert None not in (first, second)
    assert first != second


def test_a_header_that_the_caller_set_wins():
    network = Network()
    with correlation_id("job-42"):
        run(send(identified(network), headers={HEADER: "callers-own"}))
    assert network.headers(HEADER) == ["callers-own"]


def test_the_callers_own_id_is_the_id_of_the_answer():
    response = run(send(identified(Network()), headers={HEADER: "callers-own"}))
    assert response.extensions["wats_correlation_id"] == "callers-own"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b"])
def test_an_id_that_would_add_a_header_is_refused_in_the_callers_own_header_too(value: str):
    network = Network()
    with pytest.raises(ValueError, match="correlation"):
        run(send(identified(network), headers={HEADER: value}))
    assert network.requests == []


def test_an_id_in_the_variable_that_would_add_a_header_is_refused():
    network = Network()

    async def scenario() -> None:
        correlation_id_var.set("a\r\nX-Evil: 1")
        await send(identified(network))

    with pytest.raises(ValueError, match="correlation_id"):
        run(scenario())
    assert network.requests == []


def test_the_callers_request_stays_as_it_is():
    request = httpx.Request("GET", "http://wats.test/")

    async def straight() -> None:
        await identified(Network()).handle_async_request(request)

    run(straight())
    assert HEADER not in request.headers


def test_the_extensions_of_the_request_are_carried_over():
    network = Network()
    run(send(identified(network), extensions={"mine": 1}))
    assert network.requests[0].extensions["mine"] == 1


def test_the_answer_says_its_id():
    with correlation_id("job-42"):
        response = run(send(identified(Network())))
    assert response.extensions["wats_correlation_id"] == "job-42"


def test_an_error_says_its_id():
    with correlation_id("job-42"), pytest.raises(WatsConnectionError) as caught:
        run(send(identified(Network(WatsConnectionError("x")))))
    assert caught.value.correlation_id == "job-42"


def test_an_error_that_is_not_ours_passes_unchanged():
    error = KeyError("x")
    with pytest.raises(KeyError) as caught:
        run(send(identified(Network(error))))
    assert (caught.value, vars(error)) == (error, {})


def test_correlation_id_enabled_false_sends_no_header():
    network = Network()
    with correlation_id("job-42"):
        response = run(send(identified(network, enabled=False)))
    assert network.headers(HEADER) == [None]
    assert "wats_correlation_id" not in response.extensions


def test_the_config_of_the_request_beats_that_of_the_layer():
    network = Network()
    run(send(identified(network), extensions={"wats_config": SyncConfig(correlation_id_enabled=False)}))
    assert network.headers(HEADER) == [None]


def test_the_layers_below_log_with_the_id():
    seen = []

    def note(_: httpx.Request) -> int:
        seen.append(correlation_id_var.get())
        return 200

    response = run(send(identified(Network(note))))
    assert seen == [response.extensions["wats_correlation_id"]]


@pytest.mark.parametrize("step", [200, WatsConnectionError("x")])
def test_the_id_of_a_request_does_not_outlive_it(step: int | Exception):
    async def scenario() -> str | None:
        with contextlib.suppress(WatsConnectionError):
            await send(identified(Network(step)))
        return correlation_id_var.get()

    assert run(scenario()) is None


def test_simultaneous_requests_each_keep_their_id():
    async def one(value: str) -> str:
        async def slowly(request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(0)
            return httpx.Response(200, text=request.headers[HEADER])

        with correlation_id(value):
            return (await send(identified(Network(slowly)))).text

    async def all_of(values: list[str]) -> list[str]:
        return await asyncio.gather(*map(one, values))

    values = [f"job-{number}" for number in range(200)]
    assert run(all_of(values)) == values


# --- the log line


def test_a_request_is_logged_once_at_debug(records: Records, clock: Clock):
    async def slow(_: httpx.Request) -> int:
        await asyncio.sleep(1.5)
        return 404

    clock.run(send(identified(Network(slow)), "DELETE"))
    assert [record.getMessage() for record in records.records] == ["DELETE /api/Product/A -> 404 in 1.500 s"]
    assert records.of(logging.DEBUG)


def test_a_failed_request_is_logged_with_its_error(records: Records):
    with pytest.raises(WatsConnectionError):
        run(send(identified(Network(WatsConnectionError("x")))))
    assert "GET /api/Product/A -> WatsConnectionError in" in records.of(logging.DEBUG)[0]


def test_a_cancelled_request_is_logged_too(records: Records, clock: Clock):
    async def impatient() -> None:
        async with asyncio.timeout(1):
            await send(identified(Network(hang)))

    with pytest.raises(TimeoutError):
        clock.run(impatient())
    assert "GET /api/Product/A -> cancelled in 1.000 s" in records.of(logging.DEBUG)[0]


def test_a_request_without_id_is_logged_too(records: Records):
    run(send(identified(Network(), enabled=False)))
    assert len(records.of(logging.DEBUG)) == 1


def test_the_log_line_carries_the_id(records: Records):
    records.addFilter(CorrelationFilter())
    response = run(send(identified(Network())))
    assert [vars(record)["correlation_id"] for record in records.records] == [
        response.extensions["wats_correlation_id"]
    ]


def test_the_log_line_is_one_line_whatever_the_path(records: Records):
    run(send(identified(Network()), url="http://wats.test/a\u2028%0d%0aFAKE%20LINE?x=secret"))
    (line,) = records.of(logging.DEBUG)
    assert "\n" not in line
    assert "secret" not in line
    assert line.isascii()


def test_an_empty_header_of_the_caller_is_no_id():
    network = Network()
    response = run(send(identified(network), headers={HEADER: ""}))
    assert network.headers(HEADER) == [response.extensions["wats_correlation_id"]]
