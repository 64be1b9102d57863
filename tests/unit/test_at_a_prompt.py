"""What people see who type at a prompt, and in a traceback."""

from __future__ import annotations

import io
import pydoc
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import redirect_stdout

import pytest

from pywats import AsyncWATS, WatsConnectionError, pyWATS
from pywats.models import Bom, BomComponent
from pywats.pywats import SyncServiceWrapper
from pywats.services.box_build import AsyncBoxBuildTemplate
from tests.support import SERVICES

URL = "http://wats.test"


@pytest.fixture(scope="module")
def api() -> pyWATS:
    return pyWATS(URL, "token")


def last_line_of(program: str) -> str:
    """The error that a program ends with, as Python prints it."""
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
    )
    return run.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("client", "service"), [("pyWATS", "SyncProductService"), ("AsyncWATS", "AsyncProductService")]
)
def test_a_misspelt_method_is_answered_with_the_one_that_was_meant(client: str, service: str):
    program = f"from pywats import {client}; {client}({URL!r}, 'token').product.get_prodct('X')"
    assert last_line_of(program) == (
        f"AttributeError: '{service}' object has no attribute 'get_prodct'. Did you mean: 'get_product'?"
    )


@pytest.mark.parametrize("client", ["pyWATS", "AsyncWATS"])
def test_a_misspelt_service_is_answered_with_the_one_that_was_meant(client: str):
    program = f"from pywats import {client}; {client}({URL!r}, 'token').reports"
    assert last_line_of(program).endswith("has no attribute 'reports'. Did you mean: 'report'?")


@pytest.mark.parametrize("name", ["app", *SERVICES])
def test_a_service_shows_its_kind_and_its_server(api: pyWATS, name: str):
    kind = type(getattr(AsyncWATS(URL, "token"), name)).__name__
    assert repr(getattr(AsyncWATS(URL, "token"), name)) == f"{kind}(base_url='{URL}')"
    assert repr(getattr(api, name)) == f"{kind.replace('Async', 'Sync')}(base_url='{URL}')"


def test_no_service_shows_the_token(api: pyWATS):
    assert "token" not in "".join(repr(getattr(api, name)) for name in ["app", *SERVICES])


def test_a_box_build_template_shows_what_it_is_of():
    template = AsyncBoxBuildTemplate(
        AsyncWATS(URL, "token").product,
        Bom(part_number="PCB-1", revision="A", components=[BomComponent(number="R1")]),
    )
    assert repr(SyncServiceWrapper(template)) == "<SyncBoxBuildTemplate PCB-1 A: 1 components>"


def shown_by_help(thing: object) -> str:
    with redirect_stdout(io.StringIO()) as shown:
        pydoc.doc(thing)
    return shown.getvalue()


def test_help_on_a_service_says_what_it_is_and_what_it_can_do(api: pyWATS):
    shown = shown_by_help(api.report)
    assert "SyncReportService(base_url='http://wats.test')" in shown
    assert "Test reports (UUT) and repair reports (UUR)." in shown
    assert "submit_report: Submit one test or repair report (WSJF)." in shown
    assert "iter_headers: " in shown


@pytest.mark.parametrize("name", ["app", *SERVICES])
def test_help_on_a_service_lists_every_method(api: pyWATS, name: str):
    service = getattr(api, name)
    methods = [method for method in dir(service) if not method.startswith("_")]
    shown = shown_by_help(service)
    assert [method for method in methods if f"    {method}: " not in shown] == []


def test_help_on_a_service_does_not_show_how_it_is_made(api: pyWATS):
    shown = shown_by_help(api.report)
    assert "async" not in shown.lower()
    assert "__init__" not in shown


def test_help_on_a_method_is_that_of_the_method(api: pyWATS):
    shown = shown_by_help(api.report.submit_report)
    assert "submit_report(report: 'UUTReport | UURReport | Mapping[str, object]')" in shown
    assert "WATS endpoint: POST /api/Report/WSJF" in shown


def test_help_on_the_wrapper_itself_is_that_of_the_class():
    assert "An async service, or another async object, whose methods block." in shown_by_help(
        SyncServiceWrapper
    )


class AsyncRefusing:
    """Fails at once, as deep as a service, with a cause."""

    async def get(self) -> int:
        await self._connect()
        return 1

    async def items(self) -> AsyncIterator[int]:
        yield await self.get()

    async def _connect(self) -> None:
        try:
            raise ConnectionRefusedError("refused")  # noqa: TRY301 - as httpx's errors are turned into ours
        except ConnectionRefusedError as error:
            raise WatsConnectionError("cannot connect") from error


def frames_of(error: BaseException | None) -> list[str]:
    assert error is not None
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def test_the_traceback_of_an_error_shows_the_call_and_not_the_way_through_pywats():
    with pytest.raises(WatsConnectionError) as caught:
        SyncServiceWrapper(AsyncRefusing()).get()
    here = "test_the_traceback_of_an_error_shows_the_call_and_not_the_way_through_pywats"
    assert frames_of(caught.value) == [here, "call"]


def test_the_traceback_of_an_error_in_a_loop_shows_the_loop_and_not_the_way_through_pywats():
    with pytest.raises(WatsConnectionError) as caught:
        list(SyncServiceWrapper(AsyncRefusing()).items())
    here = "test_the_traceback_of_an_error_in_a_loop_shows_the_loop_and_not_the_way_through_pywats"
    assert frames_of(caught.value) == [here, "_iterate"]


def test_the_cause_of_an_error_keeps_its_traceback():
    with pytest.raises(WatsConnectionError) as caught:
        SyncServiceWrapper(AsyncRefusing()).get()
    assert frames_of(caught.value.__cause__) == ["_connect"]
