from __future__ import annotations

import pytest

from tests.unit.simulator.bench import Bench

UNKNOWN = "5eed0000-0000-4000-8000-000000000001"


@pytest.fixture
def bench(client):
    return Bench(client)


def test_a_saved_asset_type_comes_back_in_the_exact_shape(bench, client):
    saved = bench.save_type(calibrationInterval=0.5, runningCountLimit=10)

    assert saved == {
        "typeId": saved["typeId"],
        "typeName": "Fixture",
        "runningCountLimit": 10,
        "totalCountLimit": None,
        "maintenanceInterval": None,
        "calibrationInterval": 0.5,
        "warningThreshold": None,
        "alarmThreshold": None,
        "isReadonly": False,
        "icon": None,
    }
    assert client.get("/api/Asset/Types").json() == [saved]


@pytest.mark.parametrize(
    "members",
    [
        {"typeName": None},
        {"typeName": ""},
        {"typeId": "7"},
        {"runningCountLimit": -1},
        {"totalCountLimit": 1.5},
        {"calibrationInterval": "30"},
        {"maintenanceInterval": True},
        {"warningThreshold": []},
        {"isReadonly": None},
        {"icon": 7},
    ],
)
def test_a_wrong_asset_type_is_refused_with_a_message(client, members):
    answer = client.put("/api/Asset/Types", json={"typeName": "Fixture", **members})

    assert answer.status_code == 400
    assert answer.json()["message"]
    assert client.get("/api/Asset/Types").json() == []


def test_a_type_without_an_id_is_a_new_one_each_time(bench, client):
    first, second = bench.save_type(), bench.save_type()

    assert first["typeId"] != second["typeId"]
    assert len(client.get("/api/Asset/Types").json()) == 2


def test_a_type_is_added_or_updated_under_the_id_that_was_sent(bench, client):
    added = bench.save_type(typeId=UNKNOWN.upper(), calibrationInterval=30)
    updated = bench.save_type(typeId=UNKNOWN, typeName="Probe")

    assert added["typeId"] == UNKNOWN
    assert updated == {**added, "typeName": "Probe"}
    assert client.get("/api/Asset/Types").json() == [updated]


def test_the_larger_of_two_limits_is_raised_to_the_smaller(bench):
    saved = bench.save_type(runningCountLimit=10, totalCountLimit=5, warningThreshold=90, alarmThreshold=80)
    again = bench.save_type(typeId=saved["typeId"], runningCountLimit=20)

    assert (saved["totalCountLimit"], saved["alarmThreshold"]) == (10, 90)
    assert again["totalCountLimit"] == 20


def test_a_read_only_type_stays_as_it_is(bench, client):
    saved = bench.save_type(isReadonly=True)

    answer = client.put("/api/Asset/Types", json={**saved, "typeName": "Other"})

    assert answer.status_code == 400
    assert client.get("/api/Asset/Types").json() == [saved]


def test_types_are_filtered_ordered_and_paged(bench, client):
    for name, interval in (("Probe", 30), ("Multimeter", 365), ("Cable", None)):
        bench.save_type(typeName=name, calibrationInterval=interval)

    def query(**options):
        answer = client.get("/api/Asset/Types", params={f"${name}": value for name, value in options.items()})
        assert answer.status_code == 200, answer.text
        return [row["typeName"] for row in answer.json()]

    assert query() == ["Cable", "Multimeter", "Probe"]
    assert query(filter="calibrationInterval ge 30.5") == ["Multimeter"]
    assert query(filter="isReadonly eq false", orderby="typeName desc", skip=1, top=1) == ["Multimeter"]
    assert query(orderby="calibrationInterval") == ["Cable", "Probe", "Multimeter"]
    assert client.get("/api/Asset/Types", params={"$filter": "isReadonly eq 1"}).status_code == 400
