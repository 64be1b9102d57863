"""Units, their phases and assemblies, serial numbers and batches."""

from __future__ import annotations

__all__: list[str] = []
