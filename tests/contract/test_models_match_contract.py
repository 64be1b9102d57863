"""The models and services say what the API contract (wats-openapi.yaml) says."""

from __future__ import annotations

import asyncio
import inspect
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
import yaml
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from pywats import models
from pywats.core.uploads import FileForm
from pywats.models.base import WatsModel
from pywats.services import (
    AsyncAnalyticsService,
    AsyncAssetService,
    AsyncProcessService,
    AsyncProductionService,
    AsyncProductService,
    AsyncReportService,
    AsyncRootCauseService,
    AsyncScimService,
    AsyncSoftwareService,
)

CONTRACT: dict[str, Any] = yaml.load(
    (Path(__file__).parent / "wats-openapi.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
SERVICES = {
    "Analytics": AsyncAnalyticsService,
    "App": AsyncAnalyticsService,
    "Asset": AsyncAssetService,
    "Process": AsyncProcessService,
    "Product": AsyncProductService,
    "Production": AsyncProductionService,
    "Report": AsyncReportService,
    "RootCause": AsyncRootCauseService,
    "SCIM": AsyncScimService,
    "Software": AsyncSoftwareService,
}

# One Step stands for all step schemas and one StepLoop for both forms, as on the wire.
RENAMED = {"WsbfBom": "Bom", "WsbfComponent": "BomComponent", "StepLoopSummary": "StepLoop",
           "StepLoopIteration": "StepLoop", "StepBase": "Step", "ReportBase": "UUTReport"}  # fmt: skip
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


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in CONTRACT["paths"].items():
        # A path may also hold parameters for all its methods.
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield method, path, {**operation, "parameters": [*shared, *operation.get("parameters", ())]}


def used_schemas() -> set[str]:
    """Name every schema that the operations lead to."""
    found: set[str] = {"ProductGroup"}
    wanted = {name for _, _, operation in operations() for name in references(operation)}
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
        if "if" in part:
            continue
        more = merged(part["$ref"].rsplit("/", 1)[1]) if "$ref" in part else (
            part.get("properties", {}), set(part.get("required", ()))
        )  # fmt: skip
        properties |= more[0]
        required |= more[1]
    return properties, required


def model_of(name: str) -> type[WatsModel] | None:
    if name in NO_MODEL:
        return None
    step = name.endswith("Step") and "properties" not in SCHEMAS[name]
    renamed = "Step" if step else RENAMED.get(name, name.replace("Uut", "UUT").replace("Uur", "UUR"))
    model: type[WatsModel] | None = getattr(models, renamed, None)
    return model if isinstance(model, type) and issubclass(model, WatsModel) else None


def wire_names(field: FieldInfo) -> set[str]:
    alias = field.validation_alias
    names = set(alias.choices) if isinstance(alias, AliasChoices) else {alias}
    return {str(name) for name in names} | {str(field.serialization_alias)}


OBJECTS = sorted(name for name in used_schemas() if merged(name)[0] and name not in NO_MODEL)
ENUMS = sorted(name for name in used_schemas() if "enum" in SCHEMAS[name] and "x-enum-names" in SCHEMAS[name])

MODELS = [
    kind
    for name in models.__all__
    if isinstance(kind := getattr(models, name), type)
    and issubclass(kind, WatsModel)
    and kind is not WatsModel
]


def test_the_contract_is_read() -> None:
    assert len(list(operations())) == 110
    assert len(OBJECTS) > 50
    assert len(ENUMS) > 10


@pytest.mark.parametrize("name", OBJECTS)
def test_every_property_of_the_contract_is_a_member_of_its_model(name: str) -> None:
    model = model_of(name)
    assert model is not None, f"no model for {name}"
    known = {alias for field in model.model_fields.values() for alias in wire_names(field)}
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
    model = model_of(name)
    assert model is not None
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


@pytest.mark.parametrize("name", OBJECTS)
def test_the_lengths_of_a_built_object_are_those_of_the_contract(name: str) -> None:
    model = model_of(name)
    assert model is not None
    for wire_name, schema in merged(name)[0].items():
        if not {"minLength", "maxLength"} & schema.keys():
            continue
        field = next(field for field in model.model_fields.values() if wire_name in wire_names(field))
        limits = {
            key: value
            for part in (field, *_parts(field.annotation))
            for meta in getattr(part, "metadata", ()) or getattr(part, "__metadata__", ())
            for key, value in _limits(meta).items()
        }
        assert limits.get("min_length") == schema.get("minLength"), wire_name
        assert limits.get("max_length") == schema.get("maxLength"), wire_name


def _parts(annotation: object) -> Iterator[object]:
    for part in get_args(annotation):
        yield part
        yield from _parts(part)


def _limits(meta: object) -> dict[str, int]:
    nested = getattr(meta, "metadata", [])
    found = {key: getattr(meta, key) for key in ("min_length", "max_length") if hasattr(meta, key)}
    for part in nested:
        found |= _limits(part)
    return found


CALLS = [pytest.param(*operation, id=operation[2]["operationId"]) for operation in operations()]


class RecordingClient:
    """Takes any request and keeps it instead of sending it."""

    def __init__(self) -> None:
        self.sent: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        async def record(*args: Any, **options: Any) -> Any:
            method, path = ("GET", args[0]) if name == "download" else args[:2]
            self.sent = {"method": method, "path": path, "idempotent": None, **options}
            return "" if name == "request_text" else None

        return record


def argument(name: str) -> Any:
    """Return something that an endpoint accepts for the parameter of this name."""
    values = {
        "product": models.Product(part_number="a"),
        "products": [],
        "revisions": [],
        "vendors": [],
        "bom": models.Bom(part_number="a", revision="b", components=[models.BomComponent(number="c")]),
        "report": {"type": "T", "id": "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"},
        "report_id": "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01",
        "step_id": 1,
        "attachment_id": None,
        "asset": models.Asset(serial_number="a", type_id=UUID(int=1)),
        "asset_type": models.AssetType(type_name="a"),
        "date_time": datetime(2025, 3, 18, tzinfo=UTC),
        "from_date": datetime(2025, 3, 18, tzinfo=UTC),
        "to_date": datetime(2025, 3, 18, tzinfo=UTC),
        "increment_by": None,
        "ticket": models.Ticket(ticket_id=UUID(int=1), subject="a"),
        "ticket_id": UUID(int=1),
        "ticket_ids": [UUID(int=1)],
        "user": models.ScimUser(user_name="a"),
        "user_id": UUID(int=1),
        "patch": models.ScimPatchRequest(operations=[]),
        "units": [models.Unit(serial_number="a")],
        "batches": [models.ProductionBatch(batch_number="a")],
        "max_count": 1,
        "phase": models.UnitPhaseId.FINALIZED,
        "quantity": 1,
        "start_date": datetime(2025, 3, 18, tzinfo=UTC),
        "end_date": datetime(2025, 3, 18, tzinfo=UTC),
        "format": models.SerialNumberFileFormat.XML,
        "file": io.BytesIO(),
        "package": models.Package(name="a"),
        "package_id": UUID(int=1),
        "tag": "a=b",
        "detail_level": 7,
        "dimensions": "partNumber",
        "days": 30,
        "count": 10,
        "available_time": [24] * 7,
        "min_connection_time": 1,
        "max_connection_time": 1,
        "min_execution_time": 1,
        "max_execution_time": 1,
        "target_output": 1,
        "date_from": datetime(2025, 3, 18, tzinfo=UTC),
        "date_to": datetime(2025, 3, 18, tzinfo=UTC),
    }
    return values.get(name, "x")


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_every_operation_is_a_method_that_sends_what_the_contract_says(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    client = RecordingClient()
    service = SERVICES[operation["tags"][0]](client)  # type: ignore[arg-type]
    function = getattr(service, operation["operationId"])
    parameters = inspect.signature(function).parameters
    arguments = {name: argument(name) for name in parameters}
    if operation["operationId"] == "save_revision":
        arguments["revision"] = models.ProductRevision(revision="A")
    if operation["operationId"] == "get_ticket_attachment":
        arguments["attachment_id"] = UUID(int=1)
    if "WATSFilter" in references(operation):
        arguments["filter"] = models.WATSFilter(part_number="a", test_operation="b")
    if operation.get("x-require-one-of") == ["id", "serialNumber"]:
        arguments["id"] = None
    asyncio.run(function(**arguments))

    assert (client.sent["method"].lower(), client.sent["path"]) == (method, path)
    assert client.sent["idempotent"] is operation.get("x-idempotent")
    queries = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    segments = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
    assert set(client.sent.get("params") or {}) == queries
    assert set(client.sent.get("path_params") or {}) == segments
    body = operation.get("requestBody")
    assert ("content" in client.sent) == (body is not None)
    if body is not None:
        assert content_type(client.sent) in body["content"]


def content_type(sent: dict[str, Any]) -> str:
    if isinstance(sent["content"], FileForm):
        return sent["content"].headers["Content-Type"].partition(";")[0]
    return str(sent.get("content_type", "application/json"))


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_what_the_contract_requires_the_signature_requires(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    function = getattr(SERVICES[operation["tags"][0]], operation["operationId"])
    parameters = inspect.signature(function).parameters.values()
    assert not any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)
    contract = operation.get("parameters", ())
    empty_filter = "WATSFilter" in references(operation) and "x-required-filters" not in operation
    required = sum(one["required"] for one in contract) + ("requestBody" in operation and not empty_filter)
    needed = [one for one in parameters if one.default is inspect.Parameter.empty and one.name != "self"]
    # A download also needs somewhere to go.
    assert len(needed) == required + ("x-stream" in operation and method == "get")
    assert f"WATS endpoint: {method.upper()} {path}" in (function.__doc__ or "")
