from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def commands() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```sh\n(.+?)\n```", text, re.DOTALL)


def test_the_first_command_of_the_readme_ends_in_the_main_example() -> None:
    assert commands()[0].endswith("examples/sync_with_config.py")


def test_ci_runs_the_second_command_of_the_readme() -> None:
    assert commands()[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
