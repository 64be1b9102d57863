"""What an import costs, and a first call: pywats beside httpx and requests, each in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial

from tests.benchmarks.measuring import Goal, Table, interleaved
from tests.support.fault_server import FaultServer, respond

# Without the command line of httpx[cli], which a plain installation does not have and which takes a while.
PROGRAM = """
import sys, time
sys.modules["click"] = None
started = time.perf_counter()
{statements}
print(time.perf_counter() - started)
"""


def imports(rounds: int) -> Table:
    """Measure imports."""
    statements = [
        "import httpx",
        "import requests",
        "import pywats",
        "from pywats import pyWATS",
        "from pywats import pyWATS, UUTReport",
    ]
    times = _milliseconds({text: text for text in statements}, rounds)
    return Table("Import", "ms", times, (Goal("import pywats", "import httpx", 1.2),))


def first_call(rounds: int) -> Table:
    """Measure all that a program waits for until it has its first answer."""
    with FaultServer(then=respond(200, b'{"partNumber": "X"}')) as server:
        programs = {
            "httpx": f"import httpx; httpx.Client().get('{server.url}/api/Product/X').json()",
            "pywats": "from pywats import pyWATS; "
            f"pyWATS('{server.url}', 'dG9rZW4=').product.get_product('X')",
        }
        times = _milliseconds(programs, rounds)
    return Table("Import, client and first call", "ms", times)


def _milliseconds(programs: dict[str, str], rounds: int) -> dict[str, list[float]]:
    # The round that is not counted compiles what is imported, as an installation does.
    with tempfile.TemporaryDirectory() as bytecode:
        candidates = {name: partial(_run, program, bytecode) for name, program in programs.items()}
        return interleaved(candidates, rounds)


def _run(statements: str, bytecode: str) -> float:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", PROGRAM.format(statements=statements)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return float(output) * 1000
