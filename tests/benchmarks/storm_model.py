"""Many stations, one server, one outage: a discrete-event model of what their retries do."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.storm_policies import OVERLOADED, REFUSED, TIMED_OUT, Budget, Failure, Policy

__all__ = ["LIMIT", "OUTAGES", "Calls", "Outcome", "Scenario", "simulate"]

Calls = Literal["at random", "in step", "one at a time"]

# What an attempt meets in the outage, given the seconds until its end.
OUTAGES: dict[str, Callable[[float], Failure]] = {
    "refused": lambda left: REFUSED,
    "503": lambda left: OVERLOADED,
    "503, Retry-After 10 s": lambda left: Failure(status=503, retry_after=10),
    "503, Retry-After until the end": lambda left: Failure(status=503, retry_after=math.ceil(left)),
}

WARM_UP = 5.0  # seconds of calls before the outage
CALM = 10.0  # seconds of new calls after it, at least: they go on while calls fail
LIMIT = 600.0  # and at most


@dataclass(frozen=True, slots=True)
class Scenario:
    """A site and its outage.

    Attributes:
        stations: How many there are.
        rate: Calls a second of one station.
        calls: When a station makes them: at random, whatever becomes of the others; the same, and one more in
            the instant in which the outage begins; or none while another one is under way.
        outage: How long the server is away, in seconds.
        kind: What an attempt meets in that time: a key of `OUTAGES`.
        capacity: What the server can serve, as a multiple of what it is asked without retries.
        queue: Requests that the server lets wait; what comes on top is answered 503 at once.
        refusal_cost: What such a 503 costs the server, as a share of what it costs to serve.
        timeout: Seconds after which a client gives up an attempt. The server works on it nevertheless.
    """

    stations: int = 1000
    rate: float = 0.5
    calls: Calls = "at random"
    outage: float = 30.0
    kind: str = "refused"
    capacity: float = 1.5
    queue: float = 1000
    refusal_cost: float = 0.0
    timeout: float = 30.0

    @property
    def base(self) -> float:
        """Calls a second of all stations."""
        return self.stations * self.rate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. Calls "in the outage" are those that began in it, wherever they ended.

    Attributes:
        calls: All of them.
        attempts: Of all calls.
        served: Calls that got their answer.
        lost: Calls that did not.
        calls_in_outage: Calls in the outage.
        attempts_per_call: Attempts per call in the outage.
        lost_in_outage: Share of the calls in the outage that were lost.
        lost_later: Calls that began after the outage and were lost, as a share of the calls in the outage.
        peak: The busiest second after the outage, as a multiple of the load without retries.
        recovery: Seconds from the end of the outage until the last call that had failed at least once was
            served or given up; infinite if new calls still failed after `LIMIT`.
    """

    calls: int
    attempts: int
    served: int
    lost: int
    calls_in_outage: int
    attempts_per_call: float
    lost_in_outage: float
    lost_later: float
    peak: float
    recovery: float


def simulate(scenario: Scenario, policy: Policy, seed: int) -> Outcome:
    """Run one scenario with one policy.

    Policies that run with the same seed meet the same calls, unless what they do decides when calls begin.
    """
    return _Simulation(scenario, policy, seed).run()


