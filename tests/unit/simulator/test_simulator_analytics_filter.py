from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.simulator import analytics_filter
from pywats.simulator.periods import period_start, periods_back
from pywats.simulator.wildcards import Pattern

ALL_TIME = {"dateFrom": "0001-01-01T00:00:00Z"}


@pytest.fixture
def found(statistics):
    """Tells the batches of the tests that a filter takes; DynamicYield honours every member."""

    def found(**members):
        rows = statistics("DynamicYield", {**ALL_TIME, **members}, dimensions="batchNumber")
        return "".join(row["batchNumber"] for row in rows)

    return found


def batch(name, **more):
    return {"user": "operator.a", "batchSN": name, **more}


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ("CTRL-7", "CTRL-7"),
        ("ctrl-7", ""),
        ("CTRL", ""),
        ("CTRL%", "CTRL-7 CTRL-70 CTRL.7"),
        ("CTRL*", "CTRL-7 CTRL-70 CTRL.7"),
        ("%7", "CTRL-7 CTRL.7 PWR7 PWR[7"),
        ("CTRL_7", "CTRL-7 CTRL.7"),
        ("CTRL?7", "CTRL-7 CTRL.7"),
        ("CTRL.7", "CTRL.7"),
        ("CTRL[.-]7", "CTRL-7 CTRL.7"),
        ("CTRL[^.]7", "CTRL-7"),
        ("[A-C]*[0-1]", "CTRL-70"),
        ("[C-A]*", ""),
        ("[^C-A]*7", "CTRL-7 CTRL.7 PWR7 PWR[7"),
        ("PWR[7", "PWR[7"),
        ("PWR[[]7", "PWR[7"),
        ("PWR[^]7", ""),
        ("CTRL-7;PWR7", "CTRL-7 PWR7"),
        (";CTRL-7;", "CTRL-7"),
        ("!CTRL-7", "CTRL-70 CTRL.7 PWR7 PWR[7"),
        ("CTRL*;!*.7", "CTRL-7 CTRL-70"),
        ("!CTRL*;!PWR7", "PWR[7"),
        ("*", "CTRL-7 CTRL-70 CTRL.7 PWR7 PWR[7"),
    ],
)
def test_texts_have_wildcards_alternatives_and_exclusions(pattern, taken):
    values = ["CTRL-7", "CTRL-70", "CTRL.7", "PWR7", "PWR[7"]

    assert [value for value in values if Pattern(pattern).takes([value])] == taken.split()


def test_what_is_missing_is_taken_only_if_nothing_is_wanted():
    assert not Pattern("*").takes([None])
    assert Pattern("!A").takes([None])
    assert not Pattern("A*;!AB").takes(["AC", "AB"])


