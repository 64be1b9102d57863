from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pywats.simulator import WatsSimulator

SINCE = {"dateFrom": "2025-01-01T00:00:00Z"}
YIELDS = ("fp", "sp", "tp", "lp", "ty")


@pytest.fixture
def runs(submit, uut):
    """Submits the runs of a unit, a minute apart, from their results in letters."""

    def runs(serial_number, results, *, day="2025-03-18", **changes):
        for minute, result in enumerate(results):
            start = f"{day}T08:{minute:02}:00Z"
            submit(uut(sn=serial_number, result=result, start=start, **changes))

    return runs


@pytest.fixture
def rows(statistics):
    """Asks for dynamic yield since 2025."""

    def rows(dimensions, **members):
        return statistics("DynamicYield", {**SINCE, **members}, dimensions=dimensions)

    return rows


def ago(**length):
    return (datetime.now(UTC) - timedelta(**length)).isoformat()


def test_every_figure_of_yield_is_right(runs, rows):
    runs("SN-1", "P")
    runs("SN-2", "FP")
    runs("SN-3", "FEP")
    runs("SN-4", "TFFP")
    runs("SN-5", "PF")

    (row,) = rows("partNumber")

    assert {name: value for name, value in row.items() if "Trend" not in name} == {
        "partNumber": "CTRL-7",
        "unitCount": 5,
        "fpCount": 2,
        "spCount": 3,
        "tpCount": 4,
        "lpCount": 4,
        "fpy": 40.0,
        "spy": 60.0,
        "tpy": 80.0,
        "lpy": 80.0,
        "fpFailCount": 3,
        "spFailCount": 2,
        "tpFailCount": 1,
        "lpFailCount": 1,
        "ppmFpy": 600_000.0,
        "ppmSpy": 400_000.0,
        "ppmTpy": 200_000.0,
        "ppmLpy": 200_000.0,
        "testReportCount": 12,
        "testYieldCount": 5,
        "testYield": pytest.approx(500 / 12),
        "ppmTestYield": pytest.approx(7e6 / 12),
        "retestCount": 7,
        "firstUtc": "2025-03-18T08:00:00Z",
        "lastUtc": "2025-03-18T08:03:00Z",
        **dict.fromkeys(f"{which}{what}" for which in YIELDS for what in ("Color", "Alarm", "Warning")),
        "previousUnitCount": 0,
        "previousTestReportCount": 0,
    }  # fmt: skip


def test_a_unit_counts_where_its_first_run_is_and_a_report_where_it_is_itself(runs, rows):
    runs("SN-1", "F", machineName="LINE")
    runs("SN-1", "P", machineName="REWORK", day="2025-03-19")

    line, rework = rows("stationName;unitCount;lpCount;lpy;testReportCount;testYieldCount;retestCount")

    assert line == {
        "stationName": "LINE",
        "unitCount": 1,
        "lpCount": 1,
        "lpy": 100.0,
        "testReportCount": 1,
        "testYieldCount": 0,
        "retestCount": 0,
    }
    assert rework == {
        "stationName": "REWORK",
        "unitCount": 0,
        "lpCount": 0,
        "lpy": None,
        "testReportCount": 1,
        "testYieldCount": 1,
        "retestCount": 1,
    }


def test_all_runs_of_a_unit_are_used_if_the_first_one_fits_the_filter(runs, rows):
    runs("SN-1", "F", machineName="LINE")
    runs("SN-1", "P", machineName="REWORK", day="2025-03-19")

    assert rows("unitCount;spCount", stationName="LINE") == [{"unitCount": 1, "spCount": 1}]
    assert rows("unitCount;testReportCount", stationName="REWORK") == [{"unitCount": 0, "testReportCount": 1}]


def test_a_unit_is_another_one_in_another_operation_and_under_another_part_number(runs, rows):
    runs("SN-1", "F")
    runs("SN-1", "P", processCode=10)
    runs("SN-1", "P", pn="CTRL-8")

    assert rows("unitCount;fpCount") == [{"unitCount": 3, "fpCount": 2}]


