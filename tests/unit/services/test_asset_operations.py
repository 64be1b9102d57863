"""Every asset operation sends the request that the API documents, and returns what it promises."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
import respx

from pywats.models import (
    Asset,
    AssetAlarmState,
    AssetLog,
    AssetLogType,
    AssetMessage,
    AssetOperationResult,
    AssetState,
    AssetStatus,
    AssetType,
    Setting,
)
from pywats.models.base import LENIENT
from pywats.services import AsyncAssetService
from tests.unit.services.cases import Case, check, run

TYPE_ID = UUID("6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01")
DAY = datetime(2025, 3, 18, 9, 15, tzinfo=UTC)
OFFSET_DAY = datetime(2026, 3, 18, 9, 15, tzinfo=timezone(timedelta(hours=2)))

CASES = {
    "get_assets": Case(
        lambda s: s.get_assets("serialNumber eq 'a b'", top=5, skip=0, orderby="location desc"),
        "GET /api/Asset",
        query={
            "$filter": "serialNumber eq 'a b'",
            "$top": "5",
            "$skip": "0",
            "$orderby": "location desc",
        },
        answer=[{"serialNumber": "a b", "typeId": str(TYPE_ID), "xmlData": "<Root/>"}],
        result=[Asset(serial_number="a b", type_id=TYPE_ID, xml_data="<Root/>")],
    ),
    "get_asset": Case(
        lambda s: s.get_asset("A/B 1"),
        "GET /api/Asset/A%2FB%201",
        answer={"serialNumber": "A/B 1", "typeId": str(TYPE_ID), "ClientId": 7, "state": 5},
        result=Asset(serial_number="A/B 1", type_id=TYPE_ID, client_id=7, state=AssetState.IN_STORAGE),
    ),
    "save_asset": Case(
        lambda s: s.save_asset(
            Asset(
                serial_number="a",
                type_id=TYPE_ID,
                asset_name="Ä",
                client_id=7,
                parent_serial_number=None,
                tags=[Setting(key="k", value="v")],
                asset_children=[Asset(serial_number="b", type_id=TYPE_ID)],
                asset_type=AssetType(type_name="t"),
                asset_log=[AssetLog(log_id=1)],
                xml_data="<Root/>",
            )
        ),
        "PUT /api/Asset",
        body=json.dumps(
            {
                "serialNumber": "a",
                "typeId": str(TYPE_ID),
                "assetName": "Ä",
                "ClientId": 7,
                "parentSerialNumber": None,
                "tags": [{"key": "k", "value": "v"}],
            }
        ).encode(),
        answer={"serialNumber": "a", "typeId": str(TYPE_ID)},
        result=Asset(serial_number="a", type_id=TYPE_ID),
    ),
    "delete_asset": Case(
        lambda s: s.delete_asset(id="7"),
        "DELETE /api/Asset",
        query={"id": "7"},
    ),
    "get_asset_status": Case(
        lambda s: s.get_asset_status(serial_number="a", translate=False, culture_code="zh-CN"),
        "GET /api/Asset/Status",
        query={"serialNumber": "a", "translate": "false", "cultureCode": "zh-CN"},
        answer={"alarmState": 2, "runningCount": 5, "totalCount": 9, "message": "worn"},
        result=AssetStatus(alarm_state=AssetAlarmState.ALARM, running_count=5, total_count=9, message="worn"),
    ),
    "set_asset_state": Case(
        lambda s: s.set_asset_state(AssetState.IN_CALIBRATION, serial_number="a"),
        "PUT /api/Asset/State",
        query={"serialNumber": "a", "state": "4"},
    ),
    "increment_count": Case(
        lambda s: s.increment_count(id="7", increment_by=2, increment_children=True, culture_code="de-DE"),
        "PUT /api/Asset/Count",
        query={"id": "7", "incrementBy": "2", "incrementChildren": "true", "cultureCode": "de-DE"},
        idempotent=False,
    ),
    "increment_count to a total": Case(
        lambda s: s.increment_count(serial_number="a", total_count=0),
        "PUT /api/Asset/Count",
        query={"serialNumber": "a", "totalCount": "0"},
        idempotent=False,
    ),
    "reset_running_count": Case(
        lambda s: s.reset_running_count(serial_number="a", comment="new pins"),
        "POST /api/Asset/ResetRunningCount",
        query={"serialNumber": "a", "comment": "new pins"},
        idempotent=False,
    ),
    "set_running_count": Case(
        lambda s: s.set_running_count(0, serial_number="a"),
        "PUT /api/Asset/SetRunningCount",
        query={"serialNumber": "a", "runningCount": "0"},
    ),
    "set_total_count": Case(
        lambda s: s.set_total_count(9, id="7"),
        "PUT /api/Asset/SetTotalCount",
        query={"id": "7", "totalCount": "9"},
    ),
    "record_calibration": Case(
        lambda s: s.record_calibration(serial_number="a", date_time=DAY, comment="ok"),
        "POST /api/Asset/Calibration",
        query={"serialNumber": "a", "dateTime": "2025-03-18T09:15:00Z", "comment": "ok"},
        idempotent=False,
    ),
    "record_external_calibration": Case(
        lambda s: s.record_external_calibration(id="7", from_date=DAY, to_date=OFFSET_DAY, comment="ok"),
        "POST /api/Asset/Calibration/External",
        query={
            "id": "7",
            "fromDate": "2025-03-18T09:15:00Z",
            "toDate": "2026-03-18T09:15:00+02:00",
            "comment": "ok",
        },
        idempotent=False,
    ),
    "record_maintenance": Case(
        lambda s: s.record_maintenance(serial_number="a", date_time=OFFSET_DAY, comment="ok"),
        "POST /api/Asset/Maintenance",
        query={"serialNumber": "a", "dateTime": "2026-03-18T09:15:00+02:00", "comment": "ok"},
        idempotent=False,
    ),
    "record_external_maintenance": Case(
        lambda s: s.record_external_maintenance(id="7", from_date=DAY, to_date=OFFSET_DAY, comment="ok"),
        "POST /api/Asset/Maintenance/External",
        query={
            "id": "7",
            "fromDate": "2025-03-18T09:15:00Z",
            "toDate": "2026-03-18T09:15:00+02:00",
            "comment": "ok",
        },
        idempotent=False,
    ),
    "get_asset_log": Case(
        lambda s: s.get_asset_log("type eq 4", top=5, skip=1, orderby="date"),
        "GET /api/Asset/Log",
        query={"$filter": "type eq 4", "$top": "5", "$skip": "1", "$orderby": "date"},
        answer=[{"logId": 3, "type": 4, "user": "me"}],
        result=[AssetLog(log_id=3, type=AssetLogType.CALIBRATION, user="me")],
    ),
    "add_log_message": Case(
        lambda s: s.add_log_message("Pin 4 bent", serial_number="a", culture_code="de-DE"),
        "POST /api/Asset/Message",
        query={"serialNumber": "a", "cultureCode": "de-DE"},
        body=b'{"content":"Pin 4 bent"}',
        idempotent=False,
    ),
    "add_log_message of a model": Case(
        lambda s: s.add_log_message(AssetMessage(content="Pin 4 bent"), id="7"),
        "POST /api/Asset/Message",
        query={"id": "7"},
        body=b'{"content":"Pin 4 bent"}',
        idempotent=False,
    ),
    "get_asset_types": Case(
        lambda s: s.get_asset_types("typeName eq 'DMM'", top=5, skip=1, orderby="typeName"),
        "GET /api/Asset/Types",
        query={"$filter": "typeName eq 'DMM'", "$top": "5", "$skip": "1", "$orderby": "typeName"},
        answer=[{"typeId": str(TYPE_ID), "typeName": "DMM"}],
        result=[AssetType(type_id=TYPE_ID, type_name="DMM")],
    ),
    "save_asset_type": Case(
        lambda s: s.save_asset_type(AssetType(type_name="DMM", calibration_interval=0.5)),
        "PUT /api/Asset/Types",
        body=b'{"typeName":"DMM","calibrationInterval":0.5}',
        idempotent=False,
        answer={"typeId": str(TYPE_ID), "typeName": "DMM"},
        result=AssetType(type_id=TYPE_ID, type_name="DMM"),
    ),
    "save_asset_type by its id": Case(
        lambda s: s.save_asset_type(AssetType(type_id=TYPE_ID, type_name="DMM")),
        "PUT /api/Asset/Types",
        body=json.dumps({"typeId": str(TYPE_ID), "typeName": "DMM"}).encode(),
        idempotent=True,
        answer={"typeId": str(TYPE_ID), "typeName": "DMM"},
        result=AssetType(type_id=TYPE_ID, type_name="DMM"),
    ),
    "get_sub_assets": Case(
        lambda s: s.get_sub_assets(serial_number="a", level=0),
        "GET /api/Asset/SubAssets",
        query={"serialNumber": "a", "level": "0"},
        answer=[{"serialNumber": "b", "typeId": str(TYPE_ID)}],
        result=[Asset(serial_number="b", type_id=TYPE_ID)],
    ),
}
LISTS = ("get_assets", "get_asset_log", "get_asset_types", "get_sub_assets")
PROMISED = ("get_asset", "save_asset", "get_asset_status", "save_asset_type")
COMMANDS = tuple(name for name, case in CASES.items() if case.result is None)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_an_operation_sends_its_request_and_returns_its_answer(case: Case) -> None:
    check(AsyncAssetService, case)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("answer", [b"", b"null", b"[]"])
@respx.mock
def test_an_empty_answer_to_a_list_is_no_rows(name: str, answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert run(AsyncAssetService, CASES[name].call) == []


@pytest.mark.parametrize("name", PROMISED)
@respx.mock
def test_an_empty_answer_where_something_is_promised_is_an_error(name: str) -> None:
    respx.route().respond(200, content=b"")
    with pytest.raises(CASES[name].when_empty):
        run(AsyncAssetService, CASES[name].call)


@pytest.mark.parametrize("name", COMMANDS)
@respx.mock
def test_a_command_hands_on_the_object_that_the_server_answers(name: str) -> None:
    respx.route().respond(200, json={"message": "done", "more": {"a": 1}})
    result = run(AsyncAssetService, CASES[name].call)
    expected = {"message": "done", "more": {"a": 1}}
    assert result == AssetOperationResult.model_validate(expected, context=LENIENT)
    assert result.model_extra == expected


@pytest.mark.parametrize("answer", [b"", b"null", b"true", b'"done"', b"[1]"])
@respx.mock
def test_a_command_that_was_carried_out_does_not_fail_because_of_its_answer(answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert run(AsyncAssetService, CASES["increment_count"].call) is None


NAMED: dict[str, Callable[..., Awaitable[Any]]] = {
    "delete_asset": lambda s, **name: s.delete_asset(**name),
    "get_asset_status": lambda s, **name: s.get_asset_status(**name),
    "set_asset_state": lambda s, **name: s.set_asset_state(AssetState.SCRAPPED, **name),
    "increment_count": lambda s, **name: s.increment_count(increment_by=1, **name),
    "reset_running_count": lambda s, **name: s.reset_running_count(**name),
    "set_running_count": lambda s, **name: s.set_running_count(1, **name),
    "set_total_count": lambda s, **name: s.set_total_count(1, **name),
    "record_calibration": lambda s, **name: s.record_calibration(**name),
    "record_external_calibration": lambda s, **name: s.record_external_calibration(**name),
    "record_maintenance": lambda s, **name: s.record_maintenance(**name),
    "record_external_maintenance": lambda s, **name: s.record_external_maintenance(**name),
    "add_log_message": lambda s, **name: s.add_log_message("x", **name),
    "get_sub_assets": lambda s, **name: s.get_sub_assets(**name),
}


@pytest.mark.parametrize("operation", NAMED)
@pytest.mark.parametrize("names", [{}, {"id": "7", "serial_number": "a"}, {"id": "", "serial_number": ""}])
@respx.mock
def test_an_asset_is_named_by_exactly_one_of_id_and_serial_number(
    operation: str, names: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="id or serial_number"):
        run(AsyncAssetService, lambda service: NAMED[operation](service, **names))
    assert not respx.calls


@pytest.mark.parametrize("counts", [{}, {"increment_by": 1, "total_count": 1}])
@respx.mock
def test_a_count_is_raised_by_an_increment_or_to_a_total(counts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="increment_by or total_count"):
        run(AsyncAssetService, lambda service: service.increment_count(id="7", **counts))
    assert not respx.calls


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.record_calibration(id="7", date_time="2025-03-18"),
        lambda s: s.record_maintenance(id="7", date_time=DAY.date()),
        lambda s: s.record_external_calibration(id="7", from_date=1),
        lambda s: s.record_external_calibration(id="7", to_date="now"),
        lambda s: s.record_external_maintenance(id="7", from_date="now"),
        lambda s: s.record_external_maintenance(id="7", to_date=1.5),
    ],
)
@respx.mock
def test_a_date_that_is_no_datetime_is_refused_before_sending(
    call: Callable[[Any], Awaitable[Any]],
) -> None:
    with pytest.raises(TypeError, match="must be a datetime"):
        run(AsyncAssetService, call)
    assert not respx.calls


@respx.mock
def test_a_naive_date_is_local_time() -> None:
    route = respx.route().respond(200)
    naive = datetime(2025, 3, 18, 9, 15)  # noqa: DTZ001 - what users give
    run(AsyncAssetService, lambda service: service.record_calibration(id="7", date_time=naive))
    sent = route.calls.last.request.url.params["dateTime"]
    assert datetime.fromisoformat(sent).tzinfo is not None
    assert datetime.fromisoformat(sent) == naive.astimezone()


@pytest.mark.parametrize(
    ("iterate", "row"),
    [
        (lambda s, size: s.iter_assets("a", orderby="b", page_size=size), "serialNumber"),
        (lambda s, size: s.iter_asset_log("a", orderby="b", page_size=size), "logId"),
        (lambda s, size: s.iter_asset_types("a", orderby="b", page_size=size), "typeId"),
    ],
)
@respx.mock
def test_all_rows_are_fetched_page_by_page(iterate: Callable[..., Any], row: str) -> None:
    def ids(*numbers: int) -> list[dict[str, object]]:
        blank = {"serialNumber": "x", "typeId": None, "typeName": "x", "logId": None}
        value = {"serialNumber": str, "logId": int, "typeId": lambda number: str(UUID(int=number))}[row]
        return [{**blank, row: value(number)} for number in numbers]

    pages = [ids(1, 2), ids(2, 3), ids(4)]
    route = respx.route()
    route.side_effect = [respx.MockResponse(200, json=page) for page in pages]

    async def read(service: AsyncAssetService) -> list[Any]:
        return [row async for row in iterate(service, 2)]

    assert len(run(AsyncAssetService, read)) == 4
    sent = [dict(call.request.url.params) for call in route.calls]
    assert [query["$skip"] for query in sent] == ["0", "2", "4"]
    assert all(
        {**query, "$skip": ""} == {"$filter": "a", "$orderby": "b", "$top": "2", "$skip": ""}
        for query in sent
    )


@respx.mock
def test_the_log_is_iterated_from_its_beginning() -> None:
    route = respx.route().respond(200, json=[])

    async def read(service: AsyncAssetService) -> list[Any]:
        return [row async for row in service.iter_asset_log()]

    run(AsyncAssetService, read)
    assert route.calls.last.request.url.params["$orderby"] == "logId asc"


@pytest.mark.parametrize("name", ["iter_assets", "iter_asset_log", "iter_asset_types"])
@pytest.mark.parametrize("page_size", [0, 1001, True])
def test_a_page_size_out_of_range_is_refused(name: str, page_size: int) -> None:
    with pytest.raises(ValueError, match="page_size"):
        getattr(AsyncAssetService(None), name)(page_size=page_size)  # type: ignore[arg-type]
