from __future__ import annotations

import pytest

SINCE = {"dateFrom": "2025-01-01T00:00:00Z"}


def failure(code="Defect component", **more):
    return {"category": "Component", "code": code, **more}


@pytest.fixture
def repair(submit, uut, uur):
    """Submits a failed test with a step of the id 1, and a repair of it."""

    def repair(*failures, serial_number="SN-1", part_number="CTRL-7", test=None, unit=None, **changes):
        report = uut(sn=serial_number, pn=part_number, result="F", **(test or {}))
        report["root"].update(
            id=0,
            steps=[{"group": "M", "stepType": "ET_A", "name": "Voltage", "status": "F", "id": 1}],
        )
        submit(report)
        main = {
            "partType": "Main",
            "sn": serial_number,
            "pn": part_number,
            "idx": 0,
            "failures": list(failures),
        }
        document = uur(sn=serial_number, pn=part_number, **changes)
        document["uur"]["refUUT"] = report["id"]
        document["subUnits"] = [main] if unit is None else [main, unit]
        submit(document)
        return document

    return repair


@pytest.fixture
def rows(statistics):
    def rows(dimensions, **members):
        found = statistics("DynamicRepair", {**SINCE, **members}, dimensions=dimensions)
        return [tuple(row.values()) for row in found]

    return rows


def test_repairs_and_their_reports_are_counted(repair, rows):
    repair(failure(), failure("Missing component"), serial_number="1")
    repair(failure(), serial_number="2")
    repair(serial_number="3")

    assert rows("partNumber") == [("CTRL-7", 3, 3)]
    assert rows("repairReportCount") == [(3,)]
    assert rows("repairCode;repairCount;repairReportCount") == [
        (None, 0, 1),
        ("Defect component", 2, 2),
        ("Missing component", 1, 1),
    ]
    assert rows("repairCount desc;repairCode") == [
        (code, count)
        for code, count in [("Defect component", 2), ("Missing component", 1), (None, 0)]
    ]  # fmt: skip


def test_a_report_with_the_same_failure_twice_is_one_report_and_two_repairs(repair, rows):
    repair(failure(comRef="R1"), failure(comRef="R2"))

    assert rows("repairCategory") == [("Component", 1, 2)]


def test_every_dimension_has_its_value(client, repair, statistics):
    client.put("/api/Product", json={"partNumber": "CTRL-7", "name": "Controller"})
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "CTRL-7"}
    )
    component = {
        "comRef": "R12", "artNumber": "RES-10K", "artRev": "2", "artVendor": "Maker", "artDescription": "10k",
        "funcBlock": "Supply", "refStepId": 1,
    }  # fmt: skip
    inner = {"partType": "Module", "sn": "M-1", "pn": "MOD", "idx": 1, "failures": [failure(**component)]}
    test = {
        "machineName": "FCT-3",
        "location": "Line 1",
        "purpose": "Production",
        "start": "2025-02-28T09:00:00Z",
        "uut": {"user": "operator.a", "batchSN": "B1"},
    }
    repair(unit=inner, test=test, miscInfos=[{"description": "Repair station", "text": "Bench A"}])
    expected = {
        "partNumber": "CTRL-7",
        "revision": "B",
        "productName": "Controller",
        "productGroup": "Control boards",
        "unitType": "Module",
        "repairOperation": "Repair",
        "period": "2025-03",
        "level": "Line 2",
        "stationName": "BENCH-1",
        "location": "Line 2",
        "purpose": "Repair",
        "operator": "technician.b",
        "miscInfoDescription": "Repair station",
        "miscInfoString": "Bench A",
        "repairCode": "Defect component",
        "repairCategory": "Component",
        "repairType": "Component",
        "componentRef": "R12",
        "componentNumber": "RES-10K",
        "componentRevision": "2",
        "componentVendor": "Maker",
        "componentDescription": "10k",
        "functionBlock": "Supply",
        "referencedStep": "Voltage",
        "referencedStepPath": "Main¶Voltage",
        "testOperation": "End of line test",
        "testPeriod": "2025-02",
        "testLevel": "Line 1",
        "testStationName": "FCT-3",
        "testLocation": "Line 1",
        "testPurpose": "Production",
        "testOperator": "operator.a",
        "batchNumber": "B1",
        "swFilename": "final.seq",
        "swVersion": "2.4.1",
    }

    found = statistics("DynamicRepair", {**SINCE, "dateGrouping": 3}, dimensions=";".join(expected))

    assert found == [{**expected, "repairReportCount": 1, "repairCount": 1}]


def test_what_is_known_of_the_test_is_null_where_the_test_is_not(submit, uur, rows):
    document = uur()
    document["uur"].update(refUUT=None, processCode=10)
    document["subUnits"][0]["failures"] = [
        failure(refStepId=1, refStepName="Voltage"),
        failure(refStepName="Boot"),
    ]
    submit(document)

    assert rows(
        "referencedStep;referencedStepPath;testStationName;testPeriod;testOperation", dateGrouping=1
    ) == [
        ("Boot", None, None, None, "In-circuit test", 1, 1),
        ("Voltage", None, None, None, "In-circuit test", 1, 1),
    ]


