"""Check from a test station that pyWATS and a WATS server work together.

    python scripts/manual_check.py                                       # the local simulator
    python scripts/manual_check.py --base-url https://wats.example.com   # the token is in WATS_AUTH_TOKEN

Timeouts, retries and correlation IDs are watched doing what the guide promises, and each service is called
once. A real server cannot be told to fail: a transport in front of the network spoils the first attempts of a
call and lets the next one through. Nothing is changed on the server unless --write is given.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import repeat
from typing import cast

import httpx

from pywats import (
    CorrelationFilter,
    NotFoundError,
    PermissionDeniedError,
    RetryConfig,
    SyncConfig,
    UUTReport,
    WatsConnectionError,
    WatsTimeoutError,
    correlation_id,
    pyWATS,
)
from pywats.core.correlation import CORRELATION_HEADER, generate_correlation_id
from pywats.models import TicketStatus, TicketView
from pywats.transport import network_transport
from pywats.transport.retry import RETRY_COUNT_HEADER

# No answer comes in so many seconds, from whatever server.
TOO_SHORT = 1e-6
# How much later than promised a call may end on a busy machine, in seconds.
SLACK = 1.0
# A server stores a report before it can be read.
READ_BACK_SECONDS = 30

AT_ONCE = RetryConfig(max_retries=3, max_backoff=0.0, jitter=0.0)

Send = Callable[[httpx.Request], Awaitable[httpx.Response]]
Fault = Callable[[Send, httpx.Request], Awaitable[httpx.Response]]


class PromiseBrokenError(Exception):
    """What was seen is not what was promised."""


def expect(promise: str, kept: bool, seen: object) -> None:
    """Fail a check unless a promise was kept.

    Raises:
        PromiseBrokenError: It was not.
    """
    if not kept:
        raise PromiseBrokenError(f"expected {promise}, saw {seen}")


# What stands between pyWATS and the server


async def drop(_send: Send, request: httpx.Request) -> httpx.Response:
    """Break the connection before the request has reached the server."""
    raise httpx.ReadError("dropped by this check", request=request)


async def hang(_send: Send, request: httpx.Request) -> httpx.Response:
    """Let nothing come back."""
    await asyncio.sleep(3600)
    raise httpx.ReadTimeout("nothing came back", request=request)


async def busy(_send: Send, _request: httpx.Request) -> httpx.Response:
    """Answer as a busy server does."""
    return httpx.Response(503, headers={"Retry-After": "1"})


async def lose_answer(send: Send, request: httpx.Request) -> httpx.Response:
    """Break the connection after the request has taken effect."""
    response = await send(request)
    await response.aread()
    await response.aclose()
    raise httpx.ReadError("the answer was dropped by this check", request=request)


@dataclass
class Attempt:
    """One attempt, as it passed by.

    Attributes:
        sent_id: The correlation ID that it carried.
        retry_count: Its ``X-Retry-Count``.
        status: The status of its answer; None without one.
        echoed_id: The correlation ID of the answer.
    """

    sent_id: str | None
    retry_count: str | None
    status: int | None = None
    echoed_id: str | None = None


class Front(httpx.AsyncBaseTransport):
    """The network as pyWATS sees it: some attempts are spoilt, all are remembered.

    Args:
        faults: What becomes of each attempt, in this order; the attempts after the last go to the server.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._network = network_transport(max_connections=1)
        self._faults = iter(faults)
        self.attempts: list[Attempt] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, or spoil it."""
        headers = request.headers
        attempt = Attempt(headers.get(CORRELATION_HEADER), headers.get(RETRY_COUNT_HEADER))
        self.attempts.append(attempt)
        fault = next(self._faults, None)
        send = self._network.handle_async_request
        response = await (send(request) if fault is None else fault(send, request))
        attempt.status = response.status_code
        attempt.echoed_id = response.headers.get(CORRELATION_HEADER)
        return response

    async def aclose(self) -> None:
        """Close the network."""
        await self._network.aclose()


def expect_attempts(front: Front, wanted: int) -> None:
    """Fail a check unless there were so many attempts.

    Raises:
        PromiseBrokenError: There were more or fewer.
    """
    expect(f"{wanted} attempt(s)", len(front.attempts) == wanted, len(front.attempts))


class Log(logging.Handler):
    """What pyWATS says while a check runs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(CorrelationFilter())
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)

    @property
    def ids(self) -> list[str]:
        """The correlation IDs of the requests so far, each once."""
        return list(dict.fromkeys(one for one in map(_id_of, self.records) if one != "-"))

    @property
    def warned_ids(self) -> list[str]:
        """The correlation ID of each warning."""
        return [_id_of(record) for record in self.records if record.levelno == logging.WARNING]


