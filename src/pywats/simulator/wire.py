"""How the API is spoken: routes, parameters, bodies and errors as WATS (ASP.NET) has them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route
from starlette.types import Scope

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INT = re.compile(r"-?[0-9]{1,10}")
_CHUNK = 64 * 1024

_LARGEST_INTEGER = 2**63

INT32 = (-(2**31), 2**31 - 1)


class ApiError(Exception):
    """An answer other than 2xx, sent as ``{"message": ...}``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def bad_request(message: str) -> ApiError:
    """A 400, to be raised."""
    return ApiError(400, message)


def not_found(message: str) -> ApiError:
    """A 404, to be raised."""
    return ApiError(404, message)


class ApiRoute(Route):
    """A route as ASP.NET has it: letter case does not matter, and ``%2F`` parts nothing.

    Starlette matches the decoded path, in which a part number ``A/B`` would be two segments.
    """

    def __init__(self, method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, endpoint, methods=[method])
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Matches the path as it was sent, and decodes the parameters afterwards."""
        match, child = super().matches({**scope, "path": scope["raw_path"].decode("ascii")})
        if match is not Match.NONE:
            child["path_params"] = {name: unquote(value) for name, value in child["path_params"].items()}
        return match, child


class Query:
    """The query parameters of a request; names in any letter case, empty ones count as absent."""

    def __init__(self, request: Request) -> None:
        self._values: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            self._values.setdefault(name.lower(), value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def text(self, name: str) -> str | None:
        """The value as it is."""
        return self._values.get(name.lower()) or None

    def required(self, name: str) -> str:
        """The value, or a 400."""
        value = self.text(name)
        if value is None:
            raise bad_request(f"The parameter {name} is required.")
        return value

    def integer(self, name: str, *, minimum: int = INT32[0], maximum: int = INT32[1]) -> int | None:
        """The value as a whole number in a range, or a 400."""
        value = self.text(name)
        if value is None:
            return None
        if not _INT.fullmatch(value) or not minimum <= int(value) <= maximum:
            raise bad_request(
                f"The parameter {name} must be a whole number from {minimum} to {maximum}, not {value!r}."
            )
        return int(value)

    def flag(self, name: str) -> bool | None:
        """The value as a boolean, or a 400."""
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise bad_request(f"The parameter {name} must be true or false, not {value!r}.")
        return value.lower() == "true"

    def guid(self, name: str) -> str | None:
        """The value as a GUID, or a 400."""
        value = self.text(name)
        return None if value is None else guid(value, name)


def is_guid(value: object) -> bool:
    """Whether a value is the text of a GUID."""
    return isinstance(value, str) and _GUID.fullmatch(value) is not None


def guid(value: object, name: str) -> str:
    """The GUID in lower case, or a 400 that names the parameter."""
    if not isinstance(value, str) or not is_guid(value):
        raise bad_request(f"{name} must be a GUID, not {value!r}.")
    return value.lower()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large")
    return number


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, or a 400."""
    try:
        # JSON on the wire is UTF-8 (RFC 8259, section 8.1); Python would take other encodings, too.
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_float=_finite)
        # A lone surrogate is legal in JSON's grammar and can be stored nowhere.
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise bad_request(f"The body is not valid JSON: {error}") from error
    return value


def parse_xml(body: bytes | str) -> ET.Element:
    """The root element of an XML document; raises ``ValueError`` with the reason."""
    try:
        return ET.fromstring(body)  # noqa: S314 - expat limits entity expansion; it loads nothing
    # An encoding that Python does not know is a LookupError.
    except (ET.ParseError, ValueError, LookupError) as error:
        raise ValueError(f"Not valid XML: {error}") from error


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request, or a 400."""
    return as_object(parse_json(await request.body()), "The body")


async def json_objects(request: Request) -> list[dict[str, Any]]:
    """The JSON array of objects of a request, or a 400."""
    value = parse_json(await request.body())
    if not isinstance(value, list):
        raise bad_request("The body must be a JSON array.")
    return [as_object(item, f"Item {index}") for index, item in enumerate(value)]


def as_object(value: Any, what: str) -> dict[str, Any]:
    """The value if it is a JSON object, or a 400."""
    if not isinstance(value, dict):
        raise bad_request(f"{what} must be a JSON object.")
    return value


class Members:
    """The members of a JSON object that was sent; names in any letter case, as .NET reads them."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._values = {name.lower(): member for name, member in value.items()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def has(self, name: str) -> bool:
        """Whether a member was sent that is not null."""
        return self._values.get(name.lower()) is not None

    def text(self, name: str) -> str | None:
        """A text or null."""
        value = self._values.get(name.lower())
        if value is not None and not isinstance(value, str):
            raise bad_request(f"{name} must be a string, not {value!r}.")
        return value

    def required(self, name: str) -> str:
        """A text of at least one character."""
        value = self.text(name)
        if not value:
            raise bad_request(f"{name} is required.")
        return value

    def guid(self, name: str) -> str | None:
        """A GUID or null."""
        value = self._values.get(name.lower())
        return None if value is None else guid(value, name)

    def flag(self, name: str) -> bool:
        """A boolean."""
        value = self._values.get(name.lower())
        if not isinstance(value, bool):
            raise bad_request(f"{name} must be true or false, not {value!r}.")
        return value

    def choice(self, name: str, choices: tuple[int, ...]) -> int:
        """One of some numbers."""
        value = self._values.get(name.lower())
        if isinstance(value, bool) or value not in choices:
            raise bad_request(f"{name} must be one of {choices}, not {value!r}.")
        number: int = value
        return number

    def integer(self, name: str, *, minimum: int = INT32[0], maximum: int = INT32[1]) -> int | None:
        """A whole number in a range, or null."""
        value = self._values.get(name.lower())
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise bad_request(f"{name} must be a whole number from {minimum} to {maximum}, not {value!r}.")
        return value

    def number(self, name: str) -> float | None:
        """A number or null."""
        value = self._values.get(name.lower())
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
            raise bad_request(f"{name} must be a number, not {value!r}.")
        if isinstance(value, int) and abs(value) >= _LARGEST_INTEGER:
            raise bad_request(f"{name} is too large.")
        return value

    def items(self, name: str) -> list[Members]:
        """The objects of an array; none for null."""
        value = self._values.get(name.lower())
        if value is not None and not isinstance(value, list):
            raise bad_request(f"{name} must be an array, not {value!r}.")
        return [Members(as_object(item, f"{name}[{index}]")) for index, item in enumerate(value or [])]

    def texts(self, name: str) -> list[str]:
        """The texts of an array; none for null."""
        value = self._values.get(name.lower())
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise bad_request(f"{name} must be an array of strings, not {value!r}.")
        return value

    def nested(self, name: str) -> Members | None:
        """An object or null."""
        value = self._values.get(name.lower())
        return None if value is None else Members(as_object(value, name))


def done() -> Response:
    """An answer where the API documents no body: 200 and nothing, so that nobody relies on one."""
    return Response()


def download(content: bytes, media_type: str, filename: str) -> StreamingResponse:
    """A file, streamed."""
    chunks = (content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        "Content-Length": str(len(content)),
    }
    return StreamingResponse(_each(chunks), media_type=media_type, headers=headers)


async def _each(chunks: Iterator[bytes]) -> Any:
    # Given a plain iterator, Starlette would start a worker thread for each chunk.
    for chunk in chunks:
        yield chunk
