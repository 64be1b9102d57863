"""The service Software."""

from __future__ import annotations

from .store import Store
from .wire import ApiRoute


class SoftwareService:
    """Answers the operations of Software."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return []
