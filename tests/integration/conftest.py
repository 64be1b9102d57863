"""Fixtures of the tests over real sockets."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.support import RecordingHandler

ENVIRONMENT = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "WATS_BASE_URL",
    "WATS_AUTH_TOKEN",
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, CA or server of the developer's machine gets into a test."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def root_log() -> Iterator[RecordingHandler]:
    """Everything that any logger says at DEBUG, as the root logger's handlers get it."""
    root, handler = logging.getLogger(), RecordingHandler()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)
