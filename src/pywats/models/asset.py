"""Test equipment: its types, state, counters, calibration, maintenance and log."""

from __future__ import annotations

__all__: list[str] = []
