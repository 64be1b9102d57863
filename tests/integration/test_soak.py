"""A bad day: every kind of fault at random, from many threads, and every call is answered."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from pywats import RetryConfig, SyncConfig, pyWATS
from tests.support import TOKEN, Stopwatch
from tests.support.fault_server import (
    Behaviour,
    FaultServer,
    Request,
    close_before_answer,
    drip_body,
    reset_before_answer,
    respond,
    truncate,
    wats,
)

THREADS, CALLS = 16, 800
FAULTS = [
    close_before_answer(),
    reset_before_answer(),
    truncate(),
    drip_body(0.05),
    respond(429),
    respond(502),
    respond(503),
]


class BadDay:
    """Every third request or so meets a fault."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Behaviour:
        with self._lock:
            return self._random.choice(FAULTS) if self._random.random() < 0.35 else wats()


@dataclass(frozen=True)
class Outcome:
    answers: list[str]
    requests: list[Request]
    grown: tuple[int, int]
    """By how many threads and file descriptors."""


def resources() -> tuple[int, int]:
    fds = Path("/proc/self/fd")
    return threading.active_count(), sum(1 for _ in fds.iterdir()) if fds.exists() else 0


@pytest.fixture(scope="module")
def outcome() -> Iterator[Outcome]:
    config = SyncConfig(
        timeout=0.5,
        retry_enabled=True,
        retry=RetryConfig(max_retries=15, max_backoff=0.02),
    )
    names = [f"P{number}" for number in range(CALLS)]
    with FaultServer(BadDay(seed=7)) as server:
        before = resources()
        with (
            pyWATS(server.url, TOKEN, sync_config=config) as api,
            Stopwatch(),
            ThreadPoolExecutor(THREADS) as pool,
        ):
            answers = list(pool.map(lambda name: api.product.get_product(name).part_number, names))
        server.wait_until(lambda: server.open_connections == 0)
        after = resources()
        yield Outcome(answers, server.requests, (after[0] - before[0], after[1] - before[1]))


def test_every_call_is_answered_with_its_own_answer(outcome: Outcome) -> None:
    assert outcome.answers == [f"P{number}" for number in range(CALLS)]


def test_every_call_has_one_correlation_id_over_all_its_attempts(outcome: Outcome) -> None:
    pairs = {(request.path, request.correlation_id) for request in outcome.requests}
    assert len(pairs) == len({path for path, _ in pairs}) == len({carried for _, carried in pairs}) == CALLS


def test_no_two_attempts_of_a_call_have_the_same_number(outcome: Outcome) -> None:
    counts: dict[str, list[str | None]] = {}
    for request in outcome.requests:
        counts.setdefault(request.path, []).append(request.retry_count)
    assert [seen for seen in counts.values() if len(set(seen)) < len(seen)] == []


def test_the_bad_day_was_bad(outcome: Outcome) -> None:
    assert len(outcome.requests) > CALLS * 1.3


def test_no_threads_or_file_descriptors_are_left(outcome: Outcome) -> None:
    """Beyond the one loop thread with its selector and its self-pipe."""
    threads, fds = outcome.grown
    assert threads <= 1
    assert fds <= 4
