"""pyWATS: the services for plain synchronous scripts."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import httpx

from pywats.async_wats import AsyncWATS
from pywats.core.call import call_scope
from pywats.core.config import RetryConfig, SyncConfig
from pywats.core.correlation import correlation_id as correlation_id_scope
from pywats.core.correlation import correlation_id_var, generate_correlation_id
from pywats.core.sync_runner import runner
from pywats.exceptions import WatsError, WatsTimeoutError
from pywats.services.base import AsyncResource

if TYPE_CHECKING:
    from pywats.services.sync import (
        SyncAnalyticsService,
        SyncAssetService,
        SyncProcessService,
        SyncProductionService,
        SyncProductService,
        SyncReportService,
        SyncRootCauseService,
        SyncScimService,
        SyncSoftwareService,
    )
    from pywats.transport.network import VerifySSL

__all__ = [
    "SyncProductServiceWrapper",
    "SyncServiceWrapper",
    "correlation_id_var",
    "generate_correlation_id",
    "pyWATS",
]

T = TypeVar("T")


class pyWATS:  # noqa: N801 - the product's name
    """The WATS server, for plain synchronous code.

    All threads can share one client. It works inside a running event loop, such as Jupyter's, and in a forked
    child.

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
        self._async_wats = AsyncWATS(
            base_url,
            token,
            timeout=timeout,
            retry_config=retry_config,
            sync_config=sync_config,
            verify_ssl=verify_ssl,
            max_connections=max_connections,
            transport=transport,
        )
        self._sync_config = self._async_wats.config
        client = self._async_wats.client
        runner.adopt(client, client.connections)

    def __repr__(self) -> str:
        """Return the server's address, never the token."""
        return f"{type(self).__name__}(base_url={self.base_url!r})"

    @property
    def base_url(self) -> str:
        """The server's address, without a trailing ``/`` or ``/api``."""
        return self._async_wats.base_url

    @property
    def config(self) -> SyncConfig:
        """How calls behave."""
        return self._sync_config

    @cached_property
    def analytics(self) -> SyncAnalyticsService:
        """Yield, failure, measurement and repair statistics; also reachable as `app`."""
        return cast("SyncAnalyticsService", SyncServiceWrapper(self._async_wats.analytics, self._sync_config))

    @property
    def app(self) -> SyncAnalyticsService:
        """The same as `analytics`: its operations are found under /api/App."""
        return self.analytics

    @cached_property
    def asset(self) -> SyncAssetService:
        """Test equipment: state, counters, calibration, maintenance, log."""
        return cast("SyncAssetService", SyncServiceWrapper(self._async_wats.asset, self._sync_config))

    @cached_property
    def process(self) -> SyncProcessService:
        """Test, repair and other operations."""
        return cast("SyncProcessService", SyncServiceWrapper(self._async_wats.process, self._sync_config))

    @cached_property
    def product(self) -> SyncProductService:
        """Products, their revisions, bills of materials and vendors."""
        wrapper = SyncProductServiceWrapper(self._async_wats.product, self._sync_config)
        return cast("SyncProductService", wrapper)

    @cached_property
    def production(self) -> SyncProductionService:
        """Units, their phases and assemblies, serial numbers and batches."""
        return cast(
            "SyncProductionService", SyncServiceWrapper(self._async_wats.production, self._sync_config)
        )

    @cached_property
    def report(self) -> SyncReportService:
        """Test and repair reports."""
        return cast("SyncReportService", SyncServiceWrapper(self._async_wats.report, self._sync_config))

    @cached_property
    def rootcause(self) -> SyncRootCauseService:
        """Root cause tickets and their attachments."""
        return cast("SyncRootCauseService", SyncServiceWrapper(self._async_wats.rootcause, self._sync_config))

    @cached_property
    def scim(self) -> SyncScimService:
        """User accounts of the server."""
        return cast("SyncScimService", SyncServiceWrapper(self._async_wats.scim, self._sync_config))

    @cached_property
    def software(self) -> SyncSoftwareService:
        """Software packages for test stations."""
        return cast("SyncSoftwareService", SyncServiceWrapper(self._async_wats.software, self._sync_config))

    def close(self) -> None:
        """Close all connections; the client cannot be used afterwards. Closing twice does no harm."""
        _run_sync(self._async_wats.aclose())

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        self.close()