def _id_of(record: logging.LogRecord) -> str:
    return str(vars(record)["correlation_id"])


@contextmanager
def listening() -> Iterator[Log]:
    """Open a log of pyWATS, down to DEBUG."""
    logger, log = logging.getLogger("pywats.transport"), Log()
    level = logger.level
    logger.addHandler(log)
    logger.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        logger.setLevel(level)
        logger.removeHandler(log)


@dataclass(frozen=True)
class Server:
    """The server under check.

    Attributes:
        url: Its address.
        token: The token; it never gets into a text.
        timeout: Seconds for one attempt.
        product: A part number that it knows, or None.
    """

    url: str
    token: str = field(repr=False)
    timeout: float
    product: str | None

    @contextmanager
    def client(
        self, faults: Iterable[Fault] = (), config: SyncConfig | None = None
    ) -> Iterator[tuple[pyWATS, Front]]:
        """Open a client, and what stands in front of it."""
        front = Front(faults)
        config = SyncConfig(timeout=self.timeout) if config is None else config
        with pyWATS(self.url, self.token, sync_config=config, transport=front) as api:
            yield api, front

    def retrying(self, retry: RetryConfig = AT_ONCE) -> SyncConfig:
        """Return a configuration with retries."""
        return SyncConfig(timeout=self.timeout, retry_enabled=True, retry=retry)


# The checks: each returns what it saw

Check = Callable[[Server, Log], str]


def connection(server: Server, _log: Log) -> str:
    """The address is that of a WATS server that accepts the token."""
    with server.client() as (api, _):
        return f"WATS {api.analytics.get_version()}"


def plain_client(server: Server, log: Log) -> str:
    """A client that is made as before there was any configuration goes on working."""
    with pyWATS(server.url, server.token) as api:
        processes = api.process.get_processes()
        expect("the default configuration", api.config == SyncConfig(), api.config)
        expect("one name for analytics and app", api.app is api.analytics, "two")
    expect("one call and no retry", (len(log.ids), len(log.warned_ids)) == (1, 0), log.ids)
    return f"{len(processes)} processes"


def timeout_too_short(server: Server, _log: Log) -> str:
    """A timeout that no server can keep to is an error, and comes in time."""
    with server.client(config=SyncConfig(timeout=TOO_SHORT)) as (api, _):
        error, seconds = _timeout_of(api)
    expect("an end at once", seconds < SLACK, f"one after {seconds:.3f} s")
    return f"timeout={TOO_SHORT:g}: {type(error).__name__} after {seconds:.3f} s"


def timeout_without_answer(server: Server, _log: Log) -> str:
    """A timeout ends a call that nothing comes back to."""
    limit = 1.0
    with server.client([hang], SyncConfig(timeout=limit)) as (api, _):
        error, seconds = _timeout_of(api)
    expect(f"an end after {limit:g} s", limit <= seconds < limit + SLACK, f"one after {seconds:.3f} s")
    return f"timeout={limit:g}: {type(error).__name__} after {seconds:.3f} s"


def total_timeout(server: Server, _log: Log) -> str:
    """The total ends a call in the middle of its retries."""
    limit = 1.0
    config = SyncConfig(timeout=0.4, total_timeout=limit, retry_enabled=True, retry=AT_ONCE)
    with server.client(repeat(hang), config) as (api, _):
        error, seconds = _timeout_of(api)
    expect(f"an end within {limit:g} s", seconds < limit + SLACK, f"one after {seconds:.3f} s")
    expect("several attempts", 1 < error.attempts <= AT_ONCE.max_retries, error.attempts)
    return f"total_timeout={limit:g}: {type(error).__name__} after {error.attempts} attempts, {seconds:.3f} s"


def _timeout_of(api: pyWATS) -> tuple[WatsTimeoutError, float]:
    """Return the error of a call that has to time out, and the seconds it took."""
    started = time.monotonic()
    try:
        version = api.analytics.get_version()
    except WatsTimeoutError as error:
        return error, time.monotonic() - started
    raise PromiseBrokenError(f"expected WatsTimeoutError, saw an answer: WATS {version}")


