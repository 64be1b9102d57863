"""AsyncWATS: the services for programs that have an event loop."""

from __future__ import annotations

import os
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from pywats import services
from pywats.core.config import RetryConfig, SyncConfig

if TYPE_CHECKING:
    from pywats.core.client import AsyncHttpClient
    from pywats.transport.network import VerifySSL

__all__ = ["AsyncWATS"]


class AsyncWATS:
    """The WATS server, for ``async`` code. It behaves as `pyWATS` does.

    One client belongs to one event loop.

    Args:
        base_url: The server's address, such as ``https://wats.example.com``; default: ``WATS_BASE_URL``.
        token: The Basic token that WATS issued; default: ``WATS_AUTH_TOKEN``.
        timeout: Seconds for one attempt of a request; None for no limit.
        retry_config: When to retry; giving one turns retries on.
        sync_config: All of the configuration; it wins over ``timeout`` and ``retry_config``.
        verify_ssl: True to check the server's certificate, False not to, a path to a file or folder of CA
            certificates, or an ``ssl.SSLContext``.
        max_connections: Requests at a time; the others wait.
        transport: An httpx transport that does the sending in place of the network, proxies included.

    Raises:
        ValueError: A value cannot be used, or the address or the token is missing.
        TypeError: A value has the wrong type.
    """

    client: AsyncHttpClient
    """Sends the requests of all services; also for endpoints that have no method yet."""

    def __init__(
        self,
        base_url: str | None = None,
        token: str | None = None,
        *,
        timeout: float | None = 30.0,
        retry_config: RetryConfig | None = None,
        sync_config: SyncConfig | None = None,
        verify_ssl: VerifySSL = True,
        max_connections: int = 20,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        # As httpx does, leave what sends requests, httpcore and all, to the first client that is made.
        from pywats.core.client import AsyncHttpClient  # noqa: PLC0415

        self.client = AsyncHttpClient(
            _given("base_url", base_url, "WATS_BASE_URL"),
            _given("token", token, "WATS_AUTH_TOKEN"),
            _chosen_config(timeout, retry_config, sync_config),
            transport=transport,
            verify_ssl=verify_ssl,
            max_connections=max_connections,
        )

    def __repr__(self) -> str:
        """Return the server's address, never the token."""
        return f"{type(self).__name__}(base_url={self.client.base_url!r})"

    @property
    def base_url(self) -> str:
        """The server's address, without a trailing ``/`` or ``/api``."""
        return self.client.base_url

    @property
    def config(self) -> SyncConfig:
        """How calls behave."""
        return self.client.config

    @cached_property
    def analytics(self) -> services.AsyncAnalyticsService:
        """Yield, failure, measurement and repair statistics; also reachable as `app`."""
        return services.AsyncAnalyticsService(self.client)

    @property
    def app(self) -> services.AsyncAnalyticsService:
        """The same as `analytics`: its operations are found under /api/App."""
        return self.analytics

    @cached_property
    def asset(self) -> services.AsyncAssetService:
        """Test equipment: state, counters, calibration, maintenance, log."""
        return services.AsyncAssetService(self.client)

    @cached_property
    def process(self) -> services.AsyncProcessService:
        """Test, repair and other operations."""
        return services.AsyncProcessService(self.client)

    @cached_property
    def product(self) -> services.AsyncProductService:
        """Products, their revisions, bills of materials and vendors."""
        return services.AsyncProductService(self.client)

    @cached_property
    def production(self) -> services.AsyncProductionService:
        """Units, their phases and assemblies, serial numbers and batches."""
        return services.AsyncProductionService(self.client)

    @cached_property
    def report(self) -> services.AsyncReportService:
        """Test and repair reports."""
        return services.AsyncReportService(self.client)

    @cached_property
    def rootcause(self) -> services.AsyncRootCauseService:
        """Root cause tickets and their attachments."""
        return services.AsyncRootCauseService(self.client)

    @cached_property
    def scim(self) -> services.AsyncScimService:
        """User accounts of the server."""
        return services.AsyncScimService(self.client)

    @cached_property
    def software(self) -> services.AsyncSoftwareService:
        """Software packages for test stations."""
        return services.AsyncSoftwareService(self.client)

    async def aclose(self) -> None:
        """Close all connections; the client cannot be used afterwards. Closing twice does no harm."""
        await self.client.aclose()

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        await self.aclose()


def _given(name: str, value: str | None, variable: str) -> str:
    value = value if value is not None else os.environ.get(variable)
    if not value:
        raise ValueError(f"{name} is missing: give {name}=..., or set the environment variable {variable}")
    return value


def _chosen_config(
    timeout: float | None, retry_config: RetryConfig | None, sync_config: SyncConfig | None
) -> SyncConfig:
    if sync_config is not None:
        if not isinstance(sync_config, SyncConfig):
            raise TypeError(f"sync_config must be a SyncConfig, not {sync_config!r}")
        return sync_config
    if retry_config is None:
        return SyncConfig(timeout=timeout)
    if not isinstance(retry_config, RetryConfig):
        raise TypeError(f"retry_config must be a RetryConfig, not {retry_config!r}")
    return SyncConfig(timeout=timeout, retry_enabled=True, retry=retry_config)
