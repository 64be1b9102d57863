from __future__ import annotations

import pytest

from tests.unit.simulator.bench import CALIBRATION, MAINTENANCE, RESET, UPDATE, Bench, counts, days_ago


@pytest.fixture
def bench(client):
    return Bench(client)


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("PUT", "/State", {}),
        ("PUT", "/State", {"state": 7}),
        ("PUT", "/State", {"state": "IN_TRANSIT"}),
        ("PUT", "/Count", {}),
        ("PUT", "/Count", {"incrementBy": 1, "totalCount": 9}),
        ("PUT", "/Count", {"incrementBy": -1}),
        ("PUT", "/Count", {"incrementBy": 2**31 - 1}),
        ("PUT", "/Count", {"totalCount": 4}),
        ("PUT", "/Count", {"incrementBy": 1, "incrementChildren": "perhaps"}),
        ("PUT", "/SetRunningCount", {}),
        ("PUT", "/SetRunningCount", {"runningCount": -1}),
        ("PUT", "/SetTotalCount", {}),
        ("PUT", "/SetTotalCount", {"totalCount": 2**31}),
        ("POST", "/Calibration", {"dateTime": "yesterday"}),
        ("POST", "/Calibration/External", {"fromDate": "yesterday"}),
        ("POST", "/Maintenance/External", {"toDate": "tomorrow"}),
        ("POST", "/Maintenance/External", {"fromDate": "2025-01-02T00:00Z", "toDate": "2025-01-01T00:00Z"}),
        ("GET", "/Status", {"translate": "perhaps"}),
        ("GET", "/SubAssets", {"level": -1}),
    ],
)
def test_a_wrong_parameter_is_refused_and_changes_nothing(bench, client, method, path, params):
    saved = bench.save("A", totalCount=5)

    answer = client.request(method, f"/api/Asset{path}", params={"serialNumber": "A", **params})

    assert answer.status_code == 400
    assert answer.json()["message"]
    assert bench.read("A") == saved


def test_an_increment_is_added_to_both_counts_each_time(bench):
    bench.save("A", totalCount=10, runningCount=3, lastSeenDate="2020-01-01T00:00:00Z")

    bench.command("PUT", "/Count", serialNumber="A", incrementBy=2)
    bench.command("PUT", "/Count", serialNumber="A", incrementBy=2)

    assert counts(bench.read("A")) == (7, 14)
    assert bench.read("A")["lastSeenDate"] > days_ago(1)
    assert bench.log("A")[:2] == [(UPDATE, "totalCount", "14", None), (UPDATE, "totalCount", "12", None)]


def test_a_new_total_adds_its_difference_to_both_counts(bench):
    bench.save("A", totalCount=10, runningCount=3)

    bench.command("PUT", "/Count", serialNumber="A", totalCount=15)
    bench.command("PUT", "/Count", serialNumber="A", totalCount=15)

    assert counts(bench.read("A")) == (8, 15)


def test_a_count_reaches_the_children_only_if_asked(bench):
    bench.save("A", totalCount=10)
    bench.save("B", parentSerialNumber="A")
    bench.save("C", parentSerialNumber="B")

    bench.command("PUT", "/Count", serialNumber="A", incrementBy=1, incrementChildren="false")
    bench.command("PUT", "/Count", serialNumber="A", totalCount=13, incrementChildren="true")

    assert [counts(bench.read(name)) for name in "ABC"] == [(3, 13), (2, 2), (2, 2)]


def test_a_count_that_does_not_fit_a_child_counts_nowhere(bench, client):
    bench.save("A")
    bench.save("B", parentSerialNumber="A", totalCount=2**31 - 1)

    answer = client.put(
        "/api/Asset/Count", params={"serialNumber": "A", "incrementBy": 1, "incrementChildren": "true"}
    )

    assert answer.status_code == 400
    assert counts(bench.read("A")) == (0, 0)


