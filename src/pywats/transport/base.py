"""What all layers of the chain share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx

from pywats.core.config import SyncConfig

__all__ = [
    "ConfiguredLayer",
    "Layer",
    "LayerStream",
    "body_of",
    "causes",
    "derive_request",
    "path_of",
]


class Layer(httpx.AsyncBaseTransport):
    """A transport around another one.

    Args:
        inner: The next layer below, or the network.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def aclose(self) -> None:
        """Close the layers below."""
        await self._inner.aclose()


class ConfiguredLayer(Layer):
    """A layer that behaves as the `SyncConfig` of each request says.

    Args:
        inner: The next layer below.
        config: For requests that bring none of their own in ``request.extensions["wats_config"]``.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, config: SyncConfig) -> None:
        super().__init__(inner)
        self._config = config

    def config_of(self, request: httpx.Request) -> SyncConfig:
        """Return the configuration of a request."""
        config: SyncConfig = request.extensions.get("wats_config", self._config)
        return config


class LayerStream(httpx.AsyncByteStream):
    """A body around another one, as a layer is a transport around another one.

    Args:
        inner: The body as the layer below, or the user, gave it.
    """

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._inner)

    async def aclose(self) -> None:
        """Close the body below."""
        await self._inner.aclose()


def derive_request(
    request: httpx.Request,
    *,
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, Any] | None = None,
    stream: httpx.AsyncByteStream | None = None,
) -> httpx.Request:
    """Return a request like the given one, with headers replaced, extensions added, or another body.

    The caller's request stays as it is: httpx keeps it as ``response.request`` and builds redirects from it.
    """
    derived = httpx.Request.__new__(httpx.Request)
    # Its constructor would parse and encode again what is ready to be sent.
    vars(derived).update(vars(request))
    if headers:
        derived.headers = request.headers.copy()
        for name, value in headers.items():
            derived.headers[name] = value
    derived.extensions = {**request.extensions, **(extensions or {})}
    if stream is not None:
        derived.stream = stream
    if isinstance(derived.stream, httpx.ByteStream):
        # So that ``derived.content`` is there for a transport that asks for it.
        derived.read()
    return derived


def body_of(message: httpx.Request | httpx.Response) -> httpx.AsyncByteStream:
    """Return the body of a request or response.

    Raises:
        TypeError: It can only be read synchronously, as httpx's own async client would say.
    """
    if not isinstance(message.stream, httpx.AsyncByteStream):
        raise TypeError("an asynchronous client needs a body that can be read asynchronously")
    return message.stream


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, its cause, the cause of that, and so on."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        # httpcore hides the cause of its errors (raise ... from None), but has it as its argument.
        wrapped = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = error.__cause__ or wrapped


def path_of(request: httpx.Request) -> str:
    """Return the path as it is sent, without the query: fit for a log line."""
    return request.url.raw_path.partition(b"?")[0].decode("ascii")
