"""The call scope: what all requests of one call share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from pywats.core.config import SyncConfig
from pywats.core.correlation import correlation_id_var, generate_correlation_id

__all__ = ["Call", "call_scope", "current_call"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a service method: its configuration, and when its ``total_timeout`` ends.

    Attributes:
        config: What the call was made with.
        deadline: The end of ``total_timeout`` on ``time.monotonic()``'s clock; None for no limit.
    """

    config: SyncConfig
    deadline: float | None


_call_var: ContextVar[Call | None] = ContextVar("call", default=None)


def current_call() -> Call | None:
    """Return the running call, or None outside a call."""
    return _call_var.get()


@contextmanager
def call_scope(config: SyncConfig, call_id: str | None = None) -> Iterator[Call]:
    """Open a call; inside another one, join it.

    Args:
        config: What the call is made with; the outermost scope decides.
        call_id: The call's correlation ID; None for the one that the user chose by
            ``with correlation_id(...)``, or a new one.

    Yields:
        The running call.
    """
    running = _call_var.get()
    if running is not None:
        yield running
        return
    total = config.total_timeout
    call = Call(config, None if total is None else time.monotonic() + total)
    call_token = _call_var.set(call)
    id_token = None
    if config.correlation_id_enabled and (call_id or correlation_id_var.get() is None):
        id_token = correlation_id_var.set(call_id or generate_correlation_id())
    try:
        yield call
    finally:
        if id_token is not None:
            correlation_id_var.reset(id_token)
        _call_var.reset(call_token)
