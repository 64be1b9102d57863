from __future__ import annotations

import json

import pytest

from tests.unit.simulator.bench import REGISTER, STATE_CHANGE, UPDATE, Bench

UNKNOWN = "5eed0000-0000-4000-8000-000000000001"


@pytest.fixture
def bench(client):
    return Bench(client)


def test_a_saved_asset_comes_back_in_the_exact_shape(bench, client):
    asset_type = bench.save_type(icon="probe")

    saved = client.put("/api/Asset", json={"serialNumber": "A", "typeId": asset_type["typeId"]}).json()

    assert saved == {
        "assetId": saved["assetId"],
        "parentAssetId": None,
        "serialNumber": "A",
        "parentSerialNumber": None,
        "assetName": None,
        "partNumber": None,
        "revision": None,
        "typeId": asset_type["typeId"],
        "ClientId": None,
        "state": 1,
        "description": None,
        "location": None,
        "firstSeenDate": saved["firstSeenDate"],
        "lastSeenDate": saved["firstSeenDate"],
        "lastMaintenanceDate": None,
        "nextMaintenanceDate": None,
        "lastCalibrationDate": None,
        "nextCalibrationDate": None,
        "totalCount": 0,
        "runningCount": 0,
        "tags": [],
        "assetChildren": [],
        "assetType": asset_type,
        "assetLog": [
            {
                "logId": 1,
                "assetId": saved["assetId"],
                "serialNumber": "A",
                "date": saved["assetLog"][0]["date"],
                "user": None,
                "type": REGISTER,
                "property": None,
                "value": None,
                "comment": None,
            }
        ],
    }


def test_an_asset_is_read_by_its_id_in_any_case_or_by_its_serial_number(bench):
    saved = bench.save("A/B")

    assert (
        bench.read("A%2FB") == bench.read(saved["assetId"]) == bench.read(saved["assetId"].upper()) == saved
    )


def test_a_new_asset_may_bring_counts_dates_and_all_else(bench):
    members = {
        "assetName": "Multimeter",
        "partNumber": "DMM-34465A",
        "revision": "B",
        "ClientId": 4,
        "state": 5,
        "description": "Bench 2",
        "location": "Lab",
        "firstSeenDate": "2024-01-01T00:00:00.000000Z",
        "lastSeenDate": "2024-01-02T00:00:00.000000Z",
        "lastMaintenanceDate": "2024-01-03T00:00:00.000000Z",
        "nextMaintenanceDate": "2025-01-03T00:00:00.000000Z",
        "lastCalibrationDate": "2024-01-04T00:00:00.000000Z",
        "nextCalibrationDate": "2025-01-04T00:00:00.000000Z",
        "totalCount": 90,
        "runningCount": 9,
    }

    saved = bench.save("A", **members)

    assert {name: saved[name] for name in members} == members


def test_an_asset_is_updated_by_its_id_and_keeps_what_was_not_sent(bench, client):
    saved = bench.save("A", assetName="Old", location="Lab", tags=[{"key": "Color", "value": "red"}])

    updated = bench.save("B", assetId=saved["assetId"].upper(), typeId=saved["typeId"], assetName="New")

    changed = ("serialNumber", "assetName", "assetLog")
    assert {name: value for name, value in updated.items() if name not in changed} == {
        name: value for name, value in saved.items() if name not in changed
    }
    assert (updated["serialNumber"], updated["assetName"]) == ("B", "New")
    assert bench.log("B")[:2] == [(UPDATE, "assetName", "New", None), (UPDATE, "serialNumber", "B", None)]
    assert client.get("/api/Asset/A").status_code == 404


def test_an_asset_without_an_id_is_updated_by_its_serial_number(bench):
    first = bench.save("A")
    second = bench.save("A", typeId=first["typeId"], Location="Lab")

    assert (second["assetId"], second["location"]) == (first["assetId"], "Lab")


def test_saving_an_asset_as_it_was_read_changes_nothing_and_leaves_no_record(bench, client):
    bench.save("P")
    saved = bench.save("A", tags=[{"key": "Color", "value": "red"}], parentSerialNumber="P")

    assert client.put("/api/Asset", json=saved).json() == saved