def test_rows_are_in_the_order_of_the_expression(runs, rows):
    runs("SN-1", "P", pn="A", rev="1")
    runs("SN-2", "P", pn="A", rev="2")
    runs("SN-3", "P", pn="B", rev="1")
    runs("SN-4", "P", pn="B", rev="1")

    assert [(row["unitCount"], row["partNumber"], row["revision"]) for row in rows(
        "unitCount desc;partNumber;revision desc"
    )] == [(2, "B", "1"), (1, "A", "2"), (1, "A", "1")]  # fmt: skip
    assert [row["partNumber"] for row in rows("partNumber desc;unitCount;")] == ["B", "A"]
    assert [row["unitCount"] for row in rows(" unitCount asc ; PARTNUMBER ;revision")] == [1, 1, 2]


def test_what_is_missing_comes_last_in_descending_order(runs, rows):
    runs("SN-1", "P", uut={"user": "a", "batchSN": "B1"})
    runs("SN-2", "P")

    assert [row["batchNumber"] for row in rows("batchNumber desc")] == ["B1", None]
    assert [row["batchNumber"] for row in rows("batchNumber")] == [None, "B1"]


def test_the_dimensions_are_read_from_the_query_first_then_from_the_body(runs, statistics):
    runs("SN-1", "P")
    members = {**SINCE, "dimensions": "revision;unitCount"}

    assert statistics("DynamicYield", members) == [{"revision": "B", "unitCount": 1}]
    assert statistics("DynamicYield", members, dimensions="location;unitCount") == [
        {"location": "Line 2", "unitCount": 1}
    ]


def test_every_dimension_has_its_value(client, submit, uut, step, rows):
    client.put("/api/Product", json={"partNumber": "CTRL-7", "name": "Controller"})
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "CTRL-7"}
    )
    asset_type = client.put("/api/Asset/Types", json={"typeName": "Fixture"}).json()["typeId"]
    client.put("/api/Asset", json={"serialNumber": "FX-1", "assetName": "Fixture 1", "typeId": asset_type})
    header = {"user": "operator.a", "batchSN": "B1", "fixtureId": "F9", "testSocketIndex": 2, "errorCode": 17}
    submit(
        uut(
            result="F",
            uut=header,
            assets=[{"assetSN": "FX-1", "usageCount": 1}],
            miscInfos=[{"description": "Panel", "text": "4"}],
            steps=[step("Voltage", status="F", causedUUTFailure=True)],
        )
    )
    expected = {
        "partNumber": "CTRL-7",
        "productName": "Controller",
        "stationName": "FCT-3",
        "location": "Line 2",
        "purpose": "Production",
        "revision": "B",
        "testOperation": "End of line test",
        "processCode": 100,
        "swFilename": "final.seq",
        "swVersion": "2.4.1",
        "productGroup": "Control boards",
        "level": "Line 2",
        "period": "2025-03-18",
        "batchNumber": "B1",
        "operator": "operator.a",
        "fixtureId": "F9",
        "socketIndex": 2,
        "errorCode": 17,
        "miscInfoDescription": "Panel",
        "miscInfoString": "4",
        "stepCausedUutFailure": "Voltage",
        "stepPathCausedUutFailure": "Main/Voltage",
        "assetSerialNumber": "FX-1",
        "assetName": "Fixture 1",
    }

    found = rows(";".join(expected) + ";unitCount", dateGrouping=1)

    assert found == [{**expected, "unitCount": 1}]


def test_a_report_with_several_values_is_in_the_row_of_each_and_once_in_one(submit, uut, rows):
    infos = [
        {"description": "Panel", "text": "1"},
        {"description": "Panel", "text": "2"},
        {"description": "Color", "text": "2"},
    ]
    submit(uut(miscInfos=infos))

    assert rows("miscInfoDescription;testReportCount") == [
        {"miscInfoDescription": "Color", "testReportCount": 1},
        {"miscInfoDescription": "Panel", "testReportCount": 1},
    ]
    assert [(row["miscInfoDescription"], row["miscInfoString"]) for row in rows(
        "miscInfoDescription;miscInfoString"
    )] == [("Color", "2"), ("Panel", "1"), ("Panel", "2")]  # fmt: skip


