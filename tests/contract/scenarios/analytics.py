"""Calls of the analytics service: statistics over the two example reports of the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pywats import AsyncWATS
from pywats.models import (
    DateGrouping,
    RepairDimension,
    RepairKpi,
    RunFilter,
    StatusFilter,
    WATSFilter,
    YieldDimension,
    YieldKpi,
)
from tests.contract.scenarios.report import UUR, UUT
from tests.contract.scenarios.scenario import Scenario

# Some statistics know no time but the last days.
START = datetime.now(UTC) - timedelta(days=3)
FROM = START - timedelta(days=1)
TO = START + timedelta(days=4)
PART = UUT["pn"]
OPERATION = UUT["processName"]
WINDOW = WATSFilter(date_from=FROM, date_to=TO)
STEPS = WATSFilter(part_number=PART, test_operation=OPERATION, date_from=FROM, date_to=TO)
EVERYTHING = WATSFilter(
    serial_number=UUT["sn"],
    part_number=PART,
    revision=UUT["rev"],
    batch_number=UUT["uut"]["batchSN"],
    station_name=UUT["machineName"],
    test_operation=OPERATION,
    status=StatusFilter.FAILED,
    yield_value=100,
    misc_description="Panel position",
    misc_value="4",
    product_group="Control boards",
    level=UUT["location"],
    sw_filename="final.seq",
    sw_version="2.4.1",
    socket="1",
    date_from=FROM,
    date_to=TO,
    date_grouping=DateGrouping.MONTH,
    period_count=1200,
    include_current_period=True,
    max_count=1000,
    min_count=1,
    top_count=10,
    dimensions="partNumber",
    run=RunFilter.ALL,
)
REPAIRS = EVERYTHING.model_copy(update={"station_name": UUR["machineName"], "status": StatusFilter.PASSED})
DAYS: dict[str, Any] = {"days": 36500, "product_group_id": "1", "level_id": "1"}


async def recent_reports(api: AsyncWATS) -> None:
    """Submit both reports as made a few days ago, of a product that is in a group."""
    await api.product.add_product_group_filter("Control boards", PART)
    now = {"start": START.isoformat(), "startUTC": START.isoformat(), "miscInfos": UUT["miscInfos"]}
    for report in (UUT, UUR):
        await api.report.submit_report({**report, **now})


def statistics(everything: WATSFilter = EVERYTHING) -> Scenario:
    """Statistics whose filter may be left out."""
    return Scenario(more=({"filter": WINDOW}, {"filter": everything}), prepare=recent_reports)


def over_days() -> Scenario:
    """Statistics over the last days."""
    return Scenario(DAYS, prepare=recent_reports)


SCENARIOS = {
    "get_version": Scenario(),
    "get_levels": Scenario(prepare=recent_reports),
    "get_product_groups": Scenario(more=({"include_filters": True},)),
    "get_dynamic_yield": Scenario(
        more=(
            {
                "filter": WINDOW,
                "dimensions": [YieldKpi.UNIT_COUNT, YieldDimension.PART_NUMBER, YieldKpi.FPY],
            },
            {"filter": EVERYTHING},
        ),
        prepare=recent_reports,
    ),
    "get_dynamic_repair": Scenario(
        more=(
            {
                "filter": WINDOW,
                "dimensions": [RepairKpi.REPAIR_COUNT, RepairDimension.COMPONENT_REF],
            },
        ),
        prepare=recent_reports,
    ),
    "get_volume_yield": statistics(),
    "get_volume_yield_by_query": over_days(),
    "get_high_volume": statistics(),
    "get_high_volume_by_query": over_days(),
    "get_high_volume_by_product_group": statistics(),
    "get_worst_yield": statistics(),
    "get_worst_yield_by_query": over_days(),
    "get_worst_yield_by_product_group": statistics(),
    "get_top_failed": Scenario(more=({"filter": STEPS},), prepare=recent_reports),
    "get_top_failed_by_query": Scenario(
        {**DAYS, "part_number": PART, "process_code": 100, "count": 5}, prepare=recent_reports
    ),
    "get_related_repair_history": Scenario(
        {"part_number": PART, "revision": UUT["rev"]},
        (
            {
                "part_number": PART,
                "revision": UUT["rev"],
                "repair_operation_code": UUR["processCode"],
                "test_operation_code": UUT["processCode"],
            },
        ),
        recent_reports,
    ),
    "get_test_step_analysis": Scenario({"filter": STEPS}, prepare=recent_reports),
    "get_measurements": Scenario(
        {"filter": STEPS},
        ({"filter": STEPS, "measurement_paths": "MainSequence/Power rails/5V rail"},),
        recent_reports,
    ),
    "get_aggregated_measurements": Scenario(
        {"filter": STEPS},
        ({"filter": STEPS, "measurement_paths": ["MainSequence/Power rails/Ripple::3V3"]},),
        recent_reports,
    ),
    "get_oee_analysis": Scenario(
        {"available_time": "8,8,8,8,8,0,0"},
        (
            {
                "filter": STEPS,
                "available_time": [8, 8, 8, 8, 7.5, 0, 0],
                "min_connection_time": 1,
                "max_connection_time": 60,
                "min_execution_time": 1,
                "max_execution_time": 600,
                "target_output": 100,
            },
        ),
        recent_reports,
    ),
    "get_serial_number_history": Scenario(more=({"filter": STEPS},), prepare=recent_reports),
    "get_uut_reports": statistics(),
    "get_uut_reports_by_query": Scenario(
        more=(
            {
                "serial_number": UUT["sn"],
                "part_number": PART,
                "revision": UUT["rev"],
                "batch_number": UUT["uut"]["batchSN"],
                "station_name": UUT["machineName"],
                "test_operation": OPERATION,
                "status": StatusFilter.FAILED,
                "date_from": FROM,
                "date_to": TO,
                "product_group_id": "1",
                "level_id": "1",
            },
        ),
        prepare=recent_reports,
    ),
    "get_uur_reports": statistics(REPAIRS),
}