def test_counts_and_dates_of_an_asset_that_exists_are_not_saved(bench):
    saved = bench.save("A")
    names = ("totalCount", "runningCount")
    dates = [name for name in saved if name.endswith("Date")]

    again = bench.save(
        "A",
        typeId=saved["typeId"],
        **dict.fromkeys(names, 5),
        **dict.fromkeys(dates, "2020-01-01T00:00:00Z"),
    )

    assert again == saved


def test_a_changed_state_is_its_own_kind_of_record(bench):
    saved = bench.save("A")
    bench.save("A", typeId=saved["typeId"], state=6)

    assert bench.log("A")[0] == (STATE_CHANGE, "state", "6", None)


@pytest.mark.parametrize(
    "members",
    [
        {"serialNumber": None},
        {"serialNumber": ""},
        {"serialNumber": 7},
        {"typeId": None},
        {"typeId": "7"},
        {"typeId": UNKNOWN},
        {"assetId": UNKNOWN},
        {"assetName": 7},
        {"ClientId": "7"},
        {"ClientId": True},
        {"ClientId": 2**31},
        {"state": 7},
        {"state": None},
        {"tags": {}},
        {"tags": ["Color"]},
        {"tags": [{"value": "red"}]},
        {"tags": [{"key": "Color", "change": 7}]},
        {"tags": [{"key": "Color", "value": "\x00"}]},
        {"parentAssetId": UNKNOWN},
        {"parentSerialNumber": "X"},
        {"totalCount": -1},
        {"runningCount": 1.5},
        {"firstSeenDate": "yesterday"},
        {"nextCalibrationDate": 7},
    ],
)
def test_a_wrong_asset_is_refused_with_a_message(bench, client, members):
    whole = {"serialNumber": "A", "typeId": bench.save_type()["typeId"], **members}

    answer = client.put("/api/Asset", content=json.dumps(whole))

    assert answer.status_code == 400
    assert answer.json()["message"]
    assert client.get("/api/Asset").json() == []


def test_a_serial_number_stays_unique(bench, client):
    bench.save("A")
    other = bench.save("B")

    answer = client.put("/api/Asset", json={**other, "serialNumber": "A"})

    assert answer.status_code == 400
    assert "serialNumber" in answer.json()["message"]


NAMED = [
    ("DELETE", "", {}),
    ("GET", "/Status", {}),
    ("PUT", "/State", {"state": 1}),
    ("PUT", "/Count", {"incrementBy": 1}),
    ("POST", "/ResetRunningCount", {}),
    ("PUT", "/SetRunningCount", {"runningCount": 1}),
    ("PUT", "/SetTotalCount", {"totalCount": 1}),
    ("POST", "/Calibration", {}),
    ("POST", "/Calibration/External", {}),
    ("POST", "/Maintenance", {}),
    ("POST", "/Maintenance/External", {}),
    ("POST", "/Message", {}),
    ("GET", "/SubAssets", {}),
]


@pytest.mark.parametrize(("method", "path", "params"), NAMED)
def test_an_asset_is_named_by_its_id_or_its_serial_number(bench, client, method, path, params):
    def send(**names):
        body = {"content": "x"} if path == "/Message" else None
        answer = client.request(method, f"/api/Asset{path}", params={**params, **names}, json=body)
        assert answer.status_code == 200 or answer.json()["message"]
        return answer.status_code

    first, second = bench.save("A"), bench.save("B")

    assert send() == 400
    assert send(id=first["assetId"], serialNumber="A") == 400
    assert send(id="A") == 404
    assert send(serialNumber=first["assetId"]) == 404
    assert send(SerialNumber="A") == 200
    assert send(ID=second["assetId"].upper()) == 200


def test_an_unknown_asset_is_a_404(client):
    answer = client.get("/api/Asset/X")

    assert answer.status_code == 404
    assert answer.json()["message"]


def test_a_state_that_is_set_is_read_and_logged(bench):
    bench.save("A")

    bench.command("PUT", "/State", serialNumber="A", state=4)
    bench.command("PUT", "/State", serialNumber="A", state=4)

    assert bench.read("A")["state"] == 4
    assert bench.log("A") == [(STATE_CHANGE, "state", "4", None), (REGISTER, None, None, None)]


