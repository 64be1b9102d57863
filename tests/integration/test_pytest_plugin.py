"""The fixtures of the pytest plugin: used here as anybody would, and across tests in runs of their own."""

from __future__ import annotations

import asyncio
import os
import re
import runpy
import sys
from pathlib import Path

import pytest

from pywats import AsyncWATS, ServerError, SyncConfig, WatsTimeoutError, pyWATS
from pywats.simulator import WatsSimulator

pytest_plugins = ["pytester"]

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "testing.md"


def outcome_of(pytester: pytest.Pytester, module: str) -> dict[str, int]:
    """What becomes of the tests of a module, in their order, with warnings as errors."""
    pytester.makepyfile(module)
    return pytester.runpytest_subprocess("-p", "no:randomly", "-W", "error").parseoutcomes()


def test_a_test_gets_a_server_in_one_argument(wats_simulator: WatsSimulator) -> None:
    with pyWATS(wats_simulator.url, wats_simulator.token) as api:
        assert api.process.get_processes()


def test_a_test_gets_a_client_of_that_server_in_one_argument(
    wats_api: pyWATS, wats_simulator: WatsSimulator
) -> None:
    wats_api.process.get_processes()
    assert [seen.path for seen in wats_simulator.requests] == ["/api/App/Processes"]


def test_a_script_that_reads_the_environment_runs_unchanged(
    wats_simulator: WatsSimulator, tmp_path: Path
) -> None:
    script = tmp_path / "station.py"
    script.write_text("from pywats import pyWATS\nwith pyWATS() as api: api.process.get_processes()")
    runpy.run_path(str(script))
    assert [seen.status for seen in wats_simulator.requests] == [200]


