"""The service Analytics."""

from __future__ import annotations

from .store import Store
from .wire import ApiRoute


class AnalyticsService:
    """Answers the operations of Analytics."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return []
