"""The call scope: what all requests of one call share."""

from __future__ import annotations

import time
from contextvars import ContextVar, Token
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


class call_scope:  # noqa: N801 - it reads as what it opens
    """A with-block that opens a call; inside another one, it joins that.

    Args:
        config: What the call is made with; the outermost scope decides.
        call_id: The call's correlation ID; None for the one that the user chose by
            ``with correlation_id(...)``, or a new one.
    """

    def __init__(self, config: SyncConfig, call_id: str | None = None) -> None:
        self._config = config
        self._call_id = call_id
        self._call_token: Token[Call | None] | None = None
        self._id_token: Token[str | None] | None = None

    def __enter__(self) -> Call:
        """Return the running call."""
        running = _call_var.get()
        if running is not None:
            return running
        total = self._config.total_timeout
        call = Call(self._config, None if total is None else time.monotonic() + total)
        self._call_token = _call_var.set(call)
        if self._config.correlation_id_enabled and (self._call_id or correlation_id_var.get() is None):
            self._id_token = correlation_id_var.set(self._call_id or generate_correlation_id())
        return call

    def __exit__(self, *_: object) -> None:
        """End the call if it was opened here."""
        if self._id_token is not None:
            correlation_id_var.reset(self._id_token)
        if self._call_token is not None:
            _call_var.reset(self._call_token)
