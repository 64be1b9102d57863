"""Root cause tickets and their attachments."""

from __future__ import annotations

__all__: list[str] = []
