"""What an error answer says, as one readable line."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["error_detail", "one_line"]

_MAX_LENGTH = 500
_KEYS = ("message", "error", "detail", "title", "exceptionmessage")
_NESTED_KEYS = ("modelstate", "errors")


def error_detail(body: bytes, content_type: str, secret: str) -> str:
    """Return the server's own text from the body of an error answer.

    WATS answers with a bare string or an object; the text is in ``message``, ``error`` or their neighbours,
    in any letter case, and ASP.NET lists invalid members under ``modelState``.

    Args:
        body: The start of the body.
        content_type: The answer's media type; an HTML page has no text worth showing.
        secret: A text that must not appear in the result, even if the server echoes it.

    Returns:
        At most 500 characters, without line breaks; empty if the server says nothing.
    """
    return one_line(_text(body, content_type), secret)


def one_line(text: str, secret: str) -> str:
    """Return a text from the server without line breaks and secret, cut to 500 characters."""
    text = text.replace(secret, "[token]") if secret else text
    text = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "…"


def _text(body: bytes, content_type: str) -> str:
    import pydantic_core  # noqa: PLC0415 - its import takes long, and only errors need it

    try:
        return _from_json(pydantic_core.from_json(body))
    except ValueError:
        return "" if "html" in content_type.lower() else body.decode("utf-8", errors="replace")


def _from_json(value: Any) -> str:
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    members = {str(key).lower(): member for key, member in value.items()}
    texts = [str(members[key]) for key in _KEYS if isinstance(members.get(key), str)]
    for key in _NESTED_KEYS:
        nested = members.get(key)
        if isinstance(nested, dict):
            texts += [f"{name}: {problem}" for name, problem in nested.items()]
    return "; ".join(texts) or str(value)
