"""pyWATS: a client for the WATS test-data server.

pytest would warn of every program that imports it before it runs pytest: PYTEST_DONT_REWRITE.
"""

import logging
from typing import TYPE_CHECKING

from pywats.core.config import RetryConfig, SyncConfig
from pywats.core.correlation import correlation_id
from pywats.core.lazy import lazy_names
from pywats.core.logging import CorrelationFilter, enable_debug_logging
from pywats.exceptions import (
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    WatsAPIError,
    WatsConnectionError,
    WatsError,
    WatsResponseError,
    WatsTimeoutError,
)

if TYPE_CHECKING:
    from pywats.async_wats import AsyncWATS
    from pywats.models import UURReport, UUTReport
    from pywats.pywats import pyWATS
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "async_wats": "AsyncWATS",
            "models": "UURReport UUTReport",
            "pywats": "pyWATS",
            "services": "",
            "transport": "",
        },
    )

__all__ = [
    "AsyncWATS",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ConflictError",
    "CorrelationFilter",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RetryConfig",
    "ServerError",
    "SyncConfig",
    "UURReport",
    "UUTReport",
    "WatsAPIError",
    "WatsConnectionError",
    "WatsError",
    "WatsResponseError",
    "WatsTimeoutError",
    "__version__",
    "correlation_id",
    "enable_debug_logging",
    "pyWATS",
]

__version__ = "0.1.0"
"""The version of pyWATS."""

logging.getLogger("pywats").addHandler(logging.NullHandler())