def test_what_a_failure_should_hold_as_text_and_does_not_is_null(repair, rows):
    repair(failure(comRef=["R1"], refStepId={"id": 1}, refStepName=7))

    assert rows("componentRef;referencedStep") == [(None, None, 1, 1)]


def test_a_code_that_the_process_does_not_know_has_no_type(repair, rows):
    repair(failure("Other"))

    assert rows("repairType") == [(None, 1, 1)]


def test_a_filter_selects_repairs(client, repair, rows):
    repair(failure(), serial_number="1", part_number="A", test={"uut": {"user": "a", "batchSN": "B1"}})
    repair(failure(), serial_number="2", part_number="B", machineName="BENCH-2", result="F")

    assert rows("partNumber;repairCount", stationName="BENCH-2") == [("B", 1)]
    assert rows("partNumber;repairCount", partNumber="A") == [("A", 1)]
    assert rows("partNumber;repairCount", batchNumber="B1") == [("A", 1)]
    assert rows("partNumber;repairCount", testOperation="End*", status="Failed") == [("B", 1)]
    assert rows("partNumber;repairCount", testOperation="500") == []
    assert rows("partNumber;repairCount", dateTo="2025-03-18T12:00:00Z") == []
    assert rows("partNumber;repairCount", topCount=1) == [("A", 1)]
    assert rows("partNumber;repairCount", minCount=2) == []


def test_without_a_filter_the_products_with_the_most_repairs_of_the_last_30_days_come(repair, statistics):
    repair(failure(), part_number="OLD")
    start = "2999-01-01T00:00:00Z"
    for number in range(11):
        repair(failure(), serial_number=str(number), part_number=f"P{number:02}", start=start)
    repair(failure(), failure(), serial_number="11", part_number="P10", start=start)

    found = statistics("DynamicRepair", {})

    assert found[0] == {
        "repairCount": 3, "repairReportCount": 2, "partNumber": "P10", "repairOperation": "Repair",
    }  # fmt: skip
    assert [row["partNumber"] for row in found[1:]] == [f"P{number:02}" for number in range(9)]


@pytest.mark.parametrize("dimensions", ["nonsense", "unitCount", "period", "testPeriod", "repairCount up"])
def test_a_wrong_dimension_expression_is_refused(client, dimensions):
    answer = client.post("/api/App/DynamicRepair", params={"dimensions": dimensions}, json=SINCE)

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_the_history_of_repairs_tells_each_failure_newest_first(client, repair):
    first = repair(failure(refStepId=1), serial_number="1", start="2025-03-18T08:00:00Z")
    second = repair(failure("Missing component"), failure(), serial_number="2", start="2025-03-19T08:00:00Z")
    repair(failure(), serial_number="3", rev="C")
    repair(failure(), serial_number="4", part_number="OTHER")

    found = client.get(
        "/api/App/RelatedRepairHistory", params={"partNumber": "CTRL-7", "revision": "B"}
    ).json()

    assert [(row["reportId"], row["serialNumber"], row["repairCode"]) for row in found] == [
        (second["id"], "2", "Missing component"),
        (second["id"], "2", "Defect component"),
        (first["id"], "1", "Defect component"),
    ]
    assert found[2] == {
        "serialNumber": "1",
        "partNumber": "CTRL-7",
        "revision": "B",
        "reportId": first["id"],
        "repairDate": "2025-03-18T08:00:00Z",
        "failStepName": "Voltage",
        "failStepPath": "Main¶Voltage",
        "failCode": "Defect component",
        "repairCode": "Defect component",
        "symptom": None,
        "cause": None,
        "action": None,
    }


def test_the_history_of_repairs_is_limited_to_operations(client, repair):
    repair(failure())

    def count(**params):
        asked = {"partNumber": "CTRL-7", "revision": "B", **params}
        return len(client.get("/api/App/RelatedRepairHistory", params=asked).json())

    assert count(repairOperationCode="500", testOperationCode="100") == 1
    assert count(repairOperationCode="100") == 0
    assert count(testOperationCode="500") == 0


@pytest.mark.parametrize(
    "params",
    [
        {"partNumber": "A"},
        {"revision": "B"},
        {"partNumber": "A", "revision": "B", "repairOperationCode": "x"},
        {"partNumber": "A", "revision": "B", "testOperationCode": "x"},
    ],
)
def test_wrong_parameters_of_the_history_of_repairs_are_refused(client, params):
    answer = client.get("/api/App/RelatedRepairHistory", params=params)

    assert answer.status_code == 400
    assert answer.json()["message"]
