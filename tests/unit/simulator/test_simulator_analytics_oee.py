from __future__ import annotations

import pytest

ALWAYS = "24,24,24,24,24,24,24"
# A Saturday and a Sunday.
WEEKEND = {"dateFrom": "2025-03-15T00:00:00Z", "dateTo": "2025-03-17T00:00:00Z"}


@pytest.fixture
def tested(submit, uut):
    """Submits a test from its result and its execution time in seconds."""

    def tested(serial_number, result, seconds, *, start="2025-03-15T08:00:00Z", **changes):
        header = {"user": "a", "execTime": seconds}
        submit(uut(sn=serial_number, result=result, start=start, uut=header, **changes))

    return tested


@pytest.fixture
def oee(statistics):
    def oee(members=WEEKEND, **params):
        return statistics("OeeAnalysis", members, **{"availableTime": ALWAYS, **params})

    return oee


def test_every_figure_is_right(tested, oee):
    tested("1", "F", 3600)
    tested("1", "P", 1800, start="2025-03-15T10:00:00Z")
    tested("2", "P", 3600, start="2025-03-16T10:00:00Z")
    tested("3", "F", 1800, start="2025-03-16T11:00:00Z")
    tested("0", "P", 9999, start="2025-03-14T23:59:59Z")

    figures = oee(availableTime="0,0,0,0,0,8,4.5", targetOutput=8)

    assert figures == {
        "availability": pytest.approx(100 * 180 / 750),
        "performance": pytest.approx(100 * (750 / 16) / 60),
        "quality": pytest.approx(200 / 3),
        "oee": pytest.approx(100 * 2 / 16),
        "totalTime": 2880.0,
        "runTime": 180.0,
        "downTime": 570.0,
        "plannedProductionTime": 750.0,
        "totalCount": 3,
        "goodCount": 2,
        "rejectCount": 1,
        "idealCycleTime": 750 / 16,
        "actualCycleTime": 60.0,
        "period": "2025-03-15T00:00:00Z/2025-03-17T00:00:00Z",
        "partNumber": "CTRL-7",
        "stationName": "FCT-3",
    }


def test_without_a_target_the_actual_cycle_is_the_ideal_one(tested, oee):
    tested("1", "P", 3600)

    figures = oee()

    assert figures["performance"] == 100.0
    assert figures["oee"] == figures["availability"] == pytest.approx(100 / 48)


def test_each_station_is_planned(tested, oee):
    tested("1", "P", 60, machineName="A", pn="X")
    tested("2", "P", 60, machineName="B")

    figures = oee(targetOutput=1)

    assert figures["plannedProductionTime"] == figures["totalTime"] == 2 * 2880
    assert figures["idealCycleTime"] == 1440
    assert figures["stationName"] is figures["partNumber"] is None


def test_a_part_of_a_day_counts_in_part(tested, oee):
    tested("1", "P", 60)
    members = {"dateFrom": "2025-03-15T06:00:00Z", "dateTo": "2025-03-15T18:00:00Z"}

    assert oee(members)["plannedProductionTime"] == 720.0


def test_rates_end_at_100_percent(tested, oee):
    tested("1", "P", 7200)

    figures = oee(availableTime="0,0,0,0,0,1,0")

    assert (figures["availability"], figures["downTime"]) == (100.0, 0.0)


def test_there_are_no_rates_of_nothing(tested, oee):
    tested("1", "P", None)

    figures = oee(availableTime="0,0,0,0,0,0,0", targetOutput=10)

    assert (figures["availability"], figures["performance"], figures["quality"]) == (None, None, 100.0)
    assert (figures["oee"], figures["runTime"], figures["idealCycleTime"]) == (None, 0.0, 0.0)


def test_a_span_that_ends_as_it_begins_has_no_ideal(tested, oee):
    tested("1", "P", 60)
    moment = "2025-03-15T08:00:00Z"

    figures = oee({"dateFrom": moment, "dateTo": moment}, targetOutput=10)

    assert (figures["plannedProductionTime"], figures["idealCycleTime"], figures["totalTime"]) == (
        0.0,
        0.0,
        0.0,
    )


def test_without_a_begin_the_time_begins_with_the_first_report(tested, oee):
    tested("1", "P", 60, start="2025-03-16T00:00:00Z")
    tested("2", "P", 60, start="2025-03-16T12:00:00Z")

    assert oee({"dateTo": "2025-03-17T00:00:00Z"})["totalTime"] == 1440.0


def test_the_time_is_never_more_than_a_century(tested, oee):
    tested("1", "P", 60, start="1000-01-01T00:00:00Z")

    assert oee({"dateTo": "2025-03-17T00:00:00Z"})["totalTime"] == 36_525 * 1440.0


@pytest.mark.parametrize(
    ("begin", "end"),
    [("9999-12-30T00:00:00Z", "9999-12-31T12:00:00Z"), ("0001-01-01T00:00:00Z", "0001-01-02T12:00:00Z")],
)
def test_the_time_may_reach_to_its_ends(tested, oee, begin, end):
    tested("1", "P", 60, start=begin)

    figures = oee({"dateFrom": begin, "dateTo": end})

    assert figures["plannedProductionTime"] == 1.5 * 1440
    assert figures["period"] == f"{begin}/{end}"


def test_execution_times_can_be_limited(tested, oee):
    for serial_number, seconds in (("1", 10), ("2", 20), ("3", 30), ("4", None)):
        tested(serial_number, "P", seconds)

    assert oee()["totalCount"] == 4
    assert oee(minExecutionTime=20)["totalCount"] == 2
    assert oee(maxExecutionTime=20)["totalCount"] == 2
    assert (
        oee(minExecutionTime=20, maxExecutionTime=20, minConnectionTime=1, maxConnectionTime=1)["totalCount"]
        == 1
    )


def test_the_filter_selects_what_it_is_documented_to_select(tested, oee):
    tested("1", "P", 60, pn="A", machineName="M1")
    tested("2", "F", 60, pn="B", machineName="M2")

    assert oee({**WEEKEND, "partNumber": "A"})["totalCount"] == 1
    assert oee({**WEEKEND, "stationName": "M?", "status": "Failed"})["partNumber"] == "B"
    assert oee({**WEEKEND, "serialNumber": "none", "periodCount": 1})["totalCount"] == 2


def test_without_reports_there_is_no_answer(client):
    answer = client.post("/api/App/OeeAnalysis", json=WEEKEND, params={"availableTime": ALWAYS})

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "params",
    [
        {"availableTime": None},
        {"availableTime": ""},
        {"availableTime": "24"},
        {"availableTime": "24;24;24;24;24;24;24"},
        {"availableTime": "25,24,24,24,24,24,24"},
        {"availableTime": "-1,24,24,24,24,24,24"},
        {"availableTime": "nan,24,24,24,24,24,24"},
        {"targetOutput": "x"},
        {"targetOutput": -1},
        {"minExecutionTime": "1.5"},
        {"maxExecutionTime": "x"},
        {"minConnectionTime": "x"},
        {"maxConnectionTime": "x"},
    ],
)
def test_wrong_parameters_are_refused(client, params):
    sent = {name: value for name, value in {"availableTime": ALWAYS, **params}.items() if value is not None}
    answer = client.post("/api/App/OeeAnalysis", json=WEEKEND, params=sent)

    assert answer.status_code == 400
    assert answer.json()["message"]
