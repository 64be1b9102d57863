"""The README and the pages of the documentation do what they say.

Their Python blocks run, one page after the other, on the simulator. What a comment behind a ``print`` says,
and what a ``text`` block shows, is compared with what the Python block before it printed; ``...`` stands for
anything. What a shell prints is in a ``console`` block.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pywats import UUTReport, pyWATS
from pywats.models import Product
from pywats.simulator import WatsSimulator
from tests.support import REPORT
from tests.support.pages import DOCS, PAGES, blocks, name_of, saved_scripts, text_of

FIRST_STEPS = DOCS / "getting-started.md"


@contextlib.contextmanager
def fresh_logging() -> Iterator[None]:
    """Logging as a script finds it: nothing is configured, and nothing of it is left behind."""
    names = ("", "pywats", "pywats.transport", "pywats.simulator.access")
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger, logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    logging.getLogger().handlers.clear()
    # A server is elsewhere; here it would write into the client's log.
    logging.getLogger("pywats.simulator.access").propagate = False
    try:
        yield
    finally:
        for logger, level, handlers, propagate in before:
            for handler in set(logger.handlers) - set(handlers):
                handler.close()
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.propagate = propagate
        if "structlog" in sys.modules:
            importlib.import_module("structlog").reset_defaults()


def agree(shown: str, printed: str) -> bool:
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(shown, printed, options)


def check_comments(code: str, printed: str) -> None:
    """A comment behind a print is a line that was printed."""
    for shown in re.findall(r"^ *print\(.*\)  # (.+)$", code, re.MULTILINE):
        assert any(agree(shown, line) for line in printed.splitlines()), f"{shown!r} is not in {printed!r}"


def for_the_simulator(code: str) -> str:
    return code.replace('"https://wats.example.com"', "base_url").replace('token="..."', "token=token")


@pytest.mark.parametrize("page", [page for page in PAGES if "\n```python\n" in text_of(page)], ids=name_of)
def test_the_python_of_a_page_does_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with fresh_logging(), WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        monkeypatch.setenv("WATS_BASE_URL", server.url)
        monkeypatch.setenv("WATS_AUTH_TOKEN", server.token)
        api.product.save_product(Product(part_number="ABC123"))
        names: dict[str, Any] = {
            "__name__": "__main__",
            "base_url": server.url,
            "token": server.token,
            "report": UUTReport.from_wsjf(REPORT),
        }
        screen = io.StringIO()
        printed = ""
        for language, text in blocks(page):
            if language == "text":
                assert agree(text, printed), f"the page shows\n{text}\nand the code printed\n{printed}"
            elif language == "python":
                names["api"] = api
                begin = screen.tell()
                with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
                    exec(compile(for_the_simulator(text), name_of(page), "exec"), names)
                printed = screen.getvalue()[begin:]
                check_comments(text, printed)


@pytest.fixture
def first_script(tmp_path: Path) -> Path:
    """The script of the first steps, as somebody who follows them has saved it."""
    ((name, code),) = saved_scripts(FIRST_STEPS).items()
    script = tmp_path / name
    script.write_text(code, encoding="utf-8")
    return script


def output_of(script: Path) -> str:
    return subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout


def test_the_first_steps_lead_to_a_submitted_report(
    first_script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "pywats.simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            greeting = "".join(server.stdout.readline() for _ in range(6))
            for variable in ("WATS_BASE_URL", "WATS_AUTH_TOKEN"):
                monkeypatch.setenv(variable, re.search(rf'{variable} ?= ?"?([^\s"]+)', greeting)[1])
            printed = output_of(first_script)
        finally:
            server.terminate()
    check_comments(first_script.read_text(encoding="utf-8"), printed)


def test_without_a_server_the_first_script_says_what_the_page_shows(
    first_script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shown,) = [text for language, text in blocks(FIRST_STEPS) if language == "console"]
    monkeypatch.setenv("WATS_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WATS_AUTH_TOKEN", "x")
    code = first_script.read_text(encoding="utf-8")
    first_script.write_text(code.replace("RetryConfig()", "RetryConfig(max_backoff=0)"), encoding="utf-8")
    assert agree(shown.replace(":8080", ":9"), output_of(first_script))
