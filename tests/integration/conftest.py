"""Fixtures of the tests over real sockets."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import trustme

from tests.support import Records


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    """An authority for certificates that no machine knows."""
    return trustme.CA()


@pytest.fixture
def root_log() -> Iterator[Records]:
    """Everything that any logger says at DEBUG, as the root logger's handlers get it."""
    root, handler = logging.getLogger(), Records()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)
