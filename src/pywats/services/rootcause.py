"""Root cause tickets and their attachments."""

from __future__ import annotations

from pywats.services.base import AsyncService

__all__ = ["AsyncRootCauseService"]


class AsyncRootCauseService(AsyncService):
    """Root cause tickets and their attachments."""
