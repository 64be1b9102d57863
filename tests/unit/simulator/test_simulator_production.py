from __future__ import annotations

import httpx
import pytest

from pywats.simulator import WatsSimulator

XML = '<Root><Customer Value="Example"/><PhaseFinalized Value="Shipped"/></Root>'


@pytest.fixture
def save(client):
    """Saves units, which must succeed."""

    def save(*units):
        answer = client.put("/api/Production/Units", json=units)
        assert answer.json()["errors"] == [], answer.text

    return save


@pytest.fixture
def changes(client):
    """Reads the queue of unit changes."""

    def changes(maximum=100):
        answer = client.get("/api/Production/Units/Changes", params={"maxCount": maximum})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return changes


def phase(client, value, serial="U-1", part="A"):
    params = {"serialNumber": serial, "partNumber": part, "phase": value}
    return client.put("/api/Production/SetUnitPhase", params=params)


def process(client, name, serial="U-1", part="A"):
    params = {"serialNumber": serial, "partNumber": part, "processName": name}
    return client.put("/api/Production/SetUnitProcess", params=params)


def test_a_saved_unit_comes_back_in_the_exact_shape(client, save):
    save({"serialNumber": "U-1", "partNumber": "A"})

    assert client.get("/api/Production/Unit/U-1/A").json() == {
        "serialNumber": "U-1",
        "partNumber": "A",
        "revision": None,
        "parentSerialNumber": None,
        "batchNumber": None,
        "serialDate": None,
        "currentLocation": None,
        "xmlData": None,
        "unitPhaseId": 2,
        "unitPhase": "Under production",
        "processCode": None,
        "tags": [],
        "productRevision": None,
        "product": None,
        "subUnits": [],
    }


def test_all_that_can_be_saved_of_a_unit_is_read(client, save):
    unit = {
        "serialNumber": "U-1",
        "partNumber": "A",
        "revision": "1",
        "batchNumber": "B-7",
        "serialDate": "2025-03-18T08:15:00Z",
        "currentLocation": "Line 2",
        "xmlData": XML,
        "unitPhaseId": 16,
        "processCode": "100",
    }
    save(unit)

    read = client.get("/api/Production/Unit/U-1/A").json()

    assert {name: read[name] for name in unit} == unit
    assert read["unitPhase"] == "Finalized"
    assert read["tags"] == [
        {"key": "Customer", "value": "Example"},
        {"key": "PhaseFinalized", "value": "Shipped"},
    ]


def test_a_moment_is_kept_in_utc(client, save):
    save({"serialNumber": "U-1", "partNumber": "A", "serialDate": "2025-03-18T09:15:00.5+01:00"})

    unit = client.get("/api/Production/Unit/U-1/A").json()
    assert unit["serialDate"] == "2025-03-18T08:15:00.500000Z"


@pytest.mark.parametrize(("sent", "kept"), [(100, "100"), ("100", "100"), (None, None)])
def test_a_process_code_is_a_text_whichever_way_it_is_sent(client, save, sent, kept):
    save({"serialNumber": "U-1", "partNumber": "A", "processCode": sent})

    assert client.get("/api/Production/Unit/U-1/A").json()["processCode"] == kept


def test_a_unit_comes_with_the_records_of_its_product_and_revision(client, save):
    product = client.put("/api/Product", json={"partNumber": "A", "name": "Board", "nonSerial": True}).json()
    revision = client.put(
        "/api/Product/Revision", json={"PartNumber": "A", "revision": "1", "xmlData": XML}
    ).json()
    save({"serialNumber": "U-1", "partNumber": "A", "revision": "1"})

    unit = client.get("/api/Production/Unit/U-1/A").json()

    assert unit["product"] == {name: value for name, value in product.items() if name != "revisions"}
    assert unit["productRevision"] == revision


def test_a_unit_that_exists_is_updated_and_keeps_what_was_not_sent(client, save):
    save({"serialNumber": "U-1", "partNumber": "A", "currentLocation": "Line 2", "batchNumber": "B"})
    save({"SerialNumber": "U-1", "CurrentLocation": None, "revision": "2"})

    unit = client.get("/api/Production/Unit/U-1/A").json()
    assert (unit["currentLocation"], unit["batchNumber"], unit["revision"]) == (None, "B", "2")


def test_saving_what_was_read_changes_nothing(client, save):
    client.put("/api/Product", json={"partNumber": "A"})
    client.put("/api/Product/Revision", json={"PartNumber": "A", "revision": "1"})
    save(
        {"serialNumber": "U-1", "partNumber": "A", "revision": "1", "xmlData": XML, "processCode": 100},
        {"serialNumber": "U-2", "partNumber": "B", "parentSerialNumber": "U-1"},
    )
    read = client.get("/api/Production/Unit/U-1/A").json()

    save(read)

    assert client.get("/api/Production/Unit/U-1/A").json() == read


def test_null_takes_a_value_back(client, save):
    save({"serialNumber": "U-1", "partNumber": "A", "serialDate": "2025-03-18T08:15:00Z", "xmlData": XML})
    save({"serialNumber": "U-1", "serialDate": None, "xmlData": None, "unitPhaseId": None})

    unit = client.get("/api/Production/Unit/U-1/A").json()
    assert (unit["serialDate"], unit["xmlData"], unit["tags"], unit["unitPhaseId"]) == (None, None, [], 2)


