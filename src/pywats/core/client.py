"""AsyncHttpClient: the chain as the services use it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from functools import lru_cache, partial
from typing import Any, TypedDict, TypeVar, Unpack

import httpx

from pywats.core.answers import (
    api_error,
    decoded,
    empty_answer,
    facts_of,
    is_empty,
    parse_json,
    parse_text,
    parse_with,
    read_body,
    read_error_body,
)
from pywats.core.call import Call, call_scope
from pywats.core.config import SyncConfig
from pywats.core.connections import Connections
from pywats.core.files import DownloadTarget, Progress, check_target, saved
from pywats.core.paths import check_base_url, expand_path
from pywats.core.redirects import redirected
from pywats.core.uploads import FileForm
from pywats.exceptions import WatsError, WatsResponseError, WatsTimeoutError
from pywats.transport import DEFAULT_MAX_CONNECTIONS, build_transport, network_transport
from pywats.transport.network import VerifySSL, ssl_context

__all__ = ["AsyncHttpClient", "RequestOptions"]

T = TypeVar("T")

_MAX_REDIRECTS = 5
# Without a body, their requests say so (RFC 9110 section 8.6).
_WITH_BODY = ("POST", "PUT", "PATCH")
_JSON = "application/json"


class RequestOptions(TypedDict, total=False):
    """What a request may have besides method and path."""

    path_params: Mapping[str, object] | None
    """A value for each placeholder of the path; each is encoded as one segment."""
    params: Mapping[str, object] | None
    """The query; values that are None are left out."""
    content: bytes | FileForm | None
    """The body."""
    content_type: str
    """The media type of a body of bytes; default ``application/json``."""
    accept: str
    """The media type wanted; default ``application/json``."""
    idempotent: bool | None
    """Whether repeating the request does no more than sending it once; None: as its method says."""


class AsyncHttpClient:
    """Sends the requests of one WATS account through the chain.

    Its connections belong to the event loop that made them: in another loop (a second ``asyncio.run``, or a
    forked child) it makes new ones.

    Args:
        base_url: The server's address, with or without ``/`` or ``/api`` at the end.
        token: The Basic token that WATS issued.
        config: How calls behave; a call scope around a request decides instead.
        transport: Does the sending in place of the network; it is used as it is.
        verify_ssl: True, False, a path to a CA file or folder, or an ``ssl.SSLContext``.
        max_connections: Requests at a time; the others wait.

    Attributes:
        base_url: The server's address, without a trailing ``/`` or ``/api``.
        config: How calls behave.
        connections: The chain and its connections, one for each event loop.

    Raises:
        ValueError: The base URL, token, CA file or ``max_connections`` cannot be used.
        TypeError: One of them has the wrong type.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        config: SyncConfig | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        verify_ssl: VerifySSL = True,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
    ) -> None:
        self.base_url = check_base_url(base_url)
        self.config = SyncConfig() if config is None else config
        # httpx.Headers masks Authorization in its repr.
        self._headers = httpx.Headers(
            {
                "Authorization": f"Basic {_check_token(token)}",
                # Other encodings expand further than a bounded read can stop.
                "Accept-Encoding": "gzip, deflate",
                "Host": httpx.URL(self.base_url).netloc.decode(),
                "Accept": _JSON,
                "Connection": "keep-alive",
                "User-Agent": "pywats",
            }
        )
        # Load balancers keep a client at one server by cookies.
        self._cookies = httpx.Cookies()
        verify = ssl_context(verify_ssl) if transport is None else True
        self.connections = Connections(partial(_new_chain, self.config, transport, verify, max_connections))

    def __repr__(self) -> str:
        """Return the server's address, never the token."""
        return f"{type(self).__name__}(base_url={self.base_url!r})"

    def call_scope(self, call_id: str | None = None) -> AbstractContextManager[Call]:
        """Open a call: all requests inside share one correlation ID and one ``total_timeout``.

        Args:
            call_id: The correlation ID; None for the one that the user chose, or a new one.
        """
        return call_scope(self.config, call_id)

    async def request(self, method: str, path: str, result: type[T], **options: Unpack[RequestOptions]) -> T:
        """Send a request and read its JSON answer.

        Args:
            method: The HTTP method.
            path: The path as the API writes it, such as ``/api/Product/{partNumber}``.
            result: The type of the answer: a model, ``list[Model]``, ``str`` ...
            **options: See `RequestOptions`.

        Returns:
            The answer, validated.

        Raises:
            WatsAPIError: The server answered 4xx or 5xx; its subclass says which.
            NotFoundError: The server answered 404, or a GET with an empty body or ``null``.
            WatsResponseError: The answer is not JSON, or not of the type promised.
            WatsConnectionError: The connection could not be made, or broke.
            WatsTimeoutError: The answer was not complete in time.
            ValueError: A path parameter cannot be sent; no request was made.
        """
        response, body = await self._exchange(method, path, options)
        if is_empty(body):
            raise empty_answer(response)
        return parse_json(response, body, result)

    async def request_optional(
        self, method: str, path: str, result: type[T], **options: Unpack[RequestOptions]
    ) -> T | None:
        """Send a request whose answer may be empty or ``null``: None. Otherwise like `request`."""
        response, body = await self._exchange(method, path, options)
        return None if is_empty(body) else parse_json(response, body, result)

    async def request_text(self, method: str, path: str, **options: Unpack[RequestOptions]) -> str:
        """Send a request and return its answer as text, such as XML. Otherwise like `request`."""
        return parse_text(*await self._exchange(method, path, options))

    async def request_parsed(
        self, method: str, path: str, parse: Callable[[str], T], **options: Unpack[RequestOptions]
    ) -> T:
        """Send a request and return what a function makes of its text. Otherwise like `request`.

        Args:
            method: The HTTP method.
            path: The path as the API writes it.
            parse: Reads the text; its ValueError, which may not show the text, becomes `WatsResponseError`.
            **options: See `RequestOptions`.
        """
        return parse_with(parse, *await self._exchange(method, path, options))

    async def send(self, method: str, path: str, **options: Unpack[RequestOptions]) -> None:
        """Send a request whose answer has no documented body. Otherwise like `request`."""
        await self._exchange(method, path, options)

    async def download(
        self,
        path: str,
        target: DownloadTarget,
        *,
        path_params: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Stream the answer to a GET request into a file, in constant memory.

        ``timeout`` limits the time to the head of the answer and then each read, ``total_timeout`` the whole
        download. A download that breaks off after the head has come is not retried.

        Args:
            path: The path as the API writes it.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            path_params: A value for each placeholder of the path.
            params: The query; values that are None are left out.
            progress: Called with the bytes done and the bytes in total (None if unknown) after each read.

        Returns:
            The number of bytes written.

        Raises:
            TypeError: The target is no path and no file opened for writing bytes; no request was made.
            WatsError: As `request` does.
            OSError: The file could not be written.
        """
        check_target(target)
        done = 0
        options: RequestOptions = {"path_params": path_params, "params": params, "accept": "*/*"}
        with self.call_scope() as call:
            request = self._build("GET", path, call, **options)
            # Files are packed already, and so their size is known beforehand.
            request.headers["Accept-Encoding"] = "identity"
            request.extensions["wats_stream"] = True
            async with _open(await self._answer(request), call) as response, saved(target) as write:
                total = _content_length(response)
                async for chunk in decoded(response):
                    await write(chunk)
                    done += len(chunk)
                    if progress is not None:
                        progress(done, total)
        return done

    async def aclose(self) -> None:
        """Close all connections; the client cannot be used afterwards. Closing twice does no harm."""
        await self.connections.aclose()

    async def _exchange(
        self, method: str, path: str, options: RequestOptions
    ) -> tuple[httpx.Response, bytes]:
        """Make one request; return its successful answer and the decoded body."""
        with self.call_scope() as call:
            response = await self._answer(self._build(method, path, call, **options))
            return response, await read_body(response)

    def _build(
        self,
        method: str,
        path: str,
        call: Call,
        *,
        path_params: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        content: bytes | FileForm | None = None,
        content_type: str = _JSON,
        accept: str = _JSON,
        idempotent: bool | None = None,
    ) -> httpx.Request:
        # All that httpx would add by itself is there already: it would make the headers twice.
        headers = self._headers.copy()
        extensions: dict[str, Any] = {"wats_config": call.config}
        if accept != _JSON:
            headers["Accept"] = accept
        body: httpx.AsyncByteStream = httpx.ByteStream(b"")
        if isinstance(content, FileForm):
            headers.update(content.headers)
            extensions["wats_replayable"] = content.replayable
            body = content
        elif content is not None:
            headers["Content-Type"] = content_type
            headers["Content-Length"] = str(len(content))
            body = httpx.ByteStream(content)
        elif method in _WITH_BODY:
            headers["Content-Length"] = "0"
        if idempotent is not None:
            extensions["wats_idempotent"] = idempotent
        if call.deadline is not None:
            extensions["wats_deadline"] = call.deadline
        return httpx.Request(
            method,
            _url(self.base_url + expand_path(path, path_params)),
            params=_query(params),
            headers=headers,
            stream=body,
            extensions=extensions,
        )

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its successful answer, unread."""
        response = await self._follow(request)
        if response.is_success:
            return response
        try:
            if response.is_error:
                raise api_error(response, await read_error_body(response), secret=self._token)
            raise WatsResponseError(
                f"unexpected status {response.status_code} from the server", **facts_of(response)
            )
        finally:
            await response.aclose()

    async def _follow(self, request: httpx.Request) -> httpx.Response:
        """Send a request and follow redirects."""
        chain = self.connections.transport()
        for _ in range(_MAX_REDIRECTS + 1):
            if self._cookies:
                self._cookies.set_cookie_header(request)
            try:
                response = await chain.handle_async_request(request)
            except httpx.RequestError as error:
                error.request = request
                raise
            response.request = request
            if "Set-Cookie" in response.headers:
                self._cookies.extract_cookies(response)
            if not response.has_redirect_location:
                return response
            await response.aclose()
            request = redirected(request, response)
        raise WatsResponseError(f"more than {_MAX_REDIRECTS} redirects", **facts_of(response))

    @property
    def _token(self) -> str:
        return self._headers["Authorization"].removeprefix("Basic ")


def _new_chain(
    config: SyncConfig,
    transport: httpx.AsyncBaseTransport | None,
    verify: VerifySSL,
    max_connections: int,
) -> httpx.AsyncBaseTransport:
    network = transport
    if network is None:
        network = network_transport(verify_ssl=verify, max_connections=max_connections)
    return build_transport(config, inner=network, max_connections=max_connections)


# Scripts ask for the same few addresses again and again.
_url = lru_cache(maxsize=128)(httpx.URL)


def _query(params: Mapping[str, object] | None) -> dict[str, Any] | None:
    # httpx adds a bare "?" for an empty query.
    return {name: value for name, value in (params or {}).items() if value is not None} or None


def _check_token(token: str) -> str:
    # The value itself is a secret and stays out of the messages.
    if not isinstance(token, str):
        raise TypeError(f"token must be a text, not a value of type {type(token).__name__}")
    if not re.fullmatch(r"[\x21-\x7e]+", token.strip()):
        raise ValueError("token must be a text of visible ASCII characters, without the word 'Basic'")
    return token.strip()


def _content_length(response: httpx.Response) -> int | None:
    """Return how many bytes a download will bring, or None if that is not known."""
    value = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) and not encoded else None


@asynccontextmanager
async def _open(response: httpx.Response, call: Call) -> AsyncIterator[httpx.Response]:
    """Hand out an answer whose body is read above the chain, and close it in the end.

    What the chain does no more is done here: the end of ``total_timeout``, and the facts in an error.
    """
    left = None if call.deadline is None else call.deadline - time.monotonic()
    try:
        async with asyncio.timeout(left) as limit:
            yield response
    except WatsError as error:
        for name, value in facts_of(response).items():
            setattr(error, name, value)
        raise
    except TimeoutError as error:
        # A disk can time out as well.
        if not limit.expired():
            raise
        message = f"the download was not complete in time (total_timeout: {call.config.total_timeout} s)"
        raise WatsTimeoutError(message, **facts_of(response)) from error
    finally:
        await response.aclose()
