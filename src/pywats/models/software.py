"""Software packages for test stations."""

from __future__ import annotations

__all__: list[str] = []
