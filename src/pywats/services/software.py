"""Software packages for test stations."""

from __future__ import annotations

from pywats.services.base import AsyncService

__all__ = ["AsyncSoftwareService"]


class AsyncSoftwareService(AsyncService):
    """Software packages for test stations."""
