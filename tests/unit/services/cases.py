"""One call of one operation, the request that the API documents for it, and the answer it gets."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import respx

from pywats.core.client import AsyncHttpClient
from pywats.exceptions import NotFoundError, WatsError, WatsResponseError
from pywats.services.base import AsyncService

SERVER = "http://wats.test"

# Loading the certificates of the machine takes longer than a call.
_TLS = ssl.create_default_context()

S = TypeVar("S", bound=AsyncService)
T = TypeVar("T")


def run(kind: Callable[[AsyncHttpClient], S], call: Callable[[S], Awaitable[T]]) -> T:
    async def session() -> T:
        client = AsyncHttpClient(SERVER, "token", verify_ssl=_TLS)
        try:
            return await call(kind(client))
        finally:
            await client.aclose()

    return asyncio.run(session())


class Case:
    """One call of one operation, the request that it makes, and the answer that it gets."""

    def __init__(
        self,
        call: Callable[[Any], Awaitable[Any]],
        request: str,
        *,
        query: dict[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        idempotent: bool | None = None,
        answer: Any = None,
        result: Any = None,
    ) -> None:
        self.call = call
        self.method, self.path = request.split(" ")
        self.query = query or {}
        self.body = body
        self.content_type = content_type
        self.accept = accept
        self.idempotent = idempotent
        self.answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.result = result

    @property
    def when_empty(self) -> type[WatsError]:
        """The error of an empty answer where something is promised."""
        return NotFoundError if self.method == "GET" else WatsResponseError


@respx.mock
def check(kind: Callable[[AsyncHttpClient], Any], case: Case) -> None:
    """Assert that the operation sends its request and returns its answer."""
    route = respx.route(host="wats.test").respond(200, content=case.answer)
    result = run(kind, case.call)
    request = route.calls.last.request
    assert request.method == case.method
    assert request.url.raw_path.split(b"?")[0].decode() == case.path
    assert dict(request.url.params) == case.query
    if case.body and case.content_type == "application/json":
        assert json.loads(request.content) == json.loads(case.body)
    else:
        assert request.content == (case.body or b"")
    assert request.headers.get("Content-Type") == (case.content_type if case.body else None)
    assert request.headers["Accept"] == case.accept
    assert request.extensions.get("wats_idempotent") is case.idempotent
    assert result == case.result
    assert type(result) is type(case.result)
