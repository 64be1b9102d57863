"""Units, their phases and assemblies, serial numbers and batches."""

from __future__ import annotations

from pywats.services.base import AsyncService

__all__ = ["AsyncProductionService"]


class AsyncProductionService(AsyncService):
    """Units, their phases and assemblies, serial numbers and batches."""
