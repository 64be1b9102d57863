"""What the README and the documentation name is there: commands, links, operations, errors, public names."""

from __future__ import annotations

import importlib
import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import pywats
from pywats import exceptions, models, pyWATS, services, simulator, transport
from pywats.simulator import WatsSimulator
from tests.support import SERVICES
from tests.support.pages import DOCS, PAGES, ROOT, anchors, commands, links, name_of, saved_scripts, text_of

TEXTS = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
GUIDES = sorted((DOCS / "guides").glob("*.md"))
PYTHON = re.compile(r"(.*/)?(python3?|py)")
DESK = "http://127.0.0.1:8080"
OTHERS = {"cd", "export", "git", "grep", "pre-commit", "pytest", "Select-String", "venv"}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        pytest.param(page, words, id=f"{name_of(page)}: {' '.join(words)}")
        for page in TEXTS
        for words in commands(page)
    ],
)
def test_a_command_can_be_given(page: Path, words: list[str]) -> None:
    program, *arguments = words
    if PYTHON.fullmatch(program):
        check_python(page, *arguments)
    elif program == "pip":
        check_pip(*arguments)
    elif program == "curl":
        check_curl(*arguments)
    else:
        assert program.rpartition("/")[2] in OTHERS or program.startswith("$env:")


def check_python(page: Path, first: str, *arguments: str) -> None:
    if first != "-m":
        assert first in saved_scripts(page) or (ROOT / first).is_file()
        check_options(ROOT / first, arguments)
    elif arguments[0] == "pip":
        check_pip(*arguments[1:])
    elif arguments[0] == "tox":
        check_tox(*arguments[1:])
    elif arguments[0].startswith(("pywats", "tests")):
        check_options(source_of(arguments[0]), arguments[1:])
    else:
        assert arguments[0] in OTHERS


def source_of(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    assert spec
    assert spec.origin
    source = Path(spec.origin)
    return source.with_name("__main__.py") if spec.submodule_search_locations else source


def check_options(program: Path, arguments: tuple[str, ...]) -> None:
    """A program knows the options that it is given. It is not run: a benchmark needs more than tests do."""
    for option in (word.partition("=")[0] for word in arguments if word.startswith("-")):
        assert f'"{option}"' in text_of(program)


def check_pip(*arguments: str) -> None:
    assert {extra for word in arguments for extra in re.findall(r"^\.\[(.+)\]$", word)} <= {"simulator"}


def check_tox(*arguments: str) -> None:
    wanted = arguments[1].split(",") if arguments[:1] == ("-e",) else []
    configured = text_of(ROOT / "tox.ini")
    assert not [name for name in wanted if name != "py311" and f"[testenv:{name}]" not in configured]


def check_curl(*arguments: str) -> None:
    (address,) = [word for word in arguments if word.startswith(DESK)]
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        client = api._async_wats.client
        pywats.pywats._run_sync(client.send("GET", address.removeprefix(DESK)))


@pytest.mark.parametrize("page", TEXTS, ids=name_of)
def test_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("page", TEXTS, ids=name_of)
def test_the_operations_that_are_named_exist(page: Path) -> None:
    with pyWATS("http://127.0.0.1", "x") as api:
        for service, method in re.findall(rf"\bapi\.({'|'.join(SERVICES)})\.(\w+)", text_of(page)):
            assert method in dir(getattr(api, service)), f"api.{service}.{method}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_a_guide_that_names_each_of_its_operations(service: str) -> None:
    with pyWATS("http://127.0.0.1", "x") as api:
        operations = {name for name in dir(getattr(api, service)) if not name.startswith("_")}
    assert operations
    assert any(operations <= set(re.findall(r"\w+", text_of(page))) for page in GUIDES)


@pytest.mark.parametrize("name", [name for name in exceptions.__all__ if name.endswith("Error")])
def test_each_error_has_a_row_that_says_what_to_do(name: str) -> None:
    page = text_of(DOCS / "guides" / "errors.md")
    assert re.search(rf"^\| `{name}` \| .+ \| .+ \|$", page, re.MULTILINE)


def referenced() -> set[str]:
    """What the pages of the reference are generated from."""
    pages = sorted((DOCS / "reference").glob("*.md"))
    return {name for page in pages for name in re.findall(r"^::: (\S+)$", text_of(page), re.MULTILINE)}


def resolved(name: str) -> object:
    """A module, or what a module has under the last part of a name."""
    package, _, last = name.rpartition(".")
    value = getattr(importlib.import_module(package), last, None) if package else None
    return importlib.import_module(name) if value is None or isinstance(value, ModuleType) else value


@cache
def documented() -> list[object]:
    """The objects that are in the reference. The services that block exist in their stub only."""
    named = [resolved(name) for name in referenced() if not name.startswith("pywats.services.sync.")]
    modules = [value for value in named if isinstance(value, ModuleType) and hasattr(value, "__all__")]
    return [*named, *(getattr(module, name) for module in modules for name in module.__all__)]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        pytest.param(module, name, id=f"{module.__name__}.{name}")
        for module in (pywats, exceptions, models, simulator, transport)
        for name in module.__all__
        if not name.startswith("__")
    ],
)
def test_a_public_name_is_in_the_reference(module: ModuleType, name: str) -> None:
    value = getattr(module, name)
    assert any(value is other for other in documented())


@pytest.mark.parametrize("name", services.__all__)
def test_a_service_is_in_the_reference(name: str) -> None:
    assert f"pywats.services.sync.{name.replace('Async', 'Sync')}" in referenced()
