"""The service Scim."""

from __future__ import annotations

from .store import Store
from .wire import ApiRoute


class ScimService:
    """Answers the operations of Scim."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[ApiRoute]:
        """The service's routes."""
        return []