def test_the_serial_number_is_the_key_so_another_part_number_moves_the_unit(client, save):
    save({"serialNumber": "U-1", "partNumber": "A"})
    save({"serialNumber": "U-1", "partNumber": "B"})

    assert client.get("/api/Production/Unit/U-1/A").status_code == 404
    assert client.get("/api/Production/Unit/U-1/B").status_code == 200


def test_members_with_operations_of_their_own_are_not_read(client, save):
    save({"serialNumber": "U-1", "partNumber": "A", "tags": 7, "unitPhase": "x", "subUnits": [{}]})

    unit = client.get("/api/Production/Unit/U-1/A").json()
    assert (unit["tags"], unit["unitPhase"], unit["subUnits"]) == ([], "Under production", [])


def test_a_unit_is_found_by_its_two_numbers_however_they_are_spelled(client, save):
    save({"serialNumber": "U/1 ä:%2F", "partNumber": "A/1?#"})

    answer = client.get("/api/Production/Unit/U%2F1%20%C3%A4%3A%252F/A%2F1%3F%23")
    assert answer.json()["serialNumber"] == "U/1 ä:%2F"


def test_a_unit_shows_what_is_built_into_it_on_all_levels(client, save):
    save(
        {"serialNumber": "U-1", "partNumber": "A"},
        {"serialNumber": "U-2", "partNumber": "B", "parentSerialNumber": "U-1"},
        {"serialNumber": "U-3", "partNumber": "C", "parentSerialNumber": "U-2"},
    )

    unit = client.get("/api/Production/Unit/U-1/A").json()

    assert [child["serialNumber"] for child in unit["subUnits"]] == ["U-2"]
    assert [child["serialNumber"] for child in unit["subUnits"][0]["subUnits"]] == ["U-3"]
    assert unit["subUnits"][0]["parentSerialNumber"] == "U-1"


def test_a_blank_parent_takes_a_unit_out_of_its_parent(client, save):
    save(
        {"serialNumber": "U-1", "partNumber": "A"},
        {"serialNumber": "U-2", "partNumber": "B", "parentSerialNumber": "U-1"},
    )
    save({"serialNumber": "U-2", "parentSerialNumber": ""})

    assert client.get("/api/Production/Unit/U-1/A").json()["subUnits"] == []


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ({}, "serialNumber is required"),
        ({"serialNumber": ""}, "serialNumber is required"),
        ({"serialNumber": 7}, "serialNumber must be a string"),
        ({"serialNumber": "U-9"}, "partNumber is required"),
        ({"serialNumber": "U-1", "partNumber": None}, "partNumber is required"),
        ({"serialNumber": "U-1", "revision": 7}, "revision must be a string"),
        ({"serialNumber": "U-1", "unitPhaseId": 3}, "unitPhaseId must be one of"),
        ({"serialNumber": "U-1", "processCode": True}, "processCode must be a string"),
        ({"serialNumber": "U-1", "serialDate": "yesterday"}, "serialDate: 'yesterday'"),
        ({"serialNumber": "U-1", "xmlData": "<Root>"}, "xmlData: Not valid XML"),
        ({"serialNumber": "U-1", "xmlData": "<Other/>"}, "root element Root"),
        ({"serialNumber": "U-1", "parentSerialNumber": "U-9"}, "no unit 'U-9'"),
        ({"serialNumber": "U-1", "parentSerialNumber": "U-1"}, "inside itself"),
        ({"serialNumber": "U-1", "parentSerialNumber": "U-3"}, "inside itself"),
    ],
)
def test_a_wrong_unit_is_reported_and_the_others_are_saved(client, save, unit, message):
    save(
        {"serialNumber": "U-1", "partNumber": "A"},
        {"serialNumber": "U-2", "partNumber": "B", "parentSerialNumber": "U-1"},
        {"serialNumber": "U-3", "partNumber": "C", "parentSerialNumber": "U-2"},
    )
    before = client.get("/api/Production/Unit/U-1/A").json()

    answer = client.put("/api/Production/Units", json=[unit, {"serialNumber": "NEW", "partNumber": "A"}])

    assert answer.status_code == 200
    result = answer.json()
    assert (result["okCount"], result["errorCount"]) == (1, 1)
    assert result["errors"][0]["index"] == 0
    assert message in result["errors"][0]["message"]
    assert client.get("/api/Production/Unit/NEW/A").status_code == 200
    assert client.get("/api/Production/Unit/U-1/A").json() == before


@pytest.mark.parametrize("path", ["/api/Production/Units", "/api/Production/Batches"])
@pytest.mark.parametrize("body", ["[]", "{}", "[7]", "null", ""])
def test_what_is_no_list_of_items_is_refused_as_a_whole(client, path, body):
    answer = client.put(path, content=body)

    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("path", ["U-9/A", "U-1/B", "u-1/A"])
