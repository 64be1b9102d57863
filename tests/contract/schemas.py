"""JSON values against the schemas of the contract, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.contract.contract import SCHEMAS

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")


def _closed(node: Any, *, whole: bool = True) -> Any:
    """Return a schema under which an object has no members but the documented ones.

    Args:
        node: The schema.
        whole: False for a part of an allOf, which must not judge the members that the other parts bring.
    """
    if not isinstance(node, dict):
        return node
    closed = {key: _closed_value(key, value, node, whole=whole) for key, value in node.items()}
    if whole and ("properties" in node or "allOf" in node) and "additionalProperties" not in node:
        closed["unevaluatedProperties"] = False
    return closed


def _closed_value(key: str, value: Any, node: dict[str, Any], *, whole: bool) -> Any:
    if key == "$ref":
        return value if whole else value.replace("/schemas/", "/parts/")
    if key == "properties":
        return {name: _closed(schema) for name, schema in value.items()}
    if key in ("items", "additionalProperties"):
        return _closed(value)
    if key in ("allOf", "anyOf", "oneOf"):
        alternatives = key != "allOf" and whole and "properties" not in node
        return [_closed(schema, whole=alternatives) for schema in value]
    if key in ("if", "then", "else", "not"):
        return _referring(value, lambda path: path.replace("/schemas/", "/conditions/"))
    return value


def _referring(node: Any, change: Callable[[str], str]) -> Any:
    """Return a schema with other references."""
    if isinstance(node, dict):
        return {
            key: change(value) if key == "$ref" else _referring(value, change) for key, value in node.items()
        }
    return [_referring(item, change) for item in node] if isinstance(node, list) else node


_DOCUMENT = {
    "components": {
        "schemas": {name: _closed(schema) for name, schema in SCHEMAS.items()},
        "parts": {name: _closed(schema, whole=False) for name, schema in SCHEMAS.items()},
        "conditions": SCHEMAS,
    }
}
_REGISTRY: Registry[Any] = Registry().with_resource("contract:", DRAFT202012.create_resource(_DOCUMENT))

FORMATS = FormatChecker(formats=["uuid"])


def _format(name: str) -> Callable[[Callable[[Any], bool]], Callable[[Any], bool]]:
    return FORMATS.checks(name, raises=ValueError)


@_format("date-time")
def _is_moment(value: Any) -> bool:
    """RFC 3339: with seconds and an offset."""
    return not isinstance(value, str) or (
        _MOMENT.fullmatch(value) is not None and datetime.fromisoformat(value) is not None
    )


@_format("int32")
def _is_int32(value: Any) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@_format("int64")
def _is_int64(value: Any) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def problems(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a JSON value by a schema of the contract."""
    absolute = _referring(_closed(schema), lambda path: f"contract:{path}")
    for error in Draft202012Validator(absolute, registry=_REGISTRY, format_checker=FORMATS).iter_errors(
        value
    ):
        yield _text(error)


def is_valid(value: Any, schema: dict[str, Any]) -> bool:
    """Tell whether nothing is wrong with a JSON value."""
    return next(problems(value, schema), None) is None


def _text(error: ValidationError) -> str:
    # Of a failed choice, the errors that lie deepest are of the alternative that was meant.
    causes = sorted(_causes(error), key=lambda cause: -len(cause.absolute_path))
    return " or ".join(f"{cause.json_path}: {cause.message[:200]}" for cause in causes[:4])


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    if not error.context:
        yield error
    for cause in error.context or ():
        yield from _causes(cause)
