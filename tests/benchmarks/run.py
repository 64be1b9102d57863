"""What pywats costs beside its peers: all benchmarks, as a table, as JSON and as a chart.

Run it with ``tox -e bench``, or ``tox -e bench -- --quick`` in less than a minute. All candidates of a row
run in turns, and only ratios within a run say anything: machines are noisy, and differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import calls, chain, imports, models, reports
from tests.benchmarks.chart import draw
from tests.benchmarks.measuring import Table, spread

PACKAGES = ("httpx", "httpcore", "h11", "pydantic", "requests", "httpx-retries", "aiohttp")

# Each with its sizes: rounds, and calls, tasks or reports in a round; and smaller ones for --quick.
BENCHMARKS: tuple[tuple[Callable[..., Table], tuple[int, ...], tuple[int, ...]], ...] = (
    (calls.one_call, (25, 200), (5, 100)),
    (calls.threads, (15, 100), (5, 20)),
    (calls.tasks, (15, 200), (5, 200)),
    (calls.many_tasks, (15, 1000), (3, 1000)),
    (chain.without_network, (25, 500), (5, 200)),
    (reports.submitted, (9, 5000), (3, 480)),
    (models.headers, (25,), (3,)),
    (imports.imports, (25,), (3,)),
    (imports.first_call, (15,), (3,)),
)


def main() -> None:
    """Run the benchmarks, print each table when it is there, and write the files."""
    parser = argparse.ArgumentParser(
        prog="tox -e bench --", description="What pywats costs beside its peers."
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds: to see that it works, not to quote"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rounds of all candidates")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="write the chart, an .svg or .png")
    options = parser.parse_args()
    print(machine())
    tables = []
    for benchmark, sizes, quick_sizes in BENCHMARKS:
        tables.append(benchmark(*(quick_sizes if options.quick else sizes)))
        print("\n".join(["", *lines(tables[-1])]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(as_json(tables), indent=1), encoding="utf-8")
    if options.chart:
        draw(tables, options.chart)


def machine() -> str:
    """Return what it ran on."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()} on {platform.system()}, {os.cpu_count()} cores; {versions}"


def lines(table: Table) -> Iterator[str]:
    """Yield a table as Markdown: each candidate's time, and its ratio to the first one."""
    first = next(iter(table.times))
    yield f"| {table.title} | median, {table.unit} | quartiles | ratio | |"
    yield "|---|--:|--:|--:|---|"
    for name, times in table.times.items():
        low, median, high = spread(times)
        remarks = [table.notes[name]] if name in table.notes else []
        for goal in table.goals:
            if goal.candidate == name:
                ratio = table.ratio(name, goal.peer)
                reached = "reached" if ratio <= goal.at_most else "not reached"
                remarks.append(f"{ratio:.2f} of {goal.peer}, goal {goal.at_most:.2f}: {reached}")
        cells = (name, f"{median:.1f}", f"{low:.1f} to {high:.1f}", f"{table.ratio(name, first):.2f}")
        yield f"| {' | '.join((*cells, '; '.join(remarks)))} |"


def as_json(tables: list[Table]) -> dict[str, object]:
    """Return all that was measured."""
    return {
        "machine": machine(),
        "python": sys.version,
        "tables": [
            {
                "title": table.title,
                "unit": table.unit,
                "times": table.times,
                "notes": table.notes,
                "ratios": [
                    {
                        "candidate": goal.candidate,
                        "peer": goal.peer,
                        "goal": goal.at_most,
                        "ratio": table.ratio(goal.candidate, goal.peer),
                    }
                    for goal in table.goals
                ],
            }
            for table in tables
        ],
    }


if __name__ == "__main__":
    main()
