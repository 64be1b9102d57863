"""Requests and answers against the contract: what is wrong with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree as ET

import httpx

from tests.contract.contract import Operation, resolved
from tests.contract.schemas import is_valid, problems

# An error without a documented body still is a JSON object.
_JSON = ("application/json", "application/scim+json")
_ERROR = {"type": "object"}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def request_problems(operation: Operation, request: httpx.Request) -> Iterator[str]:
    """Yield what is wrong with a request that was read whole."""
    if request.method != operation.method:
        yield f"method {request.method} in place of {operation.method}"
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    yield from _path_problems(operation, path)
    yield from _query_problems(operation, query)
    yield from _accept_problems(operation, request.headers.get("Accept", ""))
    media_type = _media_type(request.headers)
    if operation.body is None:
        if request.content or media_type:
            yield f"a body ({media_type}) where none is documented"
    elif media_type not in operation.body:
        yield f"a body of the type {media_type} in place of {', '.join(operation.body)}"
    elif media_type == "multipart/form-data":
        yield from _form_problems(operation.body[media_type], request)
    else:
        yield from _body_problems(media_type, request.content, operation.body[media_type]["schema"])


def answer_problems(operation: Operation, answer: httpx.Response) -> Iterator[str]:
    """Yield what is wrong with an answer that was read whole."""
    content = operation.answer(answer.status_code)
    if content is None:
        yield f"status {answer.status_code}, which is not documented"
        return
    media_type = _media_type(answer.headers)
    if not answer.content:
        if not may_be_empty(operation, content):
            yield "an empty answer where one of a shape is documented"
    elif not content and answer.is_success:
        yield f"a body ({media_type}) where none is documented"
    elif media_type not in (content or _JSON):
        yield f"a body of the type {media_type} in place of {', '.join(content or _JSON)}"
    elif not (answer.content == b"null" and may_be_empty(operation, content)):
        schema = content[media_type]["schema"] if content else _ERROR
        yield from _body_problems(media_type, answer.content, schema)


def may_be_empty(operation: Operation, content: dict[str, Any]) -> bool:
    """Tell whether an answer need not have a body: none is documented, or one of no shape."""
    schemas = [resolved(media["schema"]) for media in content.values()]
    return bool(operation.spec.get("x-nullable-response")) or not any(_has_shape(one) for one in schemas)


def _has_shape(schema: dict[str, Any]) -> bool:
    return bool(schema.keys() - {"description", "x-shared"})


def _path_problems(operation: Operation, path: str) -> Iterator[str]:
    template = re.escape(operation.path).replace(r"\{", "{").replace(r"\}", "}")
    match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
    if match is None:
        yield f"path {path} does not fit {operation.path}"
        return
    schemas = {one["name"]: one["schema"] for one in operation.parameters if one["in"] == "path"}
    for name, text in match.groupdict().items():
        yield from _parameter_problems(name, unquote(text, errors="strict"), schemas[name])


def _query_problems(operation: Operation, query: str) -> Iterator[str]:
    sent = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    names = [name for name, _ in sent]
    schemas = {one["name"]: one["schema"] for one in operation.parameters if one["in"] == "query"}
    for name in operation.required:
        if name not in names:
            yield f"no query parameter {name}, which is required"
    if operation.one_of and not set(operation.one_of) & set(names):
        yield f"none of the query parameters {', '.join(operation.one_of)}"
    for name, text in sent:
        if name not in schemas:
            yield f"query parameter {name}, which is not documented"
        elif names.count(name) > 1:
            yield f"query parameter {name} more than once"
        else:
            yield from _parameter_problems(name, text, schemas[name])


def _parameter_problems(name: str, text: str, schema: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the text of a parameter, unless it is right as one of the types of JSON."""
    values = list(_readings(text))
    if not any(is_valid(value, schema) for value in values):
        found = "; ".join(problems(values[0], schema))
        yield f"parameter {name}: {found}"


def _readings(text: str) -> Iterator[object]:
    if text in ("true", "false") or _NUMBER.fullmatch(text):
        yield json.loads(text)
    yield text


def _accept_problems(operation: Operation, accept: str) -> Iterator[str]:
    wanted = {part.partition(";")[0].strip() for part in accept.split(",")}
    offered = set(operation.promised)
    if offered and not wanted & {"*/*", *offered}:
        yield f"Accept: {accept}, which is none of {', '.join(offered)}"


def _body_problems(media_type: str, body: bytes, schema: dict[str, Any]) -> Iterator[str]:
    if media_type.endswith("json"):
        try:
            value = json.loads(body, parse_constant=_refuse_constant)
        except ValueError as error:
            yield f"no JSON: {error}"
            return
        yield from problems(value, schema)
    elif media_type.endswith("xml"):
        yield from _xml_problems(body, resolved(schema))
    elif media_type == "application/pdf" and not body.startswith(b"%PDF-"):
        yield "no PDF file"
    elif media_type == "application/zip" and not body.startswith(b"PK"):
        yield "no zip file"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _xml_problems(body: bytes, schema: dict[str, Any]) -> Iterator[str]:
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        yield f"no XML: {error}"
        return
    # A schema without a name for its root is that of a document whose elements are described elsewhere.
    name, namespace = schema.get("xml", {}).get("name"), schema.get("xml", {}).get("namespace")
    expected = f"{{{namespace}}}{name}" if namespace else name
    if name and root.tag != expected:
        yield f"root element {root.tag} in place of {expected}"
        return
    yield from _element_problems(root, schema)


def _element_problems(element: ET.Element, schema: dict[str, Any]) -> Iterator[str]:
    members = {name: resolved(member) for name, member in schema.get("properties", {}).items()}
    attributes = {name for name, member in members.items() if member.get("xml", {}).get("attribute")}
    children = {_local(child): child for child in element}
    for name in schema.get("required", ()):
        if name not in element.attrib and name not in children:
            yield f"XML element {element.tag} without {name}"
    if members:
        for name in {*element.attrib} - attributes | children.keys() - (members.keys() - attributes):
            yield f"XML element {element.tag} with {name}, which is not documented"
    for child in element:
        yield from _element_problems(child, resolved(members.get(_local(child), {}).get("items", {})))


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _form_problems(media: dict[str, Any], request: httpx.Request) -> Iterator[str]:
    head = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n"
    form = BytesParser(policy=HTTP).parsebytes(head + request.content)
    parts = [part for part in form.iter_parts() if part.get_content_disposition() == "form-data"]
    names = [str(part.get_param("name", header="content-disposition")) for part in parts]
    if sorted(names) != sorted(media["schema"]["properties"]):
        yield f"form fields {names} in place of {list(media['schema']['properties'])}"
    for name, part in zip(names, parts, strict=True):
        if not part.get_filename():
            yield f"form field {name} without a file name"
        expected = media.get("encoding", {}).get(name, {}).get("contentType")
        if expected and part.get_content_type() != expected:
            yield f"form field {name} of the type {part.get_content_type()} in place of {expected}"


def _media_type(headers: httpx.Headers) -> str:
    value: str = headers.get("Content-Type", "")
    return value.partition(";")[0].strip().lower()
