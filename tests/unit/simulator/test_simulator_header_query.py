from __future__ import annotations

import pytest

ID = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"


@pytest.fixture
def found(uut, uur, submit, headers):
    """The serial numbers of the reports that a filter finds."""
    submit(
        uut(
            id=ID,
            sn="A1",
            result="F",
            start="2025-01-01T00:00:00.7Z",
            miscInfos=[{"description": "a", "text": "1"}, {"description": "b", "text": "2"}],
            uut={"user": "o'hara", "execTime": 2.5, "testSocketIndex": -1},
        ),
        uut(sn="a2", start="2025-01-02T00:00:00Z", assets=[{"assetSN": "FIX", "usageCount": 1}]),
        uur(sn="B3", start="2025-01-03T00:00:00Z"),
    )

    def found(text, **options):
        return [row["serialNumber"] for row in headers(filter=text, orderby="start", **options)]

    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("serialNumber eq 'A1'", ["A1"]),
        (" SERIALNUMBER eq 'A1' ", ["A1"]),
        ("serialNumber ne 'A1'", ["a2", "B3"]),
        ("serialNumber gt 'B'", ["a2", "B3"]),
        ("serialNumber ge 'B3' and serialNumber lt 'a'", ["B3"]),
        ("serialNumber le 'A1'", ["A1"]),
        ("serialNumber in ('A1')", ["A1"]),
        ("serialNumber in ( 'A1' , 'B3' ) and result eq 'Failed'", ["A1"]),
        ("not (serialNumber in ('A1','B3'))", ["a2"]),
        ("result eq 'Failed' or reportType eq 'R'", ["A1", "B3"]),
        ("userName eq 'o''hara'", ["A1"]),
        ("processCode in (100, 10)", ["A1", "a2"]),
        ("testSocketIndex eq -1", ["A1"]),
        ("executionTime gt 2.4 and executionTime lt 2.6", ["A1"]),
        ("executionTime eq null", ["a2"]),
        ("null ne testSocketIndex", ["A1"]),
        ("measuresDeleted eq false", ["A1", "a2", "B3"]),
        ("measuresDeleted eq true", []),
        (f"uuid eq {ID.upper()}", ["A1"]),
        (f"uuid eq '{ID}'", ["A1"]),
        ("start eq 2025-01-01T00:00:00Z", ["A1"]),
        ("start ge 2025-01-02T01:00:00+01:00", ["a2", "B3"]),
        ("start lt 2025-01-02", ["A1"]),
        ("contains(serialNumber, 'A')", ["A1"]),
        ("contains(batchNumber, 'A')", []),
        ("startswith(tolower(serialNumber), 'a')", ["A1", "a2"]),
        ("endswith(serialNumber,'3') eq true", ["B3"]),
        ("toupper(trim(serialNumber)) eq 'A2'", ["a2"]),
        ("concat(serialNumber,'x') eq 'A1x'", ["A1"]),
        ("length(serialNumber) eq 2 and indexof(serialNumber,'3') eq 1", ["B3"]),
        ("substring(serialNumber,1) eq '1'", ["A1"]),
        ("substring(serialNumber,0,1) eq 'B'", ["B3"]),
        ("tolower(batchNumber) eq null", ["A1", "a2", "B3"]),
        ("miscInfo/any(m: m/description eq 'a' and m/value eq '1')", ["A1"]),
        ("miscinfo/any(m: m/Description eq 'a' and m/value eq '2')", []),
        ("assets/any()", ["a2"]),
        ("miscInfo/any(m: m/value eq substring(serialNumber,1))", ["A1"]),
        ("uurSubUnits/any(u: u/serialNumber eq 'SN-1')", ["B3"]),
    ],
)
def test_a_filter_finds_what_it_says(found, text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "serialNumber",
        "serialNumber eq",
        "serialNumber eq 'A",
        "nothing eq 1",
        "ns.serialNumber eq 'A'",
        "serialNumber eq 1",
        "processCode eq 'x'",
        "processCode in ('x')",
        "processCode in (timeStamp, 1)",
        "not result eq 'Failed'",
        "processCode add 1 eq 2",
        "-processCode eq 1",
        "year(start) eq 2025",
        "round(executionTime) eq 2",
        "matchesPattern(serialNumber,'A')",
        "geo.length(serialNumber) eq 1",
        "nonsense(serialNumber)",
        "contains(serialNumber)",
        "contains(serialNumber,1)",
        "result has 'Failed'",
        "start gt 2025-02-30",
        "start gt duration'P1D'",
        "miscInfo/all(m: m/value eq '1')",
        "nothing/any(m: m/value eq '1')",
        "miscInfo/any(m: m/nothing eq '1')",
        "miscInfo/any(m: m eq '1')",
        "miscInfo/value eq '1'",
        "miscInfo eq null",
        "a/b/c eq 1",
        "a/b/c/any()",
        "x/any(m: m/value eq '1')",
        "(" * 2000 + "measuresDeleted" + ")" * 2000 + " or (",
        " or ".join(["measuresDeleted"] * 5000),
    ],
)
def test_a_filter_that_the_server_cannot_read_is_a_400(client, text):
    answer = client.request("GET", "/api/Report/Query/Header", params={"$filter": text[:60_000]})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The $filter is not valid: ")


def test_ten_rows_come_newest_first_unless_asked_otherwise(client, uut, submit, headers):
    submit(*(uut(sn=f"S{number:02}", start=f"2025-01-{number:02}T00:00:00Z") for number in range(1, 13)))

    def serials(**options):
        return [row["serialNumber"] for row in headers(**options)]

    assert serials() == [f"S{number:02}" for number in range(12, 2, -1)]
    assert serials(top=2, skip=1) == ["S11", "S10"]
    assert serials(orderby="serialnumber asc", top=1) == ["S01"]
    assert serials(orderby="timestamp desc", top=1) == ["S12"]
    assert len(serials(orderby="uuid", top=10_000)) == 12
    assert serials(skip=12) == []


@pytest.mark.parametrize(
    "params",
    [
        {"$top": 0},
        {"$top": 10_001},
        {"$top": "x"},
        {"$top": "99999999999"},
        {"$skip": -1},
        {"$orderby": "partNumber"},
        {"$orderby": "start down"},
        {"$orderby": "start,"},
        {"$count": "true"},
        {"$search": "x"},
        {"$select": "nothing"},
        {"$expand": "serialNumber"},
        {"$filter": ""},
        {"reportType": "T"},
    ],
)
def test_an_option_that_the_server_does_not_take_is_a_400(client, params):
    answer = client.get("/api/Report/Query/Header", params=params)

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_select_and_expand_decide_which_members_come(uut, submit, headers):
    submit(uut(miscInfos=[{"description": "a", "text": "1"}]))

    assert headers(select="SerialNumber, run") == [{"serialNumber": "SN-1", "run": 1}]
    assert headers(select="run,miscInfo", expand="MISCINFO") == [
        {"run": 1, "miscInfo": [{"description": "a", "value": "1"}]}
    ]
    assert "miscInfo" not in headers()[0]


def test_the_report_type_narrows(found, headers):
    assert found("measuresDeleted eq false", reportType="U") == ["A1", "a2"]
    assert found("measuresDeleted eq false", reportType="R") == ["B3"]


def test_reports_that_start_together_come_with_the_last_submitted_first(uut, submit, headers):
    submit(*(uut(sn=f"S{number}") for number in range(3)))

    assert [row["serialNumber"] for row in headers()] == ["S2", "S1", "S0"]
