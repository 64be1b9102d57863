"""Texts with wildcards, as the filters of the statistics have them.

``%`` and ``*`` stand for any characters, ``_`` and ``?`` for one, ``[a-c]`` for one of a set and
``[^a-c]`` for one outside of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable


class Pattern:
    """A text of a filter: alternatives parted by ``;``, with wildcards, or with ``!`` in front to exclude."""

    def __init__(self, text: str) -> None:
        parts = [part for part in text.split(";") if part]
        self._wanted = [_wildcards(part) for part in parts if not part.startswith("!")]
        self._unwanted = [_wildcards(part[1:]) for part in parts if part.startswith("!")]

    def takes(self, values: Iterable[str | None]) -> bool:
        """Whether one of the values is wanted (or anything is) and none is excluded."""
        texts = [value for value in values if value is not None]
        wanted = not self._wanted or any(test(text) for test in self._wanted for text in texts)
        return wanted and not any(test(text) for test in self._unwanted for text in texts)


def _wildcards(text: str) -> Callable[[str], object]:
    parts = re.findall(r"[%*]+|[_?]|\[\^?[^\]]+\]|.", text, re.DOTALL)
    return wildcard_test(parts, _as_regex)


def wildcard_test(parts: Iterable[str], as_regex: Callable[[str], str]) -> Callable[[str], object]:
    """The test whether a text is what a pattern says.

    Args:
        parts: The parts of the pattern; one that begins with ``%`` or ``*`` stands for any characters.
        as_regex: Writes any other part, which stands for one character.
    """
    pieces = [""]
    for part in parts:
        if part[0] in "%*":
            pieces.append("")
        else:
            pieces[-1] += as_regex(part)
    first, *others = pieces
    if not others:
        return re.compile(first, re.DOTALL).fullmatch
    # Each piece but the last is taken where it comes first, for good: trying all places for all
    # of them would take a time that grows with the power of their number.
    middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
    return re.compile(f"{first}{middle}.*{others[-1]}", re.DOTALL).fullmatch


def _as_regex(part: str) -> str:
    if part in ("_", "?"):
        return "."
    if len(part) == 1:
        return re.escape(part)
    inside = part[1:-1]
    negated = inside.startswith("^") and len(inside) > 1
    ranges = re.findall(r".-.|.", inside[1:] if negated else inside, re.DOTALL)
    # A range that goes backwards holds nothing, in SQL too.
    sets = "".join(_as_range(item) for item in ranges)
    if not sets:
        return "." if negated else r"(?!)"
    return f"[{'^' if negated else ''}{sets}]"


def _as_range(item: str) -> str:
    if len(item) == 1:
        return re.escape(item)
    first, last = item[0], item[2]
    return f"{re.escape(first)}-{re.escape(last)}" if first <= last else ""
