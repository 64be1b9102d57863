from __future__ import annotations

import statistics as exact
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pywats.simulator.capability import described

ASKED = {"partNumber": "CTRL-7", "testOperation": "End of line test", "dateFrom": "2025-01-01T00:00:00Z"}


def numeric(value, status="P", **more):
    return {"compOp": "GELE", "lowLimit": 0.0, "highLimit": 10.0, "status": status, "value": value, **more}


def sequence(name, *steps, status="P", **more):
    call = {"path": "s.seq", "name": name, "version": None}
    return {"group": "M", "stepType": "SequenceCall", "name": name, "status": status, "seqCall": call,
            "steps": list(steps), **more}  # fmt: skip


@pytest.fixture
def tested(submit, uut):
    """Submits tests of one unit each, the first one first."""

    def tested(*trees, **changes):
        for number, steps in enumerate(trees):
            result = "F" if any(step["status"] == "F" for step in steps) else "P"
            start = f"2025-03-18T08:{number:02}:00Z"
            submit(uut(**{"sn": f"SN-{number}", "result": result, "start": start, "steps": steps, **changes}))

    return tested


@pytest.fixture
def failed(statistics):
    """Asks for the steps that failed most in all years."""

    def failed(**members):
        return statistics(
            "TopFailed",
            {"periodCount": 100, "dateGrouping": 5, "includeCurrentPeriod": True, **members},
        )

    return failed


@pytest.fixture
def analysis(statistics):
    def analysis(**members):
        return statistics("TestStepAnalysis", {**ASKED, **members})

    return analysis


def test_the_steps_that_failed_most_come_first_with_their_counts(tested, step, failed):
    bad, good = step("Voltage", status="F"), step("Voltage")
    tested(
        [step("Boot"), bad],
        [step("Boot", status="F"), good],
        [step("Boot"), bad],
        [step("Boot"), step("Voltage", status="S")],
    )

    assert failed() == [
        {
            "stepName": "Voltage",
            "stepPath": "Main¶Voltage",
            "stepType": "ET_NLT",
            "stepGroup": "Main",
            "partNumber": "CTRL-7",
            "revision": "B",
            "productGroup": None,
            "failCount": 2,
            "totalCount": 3,
            "failRate": pytest.approx(200 / 3),
            "firstFailDate": "2025-03-18T08:00:00Z",
            "lastFailDate": "2025-03-18T08:02:00Z",
        },
        {
            "stepName": "Boot",
            "stepPath": "Main¶Boot",
            "stepType": "ET_NLT",
            "stepGroup": "Main",
            "partNumber": "CTRL-7",
            "revision": "B",
            "productGroup": None,
            "failCount": 1,
            "totalCount": 4,
            "failRate": 25.0,
            "firstFailDate": "2025-03-18T08:01:00Z",
            "lastFailDate": "2025-03-18T08:01:00Z",
        },
    ]
    assert len(failed(topCount=1)) == 1


def test_a_sequence_that_failed_by_a_step_in_it_is_not_counted(tested, step, failed):
    tested(
        [sequence("Power", step("Voltage", status="F"), status="F"), sequence("Empty", status="F")],
        [sequence("Power", step("Voltage", status="E"), status="F")],
    )

    assert [(row["stepPath"], row["failCount"], row["totalCount"]) for row in failed()] == [
        ("Main¶Empty", 1, 1),
        ("Main¶Power", 1, 2),
        ("Main¶Power¶Voltage", 1, 2),
    ]


def test_errors_and_terminations_are_no_failures(tested, step, failed):
    tested([step("Boot", status="E"), step("Voltage", status="T")])

    assert failed() == []


def test_in_a_loop_the_iterations_count(tested, step, failed):
    totals = step(
        "Ping", status="F", loop={"idx": None, "num": 3, "endingIndex": 2, "passed": 1, "failed": 2}
    )
    alone = step("Pong", status="F", loop={"idx": None, "num": 2, "endingIndex": 1, "passed": 1, "failed": 1})
    turns = [step("Ping", status=status, loop={"idx": index}) for index, status in enumerate("FPF")]
    tested([totals, *turns, alone])

    assert [(row["stepName"], row["failCount"], row["totalCount"]) for row in failed()] == [
        ("Ping", 2, 3),
        ("Pong", 1, 1),
    ]


