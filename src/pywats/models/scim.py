"""User accounts of the server, by the SCIM protocol (RFC 7644)."""

from __future__ import annotations

__all__: list[str] = []