def retry_after_drops(server: Server, log: Log) -> str:
    """A call survives two broken connections, and the log says so."""
    with server.client([drop, drop], server.retrying()) as (api, front):
        api.analytics.get_version()
    expect_attempts(front, 3)
    expect("2 warnings with the ID of the call", log.warned_ids == log.ids * 2, log.warned_ids)
    return "2 attempts dropped, the third answered; 2 warnings in the log"


def retry_after_503(server: Server, _log: Log) -> str:
    """A call waits for as long as a busy server asks for."""
    started = time.monotonic()
    with server.client([busy], server.retrying()) as (api, front):
        api.analytics.get_version()
    seconds = time.monotonic() - started
    expect_attempts(front, 2)
    expect("a wait of at least 1 s", seconds >= 1.0, f"{seconds:.3f} s")
    return f"503 with Retry-After: 1, answered after {seconds:.3f} s"


def retry_given_up(server: Server, log: Log) -> str:
    """A server that stays away is an error that says how often it was tried, under which ID."""
    with server.client(repeat(drop), server.retrying()) as (api, front):
        error = _connection_error_of(api.analytics.get_version)
    expect_attempts(front, AT_ONCE.max_retries + 1)
    expect("their number on the error", error.attempts == len(front.attempts), error.attempts)
    expect("the ID of the log on the error", [error.correlation_id] == log.ids, error.correlation_id)
    return f"{type(error).__name__} after {error.attempts} attempts, with its ID"


def retry_off(server: Server, _log: Log) -> str:
    """Nothing is repeated unless retries are turned on."""
    with server.client([drop]) as (api, front):
        error = _connection_error_of(api.analytics.get_version)
    expect_attempts(front, 1)
    return f"{type(error).__name__} after 1 attempt"


def retry_unsafe(server: Server, _log: Log) -> str:
    """What might do something twice is sent once. It never reaches the server here."""
    with server.client(repeat(drop), server.retrying()) as (api, front):
        error = _connection_error_of(partial(api.production.take_serial_numbers, "manual check", 1))
    expect_attempts(front, 1)
    return f"{error.method} of serial numbers: {type(error).__name__} after 1 attempt"


def _connection_error_of(call: Callable[[], object]) -> WatsConnectionError:
    try:
        result = call()
    except WatsConnectionError as error:
        return error
    raise PromiseBrokenError(f"expected WatsConnectionError, saw {result!r}")


def correlation_on_attempts(server: Server, log: Log) -> str:
    """All attempts of a call carry the ID that was chosen, and so does the log."""
    chosen = f"check-{generate_correlation_id()}"
    with correlation_id(chosen), server.client([drop, drop], server.retrying()) as (api, front):
        api.analytics.get_version()
    sent = [(attempt.sent_id, attempt.retry_count) for attempt in front.attempts]
    expect("one ID on 3 attempts", sent == [(chosen, None), (chosen, "1"), (chosen, "2")], sent)
    expect("this ID in the log", log.ids == [chosen], log.ids)
    return f"3 attempts with one ID; {_echo(front.attempts[-1])}"


def _echo(attempt: Attempt) -> str:
    if attempt.echoed_id is None:
        return "the server does not send it back"
    if attempt.echoed_id == attempt.sent_id:
        return "the server sends it back"
    return f"the server sends back another: {attempt.echoed_id!r}"


def correlation_of_calls(server: Server, log: Log) -> str:
    """Each call has an ID of its own."""
    with server.client() as (api, front):
        for _ in range(3):
            api.analytics.get_version()
    sent = [attempt.sent_id for attempt in front.attempts]
    expect("an ID for each call", len({*sent}) == len(sent) and None not in sent, sent)
    expect("these IDs in the log", log.ids == sent, log.ids)
    return f"3 calls, 3 IDs: {', '.join(log.ids)}"


def correlation_off(server: Server, _log: Log) -> str:
    """No ID is sent where that is turned off."""
    config = SyncConfig(timeout=server.timeout, correlation_id_enabled=False)
    with server.client(config=config) as (api, front):
        api.analytics.get_version()
    expect("no ID", front.attempts[0].sent_id is None, front.attempts[0].sent_id)
    return "no ID sent"