def test_an_unknown_unit_is_not_found(client, save, path):
    save({"serialNumber": "U-1", "partNumber": "A"})

    assert client.get(f"/api/Production/Unit/{path}").status_code == 404


def test_a_unit_moves_to_a_phase_and_to_a_process(client, save):
    save({"serialNumber": "U-1", "partNumber": "A"})

    assert phase(client, 4100).content == b""
    assert process(client, "Final function test").content == b""

    unit = client.get("/api/Production/Unit/U-1/A").json()
    assert (unit["unitPhaseId"], unit["unitPhase"]) == (4100, "Production repair queued")
    assert unit["processCode"] == "20"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda client: phase(client, 3), 400),
        (lambda client: phase(client, ""), 400),
        (lambda client: phase(client, "Finalized"), 400),
        (lambda client: phase(client, 16, serial="U-9"), 404),
        (lambda client: phase(client, 16, part="B"), 404),
        (lambda client: phase(client, 16, part=""), 400),
        (lambda client: process(client, ""), 400),
        (lambda client: process(client, "100"), 404),
        (lambda client: process(client, "Repair", serial="U-9"), 404),
    ],
)
def test_an_unknown_unit_phase_or_process_changes_nothing(client, save, answer, status):
    save({"serialNumber": "U-1", "partNumber": "A"})

    assert answer(client).status_code == status

    unit = client.get("/api/Production/Unit/U-1/A").json()
    assert (unit["unitPhaseId"], unit["processCode"]) == (2, None)


def test_changes_of_parent_part_revision_and_phase_are_queued_as_what_holds_afterwards(client, save, changes):
    save({"serialNumber": "U-1", "partNumber": "A"}, {"serialNumber": "U-2", "partNumber": "B"})
    save({"serialNumber": "U-2", "parentSerialNumber": "U-1"})
    save({"serialNumber": "U-2", "partNumber": "C", "revision": "1"})
    phase(client, 16, serial="U-2", part="C")

    assert changes() == [
        {
            "id": number,
            "unitSerialNumber": "U-2",
            "newParentSerialNumber": "U-1",
            "newPartNumber": part,
            "newRevision": revision,
            "newUnitPhaseId": unit_phase,
        }
        for number, part, revision, unit_phase in [(1, "B", None, 2), (2, "C", "1", 2), (3, "C", "1", 16)]
    ]


def test_what_changes_nothing_of_interest_is_not_queued(client, save, changes):
    save({"serialNumber": "U-1", "partNumber": "A"})
    save({"serialNumber": "U-1", "currentLocation": "Line 2"})
    phase(client, 2)
    process(client, "Repair")

    assert changes() == []


def test_reading_the_queue_takes_nothing_out_and_deleting_does(client, save, changes):
    save({"serialNumber": "U-1", "partNumber": "A"})
    for value in (4, 8, 16):
        phase(client, value)
    assert [change["id"] for change in changes(2)] == [1, 2]

    assert client.delete("/api/Production/Units/Changes/1").content == b""

    assert [change["id"] for change in changes(2)] == [2, 3]


def test_an_entry_never_gets_the_id_of_one_that_was_removed(client, save, changes):
    save({"serialNumber": "U-1", "partNumber": "A"})
    phase(client, 4)
    client.delete("/api/Production/Units/Changes/1")
    phase(client, 8)

    assert [change["id"] for change in changes()] == [2]


@pytest.mark.parametrize("identifier", ["1", "x", "01"])
def test_an_unknown_entry_cannot_be_removed(client, identifier):
    assert client.delete(f"/api/Production/Units/Changes/{identifier}").status_code == 404


@pytest.mark.parametrize("maximum", [None, "", "0", "-1", "x"])
def test_the_queue_is_read_up_to_a_number_of_entries(client, maximum):
    answer = client.get("/api/Production/Units/Changes", params={"maxCount": maximum})

    assert answer.status_code == 400


def test_batches_are_saved_one_by_one(client):
    answer = client.put(
        "/api/Production/Batches",
        json=[
            {"batchNumber": "B-1", "batchSize": 10},
            {"batchNumber": "B-1", "batchSize": None},
            {"batchNumber": "B-2"},
            {"batchNumber": ""},
            {"batchNumber": "B-3", "batchSize": -1},
        ],
    )

    assert answer.status_code == 200
    result = answer.json()
    assert (result["okCount"], result["errorCount"]) == (3, 2)
    assert [error["index"] for error in result["errors"]] == [3, 4]


def test_units_and_their_changes_survive_a_restart(tmp_path):
    db = tmp_path / "wats.sqlite"
    for calls in (
        [("PUT", "/api/Production/Units"), ("PUT", "/api/Production/Units")],
        [("GET", "/api/Production/Units/Changes?maxCount=1")],
    ):
        with WatsSimulator(db=db) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
            client.headers["Authorization"] = f"Basic {server.token}"
            for revision, (method, path) in enumerate(calls):
                body = [{"serialNumber": "U-1", "partNumber": "A", "revision": str(revision)}]
                answer = client.request(method, path, json=body if method == "PUT" else None)
                assert answer.status_code == 200

    assert [change["newRevision"] for change in answer.json()] == ["1"]
