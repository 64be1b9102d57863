"""CorrelationTransport: the ``X-Correlation-ID`` header and the log lines of a request."""

from __future__ import annotations

import logging
import time

import httpx

from pywats.core.correlation import (
    CORRELATION_HEADER,
    check_correlation_id,
    correlation_id_var,
    generate_correlation_id,
)
from pywats.exceptions import WatsError
from pywats.transport.base import ConfiguredLayer, derive_request, path_of

__all__ = ["CorrelationTransport"]

_log = logging.getLogger(__name__)


class CorrelationTransport(ConfiguredLayer):
    """Gives each request the ID of the running call, and logs it once at DEBUG.

    A header that the caller set wins; a request outside a call gets an ID of its own.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request.

        Returns:
            The response, with ``wats_correlation_id`` in its extensions.

        Raises:
            ValueError: The ID may not be sent as a header.
            WatsError: What the layers below raised, with ``correlation_id``.
        """
        if not self.config_of(request).correlation_id_enabled:
            return await self._logged(request)
        given = request.headers.get(CORRELATION_HEADER)
        value = check_correlation_id(given or correlation_id_var.get() or generate_correlation_id())
        if not given:
            request = derive_request(request, headers={CORRELATION_HEADER: value})
        token = correlation_id_var.set(value)
        try:
            response = await self._logged(request)
        except WatsError as error:
            error.correlation_id = value
            raise
        finally:
            correlation_id_var.reset(token)
        response.extensions["wats_correlation_id"] = value
        return response

    async def _logged(self, request: httpx.Request) -> httpx.Response:
        started = time.monotonic()
        outcome = "cancelled"
        try:
            response = await self._inner.handle_async_request(request)
            outcome = str(response.status_code)
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            if _log.isEnabledFor(logging.DEBUG):
                seconds = time.monotonic() - started
                _log.debug("%s %s -> %s in %.3f s", request.method, path_of(request), outcome, seconds)
        return response
