"""Logging: records that carry the correlation ID; a library that says nothing unasked."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pywats import CorrelationFilter, correlation_id, enable_debug_logging
from pywats.core.logging import DEFAULT_FORMAT


@pytest.fixture
def pywats_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("pywats")
    handlers, level = list(logger.handlers), logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def record() -> logging.LogRecord:
    return logging.LogRecord("any", logging.INFO, __file__, 1, "hello", None, None)


def test_the_filter_puts_the_running_id_on_a_record():
    one = record()
    with correlation_id("job-42"):
        assert CorrelationFilter().filter(one) is True
    assert vars(one)["correlation_id"] == "job-42"


def test_the_filter_puts_a_dash_on_a_record_outside_a_call():
    one = record()
    assert CorrelationFilter().filter(one) is True
    assert vars(one)["correlation_id"] == "-"


def test_the_filter_leaves_the_id_that_an_earlier_handler_saw():
    # A queue handler's listener runs in another thread, without the caller's context.
    one = record()
    with correlation_id("job-42"):
        CorrelationFilter().filter(one)
    CorrelationFilter().filter(one)
    assert vars(one)["correlation_id"] == "job-42"


def test_a_handler_with_the_filter_sees_the_id_on_records_of_any_logger():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(CorrelationFilter())
    handler.setFormatter(logging.Formatter("%(correlation_id)s %(name)s"))
    parent = logging.getLogger("test.parent")
    parent.addHandler(handler)
    try:
        with correlation_id("job-42"):
            logging.getLogger("test.parent.child").warning("hello")
    finally:
        parent.removeHandler(handler)
    assert stream.getvalue() == "job-42 test.parent.child\n"


def test_the_default_format_shows_the_id():
    one = record()
    with correlation_id("job-42"):
        CorrelationFilter().filter(one)
    assert "[job-42] any: hello" in logging.Formatter(DEFAULT_FORMAT).format(one)


def test_importing_pywats_adds_only_a_null_handler():
    code = (
        "import logging, pywats; "
        "print([type(h).__name__ for h in logging.getLogger('pywats').handlers], logging.root.handlers)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "['NullHandler'] []"


def test_enable_debug_logging_prints_to_standard_error(
    pywats_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
):
    enable_debug_logging()
    with correlation_id("job-42"):
        logging.getLogger("pywats.transport.retry").debug("hello")
    assert "[job-42] pywats.transport.retry: hello" in capsys.readouterr().err


def test_enable_debug_logging_twice_adds_one_handler(pywats_logger: logging.Logger):
    before = len(pywats_logger.handlers)
    assert enable_debug_logging() is enable_debug_logging()
    assert len(pywats_logger.handlers) == before + 1


def test_enable_debug_logging_again_changes_the_level(pywats_logger: logging.Logger):
    enable_debug_logging()
    enable_debug_logging(logging.WARNING)
    assert not pywats_logger.isEnabledFor(logging.INFO)


def test_enable_debug_logging_leaves_the_users_own_handlers(pywats_logger: logging.Logger):
    own = logging.StreamHandler()
    pywats_logger.addHandler(own)
    assert enable_debug_logging() is not own
    assert own in pywats_logger.handlers


def test_the_handler_of_enable_debug_logging_can_be_removed(pywats_logger: logging.Logger):
    before = list(pywats_logger.handlers)
    pywats_logger.removeHandler(enable_debug_logging())
    assert pywats_logger.handlers == before