def test_the_async_client_finds_the_server_too(wats_simulator: WatsSimulator) -> None:
    async def call() -> None:
        async with AsyncWATS() as api:
            await api.process.get_processes()

    asyncio.run(call())
    assert [seen.status for seen in wats_simulator.requests] == [200]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({}, "127.0.0.1"),
        ({"NO_PROXY": "a.example"}, "a.example,127.0.0.1"),
        ({"no_proxy": "a.example,b.example"}, "a.example,b.example,127.0.0.1"),
        ({"NO_PROXY": "*"}, "*"),
    ],
    ids=["none", "one", "two", "all"],
)
def test_the_hosts_to_reach_without_a_proxy_are_kept(
    given: dict[str, str], made: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    request.getfixturevalue("wats_simulator")
    assert (os.environ["NO_PROXY"], os.environ["no_proxy"]) == (made, made)


def test_the_server_is_reached_without_the_proxy_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, wats_simulator: WatsSimulator
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with pyWATS() as api:
        assert api.process.get_processes()


def test_the_client_tries_four_times(wats_api: pyWATS, wats_simulator: WatsSimulator) -> None:
    wats_simulator.drop(times=3)
    wats_api.process.get_processes()
    assert len(wats_simulator.requests) == 4


def test_the_client_does_not_wait_between_attempts(wats_sync_config: SyncConfig) -> None:
    assert (wats_sync_config.retry.max_backoff, wats_sync_config.retry.jitter) == (0, 0)


class TestWithAConfigurationOfItsOwn:
    @pytest.fixture
    def wats_sync_config(self) -> SyncConfig:
        return SyncConfig(timeout=0.05, retry_enabled=False)

    def test_the_client_has_it(self, wats_api: pyWATS, wats_simulator: WatsSimulator) -> None:
        wats_simulator.fail(status=503)
        with pytest.raises(ServerError):
            wats_api.process.get_processes()

    def test_a_request_that_still_waits_does_not_hold_up_the_end(
        self, wats_api: pyWATS, wats_simulator: WatsSimulator
    ) -> None:
        wats_simulator.delay(seconds=3600)
        with pytest.raises(WatsTimeoutError):
            wats_api.process.get_processes()


def test_what_a_test_leaves_behind_does_not_reach_the_next(pytester: pytest.Pytester) -> None:
    outcome = outcome_of(
        pytester,
        """
        import pytest
        from pywats.models import Product

        @pytest.fixture(autouse=True)
        def nothing_is_there(wats_api, wats_simulator):
            assert wats_simulator.requests == []
            assert wats_api.product.get_products() == []
            wats_api.product.save_product(Product(part_number="A"))
            wats_simulator.fail(times=None)

        def test_that_passes():
            pass

        def test_that_fails():
            raise AssertionError

        def test_that_stops_the_server(wats_simulator):
            wats_simulator.stop()

        def test_that_comes_last():
            pass
        """,
    )
    assert outcome == {"passed": 3, "failed": 1}


def test_the_environment_is_put_back(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WATS_BASE_URL", "WATS_AUTH_TOKEN", "NO_PROXY"):
        monkeypatch.setenv(name, "the developer's")
    outcome = outcome_of(
        pytester,
        """
        import os
        import pytest

        @pytest.fixture(autouse=True)
        def it_was_put_back():
            names = ("WATS_BASE_URL", "WATS_AUTH_TOKEN", "NO_PROXY")
            assert [os.environ[name] for name in names] == ["the developer's"] * 3
            assert "no_proxy" not in os.environ or os.name == "nt"

        def test_that_passes(wats_simulator):
            assert os.environ["WATS_BASE_URL"] == wats_simulator.url
            assert os.environ["WATS_AUTH_TOKEN"] == wats_simulator.token

        def test_that_fails(wats_simulator):
            raise AssertionError

        def test_that_comes_last():
            pass
        """,
    )
    assert outcome == {"passed": 2, "failed": 1}


def test_client_and_server_end_with_the_test(pytester: pytest.Pytester) -> None:
    outcome = outcome_of(
        pytester,
        """
        import pytest
        from pywats import ClientClosedError

        kept = []

        def test_that_keeps_them(wats_api, wats_simulator):
            kept.extend([wats_api, wats_simulator])

        def test_that_comes_after():
            api, server = kept
            with pytest.raises(ClientClosedError):
                api.process.get_processes()
            with pytest.raises(RuntimeError, match="not running"):
                server.url
        """,
    )
    assert outcome == {"passed": 2}


def test_nothing_is_left_open(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import gc

        def test_that_passes(wats_api):
            wats_api.process.get_processes()

        def test_that_fails(wats_api):
            wats_api.process.get_processes()
            raise AssertionError

        def test_that_collects():
            gc.collect()
    """)
    result = pytester.run(sys.executable, "-X", "dev", "-W", "error", "-m", "pytest", "-p", "no:randomly")
    assert (result.parseoutcomes(), result.stderr.lines) == ({"passed": 2, "failed": 1}, [])


def test_tests_in_random_order_on_several_processes_do_not_meet(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest
        from pywats.models import Product

        @pytest.mark.parametrize("number", range(12))
        def test_it(wats_api, wats_simulator, number):
            assert wats_api.product.get_products() == []
            wats_api.product.save_product(Product(part_number=str(number)))
            assert len(wats_simulator.requests) == 2
    """)
    result = pytester.runpytest_subprocess("-n", "2", "-p", "randomly", "-W", "error")
    assert result.parseoutcomes() == {"passed": 12}


def test_a_run_that_does_not_use_it_does_not_import_pywats(pytester: pytest.Pytester) -> None:
    outcome = outcome_of(
        pytester,
        """
        import sys

        def test_it():
            assert "pytest_pywats" in sys.modules
            assert not {"pywats", "starlette", "uvicorn"} & sys.modules.keys()
        """,
    )
    assert outcome == {"passed": 1}


def test_a_program_that_imported_pywats_may_run_pytest(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    program = "import sys, pywats, pytest; sys.exit(pytest.main(['-W', 'error']))"
    assert pytester.run(sys.executable, "-c", program).parseoutcomes() == {"passed": 1}


def test_a_run_that_does_not_use_it_does_not_need_the_extra(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    without = "import sys; sys.modules['uvicorn'] = None; import pytest; sys.exit(pytest.main())"
    assert pytester.run(sys.executable, "-c", without).parseoutcomes() == {"passed": 1}


def test_a_test_that_misses_the_extra_says_what_to_install(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn.config", None)
    monkeypatch.delitem(sys.modules, "pywats.simulator.server", raising=False)
    pytester.makepyfile("def test_it(wats_api): pass")
    result = pytester.runpytest_inprocess()
    assert any(line.endswith("install it with: pip install pywats[simulator]") for line in result.outlines)


def test_the_entry_point_leads_to_the_plugin(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The run around this one loaded it before coverage could count its lines; this one loads it anew.
    monkeypatch.delitem(sys.modules, "pytest_pywats")
    result = pytester.runpytest_inprocess("--fixtures")
    result.stdout.fnmatch_lines(
        ["*fixtures defined from pytest_pywats*", "wats_simulator --*", "wats_api --*"]
    )


def test_the_tests_of_the_guide_pass(pytester: pytest.Pytester) -> None:
    blocks = re.findall(r"```python\n(.+?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    # Read as one module, so that later blocks can use what earlier ones define.
    outcome = outcome_of(pytester, "\n\n".join(blocks))
    assert outcome == {"passed": sum(block.count("def test_") for block in blocks)}