def test_units_are_in_the_period_of_their_first_run(runs, rows):
    runs("SN-1", "F", day="2025-03-17")
    runs("SN-1", "P", day="2025-03-19")
    runs("SN-2", "P", day="2025-03-19")

    assert rows("period;unitCount;lpCount;testReportCount", dateGrouping=1) == [
        {"period": "2025-03-17", "unitCount": 1, "lpCount": 1, "testReportCount": 1},
        {"period": "2025-03-19", "unitCount": 1, "lpCount": 1, "testReportCount": 2},
    ]


@pytest.mark.parametrize(
    ("grouping", "labels"),
    [
        (0, ["2024-12-31T23", "2025-01-01T00", "2025-04-06T23"]),
        (1, ["2024-12-31", "2025-01-01", "2025-04-06"]),
        (2, ["2025-W01", "2025-W01", "2025-W14"]),
        (3, ["2024-12", "2025-01", "2025-04"]),
        (4, ["2024-Q4", "2025-Q1", "2025-Q2"]),
        (5, ["2024", "2025", "2025"]),
    ],
)
def test_periods_go_from_the_hour_to_the_year(submit, uut, rows, grouping, labels):
    for number, start in enumerate(
        ("2024-12-31T23:59:59Z", "2025-01-01T01:00:00+01:00", "2025-04-06T23:30:00Z")
    ):
        submit(uut(sn=f"SN-{number}", start=start))

    found = rows("period;unitCount", dateGrouping=grouping, dateFrom="2024-01-01T00:00:00Z")

    assert [row["period"] for row in found] == sorted(set(labels))
    assert sum(row["unitCount"] for row in found) == 3


def test_trends_compare_with_the_span_of_the_same_length_before(runs, rows):
    runs("OLDER", "P", day="2025-03-07")
    runs("SN-1", "F", day="2025-03-08")
    runs("SN-2", "P", day="2025-03-13")
    runs("SN-3", "P", day="2025-03-14")
    runs("SN-4", "PP", day="2025-03-19")
    runs("SN-5", "P", day="2025-03-19")

    (row,) = rows(
        "unitCount;previousUnitCount;previousTestReportCount;unitCountTrend;fpyTrend;testReportCountTrend;"
        "ppmFpyTrend;lpCountTrend",
        dateFrom="2025-03-14T00:00:00Z",
        dateTo="2025-03-20T00:00:00Z",
    )

    assert row == {
        "unitCount": 3,
        "previousUnitCount": 2,
        "previousTestReportCount": 2,
        "unitCountTrend": 1,
        "fpyTrend": 50.0,
        "testReportCountTrend": 2,
        "ppmFpyTrend": -500_000.0,
        "lpCountTrend": 2,
    }


def test_no_report_counts_both_now_and_before(runs, rows):
    runs("SN-1", "P", day="2025-03-18")
    window = {"dateFrom": "2025-03-18T08:00:00Z", "dateTo": "2025-03-19T08:00:00Z"}

    assert rows("unitCount;previousUnitCount", **window) == [{"unitCount": 1, "previousUnitCount": 0}]


def test_trends_of_periods_compare_with_the_period_before(runs, rows):
    runs("SN-1", "F", day="2025-02-27")
    runs("SN-2", "P", day="2025-03-03")
    runs("SN-3", "P", day="2025-03-04")
    runs("SN-4", "F", day="2025-05-04")

    found = rows(
        "period;partNumber;unitCount;previousUnitCount;fpyTrend",
        dateFrom="2025-03-01T00:00:00Z",
        dateGrouping=3,
    )

    assert [tuple(row.values()) for row in found] == [
        ("2025-03", "CTRL-7", 2, 1, 100.0),
        ("2025-05", "CTRL-7", 1, 0, None),
    ]


def test_there_is_no_trend_where_the_time_has_no_begin(runs, rows):
    runs("SN-1", "P")

    assert rows(
        "unitCount;previousUnitCount;unitCountTrend;fpyTrend", dateFrom=None, dateTo="2025-04-01T00:00:00Z"
    ) == [{"unitCount": 1, "previousUnitCount": None, "unitCountTrend": None, "fpyTrend": None}]


