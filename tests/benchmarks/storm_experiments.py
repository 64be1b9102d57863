"""Which policies meet which outages: the tables of ``docs/retry-storm.md``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pywats import RetryConfig
from tests.benchmarks.storm_model import Calls, Scenario
from tests.benchmarks.storm_policies import (
    NO_RETRIES,
    OTHERS,
    Budget,
    Policy,
    backoff,
    full,
    grpc_budget,
    pywats,
    sre_budget,
    station_budget,
)

__all__ = ["EXPERIMENTS", "Experiment"]

BASE = 500  # calls a second of all stations
LENGTHS = (5, 30, 120, 300)  # of an outage, in seconds


@dataclass(frozen=True, slots=True)
class Experiment:
    """A table: each policy in each scenario."""

    title: str
    scenarios: Mapping[str, Scenario]
    policies: Sequence[Policy]


def _site(stations: int = 1000, **values: Any) -> Scenario:
    return Scenario(stations=stations, rate=BASE / stations, **values)


def _values(name: str, **values: Any) -> Policy:
    return pywats(f"pyWATS, {name}", RetryConfig(**values))


def _budgeted(name: str, budget: Callable[[float], Budget], **values: Any) -> Policy:
    return pywats(f"pyWATS, {name}", RetryConfig(**values), budget)


def _jitters(*jitters: float) -> list[Policy]:
    return [_values(f"jitter {jitter:g}", jitter=jitter) for jitter in jitters]


def _retries(*retries: int) -> list[Policy]:
    return [_values(f"max_retries {count}", max_retries=count) for count in retries]


def _others(*names: str) -> list[Policy]:
    return [policy for policy in OTHERS if policy.name in names]


STORMS: tuple[tuple[Calls, int], ...] = (("at random", 30), ("at random", 10), ("one at a time", 10))

DEFAULT = _values("defaults")
FULL_JITTER = Policy("pyWATS, full jitter instead", backoff(3, 1, jitter=full, obeys_retry_after=True))
AFTER_10 = "503, Retry-After 10 s"
UNTIL_THE_END = "503, Retry-After until the end"

# What the server does when it is short of capacity.
SERVERS: dict[str, dict[str, Any]] = {
    "503": {},
    "503 costs a fifth": {"refusal_cost": 0.2},
    "endless queue": {"queue": math.inf},
}

EXPERIMENTS = (
    Experiment(
        "Clients (30 s, connections refused)",
        {"1,000 stations": _site()},
        [NO_RETRIES, *_jitters(0, 0.25, 0.5, 1), *OTHERS],
    ),
    Experiment(
        "Clients with a budget, on more and slower stations (30 s, connections refused)",
        {"10,000 stations": _site(10_000)},
        [DEFAULT, *(policy for policy in OTHERS if policy.budget)],
    ),
    Experiment(
        "Retry-After (30 s of 503 with Retry-After 10 s)",
        {"1,000 stations": _site(kind=AFTER_10)},
        [
            *_jitters(0, 0.5, 1),
            *_others("httpx-retries", ".NET standard (Polly)", "pywats-api sync", "gRPC A6"),
        ],
    ),
    Experiment(
        "Length of the outage (connections refused)",
        {f"{seconds} s": _site(outage=seconds) for seconds in LENGTHS},
        [DEFAULT, *_others("AWS 2026", "gRPC A6")],
    ),
    Experiment(
        "Length of the outage (503)",
        {
            f"{seconds} s, {kind}": _site(outage=seconds, kind=kind)
            for kind, lengths in (("503", (30,)), (AFTER_10, LENGTHS), (UNTIL_THE_END, LENGTHS))
            for seconds in lengths
        },
        [DEFAULT],
    ),
    Experiment(
        "Capacity, and what the server does when it is short of it (30 s, connections refused)",
        {
            f"{capacity:g} times, {name}": _site(capacity=capacity, **server)
            for name, server in SERVERS.items()
            for capacity in (1.2, 1.5, 2.0)
        },
        [DEFAULT],
    ),
    Experiment(
        "Stations in step (each also makes a call in the instant in which the outage begins)",
        {
            f"{count:,} stations, {seconds} s, {kind}": _site(
                count, calls="in step", outage=seconds, kind=kind
            )
            for seconds, kind in ((5, "refused"), (30, UNTIL_THE_END))
            for count in (1000, 10_000)
        },
        [*_jitters(0, 0.5, 1), FULL_JITTER],
    ),
    Experiment(
        "Stations that make one call at a time (connections refused, capacity 1.2)",
        {
            f"{count:,} stations, {seconds} s": _site(
                count, calls="one at a time", outage=seconds, capacity=1.2
            )
            for count in (1000, 10_000)
            for seconds in (30, 120)
        },
        [DEFAULT, *_retries(5, 8)],
    ),
    Experiment(
        "Stations that make one call at a time, and are told when to come back (120 s, capacity 1.2)",
        {
            f"{count:,} stations, {UNTIL_THE_END}": _site(
                count, calls="one at a time", outage=120, kind=UNTIL_THE_END, capacity=1.2
            )
            for count in (1000, 10_000)
        },
        _jitters(0, 0.25, 0.5, 1),
    ),
    Experiment(
        "A retry budget for each station (connections refused, capacity 1.2)",
        {
            f"{count:,} stations, {seconds} s": _site(count, outage=seconds, capacity=1.2)
            for count in (1000, 10_000)
            for seconds in (5, 30)
        },
        [
            DEFAULT,
            _budgeted("defaults, and 10 tokens, +0.1", grpc_budget),
            _budgeted("defaults, and 10 %", sre_budget),
            _budgeted("defaults, and 10 % and one each 10 s", station_budget),
        ],
    ),
    Experiment(
        "Other values (connections refused)",
        {f"{seconds} s": _site(outage=seconds) for seconds in (5, 30)},
        [
            DEFAULT,
            FULL_JITTER,
            *_retries(2, 5, 8),
            *(_values(f"backoff {backoff:g}", backoff=backoff) for backoff in (1.5, 3)),
            _values("max_retries 8, max_backoff 10", max_retries=8, max_backoff=10),
        ],
    ),
    Experiment(
        "Storms that do not end (120 s, connections refused, capacity 1.2, endless queue, 100 stations)",
        {
            f"{calls}, timeout {timeout} s": Scenario(
                stations=100, calls=calls, outage=120, capacity=1.2, queue=math.inf, timeout=timeout
            )
            for calls, timeout in STORMS
        },
        [
            DEFAULT,
            *_retries(4, 5, 6),
            _budgeted("max_retries 6, and 10 tokens, +0.1", grpc_budget, max_retries=6),
        ],
    ),
)
