"""Statistics over test and repair reports: yield, failures, measurements, OEE."""

from __future__ import annotations

from pywats.services.base import AsyncService

__all__ = ["AsyncAnalyticsService"]


class AsyncAnalyticsService(AsyncService):
    """Statistics over test and repair reports: yield, failures, measurements, OEE."""
