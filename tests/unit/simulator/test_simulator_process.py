from __future__ import annotations

import pytest


def codes(client, **flags):
    answer = client.get("/api/App/Processes", params=flags)
    assert answer.status_code == 200, answer.text
    return [process["code"] for process in answer.json()]


def test_without_flags_the_active_processes_of_all_kinds_are_listed(client):
    processes = client.get("/api/App/Processes").json()

    names = {process["code"]: process["name"] for process in processes}
    assert names == {
        10: "In-circuit test",
        20: "Final function test",
        100: "End of line test",
        200: "Assembly",
        500: "Repair",
    }
    assert all(process["state"] == 1 for process in processes)


def test_flags_choose_kinds(client):
    assert codes(client, includeTestOperations="true") == [10, 20, 100]
    assert codes(client, includeRepairOperations="True", includeWipOperations="true") == [200, 500]
    assert codes(client, includeTestOperations="false") == [200, 500]
    assert codes(client, includeTestOperations="true", includeInactiveProcesses="true") == [10, 20, 100, 110]
    assert 110 in codes(client, includeInactiveProcesses="true")


def test_a_flag_must_be_a_boolean(client):
    assert client.get("/api/App/Processes", params={"includeWipOperations": "1"}).status_code == 400


def test_only_repair_operations_have_settings_categories_and_codes(client):
    processes = {process["code"]: process for process in client.get("/api/App/Processes").json()}

    repair = processes[500]["repairOperation"]
    assert [category["description"] for category in repair["repairCategories"]] == [
        "Component",
        "Solder",
        "No failure found",
    ]
    assert repair["repairCategories"][0]["repairCodes"][0]["description"] == "Defect component"
    assert repair["uutBinding"] == 1
    assert "repairOperation" not in processes[100]


@pytest.mark.parametrize("code", [20, 100])
def test_an_empty_description_is_left_out(client, code):
    processes = {process["code"]: process for process in client.get("/api/App/Processes").json()}

    assert "description" not in processes[code]
    assert processes[10]["description"]
