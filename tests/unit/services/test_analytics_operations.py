"""What each operation of the analytics service sends, what it makes of the answer, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
import respx

from pywats.exceptions import NotFoundError, WatsResponseError
from pywats.models import (
    AggregatedMeasurement,
    AggregatedMeasurementGroup,
    CompOperator,
    DateGrouping,
    Level,
    MeasurementData,
    MeasurementGroup,
    MeasurementPath,
    OeeAnalysisResult,
    ProductGroup,
    RepairDimension,
    RepairHistoryRecord,
    RepairKpi,
    RepairStatistics,
    ReportHeaderRow,
    ReportKind,
    RunFilter,
    SerialNumberHistoryRow,
    SortDirection,
    StatusFilter,
    StepAnalysisRow,
    StepType,
    TopFailedStep,
    WATSFilter,
    YieldData,
    YieldDimension,
    YieldKpi,
)
from pywats.services import AsyncAnalyticsService
from tests.unit.services.cases import SERVER, Case, check, run

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
PERIODS = WATSFilter(
    product_group="Boards", date_grouping=DateGrouping.DAY, period_count=7, include_current_period=True
)
PERIODS_SENT = b'{"productGroup":"Boards","dateGrouping":1,"periodCount":7,"includeCurrentPeriod":true}'
ONE_PRODUCT = WATSFilter(part_number="CB-07", test_operation="ICT")
ONE_PRODUCT_SENT = b'{"partNumber":"CB-07","testOperation":"ICT"}'


def by_filter(name: str, path: str, answer: Any, result: Any) -> Case:
    """A statistic of which nothing but the filter can be chosen."""
    return Case(
        lambda s: getattr(s, name)(PERIODS),
        f"POST /api/App/{path}",
        body=PERIODS_SENT,
        idempotent=True,
        answer=answer,
        result=result,
    )


def by_query(name: str, path: str) -> Case:
    """A yield list that takes no filter."""
    return Case(
        lambda s: getattr(s, name)(days=30, product_group_id="1;2", level_id=3),
        f"GET /api/App/{path}",
        query={"days": "30", "productGroupId": "1;2", "levelId": "3"},
        answer=[{"fpy": 97.5}],
        result=[YieldData(fpy=97.5)],
    )


YIELD = [{"partNumber": "a", "unitCount": 3}], [YieldData(part_number="a", unit_count=3)]
REPORTS = [{"uuid": ID, "reportType": "R"}], [ReportHeaderRow(uuid=UUID(ID), report_type=ReportKind.UUR)]

CASES = {
    "get_version": Case(
        lambda s: s.get_version(), "GET /api/App/Version", answer="2025.1.10", result="2025.1.10"
    ),
    "get_levels": Case(
        lambda s: s.get_levels(),
        "GET /api/App/Levels",
        answer=[{"levelId": 1, "levelName": "Line 2"}],
        result=[Level(level_id=1, level_name="Line 2")],
    ),
    "get_product_groups": Case(
        lambda s: s.get_product_groups(include_filters=False),
        "GET /api/App/ProductGroups",
        query={"includeFilters": "false"},
        answer=[{"productGroupId": 1, "productGroupName": "Boards"}],
        result=[ProductGroup(product_group_id=1, product_group_name="Boards")],
    ),
    "get_dynamic_yield": Case(
        lambda s: s.get_dynamic_yield(
            ONE_PRODUCT,
            dimensions=[
                (YieldKpi.UNIT_COUNT, "desc"),
                (YieldDimension.STATION_NAME, SortDirection.ASC),
                YieldDimension.PERIOD,
            ],
        ),
        "POST /api/App/DynamicYield",
        query={"dimensions": "unitCount desc;stationName asc;period"},
        body=b'{"partNumber":"CB-07","testOperation":"ICT",'
        b'"dimensions":"unitCount desc;stationName asc;period"}',
        idempotent=True,
        answer=[{"stationName": "FCT-1", "period": "2025-11", "processCode": 100, "socketIndex": "A"}],
        result=[YieldData(station_name="FCT-1", period="2025-11", process_code=100, socket_index="A")],
    ),
    "get_dynamic_repair": Case(
        lambda s: s.get_dynamic_repair(
            dimensions=[(RepairKpi.REPAIR_COUNT, "desc"), RepairDimension.COMPONENT_REF]
        ),
        "POST /api/App/DynamicRepair",
        query={"dimensions": "repairCount desc;componentRef"},
        body=b'{"dimensions":"repairCount desc;componentRef"}',
        idempotent=True,
        answer=[{"componentRef": "U4", "repairCount": 2}],
        result=[RepairStatistics(component_ref="U4", repair_count=2)],
    ),
    "get_volume_yield": by_filter("get_volume_yield", "VolumeYield", *YIELD),
    "get_volume_yield_by_query": by_query("get_volume_yield_by_query", "VolumeYield"),
    "get_high_volume": by_filter("get_high_volume", "HighVolume", *YIELD),
    "get_high_volume_by_query": by_query("get_high_volume_by_query", "HighVolume"),
    "get_high_volume_by_product_group": by_filter(
        "get_high_volume_by_product_group", "HighVolumeByProductGroup", *YIELD
    ),
    "get_worst_yield": by_filter("get_worst_yield", "WorstYield", *YIELD),
    "get_worst_yield_by_query": by_query("get_worst_yield_by_query", "WorstYield"),
    "get_worst_yield_by_product_group": by_filter(
        "get_worst_yield_by_product_group", "WorstYieldByProductGroup", *YIELD
    ),
    "get_top_failed": by_filter(
        "get_top_failed",
        "TopFailed",
        [{"stepName": "3V3", "stepType": "NumericLimit", "failCount": 4}],
        [TopFailedStep(step_name="3V3", step_type=StepType.NUMERIC_LIMIT, fail_count=4)],
    ),
    "get_top_failed_by_query": Case(
        lambda s: s.get_top_failed_by_query(
            part_number="CB-07", process_code=100, product_group_id=1, level_id="2", days=7, count=5
        ),
        "GET /api/App/TopFailed",
        query={
            "partNumber": "CB-07", "processCode": "100", "productGroupId": "1", "levelId": "2", "days": "7",
            "count": "5",
        },
        answer=[{"stepPath": "Main¶3V3"}],
        result=[TopFailedStep(step_path="Main¶3V3")],
    ),
    "get_related_repair_history": Case(
        lambda s: s.get_related_repair_history(
            "CB-07", "B", repair_operation_code=500, test_operation_code="100"
        ),
        "GET /api/App/RelatedRepairHistory",
        query={
            "partNumber": "CB-07", "revision": "B", "repairOperationCode": "500", "testOperationCode": "100"
        },
        answer=[{"reportId": ID, "failStepName": "3V3"}],
        result=[RepairHistoryRecord(report_id=ID, fail_step_name="3V3")],
    ),
    "get_test_step_analysis": Case(
        lambda s: s.get_test_step_analysis(
            WATSFilter(part_number="CB-07", test_operation="ICT", run=RunFilter.ALL, max_count=50)
        ),
        "POST /api/App/TestStepAnalysis",
        body=b'{"partNumber":"CB-07","testOperation":"ICT","run":-2,"maxCount":50}',
        idempotent=True,
        answer=[{"stepName": "3V3", "compOperator": "GELE", "limit1Wof": 3.2, "sigmaHigh3": 3.5}],
        result=[
            StepAnalysisRow(
                step_name="3V3", comp_operator=CompOperator.GELE, limit1_wof=3.2, sigma_high3=3.5
            )
        ],
    ),
    "get_measurements": Case(
        lambda s: s.get_measurements(
            ONE_PRODUCT,
            measurement_paths=[MeasurementPath("Main", "Rails", measurement="3V3"), "Main¶Current"],
        ),
        "POST /api/App/Measurements",
        query={"measurementPaths": "Main¶Rails¶¶3V3;Main¶Current"},
        body=ONE_PRODUCT_SENT,
        idempotent=True,
        answer=[{"measurementPath": "Main¶Current", "measurements": [{"id": ID, "value": 0.25}]}],
        result=[
            MeasurementGroup(
                measurement_path="Main¶Current", measurements=[MeasurementData(id=ID, value=0.25)]
            )
        ],
    ),
    "get_aggregated_measurements": Case(
        lambda s: s.get_aggregated_measurements(
            ONE_PRODUCT, measurement_paths=MeasurementPath("Main", "Current")
        ),
        "POST /api/App/AggregatedMeasurements",
        query={"measurementPaths": "Main¶Current"},
        body=ONE_PRODUCT_SENT,
        idempotent=True,
        answer=[{"measurementPath": "Main¶Current", "measurements": [{"count": 9, "avg": 0.25}]}],
        result=[
            AggregatedMeasurementGroup(
                measurement_path="Main¶Current", measurements=[AggregatedMeasurement(count=9, avg=0.25)]
            )
        ],
    ),
    "get_oee_analysis": Case(
        lambda s: s.get_oee_analysis(
            WATSFilter(station_name="FCT-1"),
            available_time=[16, 16, 16, 16, 7.5, 0, 0],
            min_connection_time=1,
            max_connection_time=2,
            min_execution_time=3,
            max_execution_time=4,
            target_output=0,
        ),
        "POST /api/App/OeeAnalysis",
        query={
            "availableTime": "16,16,16,16,7.5,0,0", "minConnectionTime": "1", "maxConnectionTime": "2",
            "minExecutionTime": "3", "maxExecutionTime": "4", "targetOutput": "0",
        },
        body=b'{"stationName":"FCT-1"}',
        idempotent=True,
        answer={"oee": 60.5, "goodCount": 7},
        result=OeeAnalysisResult(oee=60.5, good_count=7),
    ),
    "get_serial_number_history": by_filter(
        "get_serial_number_history",
        "SerialNumberHistory",
        [{"id": ID, "result": "Passed"}],
        [SerialNumberHistoryRow(uuid=UUID(ID), result="Passed")],
    ),
    "get_uut_reports": by_filter("get_uut_reports", "UutReport", *REPORTS),
    "get_uut_reports_by_query": Case(
        lambda s: s.get_uut_reports_by_query(
            serial_number="1",
            part_number="2",
            revision="3",
            batch_number="4",
            station_name="5",
            test_operation="6",
            status=StatusFilter.FAILED,
            date_from=datetime(2025, 3, 18, 9, 15, tzinfo=timezone(timedelta(hours=1))),
            date_to=datetime(2025, 3, 19, tzinfo=UTC),
            product_group_id=7,
            level_id="8;9",
        ),
        "GET /api/App/UutReport",
        query={
            "serialNumber": "1", "partNumber": "2", "revision": "3", "batchNumber": "4", "stationName": "5",
            "testOperation": "6", "status": "Failed", "dateFrom": "2025-03-18T09:15:00+01:00",
            "dateTo": "2025-03-19T00:00:00Z", "productGroupId": "7", "levelId": "8;9",
        },
        answer=REPORTS[0],
        result=REPORTS[1],
    ),
    "get_uur_reports": by_filter("get_uur_reports", "UurReport", *REPORTS),
}  # fmt: skip

every_operation = pytest.mark.parametrize("name", CASES)
every_list = pytest.mark.parametrize(
    "name", [name for name in CASES if name not in ("get_version", "get_oee_analysis")]
)
MAY_BE_EMPTY = [
    name
    for name, case in CASES.items()
    if case.method == "POST" and "measurement" not in name and name != "get_test_step_analysis"
]
TOLERANT = (
    "get_dynamic_repair",
    "get_related_repair_history",
    "get_top_failed",
    "get_top_failed_by_query",
    "get_test_step_analysis",
    "get_measurements",
    "get_aggregated_measurements",
)


def call(name: str) -> Any:
    return run(AsyncAnalyticsService, CASES[name].call)


@every_operation
def test_an_operation_sends_its_request_and_returns_its_answer(name: str) -> None:
    check(AsyncAnalyticsService, CASES[name])


@every_list
@pytest.mark.parametrize("answer", [b"", b"null", b"[]"])
@respx.mock
def test_an_empty_answer_to_a_list_is_no_rows(name: str, answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert call(name) == []


@respx.mock
def test_no_oee_figures_are_none() -> None:
    respx.route().respond(200, content=b"")
    assert call("get_oee_analysis") is None


@respx.mock
def test_a_server_without_a_version_is_none_of_wats() -> None:
    respx.route().respond(200, content=b"")
    with pytest.raises(NotFoundError):
        call("get_version")


@pytest.mark.parametrize("name", TOLERANT)
@respx.mock
def test_a_single_object_in_place_of_a_list_is_a_list_of_one(name: str) -> None:
    respx.route().respond(200, json=json.loads(CASES[name].answer)[0])
    assert call(name) == CASES[name].result


@pytest.mark.parametrize("name", ["get_dynamic_yield", "get_volume_yield", "get_levels"])
@respx.mock
def test_an_object_where_only_a_list_is_known_is_an_error(name: str) -> None:
    respx.route().respond(200, json={"message": "not what was promised"})
    with pytest.raises(WatsResponseError):
        call(name)


@pytest.mark.parametrize("name", MAY_BE_EMPTY)
@respx.mock
def test_no_filter_is_sent_as_an_empty_object(name: str) -> None:
    route = respx.route().respond(200, content=b"[]" if name != "get_oee_analysis" else b"{}")
    options = {"available_time": [24] * 7} if name == "get_oee_analysis" else {}
    run(AsyncAnalyticsService, lambda service: getattr(service, name)(**options))
    assert route.calls.last.request.content == b"{}"


@respx.mock
def test_options_that_are_not_given_are_not_sent() -> None:
    route = respx.route().respond(200, json=[])
    run(AsyncAnalyticsService, lambda service: service.get_dynamic_yield())
    run(AsyncAnalyticsService, lambda service: service.get_measurements(ONE_PRODUCT))
    run(AsyncAnalyticsService, lambda service: service.get_uut_reports_by_query())
    assert [request.url.query for request, _ in route.calls] == [b"", b"", b""]


@pytest.mark.parametrize(
    ("filter", "dimensions"),
    [
        (None, "fpy desc; partNumber"),
        (WATSFilter(), "fpy desc; partNumber"),
        (WATSFilter(dimensions="fpy desc; partNumber"), None),
        (WATSFilter(dimensions="fpy desc; partNumber"), "fpy desc; partNumber"),
    ],
)
@respx.mock
def test_dimensions_are_sent_in_both_places_wherever_they_were_given(filter: Any, dimensions: Any) -> None:
    route = respx.route().respond(200, json=[])
    run(AsyncAnalyticsService, lambda service: service.get_dynamic_yield(filter, dimensions=dimensions))
    request = route.calls.last.request
    assert request.url.params["dimensions"] == "fpy desc; partNumber"
    assert json.loads(request.content) == {"dimensions": "fpy desc; partNumber"}


@respx.mock
def test_a_filter_can_be_used_again_with_other_dimensions() -> None:
    route = respx.route().respond(200, json=[])
    filter = WATSFilter(part_number="a")

    async def twice(service: AsyncAnalyticsService) -> None:
        await service.get_dynamic_yield(filter, dimensions=[YieldDimension.LEVEL])
        await service.get_dynamic_yield(filter, dimensions=[YieldDimension.PURPOSE])

    run(AsyncAnalyticsService, twice)
    assert [one.request.url.params["dimensions"] for one in route.calls] == ["level", "purpose"]
    assert filter == WATSFilter(part_number="a")


BARE = [
    {"stepPath": "Main¶3V3", "serialNumber": "1"},
    {"stepPath": "Main¶5V", "serialNumber": "1"},
    {"stepPath": "Main¶3V3", "serialNumber": "2"},
    {"serialNumber": "3"},
]


@respx.mock
def test_values_without_groups_are_grouped_by_their_steps() -> None:
    respx.route().respond(200, json=BARE)
    groups = call("get_measurements")
    assert all(isinstance(group, MeasurementGroup) for group in groups)
    assert [
        (group.measurement_path, [one.serial_number for one in group.measurements]) for group in groups
    ] == [
        ("Main¶3V3", ["1", "2"]),
        ("Main¶5V", ["1"]),
        (None, ["3"]),
    ]


@respx.mock
def test_a_single_value_without_a_group_is_a_group_of_one() -> None:
    respx.route().respond(200, json={"stepPath": "Main¶3V3", "value": 1})
    (group,) = call("get_measurements")
    assert [one.value for one in group.measurements] == [1]


@respx.mock
def test_statistics_without_groups_are_grouped_by_their_steps() -> None:
    respx.route().respond(200, json=[{"stepPath": "Main¶3V3", "variance": 0.5, "limitLow": 3}])
    (group,) = call("get_aggregated_measurements")
    assert group.measurement_path == "Main¶3V3"
    assert group.measurements == [AggregatedMeasurement(step_path="Main¶3V3", var=0.5, limit1=3)]


@pytest.mark.parametrize(
    "answer", [[{"measurementPath": "a"}], [{"measurementPath": "a", "measurements": None}]]
)
@respx.mock
def test_a_group_without_values_is_empty(answer: Any) -> None:
    respx.route().respond(200, json=answer)
    (group,) = call("get_measurements")
    assert (group.measurement_path, group.measurements) == ("a", [])


@pytest.mark.parametrize("answer", [["text"], "text", [{"measurements": 5}]])
@respx.mock
def test_what_is_no_measurement_is_an_error(answer: Any) -> None:
    respx.route().respond(200, json=answer)
    with pytest.raises(WatsResponseError):
        call("get_measurements")


@respx.mock
def test_the_filters_of_a_product_group_are_kept_as_they_come() -> None:
    respx.route().respond(200, json=[{"productGroupId": 1, "filters": [{"partNumber": "CB%"}]}])
    (group,) = call("get_product_groups")
    assert group.filters == [{"partNumber": "CB%"}]


@pytest.mark.parametrize(
    "name", ["get_test_step_analysis", "get_measurements", "get_aggregated_measurements"]
)
@pytest.mark.parametrize(
    ("filter", "missing"),
    [
        (WATSFilter(), "part_number and test_operation"),
        (WATSFilter(part_number="", test_operation="ICT"), "needs part_number$"),
        (WATSFilter(part_number="CB-07"), "needs test_operation$"),
    ],
)
@respx.mock
def test_a_filter_without_what_the_operation_needs_is_refused(name: str, filter: Any, missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        run(AsyncAnalyticsService, lambda service: getattr(service, name)(filter))
    assert not respx.calls


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda s: s.get_dynamic_yield(dimensions="partNumbr"), "did you mean 'partNumber'"),
        (lambda s: s.get_dynamic_yield(dimensions="unitType"), "'unitType', which is no dimension"),
        (lambda s: s.get_dynamic_yield(dimensions=[RepairKpi.REPAIR_COUNT]), "'repairCount', which is no"),
        (lambda s: s.get_dynamic_yield(WATSFilter(dimensions="repairCode")), "'repairCode', which is no"),
        (lambda s: s.get_dynamic_repair(dimensions=[YieldKpi.FPY]), "'fpy', which is no"),
        (lambda s: s.get_dynamic_repair(dimensions=[]), "which is no"),
        (lambda s: s.get_dynamic_yield(dimensions=[(YieldKpi.FPY_TREND, "desc")]), "ordered by fpyTrend"),
        (
            lambda s: s.get_dynamic_yield(WATSFilter(dimensions="fpy"), dimensions="level"),
            "the filter has 'fpy'",
        ),
        (lambda s: s.get_measurements(ONE_PRODUCT, measurement_paths=[]), "measurement_paths is empty"),
        (lambda s: s.get_aggregated_measurements(ONE_PRODUCT, measurement_paths=""), "is empty"),
        (lambda s: s.get_oee_analysis(available_time="24,24"), "available_time"),
        (lambda s: s.get_oee_analysis(available_time=[24] * 6 + [25]), "available_time"),
        (lambda s: s.get_oee_analysis(available_time=[float("nan")] * 7), "available_time"),
        (lambda s: s.get_oee_analysis(available_time="a,b,c,d,e,f,g"), "available_time"),
        (lambda s: s.get_oee_analysis(available_time=24), "available_time"),
        (lambda s: s.get_oee_analysis(available_time=[8] * 7, max_execution_time=-1), "max_execution_time"),
        (lambda s: s.get_oee_analysis(available_time=[8] * 7, target_output=2**31), "target_output"),
        (lambda s: s.get_high_volume_by_query(days=-1, product_group_id=1, level_id=1), "days"),
        (lambda s: s.get_worst_yield_by_query(days=None, product_group_id=1, level_id=1), "days"),
        (lambda s: s.get_volume_yield_by_query(days=True, product_group_id=1, level_id=1), "days"),
        (
            lambda s: s.get_top_failed_by_query(
                part_number="a", process_code=1, product_group_id=1, level_id=1, days=1, count=1.5
            ),
            "count",
        ),
    ],
)
@respx.mock
def test_what_cannot_be_right_is_refused_before_sending(
    refused: Callable[[Any], Awaitable[Any]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run(AsyncAnalyticsService, refused)
    assert not respx.calls


@pytest.mark.parametrize(
    "refused",
    [
        lambda s: s.get_uut_reports("partNumber eq 'CB-07'"),
        lambda s: s.get_dynamic_yield({"partNumber": "CB-07"}),
        lambda s: s.get_measurements({"partNumber": "CB-07"}),
        lambda s: s.get_uut_reports_by_query(date_from="2025-03-18"),
        lambda s: s.get_dynamic_yield(dimensions=5),
    ],
)
@respx.mock
def test_what_has_the_wrong_type_is_refused_before_sending(refused: Callable[[Any], Awaitable[Any]]) -> None:
    with pytest.raises(TypeError, match="must be a"):
        run(AsyncAnalyticsService, refused)
    assert not respx.calls


@respx.mock
def test_available_time_may_be_written_as_a_text() -> None:
    route = respx.post(f"{SERVER}/api/App/OeeAnalysis").respond(200, json={})
    run(
        AsyncAnalyticsService,
        lambda service: service.get_oee_analysis(available_time="24, 24, 24, 24, 24, 7.5, 0"),
    )
    assert route.calls.last.request.url.params["availableTime"] == "24,24,24,24,24,7.5,0"
