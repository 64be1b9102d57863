"""What a program wants with a tag that it sends: tickets, assets and packages have them."""

from __future__ import annotations

from .wire import Members

_DELETE, _LAST = 3, 6


def is_deletion(tag: Members) -> bool:
    """Whether a tag is to go, or a 400 if its ``change`` is none."""
    return tag.integer("change", minimum=0, maximum=_LAST) == _DELETE
