"""Rounds of several candidates, interleaved, so that a noisy machine is noisy for all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

__all__ = ["Goal", "Table", "crowd", "interleaved", "spread", "stopwatch"]


@dataclass(frozen=True)
class Goal:
    """What a candidate is to reach.

    Attributes:
        candidate: Its name.
        peer: What it is compared to.
        at_most: The ratio that it is not to exceed.
    """

    candidate: str
    peer: str
    at_most: float


@dataclass(frozen=True)
class Table:
    """What several candidates take for the same work.

    Attributes:
        title: The work.
        unit: The unit of the times, such as "µs a call".
        times: For each candidate its time in each round.
        goals: What is to be reached.
        notes: What else is worth knowing, such as memory.
    """

    title: str
    unit: str
    times: dict[str, list[float]]
    goals: tuple[Goal, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)

    def ratio(self, candidate: str, peer: str) -> float:
        """Return how many times as long as its peer a candidate takes: the median over the rounds."""
        pairs = zip(self.times[candidate], self.times[peer], strict=True)
        return statistics.median(time / peers for time, peers in pairs)


def interleaved(candidates: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Return what each candidate returns, round by round; a first round of each is not counted."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, measure in candidates.items():
            value = measure()
            if number:
                times[name].append(value)
    return times


def stopwatch(work: Callable[[], object], calls: int) -> Callable[[], float]:
    """Return a function that does some work so many times and returns the microseconds of one."""

    def measure() -> float:
        started = time.perf_counter()
        for _ in range(calls):
            work()
        return (time.perf_counter() - started) / calls * 1e6

    return measure


def crowd(
    pool: ThreadPoolExecutor, threads: int, work: Callable[[], object], calls: int
) -> Callable[[], float]:
    """Return a function that lets each thread do some work so often and returns the microseconds of one."""

    def share(_: int) -> None:
        for _ in range(calls):
            work()

    measure = stopwatch(lambda: list(pool.map(share, range(threads))), 1)
    return lambda: measure() / calls / threads


def spread(values: list[float]) -> tuple[float, float, float]:
    """Return the first quartile, the median and the third quartile."""
    low, median, high = statistics.quantiles(values, n=4)
    return low, median, high