def test_resetting_the_running_count_keeps_the_total_and_is_logged_each_time(bench):
    bench.save("A", totalCount=10, runningCount=3)

    bench.command("POST", "/ResetRunningCount", serialNumber="A", comment="new pins")
    bench.command("POST", "/ResetRunningCount", serialNumber="A")

    assert counts(bench.read("A")) == (0, 10)
    assert bench.log("A")[:2] == [
        (RESET, "runningCount", "0", None),
        (RESET, "runningCount", "0", "new pins"),
    ]


def test_counts_are_set_one_by_one(bench):
    bench.save("A", totalCount=10, runningCount=3)

    bench.command("PUT", "/SetRunningCount", serialNumber="A", runningCount=0)
    bench.command("PUT", "/SetTotalCount", serialNumber="A", totalCount=4)

    assert counts(bench.read("A")) == (0, 4)
    assert bench.log("A")[:2] == [(UPDATE, "totalCount", "4", None), (UPDATE, "runningCount", "0", None)]


@pytest.mark.parametrize(("name", "kind"), [("Calibration", CALIBRATION), ("Maintenance", MAINTENANCE)])
def test_an_upkeep_sets_its_date_and_the_next_one_by_the_interval(bench, name, kind):
    saved = bench.save(
        "A", typeId=bench.save_type(**{f"{name.lower()}Interval": 1.5})["typeId"], runningCount=3
    )

    bench.command("POST", f"/{name}", serialNumber="A", dateTime="2025-03-18T10:15:00+01:00", comment="ok")

    done, due = "2025-03-18T09:15:00.000000Z", "2025-03-19T21:15:00.000000Z"
    assert {**bench.read("A"), "assetLog": saved["assetLog"]} == {
        **saved, f"last{name}Date": done, f"next{name}Date": due
    }  # fmt: skip
    assert bench.log("A")[0] == (kind, f"last{name}Date", done, "ok")


@pytest.mark.parametrize("name", ["Calibration", "Maintenance"])
@pytest.mark.parametrize("kind", ["", "/External"])
def test_an_upkeep_without_a_date_was_done_now(bench, name, kind):
    saved = bench.save("A")

    bench.command("POST", f"/{name}{kind}", serialNumber="A")

    assert bench.read("A")[f"last{name}Date"] >= saved["firstSeenDate"]
    assert bench.read("A")[f"next{name}Date"] is None


@pytest.mark.parametrize(("name", "kind"), [("Calibration", CALIBRATION), ("Maintenance", MAINTENANCE)])
def test_another_system_says_when_an_upkeep_was_done_and_is_due(bench, name, kind):
    bench.save("A", typeId=bench.save_type(**{f"{name.lower()}Interval": 30})["typeId"])
    done, due = "2025-03-18T00:00:00.000000Z", "2025-06-01T00:00:00.000000Z"

    bench.command("POST", f"/{name}/External", serialNumber="A", fromDate=done, toDate=due, comment="lab")

    assert (bench.read("A")[f"last{name}Date"], bench.read("A")[f"next{name}Date"]) == (done, due)
    assert bench.log("A")[0] == (kind, f"last{name}Date", done, "lab")


def test_an_own_calibration_is_due_by_the_interval_again(bench):
    bench.save("A", typeId=bench.save_type(calibrationInterval=30)["typeId"])
    bench.command("POST", "/Calibration/External", serialNumber="A", toDate="2099-01-01T00:00:00Z")

    bench.command("POST", "/Calibration", serialNumber="A", dateTime="2025-03-01T00:00:00Z")

    assert bench.read("A")["nextCalibrationDate"] == "2025-03-31T00:00:00.000000Z"


def test_a_new_interval_moves_the_date_of_the_next_calibration(bench):
    asset_type = bench.save_type(calibrationInterval=30)
    bench.save("A", typeId=asset_type["typeId"])
    bench.command("POST", "/Calibration", serialNumber="A", dateTime="2025-03-01T00:00:00Z")

    bench.save_type(**{**asset_type, "calibrationInterval": 1})

    assert bench.read("A")["nextCalibrationDate"] == "2025-03-02T00:00:00.000000Z"


