"""Test equipment: its types, state, counters, calibration, maintenance and log."""

from __future__ import annotations

from pywats.services.base import AsyncService

__all__ = ["AsyncAssetService"]


class AsyncAssetService(AsyncService):
    """Test equipment: its types, state, counters, calibration, maintenance and log."""