def test_rows_are_limited_by_their_units_and_their_number(runs, rows):
    runs("SN-1", "P", pn="A")
    for number, part in enumerate("BBCCC"):
        runs(f"SN-{number}", "P", pn=part)
    asked = "unitCount desc;partNumber"

    assert [row["partNumber"] for row in rows(asked, minCount=2)] == ["C", "B"]
    assert [row["partNumber"] for row in rows(asked, topCount=1)] == ["C"]
    assert [row["partNumber"] for row in rows(asked, maxCount=2, topCount=3)] == ["C", "B"]
    assert [row["partNumber"] for row in rows(asked, topCount=0, maxCount=0)] == ["C", "B", "A"]


def test_only_some_runs_count_if_that_is_asked_for(runs, rows):
    runs("SN-1", "FP")
    runs("SN-2", "FFFP")
    asked = "testReportCount;testYieldCount;unitCount"

    def counts(**members):
        return [tuple(row.values()) for row in rows(asked, **members)]

    assert counts(run=1) == [(2, 0, 2)]
    assert counts(run=2) == [(2, 1, 0)]
    assert counts(run=3) == [(1, 0, 0)]
    assert counts(run=-1) == [(2, 2, 0)]
    assert counts(run=-2) == [(6, 2, 2)]
    assert counts(**{"yield": 2}) == [(2, 1, 0)]
    assert counts(**{"yield": 95}) == [(6, 2, 2)]


def test_without_a_filter_the_ten_products_with_the_most_units_of_the_last_30_days_come(
    runs, submit, uut, statistics
):
    submit(uut(sn="OLD", pn="OLD", start=ago(days=31)))
    for number in range(11):
        submit(uut(sn="SN-1", pn=f"P{number:02}", start=ago(hours=1)))
    submit(uut(sn="SN-2", pn="P10", start=ago(hours=1)))

    found = statistics("DynamicYield", {})

    assert found[0] == {"unitCount": 2, "partNumber": "P10", "testOperation": "End of line test"}
    assert [row["partNumber"] for row in found[1:]] == [f"P{number:02}" for number in range(9)]
    assert len(statistics("DynamicYield", {"revision": "B"})) == 11
    assert len(statistics("DynamicYield", {}, dimensions="partNumber")) == 11


