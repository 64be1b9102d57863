"""The endpoints of the WATS API, one module per service."""

from pywats.services.box_build import AsyncBoxBuildTemplate
from pywats.services.process import AsyncProcessService
from pywats.services.product import AsyncProductService
from pywats.services.report import AsyncReportService

__all__ = [
    "AsyncBoxBuildTemplate",
    "AsyncProcessService",
    "AsyncProductService",
    "AsyncReportService",
]
