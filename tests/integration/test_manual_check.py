"""The script that checks a server: on the simulator, on servers that misbehave, and on clients that do."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from pywats import RetryConfig, SyncConfig, pyWATS
from pywats.models import Product
from pywats.simulator import SeenRequest, WatsSimulator
from scripts import manual_check
from scripts.manual_check import AT_ONCE, Check, Fault, Front, Outcome, Server, main, run
from tests.support import TOKEN
from tests.support.fault_server import Behaviour, Exchange, FaultServer, hang, refused_url, respond


def outcomes_of(*arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code of the script, and the outcome of each check by its name."""
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        code = main([*arguments, "--json"])
    return code, {outcome["check"]: outcome for outcome in json.loads(screen.getvalue())["outcomes"]}


def outcomes_on(server: WatsSimulator, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    return outcomes_of("--base-url", server.url, "--token", server.token, *arguments)


def failures(outcomes: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: outcome["saw"] for name, outcome in outcomes.items() if outcome["result"] != "ok"}


def outcome_of(check: Check, server: FaultServer) -> Outcome:
    return run("a check", check, Server(server.url, TOKEN, timeout=5.0, product=None))


# On the simulator


@pytest.fixture(scope="module")
def reading() -> Iterator[tuple[list[SeenRequest], dict[str, dict[str, Any]]]]:
    """What the simulator saw of a run without --write, and the outcomes of that run."""
    with WatsSimulator() as server:
        _, outcomes = outcomes_on(server)
        yield server.requests, outcomes


def test_all_is_well_with_a_simulator_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--write"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "24 of 24 checks run, 0 failed"


def test_without_write_a_server_is_only_read(reading) -> None:
    seen_by_the_server, _ = reading
    assert {seen.method for seen in seen_by_the_server} == {"GET"}


def test_the_ids_that_are_shown_are_found_in_the_log_of_the_server(reading) -> None:
    seen_by_the_server, outcomes = reading
    shown = {outcome["correlation_id"] for name, outcome in outcomes.items() if name.startswith("service")}
    assert shown <= {seen.correlation_id for seen in seen_by_the_server}


def test_with_write_a_report_is_stored_once(wats_simulator: WatsSimulator, wats_api: pyWATS) -> None:
    wats_api.product.save_product(Product(part_number="A"))
    code, _ = outcomes_on(wats_simulator, "--write", "--product", "A")
    assert (code, [header.part_number for header in wats_api.report.query_headers()]) == (0, ["A"])


def test_one_service_that_fails_is_one_failure(wats_simulator: WatsSimulator) -> None:
    wats_simulator.fail("/api/Asset*", status=500, times=None)
    code, outcomes = outcomes_on(wats_simulator)
    assert (code, [*failures(outcomes)]) == (1, ["service: asset"])


def test_a_service_that_the_token_may_not_use_is_no_failure() -> None:
    with FaultServer(then=respond(403)) as server:
        outcome = outcome_of(partial(manual_check.service, "scim"), server)
    assert (outcome.result, outcome.saw) == ("ok", "status 403: the token may not read this")


def test_a_product_that_is_missing_is_a_failure() -> None:
    with FaultServer(then=respond(404)) as server:
        assert outcome_of(manual_check.one_product, server).result == "failed"


# On servers that misbehave


@contextlib.contextmanager
def server_that(behaviour: Behaviour) -> Iterator[str]:
    with FaultServer(then=behaviour) as server:
        yield server.url


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (refused_url, "WatsConnectionError"),
        (lambda: server_that(respond(401)), "AuthenticationError"),
        (lambda: server_that(respond(200, "<html>Please log in</html>")), "WatsResponseError"),
        (lambda: server_that(hang()), "WatsTimeoutError"),
    ],
    ids=["none", "no login", "login page", "no answer"],
)
def test_without_a_server_that_answers_the_first_check_is_the_last(
    server: Callable[[], AbstractContextManager[str]], said: str
) -> None:
    with server() as url:
        code, outcomes = outcomes_of("--base-url", url, "--token", TOKEN, "--timeout", "0.2")
    assert code == 1
    assert {name: saw.partition(":")[0] for name, saw in failures(outcomes).items()} == {"connection": said}


def test_the_table_shows_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    with refused_url() as url:
        main(["--base-url", url, "--token", TOKEN])
    rows = capsys.readouterr().out.splitlines()
    assert rows[3].startswith("FAILED ")
    assert rows[-1] == "1 of 23 checks run, 1 failed"


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "the server does not send it back"),
        ({"X-Correlation-ID": "another"}, "the server sends back another: 'another'"),
    ],
    ids=["none", "another"],
)
def test_an_id_that_does_not_come_back_is_said_but_no_failure(headers: dict[str, str], said: str) -> None:
    with FaultServer(then=respond(200, '"1"', headers)) as server:
        outcome = outcome_of(manual_check.correlation_on_attempts, server)
    assert (outcome.result, outcome.saw) == ("ok", f"3 attempts with one ID; {said}")