@pytest.mark.parametrize(
    "dimensions",
    [
        "nonsense",
        "partNumber;;unitCount",
        ";",
        "partNumber down",
        "partNumber asc desc",
        "unitCount,partNumber",
        "fpyTrend desc",
        "previousUnitCount asc",
        "repairCount",
        "period",
    ],
)
def test_a_wrong_dimension_expression_is_refused(client, dimensions):
    for params, body in (({"dimensions": dimensions}, {}), ({}, {"dimensions": dimensions})):
        answer = client.post("/api/App/DynamicYield", params=params, json=body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["message"]


def test_dimensions_that_are_no_text_are_refused(client):
    assert client.post("/api/App/DynamicYield", json={"dimensions": 7}).status_code == 400


LISTS = ["VolumeYield", "HighVolume", "WorstYield"]


@pytest.fixture
def volumes(submit, uut):
    """Three products tested today: A 1 of 2 good, B 2 of 3, C 1 of 1; one of long ago, one only retested."""
    for number, (part, result) in enumerate(
        [("A", "F"), ("A", "P"), ("B", "P"), ("B", "F"), ("B", "P"), ("C", "P")]
    ):
        submit(uut(sn=f"SN-{number}", pn=part, result=result, start=ago(minutes=10 - number)))
    submit(uut(sn="SN-9", pn="D", start=ago(days=50)))
    submit(uut(sn="SN-9", pn="D", start=ago(minutes=1)))


@pytest.mark.parametrize(
    ("operation", "parts"), [("VolumeYield", "ABCD"), ("HighVolume", "BACD"), ("WorstYield", "ABC")]
)
def test_products_are_listed_in_the_order_of_the_operation(client, volumes, statistics, operation, parts):
    by_filter = statistics(operation, {})
    by_query = client.get(f"/api/App/{operation}", params={"days": 30, "productGroupId": "", "levelId": ""})

    assert "".join(row["partNumber"] for row in by_filter) == parts
    assert by_query.json() == by_filter
    assert by_filter[0]["testOperation"] == "End of line test"
    assert {
        row["partNumber"]: (row["unitCount"], row["fpCount"]) for row in by_filter if row["partNumber"] != "D"
    } == {
        "A": (2, 1),
        "B": (3, 2),
        "C": (1, 1),
    }


@pytest.mark.parametrize("operation", LISTS)
def test_the_days_of_a_list_go_back_from_now(client, volumes, operation):
    def unit_count(days):
        params = {"days": days, "productGroupId": "", "levelId": ""}
        return sum(row["unitCount"] for row in client.get(f"/api/App/{operation}", params=params).json())

    assert [unit_count(days) for days in (1, 49, 51, 2**31 - 1)] == [6, 6, 7, 7]


@pytest.mark.parametrize("operation", [*LISTS, "HighVolumeByProductGroup", "WorstYieldByProductGroup"])
def test_lists_honour_product_group_and_level_and_pass_over_the_rest(client, volumes, statistics, operation):
    for part in "ABC":
        client.post(
            "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": part}
        )

    def units(**members):
        return sum(row["unitCount"] for row in statistics(operation, members))

    assert units(partNumber="A", stationName="none") == 6
    assert units(productGroup="Control*") == 6
    assert units(productGroup="Power modules") == 0
    assert units(level="Line 2") == 6
    assert units(level="Line 3") == 0


@pytest.mark.parametrize("operation", LISTS)
def test_lists_by_query_take_ids_of_product_groups_and_levels(client, volumes, operation):
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Power modules", "partNumber": "B"}
    )

    def parts(**params):
        rows = client.get(f"/api/App/{operation}", params={"days": 30, **params}).json()
        return {row["partNumber"] for row in rows} - {"D"}

    assert parts(productGroupId="2", levelId="1") == {"B"}
    assert parts(productGroupId="1;2", levelId="") == {"B"}
    assert parts(productGroupId="1", levelId="") == set()
    assert parts(productGroupId="", levelId="2") == set()
    assert parts(productGroupId="", levelId="2; 1") == {"A", "B", "C"}


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize(
    "change",
    [
        {"days": None},
        {"productGroupId": None},
        {"levelId": None},
        {"days": 0},
        {"days": "x"},
        {"levelId": "x"},
    ],
)
def test_wrong_parameters_of_a_list_are_refused(client, operation, change):
    params = {"days": 30, "productGroupId": "1", "levelId": "1", **change}
    answer = client.get(
        f"/api/App/{operation}", params={name: value for name, value in params.items() if value is not None}
    )

    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("operation", ["HighVolume", "WorstYield"])
def test_ranked_lists_are_limited(volumes, statistics, operation):
    assert len(statistics(operation, {"topCount": 2})) == 2
    assert {row["partNumber"] for row in statistics(operation, {"minCount": 2})} == {"A", "B"}


def test_volume_and_yield_come_by_period_if_a_length_is_given(runs, statistics):
    day, before = ((datetime.now(UTC) - timedelta(days=days)).date().isoformat() for days in (1, 2))
    runs("SN-1", "P", day=day)
    runs("SN-2", "F", day=before)

    found = statistics("VolumeYield", {"periodCount": 3, "dateGrouping": 1})

    assert [(row["period"], row["unitCount"], row["fpy"]) for row in found] == [
        (before, 1, 0.0),
        (day, 1, 100.0),
    ]


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("HighVolumeByProductGroup", ["Power modules", "Control boards"]),
        ("WorstYieldByProductGroup", ["Control boards", "Power modules"]),
    ],
)
def test_groups_are_listed_with_the_products_in_them(client, volumes, statistics, operation, names):
    for group, part in (("Control boards", "A"), ("Power modules", "B"), ("Power modules", "C")):
        client.post("/api/Product/ProductGroupFilter", params={"productGroup": group, "partNumber": part})

    found = statistics(operation, {})

    assert [row["productGroup"] for row in found] == names
    assert {row["productGroup"]: (row["unitCount"], row["fpy"]) for row in found} == {
        "Control boards": (2, 50.0),
        "Power modules": (4, 75.0),
    }
    assert [row["unitCount"] for row in statistics(operation, {"minCount": 3})] == [4]
    assert len(statistics(operation, {"topCount": 1})) == 1


