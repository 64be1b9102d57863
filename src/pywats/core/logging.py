"""Log records that carry the correlation ID of the call they belong to."""

from __future__ import annotations

import logging

from pywats.core.correlation import correlation_id_var

__all__ = ["DEFAULT_FORMAT", "CorrelationFilter", "enable_debug_logging"]

DEFAULT_FORMAT = "%(asctime)s %(levelname)-7s [%(correlation_id)s] %(name)s: %(message)s"
"""A format for `logging.Formatter` that shows what `CorrelationFilter` adds."""


class CorrelationFilter(logging.Filter):
    """Puts ``record.correlation_id`` on every record a handler sees; "-" outside a call.

    Add it to handlers, not to loggers: a logger's filters do not see the records of its children, so that
    ``httpx`` and your own modules would be left out. It lets every record pass.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the attribute, unless an earlier handler already did; always return True."""
        if not hasattr(record, "correlation_id"):
            record.correlation_id = correlation_id_var.get() or "-"
        return True


def enable_debug_logging(level: int = logging.DEBUG) -> logging.Handler:
    """Print what pyWATS does to standard error: for people at a prompt.

    Applications configure logging themselves and add a `CorrelationFilter` to their handlers. Calling
    this again changes the level and adds no second handler.

    Args:
        level: The lowest level that is printed.

    Returns:
        The handler, so that it can be removed from ``logging.getLogger("pywats")`` again.
    """
    logger = logging.getLogger("pywats")
    logger.setLevel(level)
    for handler in logger.handlers:
        if isinstance(handler, _DebugHandler):
            return handler
    handler = _DebugHandler()
    handler.addFilter(CorrelationFilter())
    handler.setFormatter(logging.Formatter(DEFAULT_FORMAT))
    logger.addHandler(handler)
    return handler


class _DebugHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in typeshed only
    """The handler of `enable_debug_logging`, told apart from the user's own."""
