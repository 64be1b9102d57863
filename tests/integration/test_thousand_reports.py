"""The promise that the chain exists for: nothing is lost and nothing is stored twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from pywats import RetryConfig, SyncConfig, UUTReport, pyWATS
from pywats.models import SequenceCallInfo, Step, UUTInfo
from pywats.simulator import WatsSimulator


def new_report(number: int) -> UUTReport:
    measured = Step(step_type="Action", name="Measure", status="D")
    root = Step(
        step_type="SequenceCall",
        name="Main",
        status="P",
        seq_call=SequenceCallInfo(path="main.seq", name="Main", version="1"),
        steps=[measured],
    )
    return UUTReport(
        pn="BOARD",
        sn=f"SN-{number:04}",
        rev="A",
        process_code=100,
        result="P",
        machine_name="STATION",
        location="Line",
        purpose="Test",
        uut=UUTInfo(user="tester"),
        root=root,
    )


def test_a_thousand_reports_arrive_once_each_although_every_tenth_request_fails() -> None:
    retry = RetryConfig(max_retries=10, max_backoff=0.02)
    config = SyncConfig(timeout=10, retry_enabled=True, retry=retry)
    reports = [new_report(number) for number in range(1000)]
    with WatsSimulator() as server, pyWATS(server.url, server.token, sync_config=config) as api:
        server.fail_randomly(0.1, seed=4)
        with ThreadPoolExecutor(16) as threads:
            results = list(threads.map(api.report.submit_report, reports))
        attempts = Counter(request.correlation_id for request in server.requests)
        server.clear_faults()
        stored = Counter(header.serial_number for header in api.report.iter_headers(orderby="start asc"))

    assert [result.id for result in results] == [report.id for report in reports]
    assert stored == Counter(report.sn for report in reports)
    assert len(attempts) == len(reports)
    assert sum(attempts.values()) > 1050, "the faults did not bite"