def test_products_have_rows_of_their_own_and_the_revision_that_is_common(client, tested, step, failed):
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "A"}
    )
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Power modules", "partNumber": "A"}
    )
    bad = [step("Boot", status="F")]
    tested(bad, pn="A", sn="1", rev="1")
    tested(bad, pn="A", sn="2", rev="2")
    tested(bad, pn="B", sn="3", rev="1")

    assert [
        (row["partNumber"], row["revision"], row["productGroup"], row["failCount"]) for row in failed()
    ] == [
        ("A", None, "Control boards;Power modules", 2),
        ("B", "1", None, 1),
    ]


def test_top_failed_honours_its_filter_and_passes_over_the_rest(client, tested, step, failed):
    bad = [step("Boot", status="F")]
    tested(bad, bad, pn="A", processCode=10, location="Hall 1", sn="1")
    tested(bad, pn="B", location="Hall 2", sn="2")
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "A"}
    )

    def count(**members):
        return sum(row["failCount"] for row in failed(**members))

    assert count(partNumber="A") == 2
    assert count(testOperation="In-circuit test") == count(testOperation="10") == 2
    assert count(level="Hall 2") == 1
    assert count(productGroup="Control boards") == 2
    assert count(**{"yield": 1}) == 2
    assert count(**{"yield": 2}) == 1
    assert count(stationName="none", run=3, status="Passed") == 3


def test_top_failed_by_query_takes_the_days_the_ids_and_the_count(client, tested, step):
    long_ago = (datetime.now(UTC) - timedelta(days=10)).isoformat()
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "A"}
    )
    tested(
        [step("Boot", status="F"), step("Voltage", status="F")], pn="A", start=datetime.now(UTC).isoformat()
    )
    tested([step("Boot", status="F")], pn="A", sn="2", start=long_ago)
    tested([step("Boot", status="F")], pn="B", sn="3", start=long_ago)

    def failures(**params):
        asked = {"partNumber": "A", "processCode": "100", "productGroupId": "", "levelId": "", "days": 30,
                 "count": 10, **params}  # fmt: skip
        return [
            (row["stepName"], row["failCount"])
            for row in client.get("/api/App/TopFailed", params=asked).json()
        ]

    assert failures() == [("Boot", 2), ("Voltage", 1)]
    assert failures(count=1) == [("Boot", 2)]
    assert failures(days=5) == [("Boot", 1), ("Voltage", 1)]
    assert failures(partNumber="B") == [("Boot", 1)]
    assert failures(productGroupId="1", levelId="1") == [("Boot", 2), ("Voltage", 1)]
    assert failures(productGroupId="2") == failures(processCode="10") == failures(levelId="9") == []


@pytest.mark.parametrize("name", ["partNumber", "processCode", "productGroupId", "levelId", "days", "count"])
def test_top_failed_by_query_needs_all_its_parameters(client, name):
    params = {
        "partNumber": "A",
        "processCode": "10",
        "productGroupId": "1",
        "levelId": "1",
        "days": 1,
        "count": 1,
    }
    assert client.get("/api/App/TopFailed", params=params).status_code == 200
    del params[name]

    answer = client.get("/api/App/TopFailed", params=params)

    assert answer.status_code == 400
    assert name in answer.json()["message"]


def test_the_statistics_of_a_step_with_a_measurement_are_right(tested, step, analysis):
    values = [(4.0, "P"), (6.0, "P"), (5.0, "P"), (12.0, "F")]
    tested(
        *(
            [step("Voltage", status=status, totTime=time, numericMeas=[numeric(value, status)])]
            for time, (value, status) in enumerate(values)
        ),
        [step("Voltage", status="S", totTime=99, numericMeas=[numeric(1000)])],
    )
    good = [4.0, 6.0, 5.0]
    every = [*good, 12.0]

    root, row = analysis()

    assert (root["stepName"], root["stepCount"], root["measureCount"], root["min"]) == ("Main", 5, 0, None)
    assert row == {
        "stepName": "Voltage",
        "stepPath": "Main¶Voltage",
        "stepType": "ET_NLT",
        "stepGroup": "Main",
        "stepCount": 5,
        "stepPassedCount": 3,
        "stepDoneCount": 0,
        "stepSkippedCount": 1,
        "stepFailedCount": 1,
        "stepErrorCount": 0,
        "stepTerminatedCount": 0,
        "stepOtherCount": 0,
        "stepFailedErrorTerminatedCount": 1,
        "stepCausedUutFailedErrorTerminated": 0,
        "stepCausedUutFailed": 0,
        "stepCausedUutError": 0,
        "stepCausedUutTerminated": 0,
        "stepTimeAvg": 1.5,
        "stepTimeMin": 0.0,
        "stepTimeMax": 3.0,
        "measureName": None,
        "compOperator": "GELE",
        **by_hand(every, ""),
        **by_hand(good, "Wof"),
    }


