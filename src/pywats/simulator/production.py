"""The service Production."""

from __future__ import annotations

from .store import Store
from .wire import ApiRoute


class ProductionService:
    """Answers the operations of Production."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return []