def refusal(server: Server, log: Log) -> str:
    """An error of the server is one of ours, with the ID of its call."""
    part_number = f"no-such-product-{generate_correlation_id()}"
    with server.client() as (api, _):
        try:
            product = api.product.get_product(part_number)
        except NotFoundError as error:
            expect("the ID of the log on the error", [error.correlation_id] == log.ids, error.correlation_id)
            return f"a product that does not exist: {type(error).__name__}, status {error.status_code}"
    raise PromiseBrokenError(f"expected NotFoundError, saw {product!r}")


def one_product(server: Server, _log: Log) -> str:
    """The product of --product can be read."""
    with server.client() as (api, _):
        product = api.product.get_product(server.product or "")
        return f"{product.part_number}: {len(product.revisions or [])} revisions"


SERVICES: dict[str, Callable[[pyWATS], Sequence[object]]] = {
    "analytics": lambda api: api.analytics.get_levels(),
    "asset": lambda api: api.asset.get_assets(top=1),
    "process": lambda api: api.process.get_processes(),
    "product": lambda api: api.product.get_products(top=1),
    "production": lambda api: api.production.get_serial_number_types(),
    "report": lambda api: api.report.query_headers(top=1),
    "rootcause": lambda api: api.rootcause.get_tickets(TicketStatus.OPEN, TicketView.ASSIGNED),
    "scim": lambda api: api.scim.get_users(count=1).resources or [],
    "software": lambda api: api.software.get_virtual_folders(),
}


def service(name: str, server: Server, _log: Log) -> str:
    """A service answers a call that only reads. That the token may not do this is an answer, too."""
    with server.client() as (api, _):
        try:
            return f"rows: {len(SERVICES[name](api))}"
        except PermissionDeniedError as error:
            return f"status {error.status_code}: the token may not read this"


def written_report(server: Server, _log: Log) -> str:
    """A report whose answer is lost is sent again, stored once, and can be read."""
    with server.client() as (api, _):
        report = _new_report(api, server.product or "MANUAL-CHECK")
    with server.client([lose_answer], server.retrying()) as (api, front):
        api.report.submit_report(report)
    expect_attempts(front, 2)
    with server.client() as (api, _):
        stored = _read_back(api, report)
        headers = api.report.query_headers(f"serialNumber eq '{report.sn}'")
    expect("the report as it was sent", (stored.sn, stored.result) == (report.sn, report.result), stored)
    expect("one report", len(headers) == 1, len(headers))
    return f"report {report.id} of unit {report.sn}: sent twice, stored once"


def _new_report(api: pyWATS, part_number: str) -> UUTReport:
    codes = [process.code for process in api.process.get_processes() if process.is_test_operation]
    expect("a test operation", bool(codes), "none")
    report = UUTReport.create(
        pn=part_number,
        sn=f"check-{generate_correlation_id()}",
        rev="1",
        process_code=codes[0] or 0,
        user="manual check",
        location="manual check",
        purpose="manual check",
    )
    report.root.add_pass_fail("Report sent", ok=True)
    report.finish()
    return report


def _read_back(api: pyWATS, report: UUTReport) -> UUTReport:
    """Return the report as the server stored it, which may take it a while."""
    for _ in range(READ_BACK_SECONDS):
        try:
            stored = api.report.get_report(report.id)
        except NotFoundError:
            time.sleep(1)
        else:
            expect("a test report", isinstance(stored, UUTReport), stored)
            return cast("UUTReport", stored)
    raise PromiseBrokenError(f"expected report {report.id} to be readable within {READ_BACK_SECONDS} s")


# Running them


def chosen_checks(server: Server, *, write: bool) -> dict[str, Check]:
    """Return the checks, in the order in which they are run; the first decides whether there is a server."""
    checks: dict[str, Check] = {
        "connection": connection,
        "plain client": plain_client,
        "timeout: too short": timeout_too_short,
        "timeout: no answer": timeout_without_answer,
        "total timeout": total_timeout,
        "retry: dropped connections": retry_after_drops,
        "retry: 503 with Retry-After": retry_after_503,
        "retry: given up": retry_given_up,
        "retry: off by default": retry_off,
        "retry: not what is unsafe": retry_unsafe,
        "correlation: on all attempts": correlation_on_attempts,
        "correlation: one for each call": correlation_of_calls,
        "correlation: turned off": correlation_off,
        "error of the server": refusal,
    }
    checks |= {f"service: {name}": partial(service, name) for name in SERVICES}
    if server.product is not None:
        checks["product"] = one_product
    if write:
        checks["write: a report"] = written_report
    return checks