def by_hand(values, suffix):
    mean, deviation = exact.mean(values), exact.stdev(values)
    lower, upper = mean / 3 / deviation, (10 - mean) / 3 / deviation
    figures = {
        "limit1": 0.0,
        "limit2": 10.0,
        "measureCount": len(values),
        "min": min(values),
        "max": max(values),
        "avg": mean,
        "stdev": deviation,
        "var": deviation**2,
        "cp": 10 / 6 / deviation,
        "cpk": min(lower, upper),
        "cpLower": lower,
        "cpUpper": upper,
        "sigmaHigh3": mean + 3 * deviation,
        "sigmaLow3": mean - 3 * deviation,
    }
    return {f"{name}{suffix}": pytest.approx(value) for name, value in figures.items()}


def test_every_status_of_a_step_is_counted(submit, uut, step, analysis):
    for number, status in enumerate("PDSFETU"):
        submit(uut(sn=str(number), steps=[step("Boot", status=status)]))

    row = analysis()[1]

    counts = ("Passed", "Done", "Skipped", "Failed", "Error", "Terminated", "Other")
    assert [row[f"step{name}Count"] for name in counts] == [1] * 7
    assert (row["stepCount"], row["stepFailedErrorTerminatedCount"]) == (7, 3)


def test_the_first_step_that_is_marked_caused_the_result(submit, uut, step, analysis):
    marked = {"causedUUTFailure": True}
    for number, result in enumerate("FEETP"):
        steps = [step("Boot"), step("Voltage", status="F", **marked), step("Current", status="F", **marked)]
        submit(uut(sn=str(number), result=result, steps=steps))

    rows = {row["stepName"]: row for row in analysis()}

    causes = ["FailedErrorTerminated", "Failed", "Error", "Terminated"]
    assert [rows["Voltage"][f"stepCausedUut{name}"] for name in causes] == [4, 1, 2, 1]
    assert [rows["Current"][f"stepCausedUut{name}"] for name in causes] == [0, 0, 0, 0]


def test_each_of_several_measurements_has_a_row_with_the_counts_of_the_step(tested, step, analysis):
    several = step(
        "Rails",
        stepType="ET_MNLT",
        numericMeas=[
            numeric(3.3, name="3V3"),
            numeric(5.1, name="5V", compOp="LT", highLimit=None, lowLimit=5.5),
            numeric(1.0, "S", name="1V"),
        ],
    )
    texts = step("Label", stringMeas=[{"compOp": "IGNORECASE", "status": "P", "value": "a", "limit": "A"}])
    flags = step("Leds", booleanMeas=[{"name": name, "status": status} for name, status in ("gP", "rF")])
    tested([several, texts, flags])

    rows = [
        (row["stepName"], row["stepCount"], row["measureName"], row["measureCount"], row["measureCountWof"],
         row["compOperator"], row["limit1"], row["avg"])
        for row in analysis()
    ][1:]  # fmt: skip

    assert rows == [
        ("Rails", 1, "3V3", 1, 1, "GELE", 0.0, 3.3),
        ("Rails", 1, "5V", 1, 1, "LT", 5.5, 5.1),
        ("Label", 1, None, 1, 1, "IGNORECASE", None, None),
        ("Leds", 1, "g", 1, 1, None, None, None),
        ("Leds", 1, "r", 1, 0, None, None, None),
    ]


def test_limits_are_those_of_the_newest_reading(tested, step, analysis):
    tested(
        [step("Voltage", numericMeas=[numeric(4.0)])],
        [step("Voltage", status="F", numericMeas=[numeric(7.0, "F", highLimit=6.0)])],
    )

    row = analysis()[1]

    assert (row["limit2"], row["limit2Wof"]) == (6.0, 10.0)


def test_what_is_no_number_is_in_no_figure(tested, step, analysis):
    values = [5.0, "NaN", "Infinity", "-Infinity", 10**400]
    tested(*([step("Voltage", totTime="NaN", numericMeas=[numeric(value)])] for value in values))

    row = analysis()[1]

    assert (row["stepCount"], row["measureCount"], row["min"], row["max"]) == (5, 1, 5.0, 5.0)
    assert (row["stdev"], row["cpk"], row["stepTimeAvg"]) == (None, None, None)


