from __future__ import annotations

import httpx
import pytest

from pywats.simulator import WatsSimulator


def letters(rows):
    return "".join(row["serialNumber"] for row in rows)


@pytest.fixture
def listed(statistics):
    """Lists the serial numbers of reports."""

    def listed(operation="UutReport", **members):
        return letters(statistics(operation, members))

    return listed


def test_the_version_is_a_bare_text(client):
    answer = client.get("/api/App/Version")

    assert answer.status_code == 200
    assert [part.isdigit() for part in answer.json().split(".")] == [True] * 4


def test_the_locations_of_reports_are_the_levels(client, submit, uut, uur):
    assert client.get("/api/App/Levels").json() == []
    submit(uut(location="Hall 1"), uut(location="Hall 2"), uut(location="Hall 1"), uur(location="Bench"))

    assert client.get("/api/App/Levels").json() == [
        {"levelId": 1, "levelName": "Hall 1"},
        {"levelId": 2, "levelName": "Hall 2"},
        {"levelId": 3, "levelName": "Bench"},
    ]


def test_a_level_keeps_its_id_after_a_restart(tmp_path, uut):
    def levels(*reports):
        with WatsSimulator(db=tmp_path / "wats.db", token="dG9rZW4=") as server:
            headers = {"Authorization": "Basic dG9rZW4="}
            with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
                for report in reports:
                    assert client.post("/api/Report/WSJF", json=report).status_code == 200
                return {row["levelName"]: row["levelId"] for row in client.get("/api/App/Levels").json()}

    report = uut(location="Hall 1")
    assert levels(report, uut(location="Hall 2")) == {"Hall 1": 1, "Hall 2": 2}
    assert levels(report) == {"Hall 1": 1, "Hall 2": 2}


def test_the_product_groups_are_those_that_products_can_be_in(client):
    expected = [
        {"productGroupId": 1, "productGroupName": "Control boards"},
        {"productGroupId": 2, "productGroupName": "Power modules"},
    ]

    assert client.get("/api/App/ProductGroups").json() == expected
    assert client.get("/api/App/ProductGroups", params={"includeFilters": "true"}).json() == expected
    assert client.get("/api/App/ProductGroups", params={"includeFilters": "x"}).status_code == 400


def test_a_listed_report_has_the_members_of_its_header_and_their_other_names(
    submit, uut, headers, statistics
):
    submit(uut())
    (header,) = headers()

    assert statistics("UutReport", {}) == [
        {
            **header,
            "startUtc": "2025-03-18T08:15:00Z",
            "operator": "operator.a",
            "testOperation": "End of line test",
        }
    ]


def test_test_and_repair_reports_are_listed_apart_the_newest_first(submit, uut, uur, listed):
    submit(uut(sn="B", start="2025-03-18T08:00:00Z"), uut(sn="A", start="2025-03-19T08:00:00Z"))
    submit(uur(sn="D", start="2025-03-18T08:00:00Z"), uur(sn="C", start="2025-03-19T08:00:00Z"))

    assert listed() == "AB"
    assert listed("UurReport") == "CD"


def test_1000_reports_are_listed_or_as_many_as_are_asked_for(submit, uut, statistics, client):
    report = uut()
    for number in range(1001):
        submit({**report, "id": f"5eed0000-0000-4000-8000-{number:012}"})

    assert len(statistics("UutReport", {})) == 1000
    assert len(statistics("UutReport", {"topCount": 1001})) == 1001
    assert len(statistics("UutReport", {"topCount": 3})) == 3
    assert len(client.get("/api/App/UutReport").json()) == 1000


def test_lists_of_reports_are_limited_by_their_filter(client, submit, uut, uur, listed):
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "P"}
    )
    header = {"user": "a", "batchSN": "B1"}
    infos = [{"description": "Panel", "text": "4"}]
    submit(uut(sn="A", pn="P", rev="1", machineName="M1", location="Hall 1", processCode=10, result="F",
               uut=header, miscInfos=infos, start="2025-03-17T08:00:00Z"))  # fmt: skip
    submit(uut(sn="B"), uur(sn="A"), uur(sn="B", result="F", pn="P", start="2025-03-17T08:00:00Z"))

    assert listed() == "BA"
    for member, value in {
        "serialNumber": "A", "partNumber": "P", "revision": "1", "batchNumber": "B1", "stationName": "M1",
        "testOperation": "In-circuit test", "status": "Failed", "miscValue": "4", "level": "Hall 1",
        "productGroup": "Control boards", "dateTo": "2025-03-17T23:00:00Z",
    }.items():  # fmt: skip
        assert listed(**{member: value}) == "A", member
    assert listed(dateFrom="2025-03-18T00:00:00Z") == "B"
    assert listed(run=3, miscDescription="none", swVersion="none", minCount=9) == "BA"
    assert listed("UurReport", status="Failed", productGroup="Control boards") == "B"
    assert listed("UurReport", testOperation="100") == "AB"


