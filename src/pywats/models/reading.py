"""How answers are read: checked like what a program builds, but what does not fit is kept as it was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator, core_schema

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationInfo

__all__ = ["LENIENT", "is_lenient", "reading_validator"]

LENIENT: Final[dict[str, bool]] = {"lenient": True}
"""Validation context for what a server sends: `reader(T).validate_json(body, context=LENIENT)`."""

# What all models are configured to, as far as it cannot be said in the schema of one of them.
_CONFIG: Final = core_schema.CoreConfig(validate_by_name=True, loc_by_alias=False)


def is_lenient(context: dict[str, Any] | None) -> bool:
    """Tell whether a validation context is that of reading what a server sent."""
    return bool(context and context.get("lenient"))


def reading_validator(kind: Any, base: type[BaseModel]) -> SchemaValidator:
    """Return what reads a type as a server sent it.

    That members may be anything is said in its schema: a validator in Python would be called for each member
    of each row.

    Args:
        kind: Whatever a `TypeAdapter` takes, such as ``list[Product]``.
        base: Class of the models that are read leniently. The validator around each of them is left out.
    """
    return SchemaValidator(_reading(TypeAdapter(kind).core_schema, base), _CONFIG)


def _reading(schema: Any, base: type[BaseModel]) -> Any:
    """Return the schema of reading, given that of building or a part of it."""
    if isinstance(schema, list | tuple):
        return type(schema)(_reading(part, base) for part in schema)
    if not isinstance(schema, dict):
        return schema
    parts = {name: _reading(part, base) for name, part in schema.items()}
    match schema:
        case {"type": "function-wrap", "schema": {"type": "model", "cls": model}} if issubclass(model, base):
            inner: dict[str, Any] = parts["schema"]
            return inner | {"ref": parts["ref"]} if "ref" in parts else inner
        case {"type": "model", "cls": model} if issubclass(model, base):
            return _object(parts, base)
    return parts


def _object(schema: dict[str, Any], base: Any) -> Any:
    model, config, content = schema["cls"], schema["config"], schema["schema"]
    members = content
    while members["type"] != "model-fields":  # validators of the whole object stand before it
        members = members["schema"]
    members["extra_behavior"] = config["extra_fields_behavior"]
    for name, member in members["fields"].items():
        if name not in model.identified_by:
            member["schema"] = _anything(member["schema"])
    # Not a model schema: inside another one, pydantic takes the validator of the class in its place.
    made = core_schema.no_info_after_validator_function(_maker(model), content)
    if model.model_post_init is not base.model_post_init:
        made = core_schema.with_info_after_validator_function(_post_init, made)
    return made


def _anything(schema: Any) -> Any:
    """Let a member that does not fit be kept as it was sent, and one that is missing be None."""
    checked = schema["schema"] if schema["type"] == "default" else schema
    kept = core_schema.union_schema([checked, core_schema.any_schema()], mode="left_to_right")
    return core_schema.with_default_schema(kept, default=None)


def _maker(model: type[BaseModel]) -> Callable[[Any], BaseModel]:
    """Return what makes an object of the members that were read, as pydantic makes it."""
    new, put = model.__new__, object.__setattr__

    def made(parts: Any) -> BaseModel:
        it = new(model)
        members, others, given = parts
        put(it, "__dict__", members)
        put(it, "__pydantic_extra__", others)
        put(it, "__pydantic_fields_set__", given)
        put(it, "__pydantic_private__", None)
        return it

    return made


def _post_init(model: BaseModel, info: ValidationInfo) -> BaseModel:
    model.model_post_init(info.context)
    return model
