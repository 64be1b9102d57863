"""The service Asset."""

from __future__ import annotations

from .store import Store
from .wire import ApiRoute


class AssetService:
    """Answers the operations of Asset."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return []
