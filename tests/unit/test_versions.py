"""What is written in two places is the same in both: the version of pyWATS, and those of its tools."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import pywats

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REPOSITORIES = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
HOOKS = [hook for repository in REPOSITORIES for hook in repository["hooks"]]


def tox_requirement() -> str:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    return tox["tox"]["requires"]


def test_the_newest_entry_of_the_changelog_is_this_version_or_unreleased():
    newest = re.search(
        r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert newest is not None
    assert newest[1] in {pywats.__version__, "Unreleased"}


def test_no_hook_is_cloned_from_elsewhere():
    assert {repository["repo"] for repository in REPOSITORIES} == {"local"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_uses_the_version_that_tox_uses(hook: dict[str, Any]):
    wanted = {*PROJECT["dependency-groups"]["lint"], tox_requirement()}
    assert set(hook.get("additional_dependencies", [])) <= wanted
