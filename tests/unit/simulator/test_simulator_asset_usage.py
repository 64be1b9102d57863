from __future__ import annotations

import uuid

import pytest

from tests.unit.simulator.bench import UPDATE, Bench, counts, days_ago


@pytest.fixture
def bench(client):
    return Bench(client)


def test_a_report_counts_the_uses_of_its_assets(bench, uut, submit):
    bench.save("A", totalCount=10, runningCount=1)
    bench.save("B")
    report_id = str(uuid.uuid4())

    submit(
        uut(
            id=report_id.upper(),
            assets=[
                {"assetSN": "A", "usageCount": 2},
                {"assetSN": "B", "usageCount": 1},
                {"assetSN": "A", "usageCount": 3},
            ],
        )
    )

    assert counts(bench.read("A")) == (6, 15)
    assert counts(bench.read("B")) == (1, 1)
    assert bench.log("A")[0] == (UPDATE, "totalCount", "15", f"Report {report_id}")


def test_a_repair_report_counts_too(bench, uur, submit):
    bench.save("A")

    submit(uur(assets=[{"assetSN": "A", "usageCount": 2}]))

    assert counts(bench.read("A")) == (2, 2)


def test_a_report_that_is_sent_again_counts_once(bench, uut, submit):
    bench.save("A")
    bench.save("B")
    report = uut(assets=[{"assetSN": "A", "usageCount": 2}])

    submit(report, {**report, "id": report["id"].upper()})
    submit({**report, "assets": [*report["assets"], {"assetSN": "B", "usageCount": 1}]})

    assert counts(bench.read("A")) == (2, 2)
    assert counts(bench.read("B")) == (1, 1)


@pytest.mark.parametrize(
    ("usage", "total"), [(0, 2**31 - 3), (-5, 2**31 - 3), (2, 2**31 - 1), (2**31 - 1, 2**31 - 1)]
)
def test_a_report_is_not_refused_for_the_sake_of_a_counter(bench, uut, submit, usage, total):
    bench.save("A", totalCount=2**31 - 3)

    submit(uut(assets=[{"assetSN": "A", "usageCount": usage}]))

    assert bench.read("A")["totalCount"] == total


def test_a_refused_report_counts_nothing(bench, client, uut):
    bench.save("A")

    answer = client.post("/api/Report/WSJF", json=uut(assets=[{"assetSN": "A", "usageCount": 1}], result="?"))

    assert answer.status_code == 400
    assert counts(bench.read("A")) == (0, 0)


def test_a_report_header_shows_the_counters_when_it_was_processed(bench, uut, submit, headers):
    asset_type = bench.save_type(runningCountLimit=5, totalCountLimit=100, calibrationInterval=10)
    bench.save("A", typeId=asset_type["typeId"], totalCount=10, runningCount=4)
    bench.command("POST", "/Calibration", serialNumber="A", dateTime=days_ago(12))

    submit(uut(assets=[{"assetSN": "A", "usageCount": 3}, {"assetSN": "X", "usageCount": 1}]))
    bench.command("PUT", "/Count", serialNumber="A", incrementBy=50)

    (row,) = headers(expand="assets")
    known, unknown = row["assets"]
    assert known == {
        "serialNumber": "A",
        "runningCount": 7,
        "runningCountExceeded": 2,
        "totalCount": 13,
        "totalCountExceeded": 0,
        "daysSinceMaintenance": None,
        "maintenanceDaysOverdue": None,
        "daysSinceCalibration": pytest.approx(12, abs=0.01),
        "calibrationDaysOverdue": pytest.approx(2, abs=0.01),
    }
    assert {value for name, value in unknown.items() if name != "serialNumber"} == {None}


def test_a_report_that_is_read_holds_the_counters_of_its_assets(bench, client, uut, submit):
    bench.save("A", lastMaintenanceDate=days_ago(3))
    report = uut(assets=[{"assetSN": "A", "usageCount": 3}], assetStats=[{"assetSN": "A", "totalCount": 99}])

    submit(report)

    stored = client.get(f"/api/Report/Wsjf/{report['id']}").json()
    (stats,) = stored.pop("assetStats")
    del report["assetStats"]
    assert stored == report
    assert stats == {
        "assetSN": "A",
        "runningCount": 3,
        "runningCountExceeded": None,
        "totalCount": 3,
        "totalCountExceeded": None,
        "daysSinceCalibration": None,
        "isDaysSinceCalibrationUnknown": True,
        "calibrationDaysOverdue": None,
        "daysSinceMaintenance": pytest.approx(3, abs=0.01),
        "isDaysSinceMaintenanceUnknown": False,
        "maintenanceDaysOverdue": None,
        "message": None,
    }


@pytest.mark.parametrize("assets", [None, [], [{"assetSN": "X", "usageCount": 1}]])
def test_a_report_without_known_assets_is_kept_as_it_was_sent(client, uut, submit, assets):
    report = uut(assets=assets)

    submit(report)

    assert client.get(f"/api/Report/Wsjf/{report['id']}").json() == report


def test_counters_that_a_sender_makes_up_are_not_kept(client, uut, submit):
    report = uut(assetStats=[{"assetSN": "X", "totalCount": 99}])

    submit(report)

    assert "assetStats" not in client.get(f"/api/Report/Wsjf/{report['id']}").json()