class SyncServiceWrapper:
    """An async service, or another async object, whose methods block.

    Coroutine methods return their result, async iterators become plain ones, a returned `AsyncResource` is
    wrapped in turn, anything else passes through. It opens the call scope, the correlation ID and the
    configuration of one call, and forwards: time limits and retries are the chain's work.

    Args:
        async_service: What to wrap.
        config: The configuration of its calls; default `SyncConfig`.
    """

    def __init__(self, async_service: object, config: SyncConfig | None = None) -> None:
        self._async_service = async_service
        self._config = SyncConfig() if config is None else config
        self._blocking: dict[str, Callable[..., Any]] = {}
        self.__doc__ = _overview(type(async_service))

    def __getattr__(self, name: str) -> Any:
        """Return the blocking form of an attribute of the async service."""
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        try:
            value = getattr(self._async_service, name)
        except AttributeError:
            # With name and obj, Python suggests the name that was meant.
            kind = _sync_name(type(self._async_service).__name__)
            raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=self) from None
        if not callable(value) or isinstance(value, type):
            return value
        known = self._blocking.get(name)
        # Somebody may have replaced the method since.
        if known is None or known.__wrapped__ != value:  # type: ignore[attr-defined] # set by functools.wraps
            known = self._blocking[name] = _blocking(value, self._config)
        return known

    def __dir__(self) -> list[str]:
        """List the methods of the async service too, for completion at a prompt."""
        return sorted({*super().__dir__(), *(name for name in dir(self._async_service) if name[0] != "_")})

    def __repr__(self) -> str:
        """Return that of the async object, by the name that type checkers know the sync one by."""
        return _sync_name(repr(self._async_service))


class SyncProductServiceWrapper(SyncServiceWrapper):
    """The product service, and the box-build templates that it hands out, with methods that block."""


def _sync_name(text: str) -> str:
    return text.replace("Async", "Sync", 1)


def _overview(kind: type) -> str:
    """Return what ``help`` shows of a wrapped object: what it is, and what it can do, a line each."""
    what, _, _ = (inspect.getdoc(kind) or "").partition("\n\nArgs:\n")
    members = {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}
    lines = [
        f"{name}: {docstring.splitlines()[0]}"
        for name, member in members.items()
        if (callable(member) or isinstance(member, property)) and (docstring := inspect.getdoc(member))
    ]
    return "\n".join([what, "", *lines])


def _blocking(method: Callable[..., Any], config: SyncConfig) -> Callable[..., Any]:
    def in_scope(*args: Any, **kwargs: Any) -> Any:
        with call_scope(config):
            result = method(*args, **kwargs)
            if inspect.iscoroutine(result):
                result = _run_sync(result)
            elif isinstance(result, AsyncIterator):
                return _iterate(result, config, correlation_id_var.get())
        return SyncServiceWrapper(result, config) if isinstance(result, AsyncResource) else result

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        # In a context of its own: a Ctrl-C at any moment leaves nothing of the call in the caller's.
        try:
            return contextvars.copy_context().run(in_scope, *args, **kwargs)
        except WatsError as error:
            # The way through pyWATS is long and says nothing; what the network did is in the causes.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    return call


def _iterate(items: AsyncIterator[T], config: SyncConfig, call_id: str | None) -> Iterator[T]:
    """Yield the items of an async iterator; all steps share one correlation ID."""

    def next_item() -> T:
        with call_scope(config, call_id):
            return _run_sync(_resolved(anext(items)))

    while True:
        try:
            item = contextvars.copy_context().run(next_item)
        except StopAsyncIteration:
            return
        except WatsError as error:
            raise error.with_traceback(None)  # noqa: B904 - as above
        yield item


async def _resolved(awaitable: Awaitable[T]) -> T:
    return await awaitable


def _run_sync(
    coro: Coroutine[Any, Any, T], timeout: float | None = None, correlation_id: str | None = None
) -> T:
    """Run a coroutine in the event loop of pyWATS and wait for it.

    Args:
        coro: What to run; it sees a copy of the caller's context.
        timeout: Seconds that it may take as a whole; None for no limit. The chain's own limits hold anyway.
        correlation_id: The ID of the call; None leaves the running one.

    Returns:
        Its result.

    Raises:
        WatsTimeoutError: It took longer; it was cancelled.
        ValueError: The correlation ID may not be sent as a header.
        BaseException: What the coroutine raises.
    """
    work = coro if timeout is None else _limited(coro, timeout)
    try:
        if correlation_id is None:
            return runner.run(work)
        with correlation_id_scope(correlation_id):
            return runner.run(work)
    except Exception:
        # Python warns of a coroutine that was never started.
        for unused in (work, coro):
            if inspect.getcoroutinestate(unused) == inspect.CORO_CREATED:
                unused.close()
        raise


async def _limited(coro: Coroutine[Any, Any, T], seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds) as limit:
            return await coro
    except TimeoutError as error:
        if not limit.expired() or isinstance(error, WatsTimeoutError):
            raise
        raise WatsTimeoutError(
            f"the call was not complete within {seconds:g} s", correlation_id=correlation_id_var.get()
        ) from error
