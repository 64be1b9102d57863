"""Example values, generated from the schemas of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.contract.contract import CONTRACT, SCHEMAS
from tests.contract.promises import model_of

_VARIANTS = 3
_BY_FORMAT = {
    "uuid": "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01",
    "date-time": "2025-03-18T09:15:00.1234567+01:00",
}
# Texts that a pattern asks for.
_BY_PATTERN = {"^[TR]$": "T"}
# A tree of steps with all its conditions is written by hand in the contract.
_BY_NAME = {
    "Report": [example["value"] for example in CONTRACT["components"]["examples"].values()],
}


def examples(schema: dict[str, Any]) -> Iterator[Any]:
    """Yield values that are valid by a schema of the contract.

    The first ones have all members, and differ in every choice that the schema leaves; the last one has
    only the members that are required, by the contract or to tell what the object is.
    """
    for number in range(_VARIANTS):
        yield _Example(number, full=True).of(schema, "text")
    yield _Example(0, full=False).of(schema, "text")


@dataclass(frozen=True)
class _Example:
    number: int
    full: bool
    inside: tuple[str, ...] = ()

    def of(self, schema: dict[str, Any], name: str) -> Any:
        if "$ref" in schema:
            return self._named(schema["$ref"].rsplit("/", 1)[1], name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._one_of(schema["enum"])
        if "allOf" in schema:
            parts = [self.of(part, name) for part in schema["allOf"] if "if" not in part]
            return {key: value for part in parts for key, value in part.items()}
        for choice in ("oneOf", "anyOf"):
            if choice in schema and "properties" not in schema:
                return self.of(self._one_of(schema[choice]), name)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self._one_of(kind)
        return self._of_type(kind, schema, name)

    def _named(self, reference: str, name: str) -> Any:
        if reference in _BY_NAME:
            return self._one_of(_BY_NAME[reference])
        nested = _Example(self.number, self.full, (*self.inside, reference))
        return nested.of(SCHEMAS[reference], name)

    def _one_of(self, choices: list[Any]) -> Any:
        return choices[self.number % len(choices)]

    def _of_type(self, kind: object, schema: dict[str, Any], name: str) -> Any:
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return self._array(schema, name)
        if kind == "string":
            return self._text(schema, name)
        low, high = schema.get("minimum", 0), schema.get("maximum", 99)
        others = {
            "integer": max(low, min(high, 7 + self.number)),
            "number": max(low, min(high, 0.5 + self.number)),
            "boolean": self.number % 2 == 0,
            "null": None,
        }
        return others.get(str(kind), {"any": [name, 1, None]})

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        required = {*schema.get("required", ()), *self._identifying()}
        return {
            name: self.of(member, name)
            for name, member in schema.get("properties", {}).items()
            if name in required or (self.full and not self._leads_back(member))
        }

    def _identifying(self) -> Iterator[str]:
        """Yield the members without which a model takes an object for something else altogether."""
        model = model_of(self.inside[-1]) if self.inside else None
        if model is not None:
            for name in model.identified_by:
                yield str(model.model_fields[name].serialization_alias)

    def _leads_back(self, schema: dict[str, Any]) -> bool:
        """Tell whether a member is of the kind of an object that it is in."""
        if "$ref" in schema:
            return schema["$ref"].rsplit("/", 1)[1] in self.inside
        parts = [part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, ())]
        return any(self._leads_back(part) for part in (*parts, *filter(None, [schema.get("items")])))

    def _array(self, schema: dict[str, Any], name: str) -> list[Any]:
        length = min(schema.get("maxItems", 2), 2) if self.full else 1
        return [
            _Example(self.number + index, self.full, self.inside).of(schema.get("items", {}), name)
            for index in range(length)
        ]

    def _text(self, schema: dict[str, Any], name: str) -> str:
        if schema.get("format") in _BY_FORMAT:
            return _BY_FORMAT[schema["format"]]
        if "pattern" in schema:
            return _BY_PATTERN[schema["pattern"]]
        # The name of the member, so that no member can be taken for another.
        return f"{name} {self.number}"[: schema.get("maxLength")]
