"""What all services share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pywats.core.client import AsyncHttpClient

__all__ = ["AsyncResource", "AsyncService"]


class AsyncResource:
    """An object with coroutine methods of its own, which the sync wrapper has to wrap in turn."""


class AsyncService:
    """The endpoints of one part of the API.

    Args:
        client: Sends the requests.
    """

    def __init__(self, client: AsyncHttpClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        """Return the server's address, never the token."""
        return f"{type(self).__name__}(base_url={self._client.base_url!r})"
