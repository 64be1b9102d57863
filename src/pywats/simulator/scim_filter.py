"""The filters of SCIM (RFC 7644, section 3.4.2.2), as far as this server knows them.

Comparisons by ``eq``, ``ne``, ``co``, ``sw``, ``ew`` and ``pr``, joined by ``and`` and ``or``, of
which the first binds closer; no brackets. Letter case matters nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .wire import bad_request

_CONDITION = re.compile(
    r"""\s*(?P<name>[\w.]+)\s+
    (?:(?P<present>pr\b)|(?P<operator>eq|ne|co|sw|ew)\s+(?P<value>"(?:[^"\\]|\\.)*"|true\b|false\b))
    \s*(?:(?P<joint>and|or)\s|\Z)""",
    re.IGNORECASE | re.VERBOSE,
)

_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda text, wanted: text == wanted,
    "co": lambda text, wanted: wanted in text,
    "sw": lambda text, wanted: text.startswith(wanted),
    "ew": lambda text, wanted: text.endswith(wanted),
}

_ATTRIBUTES = (
    "id", "userName", "displayName", "externalId", "active", "name.formatted", "name.givenName",
    "name.familyName", "emails.value", "emails.type", "roles.value",
)  # fmt: skip
_PATHS = {name.lower(): name.split(".") for name in _ATTRIBUTES} | {"emails": ["emails", "value"]}

Test = Callable[[Mapping[str, Any]], bool]


def compile_scim_filter(text: str) -> Test:
    """The test that a filter describes, or a 400."""
    alternatives: list[list[Test]] = [[]]
    position = 0
    while True:
        condition = _CONDITION.match(text, position)
        if condition is None:
            raise bad_request(f"The filter is not supported from here on: {text[position:]!r}.")
        alternatives[-1].append(_test(condition))
        joint = (condition["joint"] or "").lower()
        if not joint:
            return lambda user: any(all(test(user) for test in tests) for tests in alternatives)
        if joint == "or":
            alternatives.append([])
        position = condition.end()


def _test(condition: re.Match[str]) -> Test:
    path = _PATHS.get(condition["name"].lower())
    if path is None:
        raise bad_request(f"The filter has an unknown attribute: {condition['name']}.")
    if condition["present"]:
        return lambda user: any(_texts(user, path))
    compare = condition["operator"].lower()
    wanted = _text(_literal(condition["value"]))
    if compare == "ne":
        return lambda user: wanted not in _texts(user, path)
    return lambda user: any(_COMPARISONS[compare](text, wanted) for text in _texts(user, path))


def _literal(value: str) -> Any:
    try:
        return json.loads(value if value.startswith('"') else value.lower())
    except ValueError as error:
        raise bad_request(f"The filter has a text that is not valid: {value}.") from error


def _text(value: Any) -> str:
    return str(value).casefold()


def _texts(value: Any, path: list[str]) -> Iterator[str]:
    """The values at a path, as texts: none, one, or as many as a list on the way has."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
    elif value is None:
        return
    elif path:
        yield from _texts(value.get(path[0]), path[1:])
    else:
        yield _text(value)
