from __future__ import annotations

import pytest

PROCESSES = (10, 20, 100)


@pytest.fixture
def verify(client):
    """Grades the unit SN-1, or another one."""

    def verify(**params):
        answer = client.get("/api/Production/UnitVerification", params={"serialNumber": "SN-1", **params})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return verify


@pytest.fixture
def run(submit, uut):
    """Submits test runs of SN-1 as (process code, result), one after the other, an hour apart."""

    def run(*runs, **more):
        for hour, (code, result) in enumerate(runs, start=8):
            start = f"2025-03-18T{hour:02}:00:00Z"
            submit(uut(processCode=code, result=result, start=start, **more))

    return run


def flags(grade):
    names = (
        "allProcessesExecutedInCorrectOrder",
        "allProcessesPassedFirstRun",
        "allProcessesPassedAnyRun",
        "allProcessesPassedLastRun",
        "noRepairs",
    )
    return "".join("+" if grade[name] else "-" for name in names)


def test_a_unit_that_passed_all_the_way_gets_the_best_grade(run, verify):
    run((10, "P"), (20, "P"), (100, "P"))

    grade = verify()

    assert (grade["status"], grade["grade"], flags(grade)) == ("Ok", "A", "+++++")
    assert grade["results"][2] == {
        "processCode": 100,
        "processName": "End of line test",
        "processIndex": 3,
        "status": "Passed",
        "startUtc": "2025-03-18T10:00:00Z",
        "stationName": "FCT-3",
        "totalCount": 1,
        "nonPassedCount": 0,
        "repairCount": 0,
    }


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([(10, "F"), (10, "P"), (20, "P"), (100, "P")], ("Warning", "B", "+-+++")),
        ([(20, "P"), (10, "P"), (100, "P")], ("Warning", "B", "-++++")),
        ([(10, "P"), (20, "P"), (100, "F")], ("Failed", "C", "+---+")),
        ([(10, "P"), (20, "P"), (100, "P"), (100, "E")], ("Failed", "C", "+++-+")),
        ([(10, "P"), (20, "T")], ("Failed", "C", "----+")),
        ([(10, "P"), (20, "P")], ("Incomplete", None, "----+")),
        ([(100, "P")], ("Incomplete", None, "----+")),
        ([(10, "P"), (20, "F"), (10, "P"), (20, "P"), (100, "P")], ("Warning", "B", "+-+++")),
    ],
)
def test_a_grade_follows_from_the_runs(run, verify, runs, expected):
    run(*runs)

    result = verify()

    assert (result["status"], result["grade"], flags(result)) == expected


def test_runs_count_in_the_order_of_their_starts_not_of_their_arrival(submit, uut, verify):
    submit(uut(processCode=10, result="P", start="2025-03-18T09:00:00Z"))
    submit(uut(processCode=10, result="F", start="2025-03-18T08:00:00Z"))

    result = verify()["results"][0]

    assert (result["status"], result["startUtc"]) == ("Passed", "2025-03-18T09:00:00Z")
    assert (result["totalCount"], result["nonPassedCount"]) == (2, 1)


def test_a_process_without_a_run_is_unknown(run, verify):
    run((10, "P"))

    assert verify()["results"][1] == {
        "processCode": 20,
        "processName": "Final function test",
        "processIndex": 2,
        "status": "Unknown",
        "startUtc": None,
        "stationName": None,
        "totalCount": 0,
        "nonPassedCount": 0,
        "repairCount": 0,
    }


def test_a_repair_counts_for_the_process_that_had_failed(run, submit, uur, verify):
    run((10, "P"), (20, "P"), (100, "P"))
    submit(uur())

    grade = verify()

    assert (grade["status"], flags(grade)) == ("Warning", "++++-")
    assert [result["repairCount"] for result in grade["results"]] == [0, 0, 1]


def test_a_repair_in_a_format_that_is_not_read_still_is_one(client, verify):
    attributes = (
        'ID="6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01" Location="L" MachineName="M" PN="CTRL-7" Purpose="P"'
        ' Result="Passed" Rev="B" SN="SN-1" Start="2025-03-18T08:00:00" Start_utc="2025-03-18T08:00:00Z"'
        ' type="UUR"'
    )
    namespace = "http://wats.virinco.com/schemas/WATS/Report/wsxf"
    body = f'<Reports xmlns="{namespace}"><Report {attributes}><Process Code="500"/></Report></Reports>'
    assert client.post("/api/Report/WSXF", content=body).status_code == 200

    grade = verify()

    assert grade["noRepairs"] is False
    assert [result["repairCount"] for result in grade["results"]] == [0, 0, 0]


def test_operations_outside_the_rule_do_not_count(run, verify):
    run((10, "P"), (20, "P"), (100, "P"), (110, "F"))

    grade = verify()

    assert grade["grade"] == "A"
    assert [result["processCode"] for result in grade["results"]] == [10, 20, 100]


def test_units_of_other_numbers_do_not_count(run, verify):
    run((10, "P"))
    run((20, "P"), sn="SN-2")
    run((100, "P"), pn="OTHER")

    assert [result["totalCount"] for result in verify(partNumber="CTRL-7")["results"]] == [1, 0, 0]
    assert [result["totalCount"] for result in verify()["results"]] == [1, 0, 1]


def test_a_unit_that_is_tracked_but_was_never_tested_is_incomplete(client, verify):
    client.put("/api/Production/Units", json=[{"serialNumber": "SN-1", "partNumber": "CTRL-7"}])

    grade = verify(partNumber="CTRL-7")

    assert (grade["status"], flags(grade)) == ("Incomplete", "----+")


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"serialNumber": "SN-9"}, 404),
        ({"serialNumber": "SN-1", "partNumber": "OTHER"}, 404),
        ({"partNumber": "CTRL-7"}, 400),
    ],
)
def test_what_is_not_known_cannot_be_graded(client, run, params, status):
    run((10, "P"))

    assert client.get("/api/Production/UnitVerification", params=params).status_code == status