def test_a_product_is_in_a_group_by_its_revision_and_unless_it_is_excluded(client, submit, uut, statistics):
    for number, revision in enumerate("ABC"):
        submit(uut(sn=f"SN-{number}", rev=revision, start=ago(minutes=1)))
    add = {"productGroup": "Control boards", "partNumber": "CTRL-7"}
    client.post("/api/Product/ProductGroupFilter", params=add)
    client.post("/api/Product/ProductGroupFilter", params={**add, "revision": "B", "exclude": "true"})
    client.post(
        "/api/Product/ProductGroupFilter",
        params={"productGroup": "Power modules", "partNumber": "CTRL-7", "revision": "C"},
    )

    found = statistics("DynamicYield", {}, dimensions="revision;productGroup")

    assert [(row["revision"], row["productGroup"]) for row in found] == [
        ("A", "Control boards"),
        ("B", None),
        ("C", "Control boards"),
        ("C", "Power modules"),
    ]


@pytest.fixture(scope="module")
def shared():
    """A server for many examples, each of which has a part number of its own."""
    with WatsSimulator() as server:
        headers = {"Authorization": f"Basic {server.token}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            yield client


TESTS = st.lists(
    st.tuples(
        st.sampled_from(["SN-1", "SN-2", "SN-3"]),
        st.sampled_from([10, 100]),
        st.sampled_from(["M1", "M2"]),
        st.sampled_from("PFET"),
    ),
    max_size=25,
)


def oracle(tests, station):
    """The counts of a station, the tests being in the order of time."""
    units = defaultdict(list)
    for serial_number, code, where, result in tests:
        units[serial_number, code].append((where, result == "P"))
    here = [[good for _, good in runs] for runs in units.values() if runs[0][0] == station]
    reports = [result == "P" for _, _, where, result in tests if where == station]
    return {
        "unitCount": len(here),
        "fpCount": sum(any(runs[:1]) for runs in here),
        "spCount": sum(any(runs[:2]) for runs in here),
        "tpCount": sum(any(runs[:3]) for runs in here),
        "lpCount": sum(runs[-1] for runs in here),
        "testReportCount": len(reports),
        "testYieldCount": sum(reports),
        "retestCount": len(reports) - len(here),
    }


@given(tests=TESTS, order=st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_counts_are_those_of_a_simple_count_for_any_tests_in_any_order_of_arrival(shared, tests, order):
    part_number = str(uuid.uuid4())
    documents = [
        {
            "type": "T", "id": str(uuid.uuid4()), "pn": part_number, "sn": serial_number, "rev": "1",
            "processCode": code, "result": result, "machineName": station, "location": "L", "purpose": "P",
            "start": (datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=hour)).isoformat(),
            "uut": {"user": "u"},
            "root": {
                "group": "M", "stepType": "SequenceCall", "name": "Main", "status": result,
                "seqCall": {"path": "a.seq", "name": "a", "version": None},
            },
        }
        for hour, (serial_number, code, station, result) in enumerate(tests)
    ]  # fmt: skip
    order.shuffle(documents)
    for document in documents:
        assert shared.post("/api/Report/WSJF", json=document).status_code == 200
    expected = {station: oracle(tests, station) for station in ("M1", "M2")}
    names = ";".join(expected["M1"])

    answer = shared.post(
        "/api/App/DynamicYield",
        json={**SINCE, "partNumber": part_number},
        params={"dimensions": f"stationName;{names}"},
    )

    assert answer.json() == [
        {"stationName": station, **counts}
        for station, counts in expected.items()
        if counts["testReportCount"]
    ]
