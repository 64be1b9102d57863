"""The token is in the Authorization header of our own server's requests, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import pickle
import traceback
from collections.abc import Callable

import pytest

from pywats import AsyncWATS, RetryConfig, SyncConfig, WatsError, pyWATS
from tests.support import REPORT, TOKEN, Records
from tests.support.fault_server import (
    Behaviour,
    Exchange,
    FaultServer,
    close_before_answer,
    garbage,
    hang,
    refused_url,
    reset_before_answer,
    reset_in_body,
    respond,
    truncate,
    wats,
)

PASSWORD = "hunter2"
RETRY = RetryConfig(max_retries=1, max_backoff=0)


def echo_authorization(status: int, shape: Callable[[str], object] = str) -> Behaviour:
    """A server that answers with what it was told."""

    def answer(exchange: Exchange) -> None:
        exchange.send_response(status, shape(exchange.request.headers["Authorization"]))

    return answer


FAULTS = {
    "closed": close_before_answer(),
    "reset": reset_before_answer(),
    "truncated": truncate(),
    "reset in body": reset_in_body(),
    "garbage": garbage(),
    "hang": hang(),
    **{
        str(status): respond(status, {"message": "no"}) for status in (400, 401, 403, 404, 409, 429, 500, 503)
    },
    "no JSON": respond(200, b"<html>"),
    "wrong shape": respond(200, {"no": "list"}),
    "echo in 400": echo_authorization(400),
    "echo in 401": echo_authorization(401, lambda value: {"message": f"bad header: {value}"}),
    "echo in 500": echo_authorization(500, lambda value: json.dumps({"headers": {"Authorization": [value]}})),
    "echo in 200": echo_authorization(200),
    "echo in 200 of the wrong shape": echo_authorization(200, lambda value: {"Authorization": value}),
}
faults = pytest.mark.parametrize("fault", FAULTS)


def said_by(record: logging.LogRecord) -> str:
    return f"{logging.Formatter().format(record)} {vars(record)!r}"


def call_in_vain(url: str) -> WatsError:
    with pyWATS(url, TOKEN, timeout=0.1, retry_config=RETRY) as api, pytest.raises(WatsError) as caught:
        api.process.get_processes()
    return caught.value


def call_in_vain_async(url: str) -> WatsError:
    async def call() -> WatsError:
        async with AsyncWATS(url, TOKEN, timeout=0.1, retry_config=RETRY) as api:
            with pytest.raises(WatsError) as caught:
                await api.process.get_processes()
        return caught.value

    return asyncio.run(call())


@functools.cache
def error_of(fault: str) -> WatsError:
    with FaultServer(then=FAULTS[fault]) as server:
        return call_in_vain(server.url)


@faults
def test_no_logger_says_the_token(fault: str, root_log: Records) -> None:
    with FaultServer(then=FAULTS[fault]) as server:
        call_in_vain(server.url)
    assert root_log.records
    assert [said for said in map(said_by, root_log.records) if TOKEN in said] == []


def test_no_logger_says_the_token_when_all_is_well(root_log: Records) -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        api.report.submit_report(REPORT)
        api.product.get_product("X")
    assert root_log.records
    assert [said for said in map(said_by, root_log.records) if TOKEN in said] == []


@faults
def test_the_text_of_an_error_does_not_hold_the_token(fault: str) -> None:
    error = error_of(fault)
    assert TOKEN not in f"{error} {error!r} {error.args!r} {vars(error)!r}"


@faults
def test_the_traceback_of_an_error_does_not_hold_the_token(fault: str) -> None:
    error = error_of(fault)
    assert TOKEN not in "".join(traceback.format_exception(error))


@faults
def test_the_traceback_of_an_async_error_does_not_hold_the_token(fault: str) -> None:
    with FaultServer(then=FAULTS[fault]) as server:
        error = call_in_vain_async(server.url)
    assert TOKEN not in "".join(traceback.format_exception(error))


@faults
def test_a_pickled_error_does_not_hold_the_token(fault: str) -> None:
    error = error_of(fault)
    assert TOKEN.encode() not in pickle.dumps(error)


@faults
def test_an_error_survives_pickling(fault: str) -> None:
    error = error_of(fault)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.correlation_id, copy.attempts, copy.method, copy.url) == (
        type(error),
        str(error),
        error.correlation_id,
        error.attempts,
        error.method,
        error.url,
    )


def test_a_refused_connection_does_not_tell_the_token(root_log: Records) -> None:
    with refused_url() as url:
        error = call_in_vain(url)
    said = (
        "".join(map(said_by, root_log.records))
        + "".join(traceback.format_exception(error))
        + repr(vars(error))
    )
    assert TOKEN not in said


def test_the_objects_a_user_prints_do_not_hold_the_token() -> None:
    config = SyncConfig(retry_enabled=True)
    with FaultServer() as server, pyWATS(server.url, TOKEN, sync_config=config) as api:
        api.product.get_product("X")
        things = [api, api.product, api.report, api.process, config, AsyncWATS(server.url, TOKEN)]
        assert [thing for thing in things if TOKEN in f"{thing!s} {thing!r}"] == []


def test_a_bad_token_is_not_repeated_in_the_complaint() -> None:
    with (
        pytest.raises((ValueError, WatsError)) as caught,
        FaultServer() as server,
        pyWATS(server.url, f"{TOKEN}\r\nX-Evil: 1") as api,
    ):
        api.product.get_product("X")
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_the_token_is_sent_to_our_own_server() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        api.product.get_product("X")
        assert server.requests[0].headers["Authorization"] == f"Basic {TOKEN}"


def test_the_token_of_the_environment_is_sent_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(then=respond(401)) as server:
        monkeypatch.setenv("WATS_BASE_URL", server.url)
        monkeypatch.setenv("WATS_AUTH_TOKEN", TOKEN)
        with pyWATS() as api, pytest.raises(WatsError) as caught:
            api.process.get_processes()
        assert server.requests[0].headers["Authorization"] == f"Basic {TOKEN}"
    assert TOKEN not in f"{api!r} {caught.value!r} {caught.value}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_never_carries_the_token(status: int) -> None:
    with FaultServer() as other:
        elsewhere = respond(status, headers={"Location": f"{other.url}/api/Product/X"})
        with (
            FaultServer(then=elsewhere) as server,
            pyWATS(server.url, TOKEN) as api,
            contextlib.suppress(WatsError),
        ):
            api.product.get_product("X")
        assert [request for request in other.requests if "Authorization" in request.headers] == []


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_to_another_origin_never_carries_a_report(status: int) -> None:
    with FaultServer() as other:
        elsewhere = respond(status, headers={"Location": f"{other.url}/api/Report/WSJF"})
        with (
            FaultServer(then=elsewhere) as server,
            pyWATS(server.url, TOKEN) as api,
            contextlib.suppress(WatsError),
        ):
            api.report.submit_report(REPORT)
        assert [request for request in other.requests if request.body] == []


def test_a_redirect_loop_ends_in_an_error() -> None:
    with FaultServer(then=respond(302, headers={"Location": "/api/App/Processes"})) as server:
        with pyWATS(server.url, TOKEN) as api, pytest.raises(WatsError):
            api.process.get_processes()
        assert len(server.requests) <= 25


def test_a_password_in_the_base_url_is_never_shown(root_log: Records) -> None:
    said = []
    with FaultServer(then=respond(500)) as server:
        try:
            with pyWATS(f"http://user:{PASSWORD}@{server.host}:{server.port}", TOKEN) as api:
                said.append(repr(api))
                api.process.get_processes()
        except (WatsError, ValueError) as error:
            said += [*traceback.format_exception(error), repr(vars(error))]
    said += map(said_by, root_log.records)
    assert PASSWORD not in "".join(said)


def test_a_proxy_password_is_never_shown(root_log: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    with refused_url() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.replace("://", f"://user:{PASSWORD}@"))
        error = call_in_vain("http://wats.test")
    said = [*traceback.format_exception(error), repr(vars(error)), *map(said_by, root_log.records)]
    assert PASSWORD not in "".join(said)


def test_the_query_is_not_part_of_an_error() -> None:
    with (
        FaultServer(then=respond(400)) as server,
        pyWATS(server.url, TOKEN) as api,
        pytest.raises(WatsError) as caught,
    ):
        api.product.add_product_group_filter("private-group", "pn")
    assert "private-group" not in f"{caught.value} {caught.value.url}"


def test_a_healthy_answer_that_echoes_the_token_is_not_logged(root_log: Records) -> None:
    def echo(exchange: Exchange) -> None:
        exchange.send_response(200, {"partNumber": exchange.request.headers["Authorization"]})

    with FaultServer([echo, wats()]) as server, pyWATS(server.url, TOKEN) as api:
        api.product.get_product("X")
    assert [said for said in map(said_by, root_log.records) if TOKEN in said] == []
