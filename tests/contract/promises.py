"""What the contract promises of results: their types."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any
from uuid import UUID

from pywats import models
from pywats.models.base import WatsModel
from tests.contract.contract import SCHEMAS, Operation, resolved

# One Step stands for all step schemas and one StepLoop for both forms, as on the wire.
_RENAMED = {
    "WsbfBom": "Bom",
    "WsbfComponent": "BomComponent",
    "StepLoopSummary": "StepLoop",
    "StepLoopIteration": "StepLoop",
    "StepBase": "Step",
    "ReportBase": "UUTReport",
}
_JSON_TYPES = {"integer": int, "number": float, "boolean": bool, "string": str}


def model_of(name: str) -> type[WatsModel] | None:
    """Return the model of a schema, if it has one."""
    model = getattr(models, python_name(name), None)
    return model if isinstance(model, type) and issubclass(model, WatsModel) else None


def python_name(schema: str) -> str:
    """Return the name that the class of a schema has."""
    if schema.endswith("Step") and "properties" not in SCHEMAS[schema]:
        return "Step"
    return _RENAMED.get(schema, schema.replace("Uut", "UUT").replace("Uur", "UUR"))


def promised_type(operation: Operation) -> object:
    """Return the type of the result of an operation, as its documented answer has it."""
    content = operation.promised
    if operation.is_download:
        return int  # the bytes written to a file
    schemas = [media["schema"] for media in content.values() if resolved(media["schema"]).keys() - _SHAPELESS]
    if not schemas:
        return None
    answer = _type_of(schemas[0])
    nullable = operation.spec.get("x-nullable-response") or "null" in resolved(schemas[0]).get("type", ())
    return answer | None if nullable else answer


_SHAPELESS = {"description", "x-shared"}


def _type_of(schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        kind = getattr(models, python_name(name), None)
        return kind if isinstance(kind, type) else _type_of(SCHEMAS[name])
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return functools.reduce(operator.or_, map(_type_of, schema[choice]))
    if schema["type"] == "array":
        return list[_type_of(schema["items"])]  # type: ignore[misc]  # a type that is only known now
    return UUID if schema.get("format") == "uuid" else _JSON_TYPES[schema["type"]]


def declared_type(method: Callable[..., Any]) -> Any:
    """Return the type that a method says its result has."""
    return eval(method.__annotations__["return"], method.__globals__)
