"""What an outage does to a site full of test stations, with pyWATS, other clients and other values.

Run it in the root of the repository with ``python -m tests.benchmarks.retry_storm``. It needs no network, and
the same seeds give the same figures. What is modelled is in `storm_model`, who retries when in
`storm_policies`, the tables in `storm_experiments`; ``docs/retry-storm.md`` says what follows.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.storm_experiments import EXPERIMENTS, Experiment
from tests.benchmarks.storm_model import LIMIT, Outcome, Scenario, simulate
from tests.benchmarks.storm_policies import Policy

__all__ = ["Row", "main", "rows"]

SEEDS = (1, 2, 3)
QUICK_SEEDS = (1,)
QUICK_OUTAGE = 30

HEAD = """
### {title}

| scenario | policy | attempts per call | peak load | back to normal, s | lost, % | lost later, % |
|---|---|--:|--:|--:|--:|--:|"""


@dataclass(frozen=True, slots=True)
class Row:
    """One policy in one scenario."""

    experiment: str
    label: str
    scenario: Scenario
    policy: str
    outcomes: Sequence[Outcome]

    def median(self, figure: str) -> float:
        """Return the median of a figure of the outcomes."""
        return float(statistics.median(getattr(outcome, figure) for outcome in self.outcomes))

    def as_markdown(self) -> str:
        """Return the row of the table."""
        recovery = self.median("recovery")
        cells = (
            self.label,
            self.policy,
            f"{self.median('attempts_per_call'):.2f}",
            f"{self.median('peak'):.2f}",
            f"{recovery:.0f}" if math.isfinite(recovery) else f"over {LIMIT:.0f}",
            f"{100 * self.median('lost_in_outage'):.1f}",
            f"{100 * self.median('lost_later'):.1f}",
        )
        return f"| {' | '.join(cells)} |"

    def as_json(self) -> dict[str, Any]:
        """Return all that is known, with null for what is endless: JSON has no infinity."""
        return {
            "experiment": self.experiment,
            "label": self.label,
            "scenario": _finite(asdict(self.scenario)),
            "policy": self.policy,
            "outcomes": [_finite(asdict(outcome)) for outcome in self.outcomes],
        }


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if value == math.inf else value for name, value in values.items()}


def rows(experiment: Experiment, *, seeds: Sequence[int], longest_outage: float = math.inf) -> Iterator[Row]:
    """Run an experiment, but for outages that are longer than so many seconds."""
    for label, scenario in experiment.scenarios.items():
        if scenario.outage <= longest_outage:
            for policy in experiment.policies:
                yield _row(experiment.title, label, scenario, policy, seeds)


def _row(title: str, label: str, scenario: Scenario, policy: Policy, seeds: Sequence[int]) -> Row:
    outcomes = [simulate(scenario, policy, seed) for seed in seeds]
    return Row(title, label, scenario, policy.name, outcomes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all experiments and print their tables."""
    parser = argparse.ArgumentParser(description="Simulate outages of the server of many test stations.")
    parser.add_argument("--quick", action="store_true", help="one seed, and no outage above 30 s")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write all outcomes to a file")
    options = parser.parse_args(arguments)
    seeds = QUICK_SEEDS if options.quick else SEEDS
    longest_outage = QUICK_OUTAGE if options.quick else math.inf
    print(f"Medians of {len(seeds)} seed{'s' if len(seeds) > 1 else ''}, Python {sys.version.split()[0]}")
    done: list[Row] = []
    for experiment in EXPERIMENTS:
        header = HEAD.format(title=experiment.title)
        for row in rows(experiment, seeds=seeds, longest_outage=longest_outage):
            if header:
                print(header)
                header = ""
            print(row.as_markdown(), flush=True)
            done.append(row)
    if options.json:
        options.json.write_text(json.dumps([row.as_json() for row in done], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