@dataclass(frozen=True)
class Outcome:
    """What became of a check.

    Attributes:
        check: Its name.
        result: "ok" or "failed".
        seconds: How long it took.
        correlation_id: The ID of its first call, to be found in the server's log; None if it sent none.
        saw: What it saw, or what went wrong.
    """

    check: str
    result: str
    seconds: float
    correlation_id: str | None
    saw: str


def run(name: str, check: Check, server: Server) -> Outcome:
    """Run a check."""
    started = time.monotonic()
    with listening() as log:
        try:
            result, saw = "ok", check(server, log)
        except PromiseBrokenError as error:
            result, saw = "failed", str(error)
        except Exception as error:  # noqa: BLE001 - whatever a server brings about is the outcome of its check
            result, saw = "failed", f"{type(error).__name__}: {error}"
    seconds = round(time.monotonic() - started, 3)
    return Outcome(name, result, seconds, next(iter(log.ids), None), _fit_to_print(saw, server.token))


def _fit_to_print(text: str, token: str) -> str:
    # A server may say anything in its answers, and send back what it was sent.
    text = text.replace(token, "(token)")
    return "".join(character if character.isprintable() else " " for character in text)


def run_all(checks: Mapping[str, Check], server: Server) -> Iterator[Outcome]:
    """Run the checks; none after the first, if that failed."""
    for number, (name, check) in enumerate(checks.items()):
        outcome = run(name, check, server)
        yield outcome
        if number == 0 and outcome.result == "failed":
            return


ROW = "{:7} {:>8}  {:31} {:39} {}"


def print_row(outcome: Outcome) -> None:
    """Print an outcome as a line of the table."""
    result = outcome.result if outcome.result == "ok" else outcome.result.upper()
    seconds = f"{outcome.seconds:.3f}"
    print(ROW.format(result, seconds, outcome.check, outcome.correlation_id or "-", outcome.saw), flush=True)


def report_as_table(checks: Mapping[str, Check], server: Server) -> list[Outcome]:
    """Run the checks and print each outcome as soon as it is known."""
    print(f"{server.url}\n\n{ROW.format('result', 'seconds', 'check', 'correlation ID', 'what was seen')}")
    outcomes = []
    for outcome in run_all(checks, server):
        outcomes.append(outcome)
        print_row(outcome)
    failed = sum(outcome.result == "failed" for outcome in outcomes)
    print(f"\n{len(outcomes)} of {len(checks)} checks run, {failed} failed")
    return outcomes


def report_as_json(checks: Mapping[str, Check], server: Server) -> list[Outcome]:
    """Run the checks and print all outcomes as one JSON object."""
    outcomes = list(run_all(checks, server))
    print(json.dumps({"server": server.url, "outcomes": [asdict(outcome) for outcome in outcomes]}, indent=2))
    return outcomes


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a server.

    Args:
        arguments: The command line; None for that of the process.

    Returns:
        0 if all went well, 1 if a check failed.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.base_url is None:
        try:
            from pywats.simulator import WatsSimulator  # noqa: PLC0415 - a real server needs no extra
        except ModuleNotFoundError as error:
            parser.error(f"without --base-url, {error}")
        with WatsSimulator() as simulator:
            options.base_url, options.token = simulator.url, simulator.token
            return _check(parser, options)
    return _check(parser, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Check from a test station that pyWATS and a WATS server work together.",
        epilog="Exit code: 0 if all went well, 1 if a check failed, 2 if the command line cannot be used.",
    )
    parser.add_argument("--base-url", help="address of the server; default: the local simulator is started")
    parser.add_argument("--token", help="token of the server; better kept in WATS_AUTH_TOKEN (the default)")
    parser.add_argument(
        "--timeout", type=float, default=30.0, help="seconds for one attempt (default: %(default)g)"
    )
    parser.add_argument("--product", metavar="PN", help="part number of a product to read, and to report on")
    parser.add_argument("--write", action="store_true", help="also submit a test report")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    token = options.token or os.environ.get("WATS_AUTH_TOKEN")
    try:
        with pyWATS(options.base_url, token, timeout=options.timeout) as api:
            server = Server(api.base_url, token or "", options.timeout, options.product)
    except ValueError as error:
        parser.error(str(error))
    checks = chosen_checks(server, write=options.write)
    outcomes = report_as_json(checks, server) if options.json else report_as_table(checks, server)
    return 1 if any(outcome.result == "failed" for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