def test_step_analysis_is_about_first_runs_of_the_last_30_days_unless_told_otherwise(
    submit, uut, step, statistics
):
    recent = {"partNumber": "CTRL-7", "testOperation": "100"}
    now = datetime.now(UTC)
    for days in (31, 2, 1):
        submit(uut(sn="A", start=(now - timedelta(days=days)).isoformat(), steps=[step("Boot")]))
    submit(uut(sn="B", start=now.isoformat(), steps=[step("Boot")]))

    def count(**members):
        rows = statistics("TestStepAnalysis", {**recent, **members})
        return rows[1]["stepCount"] if rows else 0

    assert count() == 1
    assert count(run=2) == 1
    assert count(run=-1) == 2
    assert count(run=-2) == 3
    assert count(run=-2, dateFrom="2020-01-01T00:00:00Z") == 4
    assert count(run=-2, maxCount=2) == 2
    assert count(run=-2, MAXCOUNT=1) == 1
    assert count(serialNumber="C") == 0


def test_step_analysis_has_limits_on_the_rows(tested, step, analysis):
    tested([step("Boot"), step("Voltage")], [step("Boot")])

    assert [row["stepName"] for row in analysis(minCount=2)] == ["Main", "Boot"]
    assert [row["stepName"] for row in analysis(topCount=1)] == ["Main"]


@pytest.mark.parametrize("operation", ["TestStepAnalysis", "Measurements", "AggregatedMeasurements"])
@pytest.mark.parametrize("name", ["partNumber", "testOperation"])
def test_part_number_and_operation_are_required(client, operation, name):
    for value in (None, ""):
        answer = client.post(f"/api/App/{operation}", json={**ASKED, name: value})
        assert answer.status_code == 400
        assert name in answer.json()["message"]


@pytest.mark.parametrize(
    ("operator", "low", "high", "margins"),
    [
        ("GELE", 0, 10, ("cp", "cpk", "cpLower", "cpUpper")),
        ("gtlt", 0, 10, ("cp", "cpk", "cpLower", "cpUpper")),
        ("GE", 0, None, ("cpk", "cpLower")),
        ("GT", 0, None, ("cpk", "cpLower")),
        ("LE", 10, None, ("cpk", "cpUpper")),
        ("LT", 10, None, ("cpk", "cpUpper")),
        ("EQ", 5, None, ()),
        ("NE", 5, None, ()),
        ("LOG", None, None, ()),
        ("LTGT", 0, 10, ()),
        ("GELE", "-Infinity", 10, ("cpk", "cpUpper")),
    ],
)
def test_capability_is_against_the_limits_that_the_operator_sets(operator, low, high, margins):
    figures = described([4.0, 5.0, 6.0], {"compOp": operator, "lowLimit": low, "highLimit": high})

    assert [name for name in ("cp", "cpk", "cpLower", "cpUpper") if figures[name] is not None] == list(
        margins
    )


def test_without_spread_there_is_no_capability():
    figures = described([5.0, 5.0], numeric(5.0))

    assert (figures["stdev"], figures["cp"], figures["cpk"]) == (0.0, None, None)
    assert figures["sigmaLow3"] == figures["sigmaHigh3"] == 5.0


def test_numbers_whose_sum_is_too_large_have_no_mean():
    figures = described([1e308, 1e308], {})

    assert (figures["max"], figures["avg"], figures["stdev"]) == (1e308, None, None)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_mean_and_deviation_are_exact_to_the_last_digits(values):
    figures = described(values, {})

    assert figures["avg"] == pytest.approx(exact.mean(values), rel=1e-9, abs=1e-9)
    assert figures["stdev"] == pytest.approx(exact.stdev(values), rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5), st.floats(allow_nan=False))
def test_figures_of_any_numbers_can_be_written_as_json(values, limit):
    assume(abs(limit) != float("inf"))
    figures = described(values, {"compOp": "GELE", "lowLimit": -limit, "highLimit": limit})

    assert all(value is None or abs(value) < float("inf") for value in figures.values())


@pytest.fixture
def measured(statistics):
    """Asks for measurements: the values by path."""

    def measured(paths=None, **members):
        params = {} if paths is None else {"measurementPaths": paths}
        groups = statistics("Measurements", {**ASKED, **members}, **params)
        return {group["measurementPath"]: [row["value"] for row in group["measurements"]] for group in groups}

    return measured


