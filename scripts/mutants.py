"""Change the code of retries, waits and timeouts in every small way, and see whether a test notices.

    python scripts/mutants.py       # two minutes; mutmut does the work, in a copy of the repository

It exits 1 if a change stays unnoticed that is not explained below: a test is missing then. What is changed,
and which tests are run, stands under ``[tool.mutmut]`` in pyproject.toml. mutmut runs on Linux and macOS.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

NOT_GIVEN = "the default only stands for false, as what takes its place does"
ANY_CASE = "httpx finds a header in any letter case"

# The changes that no test can notice, as the lines that are added, and why they change nothing.
EXPLAINED = {
    'replayable = in_memory or request.extensions.get("wats_replayable", None)': NOT_GIVEN,
    'replayable = in_memory or request.extensions.get("wats_replayable", )': NOT_GIVEN,
    'streamed = request.extensions.get("wats_stream", None)': NOT_GIVEN,
    'streamed = request.extensions.get("wats_stream", )': NOT_GIVEN,
    'unsent = attempt.extensions.get("wats_unsent", None)': NOT_GIVEN,
    'unsent = attempt.extensions.get("wats_unsent", )': NOT_GIVEN,
    'values = response.headers.get_list("retry-after")': ANY_CASE,
    'values = response.headers.get_list("RETRY-AFTER")': ANY_CASE,
    'now = parse_http_date(response.headers.get("date", "")) or datetime.now(UTC)': ANY_CASE,
    'now = parse_http_date(response.headers.get("DATE", "")) or datetime.now(UTC)': ANY_CASE,
    'now = parse_http_date(response.headers.get("Date", "XXXX")) or datetime.now(UTC)': "neither is a date",
}


def main() -> int:
    """Run mutmut in a copy of the repository; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        _copy_to(copy)
        _mutmut("run", "--max-children", "1", copy=copy)
        found = {name: _change(name, copy) for name in _unnoticed(copy)}
    missed = {name: change for name, change in found.items() if _added(change) not in EXPLAINED}
    gone = EXPLAINED.keys() - {_added(change) for change in found.values()}
    for name, change in missed.items():
        print(f"no test notices {name}:\n{change}\n")
    for line in sorted(gone):
        print(f"explained, but noticed or not made any more:\n{line}\n")
    print(f"{len(missed)} changes unnoticed, {len(found) - len(missed)} that change nothing")
    return 1 if missed or gone else 0


def _copy_to(folder: Path) -> None:
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def _unnoticed(copy: Path) -> list[str]:
    """Return the names of the mutants that no test has noticed; one that never ends has been."""
    listed = _mutmut("results", copy=copy).splitlines()
    results = [line.strip().partition(": ") for line in listed if ": " in line]
    return [name for name, _, result in results if result != "timeout"]


def _change(mutant: str, copy: Path) -> str:
    """Return the lines that a mutant changes, each behind - or +."""
    lines = _mutmut("show", mutant, copy=copy).splitlines()
    return "\n".join(line for line in lines if line[:1] in {"-", "+"} and line[:3] not in {"---", "+++"})


def _added(diff: str) -> str:
    return " ".join(line[1:].strip() for line in diff.splitlines() if line.startswith("+"))


def _mutmut(*arguments: str, copy: Path) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    run = subprocess.run(command, cwd=copy, check=False, capture_output=True, encoding="utf-8")  # noqa: S603 - ours
    if run.returncode:
        sys.exit(f"mutmut {arguments[0]} failed:\n{run.stdout[-5000:]}\n{run.stderr}")
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())
