"""Base URLs and path templates: user input that becomes a URL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

import httpx

__all__ = ["check_base_url", "expand_path"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def check_base_url(base_url: str) -> str:
    """Return the address of a server in its normal form, without a trailing ``/`` or ``/api``.

    Args:
        base_url: For example ``https://wats.example.com``, with or without ``/`` or ``/api`` at the end.

    Raises:
        ValueError: It is no http or https URL with a host, or it holds credentials, a query or a fragment.
            The message does not repeat credentials.
        TypeError: It is no text.
    """
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be a text, not {base_url!r}")
    if "@" in base_url:
        raise ValueError("base_url must not hold a user name or password; give the token as token=")
    try:
        url = httpx.URL(base_url.strip())
    except httpx.InvalidURL as error:
        raise ValueError(f"base_url is no valid URL: {error}") from error
    # httpx percent-encodes what cannot be a host name.
    if url.scheme not in ("http", "https") or not url.host or "%" in url.host:
        raise ValueError(
            f"base_url must be a full http or https URL such as https://server, not {base_url!r}"
        )
    if url.port is not None and url.port not in range(1, 65536):
        raise ValueError(f"base_url must have a port from 1 to 65535, not {url.port}")
    if url.query or url.fragment:
        raise ValueError(f"base_url must not have a query or fragment: {base_url!r}")
    return re.sub(r"(/+api)?/*$", "", str(url), flags=re.IGNORECASE)


def expand_path(template: str, values: Mapping[str, object] | None = None) -> str:
    """Return the path of an endpoint, with each value percent-encoded as one segment (RFC 3986 section 3.3).

    Args:
        template: The path as the API writes it, such as ``/api/Product/{partNumber}``.
        values: A text, number or UUID for each placeholder.

    Raises:
        ValueError: A value is empty, ``.`` or ``..``, or holds control characters or lone surrogates: no
            server could tell it apart from another path. The message names the parameter.
        TypeError: A value is None or a bool.
    """
    return _PLACEHOLDER.sub(lambda match: _segment(match[1], (values or {})[match[1]]), template)


def _segment(name: str, value: object) -> str:
    if value is None or isinstance(value, bool):
        raise TypeError(f"{name} must be a text, not {value!r}")
    text = str(value)
    if not text or text in (".", "..") or _CONTROL.search(text):
        raise ValueError(f"{name} must be a text without control characters, and not '.' or '..': {text!r}")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise ValueError(f"{name} is no valid Unicode text: {text!r}") from error
