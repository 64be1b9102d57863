"""Timeouts, retries and correlation IDs, in three steps, against a server that misbehaves.

Set WATS_BASE_URL and WATS_AUTH_TOKEN to use a server of your own: a report is submitted to it. Without them
the script starts the local simulator and tells it to be slow, to answer 503 and to drop connections; at the
end it prints the requests as that server saw them.
"""

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TypeVar

from pywats import (
    CorrelationFilter,
    RetryConfig,
    SyncConfig,
    UUTReport,
    WatsConnectionError,
    WatsError,
    WatsTimeoutError,
    correlation_id,
    pyWATS,
)
from pywats.core.logging import DEFAULT_FORMAT
from pywats.models import NumericMeasurement, Product, SequenceCallInfo, Step, UUTInfo
from pywats.simulator import WatsSimulator

T = TypeVar("T")


def main() -> None:
    show_log_with_correlation_ids()
    local: AbstractContextManager[WatsSimulator | None] = nullcontext()
    if "WATS_BASE_URL" not in os.environ:
        local = WatsSimulator()
    with local as simulator:
        if simulator:
            os.environ["WATS_BASE_URL"] = simulator.url
            os.environ["WATS_AUTH_TOKEN"] = simulator.token
            # Not through the company's proxy: this server is on this machine.
            os.environ["NO_PROXY"] = "127.0.0.1"
        simple_timeout(simulator)
        with_retry(simulator)
        full_configuration(simulator)
        if simulator:
            print_requests(simulator)


def simple_timeout(simulator: WatsSimulator | None) -> None:
    print("\n1. Simple timeout: a slow server is given up on")
    with pyWATS(timeout=0.5) as api:
        if simulator:
            simulator.delay("/api/App/Processes", seconds=5)
        try:
            print(f"   {len(api.process.get_processes())} processes")
        except WatsTimeoutError as error:
            print(f"   expected: {error}")


def with_retry(simulator: WatsSimulator | None) -> None:
    print("\n2. With retry: the same call gets through a bad patch")
    with pyWATS(timeout=5, retry_config=RetryConfig(max_retries=5, max_backoff=0.5)) as api:
        if simulator:
            simulator.fail("/api/App/Processes", status=503, retry_after=1)
            simulator.drop("/api/App/Processes", times=2)
        processes = api.process.get_processes()
        print(f"   {len(processes)} processes: {', '.join(process.name or '' for process in processes)}")


def full_configuration(simulator: WatsSimulator | None) -> None:
    print("\n3. Full configuration: a report is submitted and read back")
    config = SyncConfig(
        timeout=2,
        total_timeout=30,
        retry_enabled=True,
        retry=RetryConfig(max_retries=4, backoff=2.0, max_backoff=0.5, jitter=0.5),
    )
    with pyWATS(sync_config=config) as api:
        if simulator:
            api.product.save_product(Product(part_number="CTRL-BOARD-07", name="Control board"))
            simulator.drop("/api/Report/WSJF", after=True)
            simulator.cut("/api/Report/Wsjf/*")
            simulator.delay("/api/Product/*", seconds=10)

        codes = [process.code for process in api.process.get_processes() if process.is_test_operation]
        report = new_report(process_code=codes[0] or 0)

        # The answer to the first attempt is lost after the server has stored the report. Sending it again is
        # safe: the server replaces a report that has the same id.
        result = api.report.submit_report(report)
        print(f"   submitted {result.id}")

        stored = call_or_explain(lambda: api.report.get_report(report.id))
        if isinstance(stored, UUTReport) and stored.root.steps:
            print(f"   read back {stored.sn}: result {stored.result}, {len(stored.root.steps)} steps")

        # All calls in here share an ID of our choice.
        with correlation_id(f"run-{report.sn}"):
            products = call_or_explain(api.product.get_products) or []
            print(f"   {len(products)} products: {', '.join(product.part_number for product in products)}")
            call_or_explain(lambda: api.product.get_product("no/such product"))


def call_or_explain(call: Callable[[], T]) -> T | None:
    """Show what the errors are good for."""
    try:
        return call()
    except (WatsConnectionError, WatsTimeoutError) as error:
        print(f"   the network failed after {error.attempts} attempts, ID {error.correlation_id}: {error}")
    except WatsError as error:
        print(f"   the server refused, ID {error.correlation_id}: {error}")
    return None


def new_report(process_code: int) -> UUTReport:
    """Return a test report with a small step tree, as a test script would fill it in."""
    volts = Step(
        group="M",
        step_type="ET_NLT",
        name="3V3 rail",
        status="P",
        tot_time=0.42,
        numeric_meas=[
            NumericMeasurement(
                comp_op="GELE", status="P", unit="V", value=3.312, low_limit=3.2, high_limit=3.4
            )
        ],
    )
    root = Step(
        group="M",
        step_type="SequenceCall",
        name="MainSequence Callback",
        status="P",
        seq_call=SequenceCallInfo(path="C:/tests/board.seq", name="Main", version="1.0"),
        steps=[volts, Step(group="C", step_type="Action", name="Power off", status="D")],
    )
    return UUTReport(
        pn="CTRL-BOARD-07",
        sn=f"SN-{datetime.now(UTC):%Y%m%d-%H%M%S}",
        rev="B",
        process_code=process_code,
        result="P",
        machine_name="FCT-STATION-3",
        location="Line 2",
        purpose="Example",
        uut=UUTInfo(user="operator", exec_time=48.25),
        root=root,
    )


def show_log_with_correlation_ids() -> None:
    handler = logging.StreamHandler()
    handler.addFilter(CorrelationFilter())
    handler.setFormatter(logging.Formatter(f"   log: {DEFAULT_FORMAT}"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def print_requests(simulator: WatsSimulator) -> None:
    print("\nThe requests as the server saw them: a call and its retries share one ID\n")
    print(f"{'time':12} {'method':6} {'path':58} {'status':7} {'X-Correlation-ID':32} X-Retry-Count")
    for request in simulator.requests:
        status = request.status or "dropped"
        print(
            f"{request.time:%H:%M:%S.%f}"[:12],
            f"{request.method:6} {request.path:58} {status!s:7} {request.correlation_id or '-':32}",
            request.retry_count or "-",
        )


if __name__ == "__main__":
    main()