def test_a_reading_tells_where_it_comes_from(submit, uut, step, statistics):
    report = uut(
        result="F",
        steps=[
            step(
                "Voltage",
                status="F",
                numericMeas=[numeric(11, "F", unit="V", lowLimit=1, highLimit="Infinity")],
            )
        ],
    )
    submit(report)

    assert statistics("Measurements", ASKED) == [
        {
            "measurementPath": "Main¶Voltage",
            "measurements": [
                {
                    "id": report["id"],
                    "serialNumber": "SN-1",
                    "partNumber": "CTRL-7",
                    "revision": "B",
                    "stepName": "Voltage",
                    "stepPath": "Main¶Voltage",
                    "value": 11.0,
                    "limit1": 1.0,
                    "limit2": None,
                    "unit": "V",
                    "status": "Failed",
                    "startUtc": "2025-03-18T08:15:00Z",
                }
            ],
        }
    ]


def test_paths_name_steps_and_measurements(tested, step, measured):
    several = [numeric(3.3, name="3V3"), numeric(5.0, name="5V")]
    tested(
        [
            sequence(
                "Power",
                step("Rails", numericMeas=several),
                step("Ripple", numericMeas=[numeric(1, name="R")]),
            ),
            step("Voltage", numericMeas=[numeric(2)]),
            step("Label", stringMeas=[{"compOp": "LOG", "status": "P", "value": "x"}]),
        ]
    )

    assert measured() == {
        "Main¶Power¶Rails¶¶3V3": [3.3],
        "Main¶Power¶Rails¶¶5V": [5.0],
        "Main¶Power¶Ripple": [1.0],
        "Main¶Voltage": [2.0],
    }
    assert measured("Main¶Voltage;Main¶Power¶Rails¶¶5V;") == {
        "Main¶Voltage": [2.0],
        "Main¶Power¶Rails¶¶5V": [5.0],
    }
    assert measured("Main¶Power¶Ripple¶¶R;Main¶Power¶Ripple") == {
        "Main¶Power¶Ripple¶¶R": [1.0],
        "Main¶Power¶Ripple": [1.0],
    }
    assert measured("Main¶Power¶Rails;Main¶Nothing;Main¶Label") == {
        "Main¶Power¶Rails": [],
        "Main¶Nothing": [],
        "Main¶Label": [],
    }


@pytest.mark.parametrize(
    "paths", ["¶Main", "Main¶", "Main¶¶", "¶¶Output", "Main¶¶A¶B", "Main¶¶A¶¶B", ";", "Main¶¶¶A"]
)
@pytest.mark.parametrize("operation", ["Measurements", "AggregatedMeasurements"])
def test_a_wrong_path_is_refused(client, operation, paths):
    answer = client.post(f"/api/App/{operation}", json=ASKED, params={"measurementPaths": paths})

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_names_and_units_that_are_no_texts_are_none(tested, step, statistics):
    odd = step("Rails", numericMeas=[numeric(1, name={"a": 1}, unit=7), numeric(2, name=[], unit="")])
    tested([odd])

    (group,) = statistics("Measurements", ASKED)

    assert group["measurementPath"] == "Main¶Rails"
    assert [(row["value"], row["unit"]) for row in group["measurements"]] == [(1.0, None), (2.0, None)]
    assert [row["measureCount"] for row in statistics("TestStepAnalysis", ASKED)] == [0, 2]


def test_readings_come_newest_first_and_within_limits(tested, step, measured):
    tested(
        *(
            [step("A", numericMeas=[numeric(value)]), step("B", numericMeas=[numeric(-value)])]
            for value in range(3)
        )
    )

    assert measured() == {"Main¶A": [2.0, 1.0, 0.0], "Main¶B": [-2.0, -1.0, 0.0]}
    assert measured(maxCount=3) == {"Main¶A": [2.0, 1.0], "Main¶B": [-2.0]}
    assert measured("Main¶B", maxCount=2) == {"Main¶B": [-2.0, -1.0]}
    assert measured(maxCount=3, minCount=2) == {"Main¶A": [2.0, 1.0]}
    assert measured(topCount=1) == {"Main¶A": [2.0, 1.0, 0.0]}
    assert measured(serialNumber="SN-1") == {"Main¶A": [1.0], "Main¶B": [-1.0]}


def test_no_more_than_10000_readings_come(submit, uut, step, measured):
    submit(uut(steps=[step(f"S{number}", numericMeas=[numeric(number)]) for number in range(10_001)]))

    assert sum(map(len, measured().values())) == 10_000
    assert sum(map(len, measured(maxCount=20_000).values())) == 10_000
    assert measured("Main¶S10000") == {"Main¶S10000": [10_000.0]}


