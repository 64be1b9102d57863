"""What a type checker has to refuse; never run.

Each ignored error is a promise: mypy reports an ignore that is not needed any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pywats import AsyncWATS, RetryConfig, SyncConfig, pyWATS
from pywats.models import RepairKpi, WATSFilter, YieldKpi

if TYPE_CHECKING:
    from pywats.services.sync import SyncProductService


def make_wrong_clients() -> None:
    pyWATS("https://wats.example.com", "token", 10)  # type: ignore[call-arg]
    pyWATS(token=42)  # type: ignore[arg-type]
    pyWATS(timeout="10")  # type: ignore[arg-type]
    pyWATS(retries=5)  # type: ignore[call-arg]
    pyWATS(retry_config=5)  # type: ignore[arg-type]
    pyWATS(sync_config=RetryConfig())  # type: ignore[arg-type]
    pyWATS(max_connections=None)  # type: ignore[arg-type]
    pyWATS(transport="http://proxy:3128")  # type: ignore[arg-type]
    AsyncWATS(sync_config={"timeout": 10})  # type: ignore[arg-type]


def make_wrong_configurations() -> None:
    SyncConfig(timeout="10")  # type: ignore[arg-type]
    SyncConfig(time_out=10)  # type: ignore[call-arg]
    SyncConfig(retry=3)  # type: ignore[arg-type]
    SyncConfig(retry_enabled=None)  # type: ignore[arg-type]
    SyncConfig(total_timeout=[60])  # type: ignore[arg-type]
    SyncConfig().timeout = 5  # type: ignore[misc]
    RetryConfig(max_retries=1.5)  # type: ignore[arg-type]
    RetryConfig(max_retry=5)  # type: ignore[call-arg]
    RetryConfig(retry_on_errors=(ConnectionError(),))  # type: ignore[arg-type]
    RetryConfig(retry_on_errors=("TimeoutError",))  # type: ignore[arg-type]
    RetryConfig(retry_on_status={"503"})  # type: ignore[arg-type]


def misuse_services(api: pyWATS) -> None:
    api.products.get_products()  # type: ignore[attr-defined]
    api.product.get_prodcut("X")  # type: ignore[attr-defined]
    api.product.get_product()  # type: ignore[call-arg]
    api.product.get_product(42)  # type: ignore[arg-type]
    api.product.get_product("X", "A")  # type: ignore[call-arg]
    api.product.get_product(partnumber="X")  # type: ignore[call-arg]
    api.product.get_products("PartNumber eq 'X'", 5)  # type: ignore[call-arg]
    api.product.iter_products(page_size="100")  # type: ignore[arg-type]
    api.product.save_products("X")  # type: ignore[arg-type]
    api.product.get_vendors().get("X")  # type: ignore[attr-defined]
    api.product._client.request()  # type: ignore[attr-defined]
    api.report.submit_report("report.json")  # type: ignore[arg-type]
    api.report.get_report(42)  # type: ignore[arg-type]
    api.report.query_headers(report_type="X")  # type: ignore[arg-type]
    api.report.get_attachment("8a1b8e5e-2a5c-4d0b-9a53-0b9f2f2f0d4e")  # type: ignore[call-arg]
    api.process.get_processes(True)  # type: ignore[call-arg]
    api.config = SyncConfig()  # type: ignore[misc]


def misuse_statistics(api: pyWATS) -> None:
    WATSFilter(part_no="X")  # type: ignore[call-arg]
    WATSFilter(date_grouping="day")  # type: ignore[arg-type]
    WATSFilter(top_count="10")  # type: ignore[arg-type]
    api.analytics.get_uut_reports("partNumber eq 'X'")  # type: ignore[arg-type]
    api.analytics.get_measurements()  # type: ignore[call-arg]
    api.analytics.get_oee_analysis()  # type: ignore[call-arg]
    api.analytics.get_dynamic_yield(dimensions=[RepairKpi.REPAIR_COUNT])  # type: ignore[list-item]
    api.analytics.get_dynamic_yield(dimensions=[(YieldKpi.FPY, "down")])  # type: ignore[list-item]


def misuse_results(api: pyWATS) -> None:
    _number: int = api.product.get_product("X").part_number  # type: ignore[assignment]
    _count = len(api.report.iter_headers())  # type: ignore[arg-type]
    _first = api.report.iter_headers()[0]  # type: ignore[index]
    template = api.product.get_box_build_template("X", "A")
    template.components.append("Y")  # type: ignore[attr-defined]
    template.part_number = "Z"  # type: ignore[misc]
    SyncProductService()  # type: ignore[call-arg]
    SyncProductService(api)  # type: ignore[arg-type]


async def confuse_sync_with_async(api: pyWATS, async_api: AsyncWATS) -> None:
    await api.product.get_product("X")  # type: ignore[misc]
    async for _header in api.report.iter_headers():  # type: ignore[attr-defined]
        pass
    for _other in async_api.report.iter_headers():  # type: ignore[attr-defined]
        pass
    _number = async_api.product.get_product("X").part_number  # type: ignore[attr-defined]
    async_api.product.get_product("X")  # type: ignore[unused-coroutine]
    async with api:  # type: ignore[attr-defined]
        pass
    with async_api:  # type: ignore[attr-defined]
        pass
