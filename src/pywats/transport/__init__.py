"""The chain beneath the services: it works under any ``httpx.AsyncClient`` on asyncio.

Each layer is a module: `correlation`, `retry` (which asks `retry_policy`), `timeout`, `limit` and `errors`;
`base` has what they share.

Beneath them is the `network`, which knows proxies and CA files. To a server it has connections of its own:
`direct` keeps them, `connect` makes them, `http11` speaks on one, and `messages` is what is said, as bytes.
httpx's, without those that httpcore forgets (`httpcore_leaks`), lead to proxies, and to libraries for tests
or tracing (`replaced`).
"""

from __future__ import annotations

import httpx

from pywats.core.config import SyncConfig
from pywats.transport.base import ConfiguredLayer, Layer
from pywats.transport.correlation import CorrelationTransport
from pywats.transport.errors import ErrorTransport
from pywats.transport.limit import LimitTransport
from pywats.transport.network import network_transport
from pywats.transport.retry import RetryTransport
from pywats.transport.timeout import TimeoutTransport

__all__ = [
    "DEFAULT_MAX_CONNECTIONS",
    "ConfiguredLayer",
    "CorrelationTransport",
    "ErrorTransport",
    "Layer",
    "LimitTransport",
    "RetryTransport",
    "TimeoutTransport",
    "build_transport",
    "network_transport",
]

DEFAULT_MAX_CONNECTIONS = 20
"""Requests at a time, unless told otherwise."""


def build_transport(
    config: SyncConfig | None = None,
    *,
    inner: httpx.AsyncBaseTransport | None = None,
    max_connections: int = DEFAULT_MAX_CONNECTIONS,
) -> httpx.AsyncBaseTransport:
    """Build the whole chain.

    A request passes the layers from the outermost to the innermost, its answer the other way::

        CorrelationTransport    one X-Correlation-ID and one log line per request
        RetryTransport          attempts, backoff, Retry-After
        TimeoutTransport        one attempt, to the last byte of the body
        LimitTransport          a place in our own queue
        ErrorTransport          httpx error -> pyWATS error
        inner                   the network

    Args:
        config: For requests that bring none in ``request.extensions["wats_config"]``; default `SyncConfig`.
        inner: The transport that does the sending; by default `network_transport`, which honours the
            proxies and CA files of the environment.
        max_connections: Requests at a time; the others wait.

    Returns:
        The outermost layer, for ``httpx.AsyncClient(transport=...)``.
    """
    config = SyncConfig() if config is None else config
    chain = network_transport(max_connections=max_connections) if inner is None else inner
    chain = ErrorTransport(chain)
    chain = LimitTransport(chain, max_connections)
    chain = TimeoutTransport(chain, config)
    chain = RetryTransport(chain, config)
    return CorrelationTransport(chain, config)