def test_a_reading_that_is_no_number_is_null_and_a_skipped_one_is_none(tested, step, measured):
    tested(
        [step("A", numericMeas=[numeric("NaN")]), step("B", numericMeas=[numeric(1)], status="S")],
        [step("B", stepType="ET_MNLT", numericMeas=[numeric(1, "S", name="x"), numeric(2, name="y")])],
    )

    assert measured() == {"Main¶B¶¶y": [2.0], "Main¶A": [None]}


def test_measurements_are_of_all_runs_unless_told_otherwise(submit, uut, step, measured):
    for minute in range(3):
        submit(uut(start=f"2025-03-18T08:0{minute}:00Z", steps=[step("A", numericMeas=[numeric(minute)])]))

    assert measured() == {"Main¶A": [2.0, 1.0, 0.0]}
    assert measured(run=1) == {"Main¶A": [0.0]}
    assert measured(run=-1) == {"Main¶A": [2.0]}


def test_the_figures_of_readings_are_right_for_each_product(tested, step, statistics):
    def voltages(part_number, *values, **more):
        trees = [[step("Voltage", numericMeas=[numeric(value, unit="V")])] for value in values]
        tested(*trees, pn=part_number, **more)

    voltages("A1", 4.0, 6.0, 5.0)
    voltages("A2", 7.0, rev="1")
    voltages("A2", 9.0, rev="2")
    members = {**ASKED, "partNumber": "A*"}

    (group,) = statistics("AggregatedMeasurements", members, measurementPaths="Main¶Voltage")

    second, first = sorted(group["measurements"], key=lambda row: row["count"])
    expected = {name: value for name, value in by_hand([4.0, 6.0, 5.0], "").items() if "sigma" not in name}
    assert first == {
        "stepName": "Voltage",
        "stepPath": "Main¶Voltage",
        "partNumber": "A1",
        "revision": "B",
        "count": expected.pop("measureCount"),
        "unit": "V",
        **expected,
    }
    assert (second["partNumber"], second["revision"], second["count"], second["avg"]) == ("A2", None, 2, 8.0)


def test_a_path_without_readings_has_no_figures(statistics):
    assert statistics("AggregatedMeasurements", ASKED, measurementPaths="Main¶Voltage") == [
        {"measurementPath": "Main¶Voltage", "measurements": []}
    ]


@pytest.mark.parametrize("operation", ["Measurements", "AggregatedMeasurements"])
def test_an_empty_filter_means_the_ten_steps_that_failed_most_in_the_last_seven_days(
    submit, uut, step, statistics, operation
):
    now = datetime.now(UTC)
    steps = [
        step(f"S{number:02}", status="F" if number else "P", numericMeas=[numeric(1, "F" if number else "P")])
        for number in range(12)
    ]
    submit(uut(result="F", steps=steps, start=now.isoformat()))
    old = step("Old", status="F", numericMeas=[numeric(1, "F")])
    submit(uut(sn="2", result="F", steps=[old], start=(now - timedelta(days=8)).isoformat()))

    groups = statistics(operation, {})

    assert [group["measurementPath"] for group in groups] == [f"Main¶S{number:02}" for number in range(1, 11)]
    assert all(len(group["measurements"]) == 1 for group in groups)


def test_paths_do_not_make_up_for_an_empty_filter(client):
    answer = client.post("/api/App/Measurements", json={}, params={"measurementPaths": "Main¶Voltage"})

    assert answer.status_code == 400


def test_a_report_in_xml_has_no_steps(client, statistics):
    xml = (
        '<Reports xmlns="http://wats.virinco.com/schemas/WATS/Report/wsxf">'
        '<Report type="UUT" ID="5eed0000-0000-4000-8000-000000000001" Location="L" MachineName="M"'
        ' PN="CTRL-7" Purpose="P" Result="Failed" Rev="B" SN="SN-1" Start="2025-03-18T09:15:00"'
        ' Start_utc="2025-03-18T08:15:00">'
        '<Process Code="100"/></Report></Reports>'
    )
    assert client.post("/api/Report/WSXF", content=xml).status_code == 200

    assert statistics("TestStepAnalysis", ASKED) == statistics("Measurements", ASKED) == []
    assert statistics("DynamicYield", dimensions="unitCount;fpCount") == [{"unitCount": 1, "fpCount": 0}]
