"""The endpoints of the WATS API, one module per service."""

from typing import TYPE_CHECKING

from pywats.core.lazy import lazy_names

if TYPE_CHECKING:
    from pywats.services.analytics import AsyncAnalyticsService
    from pywats.services.asset import AsyncAssetService
    from pywats.services.box_build import AsyncBoxBuildTemplate
    from pywats.services.process import AsyncProcessService
    from pywats.services.product import AsyncProductService
    from pywats.services.production import AsyncProductionService
    from pywats.services.report import AsyncReportService
    from pywats.services.rootcause import AsyncRootCauseService
    from pywats.services.scim import AsyncScimService
    from pywats.services.software import AsyncSoftwareService
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "analytics": "AsyncAnalyticsService",
            "asset": "AsyncAssetService",
            "box_build": "AsyncBoxBuildTemplate",
            "process": "AsyncProcessService",
            "product": "AsyncProductService",
            "production": "AsyncProductionService",
            "report": "AsyncReportService",
            "rootcause": "AsyncRootCauseService",
            "scim": "AsyncScimService",
            "software": "AsyncSoftwareService",
        },
    )

__all__ = [
    "AsyncAnalyticsService",
    "AsyncAssetService",
    "AsyncBoxBuildTemplate",
    "AsyncProcessService",
    "AsyncProductService",
    "AsyncProductionService",
    "AsyncReportService",
    "AsyncRootCauseService",
    "AsyncScimService",
    "AsyncSoftwareService",
]