def like(pattern, text):
    """Whether a text fits, found by trying every split."""
    if not pattern:
        return not text
    if pattern[0] in "%*":
        return any(like(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", "?", text[0]) and like(pattern[1:], text[1:])


@given(st.text("ab.%*_?", min_size=1, max_size=8), st.text("ab.%", max_size=8))
def test_any_pattern_takes_what_a_search_takes(pattern, text):
    assert Pattern(pattern).takes([text]) == like(pattern, text)


def test_a_pattern_of_many_wildcards_takes_no_time():
    assert not Pattern("%*" * 40 + "x").takes(["a" * 100])
    assert not Pattern("%a" * 40 + "%b").takes(["a" * 100])


@given(
    st.lists(st.sampled_from(["a", "b", "%", "_"]), max_size=8).map("".join).filter(bool),
    st.text("ab", max_size=8),
)
def test_a_pattern_takes_what_its_definition_says(pattern, text):
    def fits(pattern, text):
        if not pattern:
            return not text
        if pattern[0] == "%":
            return any(fits(pattern[1:], text[start:]) for start in range(len(text) + 1))
        return bool(text) and pattern[0] in ("_", text[0]) and fits(pattern[1:], text[1:])

    assert Pattern(pattern).takes([text]) == fits(pattern, text)


@pytest.mark.parametrize("identifier", ["1" * 11, "1" * 5000])
def test_an_id_beyond_all_numbers_is_refused(client, identifier):
    params = {"days": 1, "levelId": "1", "productGroupId": identifier}
    assert client.get("/api/App/HighVolume", params=params).status_code == 400


@pytest.mark.parametrize(
    "case",
    [
        ("serialNumber", "SN-A", "SN-B", lambda value: {"sn": value}),
        ("partNumber", "A", "B", lambda value: {"pn": value}),
        ("revision", "A", "B", lambda value: {"rev": value}),
        ("stationName", "A", "B", lambda value: {"machineName": value}),
        ("testOperation", "End of line test", "In-circuit test", lambda value: {
            "processCode": 100 if value.startswith("End") else 10}),
        ("testOperation", "100", "10", lambda value: {"processCode": int(value)}),
        ("level", "Hall 1", "Hall 2", lambda value: {"location": value}),
        ("socket", "1", "2", lambda value: {"uut": {"testSocketIndex": int(value)}}),
        ("swVersion", "1.0", "1.1", lambda value: {"version": value}),
        ("swFilename", "a.seq", "b.seq", lambda value: {"path": f"C:\\tests\\{value}"}),
        ("miscDescription", "Panel", "Color", lambda value: {
            "miscInfos": [{"description": value, "text": "1"}]}),
        ("miscValue", "4", "5", lambda value: {"miscInfos": [{"description": "Panel", "text": value}]}),
        ("status", "Failed", "Passed", lambda value: {"result": value[0]}),
    ],
)  # fmt: skip
def test_each_text_of_a_filter_selects(submit, uut, found, case):
    name, value, other, change = case
    for letter, of_value in (("A", value), ("B", other)):
        changes = change(of_value)
        header = batch(letter, **changes.pop("uut", {}))
        program = {name: changes.pop(name) for name in ("path", "version") if name in changes}
        document = uut(sn=changes.pop("sn", f"SN-{letter}"), uut=header, **changes)
        document["root"]["seqCall"].update(program)
        submit(document)

    assert found() == "AB"
    assert found(**{name: value}) == "A"
    assert found(**{name: other}) == "B"
    assert found(**{name.upper(): f"{value};{other}"}) == "AB"
    assert found(**{name: None}) == found(**{name: ""}) == "AB"


def test_the_batch_selects(submit, uut, found):
    submit(uut(uut=batch("A")), uut(uut=batch("B")))

    assert found(batchNumber="A") == "A"
    assert found(batchNumber="!A") == "B"


@pytest.mark.parametrize(
    "name", ["assetName", "assetSerialNumber", "miscInfoDescription", "miscInfoString", "measurementPaths"]
)
def test_a_member_that_a_filter_does_not_have_selects_nothing(submit, uut, found, name):
    submit(uut(uut=batch("A")))

    assert found(**{name: "nothing has this"}) == "A"


def test_a_product_group_selects(client, submit, uut, found):
    for letter in "AB":
        submit(uut(pn=letter, uut=batch(letter)))
    client.post(
        "/api/Product/ProductGroupFilter", params={"productGroup": "Control boards", "partNumber": "A"}
    )

    assert found(productGroup="Control boards") == "A"
    assert found(productGroup="Power modules") == ""
    assert found(productGroup="!Control boards") == "B"


def test_one_misc_info_has_to_fit_both_members(submit, uut, found):
    infos = [{"description": "Panel", "text": "1"}, {"description": "Color", "text": "red"}]
    submit(uut(uut=batch("A"), miscInfos=infos))

    assert found(miscDescription="Panel", miscValue="1") == "A"
    assert found(miscDescription="Panel", miscValue="red") == ""


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        ("P", "P"),
        ("failed", "F"),
        ("Error;terminated", "ET"),
        ("!Passed", "EFT"),
        ("Done", ""),
        ("Skipped", ""),
    ],
)
def test_results_are_words_or_letters(submit, uut, found, status, taken):
    for letter in "PFET":
        submit(uut(sn=letter, result=letter, uut=batch(letter)))

    assert found(status=status) == taken


@pytest.mark.parametrize(
    "members",
    [
        {"partNumber": 7},
        {"status": "Good"},
        {"status": "All"},
        {"dateFrom": "yesterday"},
        {"dateTo": 7},
        {"dateGrouping": 6},
        {"dateGrouping": "1"},
        {"dateGrouping": -2},
        {"periodCount": -1},
        {"periodCount": 1.5},
        {"periodCount": True},
        {"periodCount": 2**31},
        {"periodCount": 1, "dateGrouping": -1},
        {"includeCurrentPeriod": 1},
        {"includeCurrentPeriod": "true"},
        {"topCount": -1},
        {"minCount": -1},
        {"maxCount": "10"},
        {"run": 0},
        {"run": 4},
        {"yield": -3},
        {"yield": 101},
        {"miscValue": []},
        None,
        [],
        "",
    ],
)
def test_a_wrong_filter_is_refused(client, members):
    answer = client.post("/api/App/DynamicYield", json=members)

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_body_is_required(client):
    assert client.post("/api/App/VolumeYield").status_code == 400


