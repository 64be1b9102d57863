"""What all unit tests share: no real time, and Hypothesis without a stop-watch."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import hypothesis
import pytest

from tests.support import Records
from tests.unit.transport.helpers import Clock

hypothesis.settings.register_profile("pywats", deadline=None)
hypothesis.settings.load_profile("pywats")

# Every module of pyWATS that looks at the clock.
CLOCKED = (
    "pywats.core.call",
    "pywats.core.client",
    "pywats.transport.correlation",
    "pywats.transport.retry",
    "pywats.transport.timeout",
)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock for pyWATS and its event loop that jumps to whatever is waited for."""
    clock = Clock()
    for module in CLOCKED:
        monkeypatch.setattr(f"{module}.time", clock)
    return clock


@pytest.fixture
def records() -> Iterator[Records]:
    """What the loggers of pyWATS say, down to DEBUG."""
    logger, handler = logging.getLogger("pywats"), Records()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.setLevel(level)
    logger.removeHandler(handler)