def test_sub_assets_come_level_by_level(bench, client):
    bench.save("A")
    for name, parent in (("B2", "A"), ("B1", "A"), ("C1", "B1"), ("D1", "C1"), ("C2", "B2")):
        bench.save(name, parentSerialNumber=parent, ClientId=7, tags=[{"key": "k", "value": "v"}])

    def below(**params):
        answer = client.get("/api/Asset/SubAssets", params={"serialNumber": "A", **params})
        return [row["serialNumber"] for row in answer.json()]

    assert below(level=1) == ["B1", "B2"]
    assert below(level=2) == ["B1", "B2", "C1", "C2"]
    assert below(level=0) == below() == below(level=9) == ["B1", "B2", "C1", "C2", "D1"]
    (deepest,) = client.get("/api/Asset/SubAssets", params={"serialNumber": "C1"}).json()
    assert deepest["parentSerialNumber"] == "C1"
    assert (deepest["ClientId"], deepest["tags"]) == (7, [{"key": "k", "value": "v"}])
    assert client.get("/api/Asset/SubAssets", params={"serialNumber": "D1"}).json() == []


def test_an_asset_shows_the_tree_below_it(bench):
    bench.save("A")
    bench.save("B", parentSerialNumber="A")
    bench.save("C", parentSerialNumber="B")

    (child,) = bench.read("A")["assetChildren"]
    (grandchild,) = child["assetChildren"]

    assert (child["serialNumber"], grandchild["serialNumber"]) == ("B", "C")
    assert grandchild["assetChildren"] == []


def test_a_parent_is_named_by_id_or_serial_number_and_can_be_left(bench):
    parent, other = bench.save("A"), bench.save("B")
    child = bench.save("C", parentAssetId=parent["assetId"].upper(), parentSerialNumber="A")
    assert (child["parentAssetId"], child["parentSerialNumber"]) == (parent["assetId"], "A")

    moved = bench.save("C", typeId=child["typeId"], parentSerialNumber="B")
    assert moved["parentAssetId"] == other["assetId"]

    kept = bench.save("C", typeId=child["typeId"], assetName="x")
    assert kept["parentSerialNumber"] == "B"

    left = bench.save("C", typeId=child["typeId"], parentAssetId=None)
    assert (left["parentAssetId"], left["parentSerialNumber"]) == (None, None)


@pytest.mark.parametrize("parent", ["A", "B", "C"])
def test_no_asset_is_below_itself(bench, client, parent):
    top = bench.save("A")
    bench.save("B", parentSerialNumber="A")
    bench.save("C", parentSerialNumber="B")

    answer = client.put(
        "/api/Asset", json={"serialNumber": "A", "typeId": top["typeId"], "parentSerialNumber": parent}
    )

    assert answer.status_code == 400
    assert "below itself" in answer.json()["message"]
    assert bench.read("A")["parentAssetId"] is None


def test_two_parents_are_refused(bench, client):
    parent = bench.save("A")
    bench.save("B")

    answer = client.put(
        "/api/Asset",
        json={
            "serialNumber": "C",
            "typeId": parent["typeId"],
            "parentAssetId": parent["assetId"],
            "parentSerialNumber": "B",
        },
    )

    assert answer.status_code == 400
    assert "two assets" in answer.json()["message"]


def test_the_children_of_a_deleted_asset_move_up(bench, client):
    bench.save("A")
    bench.save("B", parentSerialNumber="A")
    bench.save("C", parentSerialNumber="B")

    bench.command("DELETE", "", serialNumber="B")
    assert bench.read("C")["parentSerialNumber"] == "A"
    assert bench.log("C")[0] == (UPDATE, "parentAssetId", bench.read("A")["assetId"], None)

    bench.command("DELETE", "", serialNumber="A")
    assert bench.read("C")["parentSerialNumber"] is None


def test_a_deleted_asset_is_gone_with_its_log(bench, client):
    saved = bench.save("A")

    bench.command("DELETE", "", id=saved["assetId"])

    assert client.get("/api/Asset/A").status_code == 404
    assert bench.log("A") == []
    assert client.request("DELETE", "/api/Asset", params={"serialNumber": "A"}).status_code == 404
    again = bench.save("A")
    assert again["assetId"] != saved["assetId"]
    assert len(again["assetLog"]) == 1
