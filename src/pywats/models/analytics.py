"""Statistics over test and repair reports: yield, failures, measurements, OEE."""

from __future__ import annotations

__all__: list[str] = []
