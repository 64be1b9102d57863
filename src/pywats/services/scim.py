"""User accounts of the server, by the SCIM protocol (RFC 7644)."""

from __future__ import annotations

from pywats.services.base import AsyncService

__all__ = ["AsyncScimService"]


class AsyncScimService(AsyncService):
    """User accounts of the server, by the SCIM protocol (RFC 7644)."""
