"""The contract of the WATS API (wats-openapi.yaml), as the contract tests read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CONTRACT: dict[str, Any] = yaml.load(
    (Path(__file__).parent / "wats-openapi.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]

SERVICE_OF_TAG = {
    "Analytics": "analytics",
    "App": "analytics",
    "Asset": "asset",
    "Process": "process",
    "Product": "product",
    "Production": "production",
    "Report": "report",
    "RootCause": "rootcause",
    "SCIM": "scim",
    "Software": "software",
}


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    parameters: tuple[dict[str, Any], ...]
    spec: dict[str, Any]

    @property
    def service(self) -> str:
        """The attribute of a client that has the operation."""
        return SERVICE_OF_TAG[self.spec["tags"][0]]

    @property
    def required(self) -> list[str]:
        """The query parameters without which the server refuses a request."""
        return [one["name"] for one in self.parameters if one["in"] == "query" and one["required"]]

    @property
    def one_of(self) -> list[str]:
        """The query parameters of which a request has to have one."""
        names: list[str] = self.spec.get("x-require-one-of", [])
        return names

    @property
    def body(self) -> dict[str, Any] | None:
        """The schemas of the request body by media type."""
        content: dict[str, Any] | None = self.spec.get("requestBody", {}).get("content")
        return content

    @property
    def is_download(self) -> bool:
        """Whether the answer is a file."""
        return self.method == "GET" and "x-stream" in self.spec

    @property
    def may_be_unfiltered(self) -> bool:
        """Whether the body is a filter in which nothing is required."""
        schemas = [media["schema"].get("$ref", "") for media in (self.body or {}).values()]
        filtered = any(reference.endswith("/WATSFilter") for reference in schemas)
        return filtered and "x-required-filters" not in self.spec

    @property
    def needs_something(self) -> bool:
        """Whether there is something that a request can lack."""
        return bool(self.required or self.one_of or self.body)

    def answer(self, status: int) -> dict[str, Any] | None:
        """Return the schemas of an answer by media type, which is none without a body; None: undocumented."""
        response = self.spec["responses"].get(str(status))
        return None if response is None else response.get("content", {})

    @property
    def promised(self) -> dict[str, Any]:
        """The schemas of the answer 200 by media type."""
        return self.answer(200) or {}


def _operations() -> Iterator[Operation]:
    for path, methods in CONTRACT["paths"].items():
        shared = methods.get("parameters", [])  # those of all methods of the path
        for method, spec in methods.items():
            if method != "parameters":
                parameters = (*shared, *spec.get("parameters", ()))
                yield Operation(spec["operationId"], method.upper(), path, parameters, spec)


OPERATIONS = {operation.id: operation for operation in _operations()}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, or the one that it refers to."""
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[1]]
    return schema
