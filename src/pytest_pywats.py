"""The pytest plugin of pyWATS: a WATS server and a client for a test, in one argument.

pytest loads this module at its start, whatever it is going to run. So it stands beside the package, and loads
the package inside fixtures only: here it would cost every run its time, and hide from coverage.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pywats import SyncConfig, pyWATS
    from pywats.simulator import WatsSimulator

__all__ = ["wats_api", "wats_simulator", "wats_sync_config"]


@pytest.fixture
def wats_simulator() -> Iterator[WatsSimulator]:
    """A WATS server on this machine for this test alone: empty, without faults, no requests seen.

    Until the test ends WATS_BASE_URL and WATS_AUTH_TOKEN point at it, so that no code under test can reach
    the real server that this machine may be set up for. It needs the extra pywats[simulator].
    """
    try:
        from pywats.simulator import WatsSimulator  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with WatsSimulator() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("WATS_BASE_URL", server.url)
        environment.setenv("WATS_AUTH_TOKEN", server.token)
        no_proxy = _with_this_machine(os.environ.get("no_proxy") or os.environ.get("NO_PROXY", ""))
        environment.setenv("NO_PROXY", no_proxy)
        environment.setenv("no_proxy", no_proxy)
        yield server


@pytest.fixture
def wats_sync_config() -> SyncConfig:
    """How the calls of `wats_api` behave: up to four attempts of five seconds, without a wait in between.

    Define a fixture of this name in your test module or conftest.py to test with a configuration of your own.
    """
    from pywats import RetryConfig, SyncConfig  # noqa: PLC0415 - see above

    return SyncConfig(timeout=5.0, retry_enabled=True, retry=RetryConfig(max_backoff=0.0, jitter=0.0))


@pytest.fixture
def wats_api(wats_simulator: WatsSimulator, wats_sync_config: SyncConfig) -> Iterator[pyWATS]:
    """A `pyWATS` that is connected to `wats_simulator`."""
    import ssl  # noqa: PLC0415 - see above

    from pywats import pyWATS  # noqa: PLC0415 - see above

    # Reading the machine's CA certificates takes longer than all the rest, and plain HTTP needs none.
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pyWATS(
        wats_simulator.url, wats_simulator.token, sync_config=wats_sync_config, verify_ssl=no_certificates
    ) as api:
        yield api


def _with_this_machine(no_proxy: str) -> str:
    """Return a list of hosts to reach without a proxy that also names the simulator's."""
    # A lone asterisk stands for every host, one in a list for none.
    if no_proxy.strip() == "*":
        return no_proxy
    return ",".join(host for host in (no_proxy, "127.0.0.1") if host)