@pytest.fixture
def days(submit, uut, monkeypatch):
    """Tests of today (A), of the days before (B, C, D), and Z of 40 days ago; it is noon."""
    noon = datetime(2025, 3, 20, 12, tzinfo=UTC)
    monkeypatch.setattr(analytics_filter, "now", lambda: noon)
    for number, letter in ((0, "A"), (1, "B"), (2, "C"), (3, "D"), (40, "Z")):
        start = noon - timedelta(days=number, seconds=30)
        submit(uut(sn=letter, uut=batch(letter), start=start.isoformat()))


@pytest.fixture
def dated(statistics):
    def dated(**members):
        rows = statistics("DynamicYield", {"revision": "B", **members}, dimensions="batchNumber")
        return "".join(row["batchNumber"] for row in rows)

    return dated


def test_without_a_time_the_last_30_days_are_taken(days, dated):
    assert dated() == "ABCD"
    assert dated(dateGrouping=-1) == "ABCD"


def test_the_first_moment_of_a_period_belongs_to_it(days, submit, uut, dated):
    submit(uut(sn="X", uut=batch("X"), start="2025-03-20T00:00:00Z"))
    submit(uut(sn="Y", uut=batch("Y"), start="2025-03-19T23:59:59.9Z"))

    assert dated(periodCount=1, dateGrouping=1, includeCurrentPeriod=True) == "AX"
    assert dated(periodCount=1, dateGrouping=1) == "BY"


def test_a_test_of_the_future_is_taken_too(days, submit, uut, dated):
    submit(uut(sn="X", uut=batch("X"), start="2025-03-21T08:00:00Z"))

    assert dated() == dated(dateGrouping=1, includeCurrentPeriod=True) == "ABCDX"


def test_dates_limit_the_time_at_both_ends_inclusively(submit, uut, dated):
    for letter, start in (
        ("A", "2025-03-18T08:00:00Z"),
        ("B", "2025-03-18T09:00:00.9Z"),
        ("C", "2025-03-18T10:00:00Z"),
    ):
        submit(uut(sn=letter, uut=batch(letter), start=start))

    assert dated(dateFrom="2025-03-18T09:00:00Z") == "BC"
    assert dated(dateTo="2025-03-18T10:00:00+01:00") == "AB"
    assert dated(dateFrom="2025-03-18T10:00:00+01:00", dateTo="2025-03-18T09:00:00") == "B"
    assert dated(dateFrom="2025-03-19T00:00:00Z", dateTo="2025-03-17T00:00:00Z") == ""


def test_periods_are_counted_back_from_now(days, dated):
    assert dated(periodCount=1, dateGrouping=1, includeCurrentPeriod=True) == "A"
    assert dated(periodCount=2, includeCurrentPeriod=True) == "AB"
    assert dated(periodCount=2, dateGrouping=1, includeCurrentPeriod=False) == "BC"
    assert dated(periodCount=2, dateGrouping=1) == "BC"
    assert dated(dateGrouping=1) == "BCD"
    assert dated(dateGrouping=1, includeCurrentPeriod=True) == "ABCD"


def test_periods_are_counted_back_from_the_end_of_the_dates(submit, uut, dated):
    for number in range(15, 20):
        submit(uut(sn=str(number), uut=batch(str(number)), start=f"2025-03-{number}T08:00:00Z"))
    end = "2025-03-18T12:00:00Z"

    assert dated(dateTo=end, periodCount=2, includeCurrentPeriod=True) == "1718"
    assert dated(dateTo=end, periodCount=2) == "1617"
    assert dated(dateTo=end, dateFrom="2025-03-17T00:00:00Z", periodCount=3) == "17"
    assert dated(dateTo=end, periodCount=2**31 - 1, dateGrouping=5, includeCurrentPeriod=True) == "15161718"
    assert dated(dateTo=end, periodCount=2**31 - 1, dateGrouping=0, includeCurrentPeriod=True) == "15161718"


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - limits
    st.integers(0, 5),
    st.integers(0, 60),
)
def test_going_back_period_by_period_leads_where_going_back_at_once_does(moment, grouping, count):
    start = period_start(moment, grouping)
    one_by_one = start
    for _ in range(count):
        one_by_one = period_start(one_by_one - timedelta(microseconds=1), grouping)

    assert periods_back(start, grouping, count) == one_by_one
    assert period_start(start, grouping) == start <= moment


def test_time_begins_with_the_year_1():
    first = datetime(1, 1, 1, tzinfo=UTC)

    assert period_start(first, 2) == first
    assert all(periods_back(first, grouping, 1) == first for grouping in range(6))
    assert all(periods_back(datetime.now(UTC), grouping, 2**31) == first for grouping in range(6))