@pytest.mark.parametrize("interval", [None, 0, -1, 1e300])
def test_a_calibration_without_an_interval_is_never_due(bench, interval):
    bench.save("A", typeId=bench.save_type(calibrationInterval=interval)["typeId"])
    bench.command("POST", "/Calibration", serialNumber="A", dateTime="1990-01-01T00:00:00Z")

    assert bench.read("A")["nextCalibrationDate"] is None
    assert bench.status("A")["alarmState"] == 0


def test_an_asset_within_its_limits_is_ok(bench):
    bench.save(
        "A", typeId=bench.save_type(runningCountLimit=10, calibrationInterval=1)["typeId"], runningCount=9
    )

    assert bench.status("A") == {"alarmState": 0, "runningCount": 9, "totalCount": 0, "message": None}


@pytest.mark.parametrize(
    ("running", "total", "level", "message"),
    [
        (79, 799, 0, None),
        (80, 799, 1, "The running count is 80 of 100."),
        (79, 800, 1, "The total count is 800 of 1000."),
        (119, 0, 1, "The running count is 119 of 100."),
        (120, 0, 2, "The running count is 120 of 100."),
        (80, 1200, 2, "The running count is 80 of 100. The total count is 1200 of 1000."),
    ],
)
def test_counts_raise_the_alarm_by_the_thresholds(bench, running, total, level, message):
    asset_type = bench.save_type(
        runningCountLimit=100, totalCountLimit=1000, warningThreshold=80, alarmThreshold=120
    )
    bench.save("A", typeId=asset_type["typeId"], runningCount=running, totalCount=total)

    assert bench.status("A") == {
        "alarmState": level, "runningCount": running, "totalCount": total, "message": message
    }  # fmt: skip


def test_without_thresholds_the_limit_itself_is_the_alarm(bench):
    asset_type = bench.save_type(runningCountLimit=100)
    bench.save("A", typeId=asset_type["typeId"], runningCount=99)
    bench.save("B", typeId=asset_type["typeId"], runningCount=100)

    assert [bench.status(name)["alarmState"] for name in "AB"] == [0, 2]


@pytest.mark.parametrize("name", ["Calibration", "Maintenance"])
@pytest.mark.parametrize(
    ("days", "level", "message"),
    [
        (7.9, 0, None),
        (8.1, 1, "is due in 1.9 days."),
        (12.5, 2, "is 2.5 days overdue."),
    ],
)
def test_days_since_an_upkeep_raise_the_alarm(bench, name, days, level, message):
    asset_type = bench.save_type(**{f"{name.lower()}Interval": 10}, warningThreshold=80, alarmThreshold=100)
    bench.save("A", typeId=asset_type["typeId"])

    bench.command("POST", f"/{name}", serialNumber="A", dateTime=days_ago(days))

    expected = message and f"{name} {message}"
    assert (bench.status("A")["alarmState"], bench.status("A")["message"]) == (level, expected)


def test_a_date_from_another_system_raises_the_alarm_without_an_interval(bench):
    bench.save("A")
    bench.command(
        "POST", "/Calibration/External", serialNumber="A", fromDate=days_ago(9), toDate=days_ago(-1)
    )
    assert bench.status("A")["alarmState"] == 0

    bench.command("POST", "/Calibration/External", serialNumber="A", fromDate=days_ago(9), toDate=days_ago(1))
    assert bench.status("A") == {
        "alarmState": 2, "runningCount": 0, "totalCount": 0, "message": "Calibration is 1.0 days overdue."
    }  # fmt: skip


def test_a_due_date_without_a_last_date_is_kept_or_missed(bench):
    bench.save("A", nextCalibrationDate=days_ago(-1))
    bench.save("B", nextCalibrationDate=days_ago(1))

    assert [bench.status(name)["alarmState"] for name in "AB"] == [0, 2]
