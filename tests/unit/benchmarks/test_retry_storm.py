"""The model of the retry storm: what it must keep, whatever the figures are."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from pywats import RetryConfig
from pywats.transport.retry_policy import wait_seconds
from tests.benchmarks.retry_storm import rows
from tests.benchmarks.storm_experiments import EXPERIMENTS, Experiment
from tests.benchmarks.storm_model import OUTAGES, Scenario, simulate
from tests.benchmarks.storm_policies import (
    NO_RETRIES,
    OTHERS,
    REFUSED,
    Failure,
    Policy,
    RatioBudget,
    TokenBudget,
    backoff,
    pywats,
)

SMALL = Scenario(stations=20, outage=5)
DEFAULT = pywats("pyWATS", RetryConfig())
PATIENT = pywats("patient", RetryConfig(max_retries=8))


# --- calls


@pytest.mark.parametrize("policy", [NO_RETRIES, DEFAULT, *OTHERS], ids=lambda policy: policy.name)
@pytest.mark.parametrize("calls", ["at random", "in step", "one at a time"])
def test_every_call_is_either_served_or_lost(calls, policy: Policy) -> None:
    outcome = simulate(replace(SMALL, calls=calls), policy, seed=1)
    assert outcome.served + outcome.lost == outcome.calls


@pytest.mark.parametrize("policy", [DEFAULT, *OTHERS], ids=lambda policy: policy.name)
def test_without_an_outage_a_call_is_one_attempt(policy: Policy) -> None:
    outcome = simulate(replace(SMALL, outage=0), policy, seed=1)
    assert outcome.attempts == outcome.calls == outcome.served


def test_a_seed_gives_the_same_outcome_again() -> None:
    assert simulate(SMALL, DEFAULT, seed=7) == simulate(SMALL, DEFAULT, seed=7)


def test_another_seed_gives_another_outcome() -> None:
    assert simulate(SMALL, DEFAULT, seed=7) != simulate(SMALL, DEFAULT, seed=8)


def test_policies_meet_the_same_calls() -> None:
    impatient = simulate(SMALL, NO_RETRIES, seed=1)
    patient = simulate(SMALL, PATIENT, seed=1)
    assert patient.calls_in_outage == impatient.calls_in_outage


def test_without_retries_all_calls_of_the_outage_are_lost_and_no_other() -> None:
    outcome = simulate(SMALL, NO_RETRIES, seed=1)
    assert outcome.lost == outcome.calls_in_outage


def test_waits_that_outlast_the_outage_lose_nothing() -> None:
    assert simulate(replace(SMALL, outage=30), PATIENT, seed=1).lost == 0


def test_calls_in_step_come_on_top() -> None:
    in_step = simulate(replace(SMALL, calls="in step"), NO_RETRIES, seed=1)
    at_random = simulate(SMALL, NO_RETRIES, seed=1)
    assert in_step.calls_in_outage == at_random.calls_in_outage + SMALL.stations


def test_a_station_with_one_call_at_a_time_makes_no_other_while_it_retries() -> None:
    outcome = simulate(replace(SMALL, calls="one at a time", outage=30), PATIENT, seed=1)
    assert outcome.calls_in_outage <= SMALL.stations


# --- the outage


def test_a_report_is_retried_after_503_as_after_a_refused_connection() -> None:
    refused, unavailable = (
        simulate(replace(SMALL, kind=kind), DEFAULT, seed=1) for kind in ("refused", "503")
    )
    assert unavailable == refused


def test_a_station_that_is_told_when_to_come_back_fails_once() -> None:
    scenario = replace(SMALL, outage=60, kind="503, Retry-After until the end", calls="one at a time")
    assert simulate(scenario, DEFAULT, seed=1).attempts_per_call == 2


def test_the_server_asks_for_whole_seconds_that_reach_to_the_end() -> None:
    assert OUTAGES["503, Retry-After until the end"](2.1).retry_after == 3


# --- a server that is short of capacity


def test_what_exceeds_the_queue_is_refused() -> None:
    outcome = simulate(replace(SMALL, outage=0, capacity=0.5, queue=10), NO_RETRIES, seed=1)
    assert outcome.lost > 0


def test_what_waits_too_long_in_an_endless_queue_times_out() -> None:
    scenario = replace(SMALL, outage=0, capacity=0.5, queue=math.inf, timeout=1)
    assert simulate(scenario, NO_RETRIES, seed=1).lost > 0


def test_a_server_that_cannot_cope_never_recovers() -> None:
    scenario = replace(SMALL, capacity=0.5, queue=10)
    assert simulate(scenario, DEFAULT, seed=1).recovery == math.inf


# --- policies


@pytest.mark.parametrize("retry", range(4))
def test_pywats_waits_as_the_product_does(retry: int) -> None:
    config = RetryConfig(max_retries=4, jitter=1)
    wait = pywats("pyWATS", config).wait(retry, REFUSED, 0.3)
    assert wait == wait_seconds(retry, config, None, 0.3)


def test_pywats_gives_up_after_its_last_retry() -> None:
    assert pywats("pyWATS", RetryConfig(max_retries=3)).wait(3, REFUSED, 0.0) is None


def test_pywats_gives_up_when_the_server_asks_for_more_than_it_may() -> None:
    assert DEFAULT.wait(0, Failure(status=503, retry_after=121), 0.0) is None


def test_waits_double_up_to_their_cap() -> None:
    wait = backoff(4, 0.5, cap=2)
    assert [wait(retry, REFUSED, 0.0) for retry in range(5)] == [0.5, 1, 2, 2, None]


def test_retry_after_replaces_a_wait_of_those_who_obey_it() -> None:
    assert backoff(1, 0.5, obeys_retry_after=True)(0, Failure(status=503, retry_after=9), 0.0) == 9


# --- budgets


def test_a_bucket_keeps_what_it_must() -> None:
    budget = TokenBudget(10, keep=5, per_failure=1, per_call=0.1, per_rescue=0.1)
    allowed = 0
    for _ in range(20):
        budget.failed()
        allowed += budget.may_retry(0.0, 0)
    assert allowed == 4


def test_a_rescue_refunds_its_retry() -> None:
    budget = TokenBudget(14, per_retry=14, per_call=1, per_rescue=14)
    budget.may_retry(0.0, 0)
    budget.served(1)
    assert budget.tokens == 14


def test_a_ratio_allows_its_share_of_the_calls_so_far() -> None:
    budget = RatioBudget(1.0, ratio=0.1, window=60)
    assert sum(budget.may_retry(0.0, 0) for _ in range(20)) == 6


def test_a_ratio_forgets_what_is_older_than_its_window() -> None:
    budget = RatioBudget(1.0, ratio=0.1, window=60)
    assert not budget.may_retry(100.0, 0)


def test_a_floor_needs_no_calls() -> None:
    budget = RatioBudget(0.001, ratio=0.1, floor=0.1, window=60)
    assert sum(budget.may_retry(0.0, 0) for _ in range(20)) == 6


def test_one_call_uses_no_more_than_its_share() -> None:
    budget = RatioBudget(0.001, ratio=0.2, floor=10, window=10, share=0.2)
    assert [budget.may_retry(0.0, retry) for retry in range(21)] == [True] * 20 + [False]


# --- tables


def test_a_row_says_what_came_of_it() -> None:
    (row,) = rows(Experiment("title", {"small": SMALL}, [NO_RETRIES]), seeds=(1, 2, 3))
    assert row.as_markdown().startswith("| small | no retries | 1.00 |")


def test_an_outage_that_is_too_long_has_no_row() -> None:
    experiment = Experiment("title", {"small": SMALL}, [NO_RETRIES])
    assert not list(rows(experiment, seeds=(1,), longest_outage=4))


def test_what_never_ends_is_null_in_json() -> None:
    endless = replace(SMALL, queue=math.inf)
    (row,) = rows(Experiment("title", {"endless": endless}, [NO_RETRIES]), seeds=(1,))
    assert json.loads(json.dumps(row.as_json(), allow_nan=False))["scenario"]["queue"] is None


def test_no_two_tables_have_the_same_title() -> None:
    titles = [experiment.title for experiment in EXPERIMENTS]
    assert len(set(titles)) == len(titles)
