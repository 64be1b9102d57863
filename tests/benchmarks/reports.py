"""What submitting reports costs: a night's worth of them, from many threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import requests

from pywats import RetryConfig, UUTReport, pyWATS
from tests.benchmarks.calls import THREADS, TOKEN
from tests.benchmarks.measuring import Goal, Table, crowd, interleaved
from tests.benchmarks.server import bench_server

STEPS = 20


def report() -> UUTReport:
    """Return a report of a few measured steps."""
    made = UUTReport.create(
        pn="CTRL-BOARD-07",
        sn="SN-0001",
        rev="B",
        process_code=100,
        user="operator",
        location="Line 2",
        purpose="Production",
    )
    for number in range(STEPS):
        made.root.add_numeric(f"Rail {number}", 3.31, low=3.2, high=3.4, unit="V")
    made.finish()
    return made


def submitted(rounds: int, count: int) -> Table:
    """Measure submissions from many threads; the peer has neither retries nor IDs."""
    model = report()
    document = model.to_wsjf()
    sessions = threading.local()
    with (
        bench_server() as url,
        pyWATS(url, TOKEN, retry_config=RetryConfig()) as api,
        ThreadPoolExecutor(THREADS) as pool,
    ):

        def with_requests() -> None:
            if not hasattr(sessions, "session"):
                sessions.session = requests.Session()
            answer = sessions.session.post(f"{url}/api/Report/WSJF", json=document)
            answer.raise_for_status()
            answer.json()

        def with_pywats() -> None:
            api.report.submit_report(model)

        candidates = {"requests.Session in each thread": with_requests, "pywats": with_pywats}
        share = count // THREADS
        times = interleaved(
            {name: crowd(pool, THREADS, submit, share) for name, submit in candidates.items()}, rounds
        )
    goal = Goal("pywats", "requests.Session in each thread", 1 / 1.5)
    return Table(f"{count} reports from {THREADS} threads", "µs a report", times, (goal,))