def test_test_reports_are_listed_by_query(client, submit, uut):
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "P"}
    )
    submit(uut(sn="A", pn="P", rev="1", machineName="M1", location="Hall 1", processCode=10, result="F",
               uut={"user": "a", "batchSN": "B1"}, start="2025-03-17T08:00:00Z"))  # fmt: skip
    submit(uut(sn="B"))

    def listed(**params):
        return letters(client.get("/api/App/UutReport", params=params).json())

    assert listed() == "BA"
    for name, value in {
        "serialNumber": "A", "partNumber": "P", "revision": "1", "batchNumber": "B1", "stationName": "M1",
        "testOperation": "In-circuit test", "status": "Failed", "dateTo": "2025-03-17T23:00:00",
        "productGroupId": "1", "levelId": "1",
    }.items():  # fmt: skip
        assert listed(**{name: value}) == "A", name
    assert listed(dateFrom="2025-03-18T00:00:00", levelId="2;1") == "B"
    assert listed(productGroupId="2") == listed(levelId="7") == ""
    assert listed(topCount=1, productGroup="none", level="none") == "BA"


@pytest.mark.parametrize("name", ["status", "dateFrom", "dateTo", "productGroupId", "levelId"])
def test_wrong_parameters_of_the_list_are_refused(client, name):
    answer = client.get("/api/App/UutReport", params={name: "wrong"})

    assert answer.status_code == 400
    assert name in answer.json()["message"]


def test_the_history_of_a_unit_has_all_its_reports(client, submit, uut, uur, listed):
    header = {"user": "a", "batchSN": "B1"}
    submit(
        uut(sn="A", uut=header, start="2025-03-17T08:00:00Z"),
        uur(sn="A", start="2025-03-18T08:00:00Z"),
        uut(sn="A", start="2025-03-19T08:00:00Z", processCode=10),
        uut(sn="A", pn="OTHER"),
        uut(sn="B", miscInfos=[{"description": "Panel", "text": "4"}], location="Hall 1"),
    )

    assert listed("SerialNumberHistory", serialNumber="A", partNumber="CTRL-7") == "AAA"
    assert listed("SerialNumberHistory", batchNumber="B1") == "AAA"
    assert listed("SerialNumberHistory", serialNumber="A") == "AAAA"
    assert listed("SerialNumberHistory", miscValue="4") == "B"
    assert listed("SerialNumberHistory", level="Hall 1") == "B"
    assert listed("SerialNumberHistory", productGroup="Control boards") == ""
    assert (
        len(listed("SerialNumberHistory", stationName="none", dateTo="2000-01-01T00:00:00Z", topCount=1)) == 5
    )


def test_the_history_is_newest_first_and_tells_tests_from_repairs(submit, uut, uur, statistics):
    submit(
        uut(start="2025-03-17T08:00:00Z"),
        uur(start="2025-03-18T08:00:00Z"),
        uut(start="2025-03-19T08:00:00Z"),
    )

    found = statistics("SerialNumberHistory", {"serialNumber": "SN-1"})

    assert [(row["reportType"], row["run"]) for row in found] == [("T", 2), ("R", None), ("T", 1)]


@pytest.mark.parametrize(
    "operation",
    [
        "DynamicYield", "DynamicRepair", "VolumeYield", "HighVolume", "HighVolumeByProductGroup",
        "WorstYield", "WorstYieldByProductGroup", "TopFailed", "Measurements", "AggregatedMeasurements",
        "SerialNumberHistory", "UutReport", "UurReport",
    ],
)  # fmt: skip
def test_without_reports_every_list_is_empty_and_null_is_no_filter(client, operation):
    assert client.post(f"/api/App/{operation}", json={}).json() == []

    answer = client.post(f"/api/App/{operation}", content=b"null")
    assert answer.status_code == 400
    assert answer.json()["message"]