class _Server:
    """Serves in the order of arrival, each request in the same time."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._fails = OUTAGES[scenario.kind]
        self._work = 1 / (scenario.capacity * scenario.base)
        self._busy_until = -math.inf

    def answer(self, now: float) -> tuple[float, Failure | None]:
        """Return when a request that arrives now is answered, and the failure, if it is one."""
        if 0 <= now < self._scenario.outage:
            return now, self._fails(self._scenario.outage - now)
        if self._busy_until - now > self._scenario.queue * self._work:
            self._busy_until += self._scenario.refusal_cost * self._work
            return now, OVERLOADED
        self._busy_until = max(self._busy_until, now) + self._work
        if self._busy_until - now > self._scenario.timeout:
            return now + self._scenario.timeout, TIMED_OUT
        return self._busy_until, None


_BEFORE, _IN_OUTAGE, _AFTER = range(3)


class _Call:
    __slots__ = ("budget", "phase", "retries", "station")

    def __init__(self, station: int) -> None:
        self.station = station
        self.retries = 0
        self.phase = _BEFORE
        self.budget: Budget | None = None


class _Simulation:
    """Time 0 is the beginning of the outage."""

    def __init__(self, scenario: Scenario, policy: Policy, seed: int) -> None:
        self._scenario = scenario
        self._policy = policy
        self._arrivals = random.Random(f"arrivals {seed}")
        self._jitter = random.Random(f"jitter {seed}")
        self._server = _Server(scenario)
        self._budgets: dict[int, Budget] = {}
        # Time, a number that makes it unique, call, whether it is answered then or sent, how it failed.
        self._events: list[tuple[float, int, _Call, bool, Failure | None]] = []
        self._scheduled = 0
        self._calls, self._attempts, self._served, self._lost = ([0, 0, 0] for _ in range(4))  # by phase
        self._load: Counter[int] = Counter()  # attempts by second since the end of the outage
        self._failing = 0  # calls that failed at least once and are not done
        self._recovered = 0.0
        self._goes_on = False

    def run(self) -> Outcome:
        if self._scenario.calls == "one at a time":
            for station in range(self._scenario.stations):
                self._schedule_next_call(-WARM_UP, station)
        else:
            self._make_calls_at_random()
        self._work_until(math.inf)
        return self._outcome()

    def _make_calls_at_random(self) -> None:
        if self._scenario.calls == "in step":
            for station in range(self._scenario.stations):
                self._schedule(0.0, _Call(station))
        # Many independent Poisson processes are one, of which each event is anybody's.
        now = -WARM_UP + self._arrivals.expovariate(self._scenario.base)
        while self._calls_go_on(now):
            self._work_until(now)
            self._send(now, _Call(self._arrivals.randrange(self._scenario.stations)))
            now += self._arrivals.expovariate(self._scenario.base)

    def _schedule_next_call(self, now: float, station: int) -> None:
        when = now + self._arrivals.expovariate(self._scenario.rate)
        if self._calls_go_on(when):
            self._schedule(when, _Call(station))

    def _calls_go_on(self, now: float) -> bool:
        since_end = now - self._scenario.outage
        if since_end < CALM:
            return True
        if self._failing and since_end >= LIMIT:
            self._goes_on = True
        return self._failing > 0 and since_end < LIMIT

    def _schedule(
        self, when: float, call: _Call, *, answered: bool = False, failure: Failure | None = None
    ) -> None:
        self._scheduled += 1
        heapq.heappush(self._events, (when, self._scheduled, call, answered, failure))

    def _work_until(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            now, _, call, answered, failure = heapq.heappop(self._events)
            if answered:
                self._answered(now, call, failure)
            else:
                self._send(now, call)

    def _send(self, now: float, call: _Call) -> None:
        if call.retries == 0:
            self._begin(now, call)
        self._attempts[call.phase] += 1
        self._load[math.floor(now - self._scenario.outage)] += 1
        when, failure = self._server.answer(now)
        if when == now:
            self._answered(now, call, failure)
        else:
            self._schedule(when, call, answered=True, failure=failure)

    def _begin(self, now: float, call: _Call) -> None:
        call.phase = _BEFORE if now < 0 else _IN_OUTAGE if now < self._scenario.outage else _AFTER
        self._calls[call.phase] += 1
        if self._policy.budget:
            if call.station not in self._budgets:
                self._budgets[call.station] = self._policy.budget(self._scenario.rate)
            call.budget = self._budgets[call.station]
            call.budget.began(now)

    def _answered(self, now: float, call: _Call, failure: Failure | None) -> None:
        if failure is None:
            if call.budget:
                call.budget.served(call.retries)
            self._end(now, call, self._served, failed=call.retries > 0)
            return
        if call.retries == 0:
            self._failing += 1
        wait = self._wait(now, call, failure)
        if wait is None:
            self._end(now, call, self._lost, failed=True)
        else:
            call.retries += 1
            self._schedule(now + wait, call)

    def _wait(self, now: float, call: _Call, failure: Failure) -> float | None:
        if call.budget:
            call.budget.failed()
        wait = self._policy.wait(call.retries, failure, self._jitter.random())
        if wait is None or (call.budget and not call.budget.may_retry(now, call.retries)):
            return None
        return wait

    def _end(self, now: float, call: _Call, count: list[int], *, failed: bool) -> None:
        count[call.phase] += 1
        if failed:
            self._failing -= 1
            self._recovered = max(self._recovered, now - self._scenario.outage)
        if self._scenario.calls == "one at a time":
            self._schedule_next_call(now, call.station)

    def _outcome(self) -> Outcome:
        in_outage = max(self._calls[_IN_OUTAGE], 1)
        busiest = max(attempts for second, attempts in self._load.items() if second >= 0)
        return Outcome(
            calls=sum(self._calls),
            attempts=sum(self._attempts),
            served=sum(self._served),
            lost=sum(self._lost),
            calls_in_outage=self._calls[_IN_OUTAGE],
            attempts_per_call=self._attempts[_IN_OUTAGE] / in_outage,
            lost_in_outage=self._lost[_IN_OUTAGE] / in_outage,
            lost_later=self._lost[_AFTER] / in_outage,
            peak=busiest / self._scenario.base,
            recovery=math.inf if self._goes_on else self._recovered,
        )
