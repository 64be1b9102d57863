"""What a type checker has to accept, and the types that it has to see; never run."""

from __future__ import annotations

import io
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, assert_type
from uuid import UUID

import httpx

from pywats import (
    AsyncWATS,
    NotFoundError,
    RetryConfig,
    SyncConfig,
    UURReport,
    UUTReport,
    WatsError,
    WatsTimeoutError,
    correlation_id,
    pyWATS,
)
from pywats.models import (
    BomComponent,
    MeasurementGroup,
    MeasurementPath,
    MiscInfoSearchRow,
    Process,
    Product,
    ProductRevision,
    ProductView,
    RepairDimension,
    RepairDimensions,
    RepairKpi,
    RepairStatistics,
    ReportHeader,
    ReportInsertResult,
    SortDirection,
    Vendor,
    WATSFilter,
    YieldData,
    YieldDimension,
    YieldKpi,
)
from pywats.services import AsyncBoxBuildTemplate

if TYPE_CHECKING:
    from pywats.services.sync import (
        SyncAnalyticsService,
        SyncBoxBuildTemplate,
        SyncProcessService,
        SyncProductService,
        SyncReportService,
    )


def make_clients() -> None:
    assert_type(pyWATS(), pyWATS)
    pyWATS("https://wats.example.com", "token")
    pyWATS(timeout=None, retry_config=RetryConfig(max_retries=5), verify_ssl=False, max_connections=4)
    pyWATS(verify_ssl="company-ca.pem", transport=httpx.AsyncHTTPTransport())
    pyWATS(
        verify_ssl=ssl.create_default_context(), transport=httpx.MockTransport(lambda _: httpx.Response(200))
    )
    retry = RetryConfig(retry_on_errors=(OSError,), retry_on_status={429}, jitter=0)
    config = SyncConfig(timeout=10, total_timeout=60, retry_enabled=True, retry=retry)
    with pyWATS(base_url="https://wats.example.com", token="token", sync_config=config) as api:
        assert_type(api, pyWATS)
        assert_type(api.config, SyncConfig)
        assert_type(api.base_url, str)
        assert_type(api.close(), None)


def use_products(api: pyWATS) -> None:
    assert_type(api.product, SyncProductService)
    assert_type(api.product.get_product("X"), Product)
    assert_type(api.product.get_product(part_number="X").part_number, str)
    assert_type(api.product.get_products("PartNumber eq 'X'", top=5), list[ProductView])
    assert_type(api.product.iter_products(page_size=100), Iterator[ProductView])
    assert_type(api.product.save_product(Product(part_number="X")), Product)
    assert_type(api.product.get_revision("X", "A"), ProductRevision)
    assert_type(api.product.get_vendors(), list[Vendor])
    for row in api.product.iter_products():
        assert_type(row, ProductView)


def use_a_box_build(api: pyWATS) -> None:
    template = api.product.get_box_build_template("X", "A")
    assert_type(template, SyncBoxBuildTemplate)
    assert_type(template.part_number, str)
    assert_type(template.components, tuple[BomComponent, ...])
    assert_type(template.add_component("Y", rev="B", qty=2), BomComponent)
    assert_type(template.remove_component("Y"), None)
    assert_type(template.save(), None)


def use_reports(api: pyWATS, report: UUTReport | UURReport, report_id: UUID) -> None:
    assert_type(api.report, SyncReportService)
    assert_type(api.report.submit_report(report), ReportInsertResult)
    assert_type(api.report.submit_report({"type": "T"}), ReportInsertResult)
    assert_type(api.report.get_report(report_id), UUTReport | UURReport)
    assert_type(api.report.get_report(str(report_id), detail_level=7), UUTReport | UURReport)
    assert_type(api.report.query_headers(top=10), list[ReportHeader])
    assert_type(api.report.iter_headers(), Iterator[ReportHeader])
    assert_type(next(api.report.iter_headers("result eq 'Failed'")), ReportHeader)
    assert_type(api.report.query_headers_by_misc_info(serial_number="1"), list[MiscInfoSearchRow])
    assert_type(api.report.get_report_xml(report_id), str)
    assert_type(api.report.get_certificate(report_id, Path("certificate.pdf")), int)
    assert_type(api.report.get_attachments_zip(report_id, io.BytesIO(), progress=print), int)


def use_processes(api: pyWATS) -> None:
    assert_type(api.process, SyncProcessService)
    assert_type(api.process.get_processes(), list[Process])
    assert_type(api.process.get_processes(include_test_operations=True), list[Process])


def use_statistics(api: pyWATS, filter: WATSFilter) -> None:
    assert_type(api.analytics, SyncAnalyticsService)
    assert_type(api.analytics.get_dynamic_yield(dimensions="fpy asc;partNumber"), list[YieldData])
    api.analytics.get_dynamic_yield(filter, dimensions=[(YieldKpi.FPY, "asc"), YieldDimension.LEVEL])
    api.analytics.get_dynamic_yield(dimensions=((YieldKpi.FPY, SortDirection.ASC),))
    by_code: RepairDimensions = [(RepairKpi.REPAIR_COUNT, "desc"), RepairDimension.REPAIR_CODE]
    assert_type(api.analytics.get_dynamic_repair(dimensions=by_code), list[RepairStatistics])
    WATSFilter(part_number="X", dimensions=[YieldKpi.FPY, RepairDimension.REPAIR_CODE])
    path = MeasurementPath("Main", "Rails", measurement="3V3")
    assert_type(api.analytics.get_measurements(filter, measurement_paths=path), list[MeasurementGroup])
    api.analytics.get_aggregated_measurements(filter, measurement_paths=[path, "Main¶Current"])
    api.analytics.get_oee_analysis(available_time=[8, 8, 8, 8, 7.5, 0, 0])


def pass_services_on(products: SyncProductService, reports: SyncReportService) -> None:
    assert_type(products.get_product("X"), Product)
    assert_type(reports.iter_headers(), Iterator[ReportHeader])


def handle_errors(api: pyWATS) -> None:
    try:
        with correlation_id("job-42"):
            api.product.get_product("X")
    except NotFoundError as error:
        assert_type(error.status_code, int)
    except WatsTimeoutError as error:
        assert_type(error.correlation_id, str | None)
    except WatsError as error:
        assert_type(error.attempts, int)


async def use_async(report: UUTReport) -> None:
    async with AsyncWATS("https://wats.example.com", "token", timeout=5) as api:
        assert_type(api, AsyncWATS)
        assert_type(await api.product.get_product("X"), Product)
        assert_type(await api.report.submit_report(report), ReportInsertResult)
        assert_type(api.report.iter_headers(), AsyncIterator[ReportHeader])
        async for header in api.report.iter_headers():
            assert_type(header, ReportHeader)
        assert_type(await api.process.get_processes(), list[Process])
        template = await api.product.get_box_build_template("X", "A")
        assert_type(template, AsyncBoxBuildTemplate)
        assert_type(await template.save(), None)
