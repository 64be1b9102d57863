from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import httpx
import pytest

import pywats.simulator
from pywats.simulator.__main__ import main


@pytest.fixture
def command():
    process = subprocess.Popen(
        [sys.executable, "-m", "pywats.simulator", "--port", "0", "--token", "s3cret"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_how_to_reach_it_and_ends_cleanly(command, number):
    greeting = [command.stdout.readline().strip() for _ in range(7)]
    url = greeting[0].split()[3]
    answer = httpx.get(f"{url}/api/App/Processes", headers={"Authorization": "Basic s3cret"}, trust_env=False)
    assert answer.status_code == 200

    command.send_signal(number)
    out, err = command.communicate(timeout=10)

    assert command.returncode == 0
    assert out == "The simulator has stopped.\n"
    assert f"export WATS_BASE_URL={url}" in greeting
    assert "export WATS_AUTH_TOKEN=s3cret" in greeting
    assert "GET /api/App/Processes 200" in err
    assert "Traceback" not in err
    assert "s3cret" not in err


@pytest.mark.parametrize("module", ["uvicorn", "starlette", "odata_query", "python_multipart"])
def test_without_the_extra_the_command_says_what_to_install(module):
    code = (
        f"import sys, runpy; sys.modules[{module!r}] = None;"
        "runpy.run_module('pywats.simulator', run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert "pip install pywats[simulator]" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
def not_loaded(monkeypatch):
    """The simulator's server, not imported yet."""
    for name in list(sys.modules):
        if name.startswith("pywats.simulator.") and not name.endswith(("journal", "__main__")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    return monkeypatch


def test_importing_without_the_extra_names_it(not_loaded):
    not_loaded.setitem(sys.modules, "uvicorn", None)
    not_loaded.setitem(sys.modules, "uvicorn.config", None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install pywats\[simulator\]"):
        _ = pywats.simulator.WatsSimulator
    with pytest.raises(SystemExit, match=r"pip install pywats\[simulator\]"):
        main(["--port", "0"])


def test_a_missing_module_of_another_package_is_not_blamed_on_the_extra(not_loaded):
    not_loaded.setitem(sys.modules, "sqlite3", None)

    with pytest.raises(ModuleNotFoundError, match="sqlite3"):
        _ = pywats.simulator.WatsSimulator


def test_a_wrong_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        _ = pywats.simulator.nothing


@pytest.mark.parametrize(
    "arguments",
    [
        ["--host", "256.0.0.1"],
        ["--port", "100000"],
        ["--db", "/no/such/folder/file.db"],
        ["--token", "two words"],
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_line(arguments, monkeypatch):
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    with pytest.raises(SystemExit, match="cannot start"):
        main(["--port", "0", *arguments])


@pytest.mark.parametrize(("platform", "line"), [("posix", "export WATS_"), ("nt", "$env:WATS_")])
def test_it_shows_the_settings_as_the_shell_of_the_platform_takes_them(platform, line, monkeypatch, capsys):
    wait = threading.Event.wait

    def interrupted(event, timeout=None):
        if timeout == 0.5:
            raise KeyboardInterrupt
        return wait(event, timeout)

    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(threading.Event, "wait", interrupted)
    monkeypatch.setattr("pywats.simulator.__main__.os", SimpleNamespace(name=platform))

    main(["--port", "0"])

    out = capsys.readouterr().out
    assert line in out
    assert out.endswith("The simulator has stopped.\n")
