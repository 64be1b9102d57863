"""The production service sends what the API documents, and makes one type of each answer."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from pywats.exceptions import NotFoundError, WatsResponseError
from pywats.models import (
    BulkSaveResult,
    ChildUnitCheckResult,
    ProductionBatch,
    SerialNumberFileFormat,
    SerialNumberIdentifier,
    SerialNumberRecord,
    SerialNumberType,
    Setting,
    Unit,
    UnitChange,
    UnitPhaseId,
    UnitVerification,
    UnitVerificationGrade,
)
from pywats.models.base import LENIENT
from pywats.services import AsyncProductionService
from tests.support import Records
from tests.unit.services.cases import SERVER, Case, check, run

XML, CSV = SerialNumberFileFormat.XML, SerialNumberFileFormat.CSV
UNIT = Unit(serial_number="U/1", part_number="A", unit_phase="Shipped", tags=[Setting(key="k")], sub_units=[])
POOL = b'<?xml version="1.0"?><SerialNumbers><SN id="7" refSN="U"/><SN id="8"/></SerialNumbers>'
DAY = datetime(2025, 3, 18, 8, 15, tzinfo=UTC)

CASES = {
    "get_unit": Case(
        lambda s: s.get_unit("U/1 ä:", "A?#"),
        "GET /api/Production/Unit/U%2F1%20%C3%A4%3A/A%3F%23",
        answer={"serialNumber": "U/1 ä:", "unitPhaseId": 4098, "subUnits": [{"serialNumber": "c"}]},
        result=Unit(
            serial_number="U/1 ä:",
            unit_phase_id=UnitPhaseId.UNDER_PRODUCTION_QUEUED,
            sub_units=[Unit(serial_number="c")],
        ),
    ),
    "create_units": Case(
        lambda s: s.create_units([UNIT]),
        "PUT /api/Production/Units",
        body=b'[{"serialNumber":"U/1","partNumber":"A","subUnits":[]}]',
        answer={"okCount": 1, "errorCount": 0, "errors": []},
        result=BulkSaveResult(ok_count=1, error_count=0, errors=[]),
    ),
    "verify_unit": Case(
        lambda s: s.verify_unit("U/1", part_number="A"),
        "GET /api/Production/UnitVerification",
        query={"serialNumber": "U/1", "partNumber": "A"},
        answer={"status": "Ok", "allProcessesPassedLastRun": True, "results": [{"processCode": 100}]},
        result=UnitVerificationGrade(
            status="Ok", all_processes_passed_last_run=True, results=[UnitVerification(process_code=100)]
        ),
    ),
    "get_unit_changes": Case(
        lambda s: s.get_unit_changes(5),
        "GET /api/Production/Units/Changes",
        query={"maxCount": "5"},
        answer=[{"id": 7, "newUnitPhaseId": 16}],
        result=[UnitChange(id=7, new_unit_phase_id=UnitPhaseId.FINALIZED)],
    ),
    "delete_unit_change": Case(
        lambda s: s.delete_unit_change(7), "DELETE /api/Production/Units/Changes/7", answer=b"whatever"
    ),
    "set_unit_phase": Case(
        lambda s: s.set_unit_phase("U/1", "A", UnitPhaseId.FINALIZED),
        "PUT /api/Production/SetUnitPhase",
        query={"serialNumber": "U/1", "partNumber": "A", "phase": "16"},
    ),
    "set_unit_process": Case(
        lambda s: s.set_unit_process("U/1", "A", "End of line test"),
        "PUT /api/Production/SetUnitProcess",
        query={"serialNumber": "U/1", "partNumber": "A", "processName": "End of line test"},
    ),
    "add_child_unit": Case(
        lambda s: s.add_child_unit("U", "A", "C", "B", check_part_number="", check_revision="1"),
        "POST /api/Production/AddChildUnit",
        query={
            "parentSerialNumber": "U", "parentPartNumber": "A", "childSerialNumber": "C",
            "childPartNumber": "B", "checkPartNumber": "", "checkRevision": "1",
        },
        idempotent=False,
    ),
    "remove_child_unit": Case(
        lambda s: s.remove_child_unit("U", "", "C", "B"),
        "POST /api/Production/RemoveChildUnit",
        query={
            "parentSerialNumber": "U", "parentPartNumber": "", "childSerialNumber": "C",
            "childPartNumber": "B",
        },
        idempotent=False,
    ),
    "check_child_units": Case(
        lambda s: s.check_child_units("U", "A"),
        "GET /api/Production/CheckChildUnits",
        query={"parentSerialNumber": "U", "parentPartNumber": "A"},
        answer={"anything": [1]},
        result=ChildUnitCheckResult.model_validate({"anything": [1]}),
    ),
    "get_serial_number_types": Case(
        lambda s: s.get_serial_number_types(),
        "GET /api/Production/SerialNumbers/Types",
        answer=[{"name": "MAC", "regEx": "^x$", "identifier": 1}],
        result=[
            SerialNumberType(name="MAC", reg_ex="^x$", identifier=SerialNumberIdentifier.MAC_ADDRESS)
        ],
    ),
    "take_serial_numbers": Case(
        lambda s: s.take_serial_numbers(
            "MAC", 2, ref_sn="U", ref_pn="A", station_name="FCT-3", only_in_sequence=True
        ),
        "POST /api/Production/SerialNumbers/Take",
        query={
            "serialNumberType": "MAC", "quantity": "2", "refSN": "U", "refPN": "A", "stationName": "FCT-3",
            "onlyInSequence": "true", "format": "XML",
        },
        accept="application/xml",
        idempotent=False,
        answer=POOL,
        result=["7", "8"],
    ),
    "take_serial_numbers as CSV": Case(
        lambda s: s.take_serial_numbers("MAC", 2, format=CSV),
        "POST /api/Production/SerialNumbers/Take",
        query={"serialNumberType": "MAC", "quantity": "2", "format": "CSV"},
        accept="text/csv",
        idempotent=False,
        answer=b"7\r\n8\r\n",
        result=["7", "8"],
    ),
    "get_serial_numbers_by_range": Case(
        lambda s: s.get_serial_numbers_by_range("MAC", "1", "9", start_date=DAY, end_date=DAY),
        "GET /api/Production/SerialNumbers/ByRange",
        query={
            "serialNumberType": "MAC", "startAddress": "1", "endAddress": "9",
            "startDate": "2025-03-18T08:15:00Z", "endDate": "2025-03-18T08:15:00Z",
        },
        answer=[{"id": "7", "taken": None, "refStn": "FCT-3"}],
        result=[SerialNumberRecord(id="7", taken=None, ref_stn="FCT-3")],
    ),
    "get_serial_numbers_by_reference": Case(
        lambda s: s.get_serial_numbers_by_reference(
            "MAC", ref_sn="U", ref_pn="A", start_date=DAY, end_date=DAY
        ),
        "GET /api/Production/SerialNumbers/ByReference",
        query={
            "serialNumberType": "MAC", "refSN": "U", "refPN": "A",
            "startDate": "2025-03-18T08:15:00Z", "endDate": "2025-03-18T08:15:00Z",
        },
        answer=POOL,
        result=[SerialNumberRecord(id="7", ref_sn="U"), SerialNumberRecord(id="8")],
    ),
    "export_serial_numbers": Case(
        lambda s: s.export_serial_numbers(
            "MAC", CSV, io.BytesIO(), start_address="1", end_address="9", start_date=DAY, end_date=DAY
        ),
        "GET /api/Production/SerialNumbers",
        query={
            "serialNumberType": "MAC", "format": "CSV", "startAddress": "1", "endAddress": "9",
            "startDate": "2025-03-18T08:15:00Z", "endDate": "2025-03-18T08:15:00Z",
        },
        accept="*/*",
        answer=b"7\n8\n",
        result=4,
    ),
    "save_batches": Case(
        lambda s: s.save_batches([ProductionBatch(batch_number="B", batch_size=10)]),
        "PUT /api/Production/Batches",
        body=b'[{"batchNumber":"B","batchSize":10}]',
        answer=[{"batchNumber": "B", "batchSize": 10}],
        result=BulkSaveResult(ok_count=1, error_count=0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_operation_sends_its_request_and_returns_its_answer(name: str) -> None:
    check(AsyncProductionService, CASES[name])


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("get_unit", None),
        ("verify_unit", None),
        ("check_child_units", None),
        ("get_unit_changes", []),
        ("get_serial_number_types", []),
        ("get_serial_numbers_by_range", []),
        ("get_serial_numbers_by_reference", []),
        ("create_units", BulkSaveResult()),
        ("save_batches", BulkSaveResult()),
    ],
)
@pytest.mark.parametrize("answer", [b"", b" null\n"])
@respx.mock
def test_an_empty_answer_says_nothing(name: str, result: object, answer: bytes) -> None:
    respx.route().respond(200, content=answer)
    assert run(AsyncProductionService, CASES[name].call) == result


@respx.mock
def test_options_that_are_not_given_are_not_sent() -> None:
    route = respx.route().respond(200, json={})
    run(AsyncProductionService, lambda service: service.verify_unit("U"))
    assert dict(route.calls.last.request.url.params) == {"serialNumber": "U"}


@respx.mock
def test_a_naive_date_is_local_time() -> None:
    route = respx.route().respond(200, json=[])
    naive = datetime(2025, 3, 18, 9, 15)  # noqa: DTZ001
    run(
        AsyncProductionService,
        lambda service: service.get_serial_numbers_by_range("T", "1", "2", start_date=naive),
    )
    sent = datetime.fromisoformat(route.calls.last.request.url.params["startDate"])
    assert sent == naive.astimezone()


@pytest.mark.parametrize(
    "answer",
    [
        POOL.decode(),
        '<ns:SerialNumbers xmlns:ns="urn:x"><ns:SN id="7"/><ns:SN id="8"/></ns:SerialNumbers>',
        '["7", "8"]',
        "[7, 8]",
        '[{"id": 7}, {"id": 8}]',
        '[{"id": "7"}, {"id": "8", "taken": "2025-03-18T08:15:00Z"}]',
        '{"SN": [{"id": "7"}, {"id": "8"}]}',
        json.dumps(POOL.decode()),
        json.dumps('["7", "8"]'),
    ],
)
@pytest.mark.parametrize("format", [XML, CSV])
@respx.mock
def test_taken_numbers_are_a_list_of_texts_in_whichever_format_they_come(
    answer: str, format: SerialNumberFileFormat
) -> None:
    respx.route().respond(200, content=answer.encode())
    taken = run(AsyncProductionService, lambda service: service.take_serial_numbers("MAC", 2, format=format))
    assert taken == ["7", "8"]


@pytest.mark.parametrize(
    "answer",
    [
        "OK",
        "7",
        "<html><body>Log in</body></html>",
        "<SerialNumbers",
        "<SerialNumbers><SN number='7'/></SerialNumbers>",
        "[[7]]",
        "[true]",
        "[7.5]",
        "[]",
        "",
        "null",
        "<SerialNumbers/>",
        '["7", "8", "9"]',
        '{"message": "secret"}',
        "[" * 100_000,
        '{"SN": 7}',
    ],
)
@respx.mock
def test_an_answer_without_serial_numbers_is_an_error_that_does_not_repeat_it(answer: str) -> None:
    respx.route().respond(200, content=answer.encode())
    with pytest.raises(WatsResponseError, match="not what the API promises") as caught:
        run(AsyncProductionService, lambda service: service.take_serial_numbers("MAC", 2))
    assert (caught.value.method, caught.value.url) == (
        "POST",
        f"{SERVER}/api/Production/SerialNumbers/Take",
    )
    assert caught.value.attempts == 1
    assert caught.value.correlation_id
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@respx.mock
def test_a_list_of_numbers_that_is_no_xml_or_json_is_an_error() -> None:
    respx.route().respond(200, content=b"7\n8\n")
    with pytest.raises(WatsResponseError, match="neither in XML nor in JSON"):
        run(AsyncProductionService, lambda service: service.get_serial_numbers_by_reference("T", ref_sn="U"))


SAVING: list[Any] = [
    pytest.param(lambda s: s.create_units([Unit(serial_number=n) for n in "12"]), "units", id="units"),
    pytest.param(
        lambda s: s.save_batches([ProductionBatch(batch_number=n) for n in "12"]), "batches", id="batches"
    ),
]


@pytest.mark.parametrize(("call", "what"), SAVING)
@respx.mock
def test_what_was_not_saved_is_returned_with_its_errors_and_logged(
    call: Callable[[Any], Awaitable[BulkSaveResult]], what: str, records: Records
) -> None:
    respx.route().respond(200, json={"okCount": 1, "errorCount": 1, "errors": [{"any": "shape"}]})
    result = run(AsyncProductionService, call)
    assert (result.ok_count, result.error_count, result.errors) == (1, 1, [{"any": "shape"}])
    warnings = [record.getMessage() for record in records.records if record.levelno == logging.WARNING]
    assert warnings == [f"1 of 2 {what} were not saved"]


@pytest.mark.parametrize(("call", "what"), SAVING)
@pytest.mark.parametrize(("saved", "counts"), [([{}, {}], (2, 0)), ([{}], (1, 1)), ([], (0, 2))])
@respx.mock
def test_saved_items_that_come_back_are_counted(
    call: Callable[[Any], Awaitable[BulkSaveResult]], what: str, saved: list[Any], counts: tuple[int, int]
) -> None:
    respx.route().respond(200, json=saved)
    result = run(AsyncProductionService, call)
    assert (result.ok_count, result.error_count) == counts


@respx.mock
def test_what_is_saved_may_come_from_any_iterable() -> None:
    route = respx.route().respond(200, json={"okCount": 2})
    run(AsyncProductionService, lambda s: s.create_units(Unit(serial_number=n) for n in "12"))
    run(AsyncProductionService, lambda s: s.save_batches(ProductionBatch(batch_number=n) for n in "12"))
    assert [json.loads(call.request.content) for call in route.calls] == [
        [{"serialNumber": "1"}, {"serialNumber": "2"}],
        [{"batchNumber": "1"}, {"batchNumber": "2"}],
    ]


@pytest.mark.parametrize("others", [[], [7]])  # with what is no unit, the list stays as it was read
@respx.mock
def test_what_is_read_only_is_not_sent_at_any_depth_and_stays_where_it_was(others: list[int]) -> None:
    route = respx.route().respond(200, json={"okCount": 1})
    read_only = {"unitPhase": "Finalized", "tags": []}
    inner = {"serialNumber": "3", **read_only}
    outer = {"serialNumber": "2", "subUnits": [inner], **read_only}
    wire = {"serialNumber": "1", "subUnits": [outer, *others]}
    unit = Unit.model_validate({**wire, **read_only}, context=LENIENT)
    run(AsyncProductionService, lambda service: service.create_units([unit]))
    assert json.loads(route.calls.last.request.content) == [
        {
            "serialNumber": "1",
            "subUnits": [{"serialNumber": "2", "subUnits": [{"serialNumber": "3"}]}, *others],
        }
    ]
    assert unit.to_wire() == {**wire, **read_only}


@pytest.mark.parametrize(("call", "what"), SAVING)
@respx.mock
def test_a_save_that_worked_logs_no_warning(
    call: Callable[[Any], Awaitable[BulkSaveResult]], what: str, records: Records
) -> None:
    respx.route().respond(200, json={"okCount": 2, "errorCount": 0})
    run(AsyncProductionService, call)
    assert not [record for record in records.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(("call", "what"), SAVING)
@respx.mock
def test_an_answer_of_another_shape_is_an_error(
    call: Callable[[Any], Awaitable[BulkSaveResult]], what: str
) -> None:
    respx.route().respond(200, json="saved")
    with pytest.raises(WatsResponseError):
        run(AsyncProductionService, call)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.create_units([]), "units is empty"),
        (lambda s: s.create_units([UNIT, Unit(part_number="A")]), r"units\[1\] has no serial_number"),
        (lambda s: s.create_units([Unit(serial_number="")]), r"units\[0\] has no serial_number"),
        (lambda s: s.save_batches([]), "batches is empty"),
        (lambda s: s.save_batches([ProductionBatch()]), r"batches\[0\] has no batch_number"),
        (lambda s: s.get_unit("", "A"), "serial_number"),
        (lambda s: s.get_unit("U", ".."), "partNumber"),
        (lambda s: s.get_unit_changes(0), "max_count"),
        (lambda s: s.get_unit_changes(True), "max_count"),
        (lambda s: s.get_unit_changes("5"), "max_count"),
        (lambda s: s.set_unit_phase("U", "A", 3), "phase must be a UnitPhaseId: .*not 3"),
        (lambda s: s.set_unit_phase("U", "A", "Finalized"), "phase must be .*not 'Finalized'"),
        (lambda s: s.take_serial_numbers("T", 0), "quantity"),
        (lambda s: s.take_serial_numbers("T", -1), "quantity"),
        (lambda s: s.take_serial_numbers("T", 1.0), "quantity"),
        (lambda s: s.take_serial_numbers("T", 1, format="JSON"), "format must be .*not 'JSON'"),
        (lambda s: s.get_serial_numbers_by_reference("T"), "ref_sn, ref_pn or both"),
        (lambda s: s.get_serial_numbers_by_reference("T", ref_sn="", ref_pn=""), "ref_sn, ref_pn or both"),
        (lambda s: s.export_serial_numbers("T", "xml", "file"), "format must be .*not 'xml'"),
        (lambda s: s.upload_serial_numbers("T", "xml", io.BytesIO()), "format must be .*not 'xml'"),
    ],
)
@respx.mock
def test_what_cannot_be_right_is_refused_before_sending(
    call: Callable[[Any], Awaitable[Any]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run(AsyncProductionService, call)
    assert not respx.calls


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.get_serial_numbers_by_range("T", "1", "2", start_date="2025-03-18"),
        lambda s: s.get_serial_numbers_by_reference("T", ref_sn="U", end_date="2025-03-18"),
        lambda s: s.export_serial_numbers("T", XML, "file", start_date=DAY.date()),
        lambda s: s.upload_serial_numbers("T", XML, io.StringIO("<x/>")),
        lambda s: s.create_units(UNIT),
        lambda s: s.create_units(5),
        lambda s: s.create_units([UNIT.to_wire()]),
        lambda s: s.save_batches(ProductionBatch(batch_number="B")),
        lambda s: s.save_batches([UNIT]),
    ],
)
@respx.mock
def test_what_has_the_wrong_type_is_refused_before_sending(call: Callable[[Any], Awaitable[Any]]) -> None:
    with pytest.raises(TypeError):
        run(AsyncProductionService, call)
    assert not respx.calls


@respx.mock
def test_numbers_are_exported_to_a_file_and_the_progress_is_told(tmp_path: Path) -> None:
    respx.route().respond(200, content=POOL)
    steps: list[tuple[int, int | None]] = []
    size = run(
        AsyncProductionService,
        lambda service: service.export_serial_numbers(
            "MAC", XML, tmp_path / "mac.xml", progress=lambda *step: steps.append(step)
        ),
    )
    assert (size, (tmp_path / "mac.xml").read_bytes()) == (len(POOL), POOL)
    assert steps == [(len(POOL), len(POOL))]


@respx.mock
def test_an_export_that_is_refused_leaves_no_file(tmp_path: Path) -> None:
    respx.route().mock(return_value=httpx.Response(404))
    with pytest.raises(NotFoundError):
        run(
            AsyncProductionService,
            lambda service: service.export_serial_numbers("MAC", XML, tmp_path / "mac.xml"),
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("format", "media_type"), [(XML, b"application/xml"), (CSV, b"text/csv")])
@respx.mock
def test_a_file_is_uploaded_as_a_form_and_the_progress_is_told(
    tmp_path: Path, format: SerialNumberFileFormat, media_type: bytes
) -> None:
    (tmp_path / "mac").write_bytes(POOL)
    route = respx.route().respond(200, content=b"whatever")
    steps: list[tuple[int, int | None]] = []
    run(
        AsyncProductionService,
        lambda service: service.upload_serial_numbers(
            "MAC", format, tmp_path / "mac", progress=lambda *step: steps.append(step)
        ),
    )
    request = route.calls.last.request
    assert (request.method, request.url.path) == ("PUT", "/api/Production/SerialNumbers")
    assert dict(request.url.params) == {"serialNumberType": "MAC", "format": format.value}
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="mac"' in request.content
    assert b"Content-Type: " + media_type in request.content
    assert POOL in request.content
    assert steps == [(len(POOL), len(POOL))]
