"""What an import costs, and a first call: pywats beside httpx and requests, each in a fresh interpreter.

Run it with ``PYTHONPATH=. python tests/benchmarks/imports.py``. Rounds of all candidates are interleaved, so
that a noisy machine is noisy for all of them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from typing import TypedDict

from tests.support.fault_server import FaultServer, respond

ROUNDS = 25
QUICK_ROUNDS = 5

# Without the command line of httpx[cli], which a plain installation does not have and which takes a while.
PROGRAM = """
import sys, time
sys.modules["click"] = None
started = time.perf_counter()
{statements}
print(time.perf_counter() - started)
"""


class Cost(TypedDict):
    """What one candidate takes.

    Attributes:
        median: Milliseconds.
        low: The first quartile, in milliseconds.
        high: The third quartile, in milliseconds.
        ratio: The median, as a multiple of that of the first candidate of the table.
    """

    median: float
    low: float
    high: float
    ratio: float


def measure(quick: bool = False) -> dict[str, dict[str, Cost]]:
    """Measure imports and first calls.

    Args:
        quick: Fewer rounds: enough to see that it works, not enough to quote.

    Returns:
        For each table its candidates; the first one is what the others are compared to.
    """
    rounds = QUICK_ROUNDS if quick else ROUNDS
    with FaultServer(then=respond(200, b'{"partNumber": "X"}')) as server:
        return {"import": _costs(_imports(), rounds), "first call": _costs(_first_calls(server.url), rounds)}


def _imports() -> dict[str, str]:
    statements = [
        "import httpx",
        "import requests",
        "import pywats",
        "from pywats import pyWATS",
        "from pywats import pyWATS, UUTReport",
    ]
    return {text: text for text in statements if text != "import requests" or find_spec("requests")}


def _first_calls(url: str) -> dict[str, str]:
    return {
        "httpx: import, client, get": f"import httpx; httpx.Client().get('{url}/api/Product/X').json()",
        "pywats: import, client, get_product": (
            f"from pywats import pyWATS; pyWATS('{url}', 'dG9rZW4=').product.get_product('X')"
        ),
    }


def _costs(candidates: dict[str, str], rounds: int) -> dict[str, Cost]:
    times: dict[str, list[float]] = {name: [] for name in candidates}
    with tempfile.TemporaryDirectory() as bytecode:
        for statements in candidates.values():  # compiles what is imported, as an installation does
            _milliseconds(statements, bytecode)
        for _ in range(rounds):
            for name, statements in candidates.items():
                times[name].append(_milliseconds(statements, bytecode))
    base = statistics.median(next(iter(times.values())))
    return {name: _cost(values, base) for name, values in times.items()}


def _milliseconds(statements: str, bytecode: str) -> float:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", PROGRAM.format(statements=statements)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return float(output) * 1000


def _cost(values: list[float], base: float) -> Cost:
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": median, "low": low, "high": high, "ratio": median / base}


def main() -> None:
    """Measure and print the tables."""
    print(f"Python {sys.version.split()[0]}, medians and quartiles of {ROUNDS} interleaved rounds, in ms")
    for title, costs in measure().items():
        print(f"\n{title:40}   median        quartiles   ratio")
        for name, cost in costs.items():
            times = f"{cost['median']:8.1f} {cost['low']:8.1f} {cost['high']:8.1f}"
            print(f"  {name:38} {times} {cost['ratio']:7.2f}")


if __name__ == "__main__":
    main()