def test_a_product_that_cannot_exist_is_a_failure() -> None:
    with FaultServer() as server:
        outcome = outcome_of(manual_check.refusal, server)
    assert (outcome.result, outcome.saw[:28]) == ("failed", "expected NotFoundError, saw ")


def echo_token(status: int) -> Behaviour:
    def answer(exchange: Exchange) -> None:
        token = exchange.request.headers["Authorization"]
        exchange.send_response(status, f'"{token}"', {"X-Correlation-ID": token})

    return answer


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["table", "JSON"])
@pytest.mark.parametrize("status", [400, 500])
def test_a_token_in_an_error_of_the_server_is_not_shown(
    status: int, form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultServer(then=echo_token(status)) as server:
        main(["--base-url", server.url, "--token", TOKEN, *form])
    captured = capsys.readouterr()
    assert TOKEN not in captured.out + captured.err


@pytest.mark.parametrize(
    "check", [manual_check.connection, manual_check.correlation_on_attempts, manual_check.refusal]
)
def test_a_token_in_an_answer_of_the_server_is_not_shown(check: Check) -> None:
    with FaultServer(then=echo_token(200)) as server:
        assert TOKEN not in repr(outcome_of(check, server))


def test_what_a_server_sends_does_not_steer_the_terminal() -> None:
    with FaultServer(then=respond(200, json.dumps("1\x1b[2J\r\n2"))) as server:
        assert outcome_of(manual_check.connection, server).saw == "WATS 1 [2J  2"


# On clients that misbehave


class OtherClient(Server):
    """A server whose clients do something else than what the check asks for."""

    config: SyncConfig

    def client(
        self, faults: Iterable[Fault] = (), config: SyncConfig | None = None
    ) -> AbstractContextManager[tuple[pyWATS, Front]]:
        return super().client(faults, self.config)


RETRYING = SyncConfig(retry_enabled=True, retry=AT_ONCE)


def retrying(**changes: Any) -> SyncConfig:
    return SyncConfig(retry_enabled=True, retry=RetryConfig(**{"max_backoff": 0.0, **changes}))


@pytest.mark.parametrize(
    ("check", "client", "said"),
    [
        (manual_check.timeout_too_short, SyncConfig(), "expected WatsTimeoutError, saw an answer"),
        (manual_check.timeout_without_answer, SyncConfig(timeout=0.05), "expected an end after 1 s"),
        (manual_check.total_timeout, SyncConfig(timeout=0.05), "expected several attempts, saw 1"),
        (manual_check.retry_after_drops, SyncConfig(), "WatsConnectionError"),
        (
            manual_check.retry_after_503,
            retrying(respect_retry_after=False),
            "expected a wait of at least 1 s",
        ),
        (manual_check.retry_given_up, retrying(max_retries=1), "expected 4 attempt(s), saw 2"),
        (manual_check.retry_off, RETRYING, "expected WatsConnectionError, saw"),
        (manual_check.retry_unsafe, retrying(retry_non_idempotent=True), "expected 1 attempt(s), saw 4"),
        (
            manual_check.correlation_on_attempts,
            SyncConfig(retry_enabled=True, retry=AT_ONCE, correlation_id_enabled=False),
            "expected one ID on 3 attempts",
        ),
        (
            manual_check.correlation_of_calls,
            SyncConfig(correlation_id_enabled=False),
            "expected an ID for each call",
        ),
        (manual_check.correlation_off, SyncConfig(), "expected no ID"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_check_fails_when_its_promise_is_broken(
    check: Check,
    client: SyncConfig,
    said: str,
    wats_simulator: WatsSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OtherClient, "config", client, raising=False)
    server = OtherClient(wats_simulator.url, wats_simulator.token, timeout=5.0, product=None)
    outcome = run("a check", check, server)
    assert (outcome.result, outcome.saw[: len(said)]) == ("failed", said)


# The command line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--base-url", "http://127.0.0.1:1"],
        ["--base-url", "no address", "--token", TOKEN],
        ["--base-url", "http://127.0.0.1:1", "--token", TOKEN, "--timeout", "0"],
    ],
    ids=["no token", "no address", "no time"],
)
def test_a_command_line_that_cannot_be_used_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert (end.value.code, TOKEN in capsys.readouterr().err) == (2, False)


def test_without_the_extra_a_simulator_of_its_own_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn.config", None)
    monkeypatch.delitem(sys.modules, "pywats.simulator.server", raising=False)
    with pytest.raises(SystemExit) as end:
        main([])
    assert (end.value.code, "pip install pywats[simulator]" in capsys.readouterr().err) == (2, True)


def test_the_token_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATS_AUTH_TOKEN", TOKEN)
    with FaultServer(then=respond(401)) as server:
        outcomes_of("--base-url", server.url)
    assert server.requests[0].headers["Authorization"] == f"Basic {TOKEN}"


def test_logging_is_left_as_it_was() -> None:
    logger = logging.getLogger("pywats.transport")
    before = (logger.level, [*logger.handlers])
    with FaultServer() as server:
        outcome_of(manual_check.connection, server)
    assert (logger.level, logger.handlers) == before
