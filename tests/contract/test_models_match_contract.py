"""The models are the schemas of the contract: their members, what they require, and their limits."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any

import pytest
from pydantic import AliasChoices, ValidationError
from pydantic.fields import FieldInfo

from pywats import models
from pywats.models.base import WatsModel
from tests.contract.contract import OPERATIONS, SCHEMAS, resolved
from tests.contract.promises import model_of

NO_MODEL = {
    "ApiError",  # error bodies, read by the client
    "ReportApiError",
    "StepCarriesPayload",  # conditions of the file, no wire objects
    "NamedMeasurement",
}


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rsplit("/", 1)[1]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@cache
def used_schemas() -> set[str]:
    """Name every schema that the operations lead to."""
    found: set[str] = set()
    wanted = {name for operation in OPERATIONS.values() for name in references(operation.spec)}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted |= set(references(SCHEMAS[name]))
    return found


def merged(name: str) -> tuple[dict[str, Any], set[str]]:
    """Return the properties and the required names of a schema, with what it inherits."""
    schema = SCHEMAS[name]
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        if "$ref" in part:
            inherited = merged(part["$ref"].rsplit("/", 1)[1])
        else:
            inherited = part.get("properties", {}), set(part.get("required", ()))
        properties |= inherited[0]
        required |= inherited[1]
    return properties, required


def wire_names(field: FieldInfo) -> set[str]:
    alias = field.validation_alias
    names = set(alias.choices) if isinstance(alias, AliasChoices) else {alias}
    return {str(name) for name in names} | {str(field.serialization_alias)}


def the_model_of(name: str) -> type[WatsModel]:
    model = model_of(name)
    assert model is not None, f"no model for {name}"
    return model


def beyond(schema: dict[str, Any]) -> Iterator[object]:
    """Yield values just outside the limits of a schema.

    How many items a list has to have is left to the server: one Step stands for all kinds of steps.
    """
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if schema.get("minLength"):
        yield ""
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


OBJECTS = sorted(name for name in used_schemas() if merged(name)[0] and name not in NO_MODEL)
ENUMS = sorted(name for name in used_schemas() if "enum" in SCHEMAS[name] and "x-enum-names" in SCHEMAS[name])
LIMITED = [
    (name, member, value)
    for name in OBJECTS
    for member, schema in merged(name)[0].items()
    for value in beyond(resolved(schema))
]
MODELS = [
    kind
    for name in models.__all__
    if isinstance(kind := getattr(models, name), type)
    and issubclass(kind, WatsModel)
    and kind is not WatsModel
]


def test_the_contract_is_read() -> None:
    assert len(OBJECTS) > 50
    assert len(ENUMS) > 10
    assert len(LIMITED) > 200


@pytest.mark.parametrize("name", OBJECTS)
def test_every_property_of_the_contract_is_a_member_of_its_model(name: str) -> None:
    known = {alias for field in the_model_of(name).model_fields.values() for alias in wire_names(field)}
    assert set(merged(name)[0]) <= known


@pytest.mark.parametrize("model", MODELS)
def test_no_model_has_a_member_that_the_contract_does_not_know(model: type[WatsModel]) -> None:
    schemas = [name for name in used_schemas() if model_of(name) is model]
    assert schemas, f"{model.__name__} is in no schema"
    known = {prop for name in schemas for prop in merged(name)[0]}
    for field in model.model_fields.values():
        assert field.serialization_alias in known


@pytest.mark.parametrize("name", [name for name in OBJECTS if name != "StepLoopSummary"])
def test_what_the_contract_requires_a_built_object_always_has(name: str) -> None:
    model = the_model_of(name)
    for wire_name in merged(name)[1]:
        python_name, field = next(
            (key, field) for key, field in model.model_fields.items() if wire_name in wire_names(field)
        )
        has_default = field.get_default(call_default_factory=False) is not None or field.default_factory
        assert field.is_required() or has_default or python_name in model.always_sent, wire_name


@pytest.mark.parametrize("name", ENUMS)
def test_the_values_and_names_of_an_enumeration_are_those_of_the_contract(name: str) -> None:
    kind: type[Enum] = getattr(models, name)
    assert [member.value for member in kind] == SCHEMAS[name]["enum"]
    spelled = [member.name.replace("_", "").upper() for member in kind]
    assert spelled == [text.replace("_", "").upper() for text in SCHEMAS[name]["x-enum-names"]]


@pytest.mark.parametrize(
    ("name", "member", "value"),
    LIMITED,
    ids=[f"{name}-{member}-{str(value)[:20]}" for name, member, value in LIMITED],
)
def test_a_built_object_is_within_the_limits_of_the_contract(name: str, member: str, value: object) -> None:
    model = the_model_of(name)
    with pytest.raises(ValidationError) as refusal:
        model.model_validate({member: value})
    refused = {error["loc"][0] for error in refusal.value.errors() if error["loc"]}
    assert any(member in wire_names(field) for key, field in model.model_fields.items() if key in refused)
