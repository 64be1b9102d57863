from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

NUMBERS = "/api/Production/SerialNumbers"
PLAIN = "Serial number"


@pytest.fixture
def upload(client):
    """Uploads a file to a type."""

    def upload(content, kind=PLAIN, format_="CSV"):
        content = content if isinstance(content, bytes) else content.encode()
        return client.put(
            NUMBERS,
            params={"serialNumberType": kind, "format": format_},
            files={"file": ("numbers", content)},
        )

    return upload


@pytest.fixture
def take(client):
    """Takes numbers of a type, as what the server answers."""

    def take(quantity=1, kind=PLAIN, **more):
        params = {"serialNumberType": kind, "quantity": quantity, **more}
        return client.post(f"{NUMBERS}/Take", params=params)

    return take


@pytest.fixture
def export(client):
    """Downloads a file with the numbers of a type."""

    def export(kind=PLAIN, format_="CSV", **more):
        answer = client.get(NUMBERS, params={"serialNumberType": kind, "format": format_, **more})
        assert answer.status_code == 200, answer.text
        return answer.content

    return export


@pytest.fixture
def by_range(client):
    """Lists the numbers of a type in a range."""

    def by_range(start, end, kind=PLAIN, **more):
        params = {"serialNumberType": kind, "startAddress": start, "endAddress": end, **more}
        answer = client.get(f"{NUMBERS}/ByRange", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return by_range


def ids(answer):
    """The numbers in an XML answer."""
    assert answer.status_code == 200, answer.text
    root = ET.fromstring(answer.content)
    assert root.tag == "SerialNumbers"
    return [element.attrib["id"] for element in root]


def columns(content):
    """The lines of a CSV file."""
    return [line.split(",") for line in content.decode().split("\r\n") if line]


def test_types_of_all_kinds_are_there_from_the_start(client):
    types = client.get(f"{NUMBERS}/Types").json()

    assert types[1] == {
        "name": "Board",
        "description": "Circuit boards",
        "format": "CB-000000",
        "regEx": "^CB-[0-9]{6}$",
        "identifier": 0,
        "identifierName": "Serial number",
    }
    assert [(one["name"], one["identifier"], one["identifierName"]) for one in types] == [
        ("Serial number", 0, "Serial number"),
        ("Board", 0, "Serial number"),
        ("MAC address", 1, "MAC address"),
        ("IMEI", 2, "IMEI"),
    ]


@pytest.mark.parametrize(
    ("format_", "content"),
    [
        ("XML", '<SerialNumbers><SN id="S1"/><SN id="S2"/></SerialNumbers>'),
        (
            "xml",
            '<?xml version="1.0"?><SerialNumbers note="x"><SN id="S1"/><SN id="S2" x="y"/></SerialNumbers>',
        ),
        ("CSV", "S1\nS2\n"),
        ("csv", "\ufeffS1\r\nS2"),
        ("CSV", "S1,x\n\nS2\n"),
        ("CSV", "refSN,id\n,S1\n,S2\n"),
    ],
)
def test_numbers_are_uploaded_and_can_be_taken(upload, take, format_, content):
    answer = upload(content, format_=format_)

    assert (answer.status_code, answer.content) == (200, b"")
    assert ids(take(5)) == ["S1", "S2"]


def test_numbers_that_are_there_already_are_passed_over(upload, take, export):
    upload("S1\nS2\n")
    take(1)

    assert upload("S1\nS2\nS3\nS3\n").status_code == 200

    assert [line[0] for line in columns(export())[1:]] == ["S1", "S2", "S3"]
    assert ids(take(5)) == ["S2", "S3"]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (("", PLAIN, "CSV"), "no serial number"),
        (("id\n", PLAIN, "CSV"), "no serial number"),
        (("<SerialNumbers/>", PLAIN, "XML"), "no serial number"),
        (("S1\n", PLAIN, "XML"), "no XML"),
        (("<SNs><SN id='S1'/></SNs>", PLAIN, "XML"), "no XML"),
        ((b"\xff", PLAIN, "CSV"), "no CSV"),
        (("S" * 200_000, PLAIN, "CSV"), "no CSV"),
        (("<SerialNumbers><SN/></SerialNumbers>", PLAIN, "XML"), "is empty"),
        (("id,refSN\nS1,\n,U\n", PLAIN, "CSV"), "is empty"),
        (("S1\nS\x01\n", PLAIN, "CSV"), "printable"),
        (("S1\n" + "S" * 101, PLAIN, "CSV"), "printable"),
        (("id,refSN\nS1,\x01\n", PLAIN, "CSV"), "printable"),
        (("id,taken\nS1,yesterday\n", PLAIN, "CSV"), "taken: 'yesterday'"),
        (("CB-000001\nCB-1\n", "Board", "CSV"), "'CB-1' does not match"),
        (("00:11:22:33:44:55", "MAC address", "CSV"), "does not match"),
        (("49015420323751", "IMEI", "CSV"), "does not match"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(upload, export, file, message):
    answer = upload(*file)

    assert answer.status_code == 400
    assert message in answer.json()["message"]
    assert columns(export(file[1])) == columns(export("Board"))[:1]


def test_a_file_has_to_come_in_a_form(client):
    answer = client.put(NUMBERS, params={"serialNumberType": PLAIN, "format": "CSV"}, content="S1")

    assert answer.status_code == 400


def test_the_lowest_free_numbers_are_taken_first(upload, take):
    upload("S10\nS9\nA2\nS2\nS\n")

    assert ids(take(2)) == ["A2", "S"]
    assert ids(take(2)) == ["S2", "S9"]
    assert ids(take(2)) == ["S10"]


def test_an_empty_pool_is_not_found(upload, take):
    upload("S1")
    take(1)

    answer = take(1)

    assert answer.status_code == 404
    assert "no free serial number" in answer.json()["message"]


def test_pools_are_apart(upload, take):
    upload("S1")

    assert take(1, "Board").status_code == 404
    assert ids(take(1)) == ["S1"]


def test_what_is_taken_comes_as_xml_unless_csv_is_wanted(upload, take):
    upload("S1\nS2\nS3\nS4")
    before = datetime.now(UTC)

    as_xml = take(2, refSN="U-1", refPN="A", stationName="FCT-3")
    as_csv = take(2, format="csv")

    assert as_xml.headers["Content-Type"] == "application/xml"
    first, second = (element.attrib for element in ET.fromstring(as_xml.content))
    assert before <= datetime.fromisoformat(first.pop("taken")) <= datetime.now(UTC)
    assert first == {"id": "S1", "seq": "1", "refSN": "U-1", "refPN": "A", "refStn": "FCT-3"}
    assert second["seq"] == "0"
    assert as_csv.headers["Content-Type"].startswith("text/csv")
    assert columns(as_csv.content)[0] == ["id", "taken", "seq", "refSN", "refPN", "refStn"]
    assert [line[0] for line in columns(as_csv.content)[1:]] == ["S3", "S4"]


@pytest.mark.parametrize(
    ("pool", "wanted", "run"),
    [
        ((PLAIN, "S1 S3 S4 S5"), 2, ["S3", "S4"]),
        ((PLAIN, "S1 S3 S4 S5"), 3, ["S3", "S4", "S5"]),
        ((PLAIN, "S1 S3 S4 S5"), 1, ["S1"]),
        ((PLAIN, "S1 S3 S4 S5"), 4, None),
        ((PLAIN, "S09 S10"), 2, ["S09", "S10"]),
        ((PLAIN, "A1 B2"), 2, None),
        ((PLAIN, "S S0 S1"), 2, ["S0", "S1"]),
        ((PLAIN, "S 1"), 2, None),
        (("MAC address", "00-11-22-33-44-FF 00-11-22-33-45-00"), 2,
         ["00-11-22-33-44-FF", "00-11-22-33-45-00"]),
        (("MAC address", "00-11-22-33-44-09 00-11-22-33-44-10"), 2, None),
        (("IMEI", "490154203237518 490154203237526"), 2, ["490154203237518", "490154203237526"]),
        (("IMEI", "490154203237518 490154203237519"), 2, None),
    ],
)  # fmt: skip
def test_an_unbroken_run_is_taken_or_nothing(upload, take, pool, wanted, run):
    kind, numbers = pool
    upload("\n".join(numbers.split()), kind)

    answer = take(wanted, kind, onlyInSequence=True)

    if run is None:
        assert answer.status_code == 400
        assert "in sequence" in answer.json()["message"]
    else:
        assert ids(answer) == run


def test_taken_numbers_break_a_run(upload, take):
    upload("S1\nS2\nS3\nS4\n")
    take(2)

    assert take(3, onlyInSequence=True).status_code == 400
    assert ids(take(2, onlyInSequence=True)) == ["S3", "S4"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"kind": "Nothing"}, 404),
        ({"kind": ""}, 400),
        ({"quantity": 0}, 400),
        ({"quantity": ""}, 400),
        ({"quantity": "x"}, 400),
        ({"format": "JSON"}, 400),
        ({"onlyInSequence": "perhaps"}, 400),
        ({"refSN": "\x01"}, 400),
        ({"stationName": "S" * 101}, 400),
    ],
)
def test_a_wrong_request_takes_nothing(upload, take, params, status):
    upload("S1")

    assert take(**params).status_code == status

    assert ids(take(1)) == ["S1"]


def test_a_range_has_free_and_taken_numbers_with_all_that_is_known_of_them(upload, take, by_range):
    upload("S1\nS2\nS4\nS10\n")
    taken = ET.fromstring(take(1, refSN="U-1", refPN="A", stationName="FCT-3").content)[0].attrib["taken"]

    free = {"taken": None, "refSN": None, "refPN": None, "refStn": None}
    assert by_range("S1", "S9") == [
        {"id": "S1", "taken": taken, "seq": 1, "refSN": "U-1", "refPN": "A", "refStn": "FCT-3"},
        {"id": "S2", "seq": 0, **free},
        {"id": "S4", "seq": 0, **free},
    ]


def test_a_range_of_addresses_is_one_of_values(upload, by_range):
    upload("00-00-00-00-00-0A\n00-00-00-00-01-00\n00-00-00-00-00-10\n", "MAC address")

    found = by_range("00:00:00:00:00:0b", "FF", "MAC address")
    assert [number["id"] for number in found] == ["00-00-00-00-00-10"]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"refSN": "U-1"}, ["S1", "S2"]),
        ({"refPN": "A"}, ["S1", "S3"]),
        ({"refSN": "U-1", "refPN": "A"}, ["S1"]),
        ({"refSN": "U-9"}, []),
        (
            {"refSN": "U-1", "startDate": "2001-01-01T00:00:00Z", "endDate": "2999-01-01T00:00:00Z"},
            ["S1", "S2"],
        ),
        ({"refSN": "U-1", "startDate": "2999-01-01T00:00:00Z"}, []),
        ({"refSN": "U-1", "endDate": "2001-01-01T00:00:00+01:00"}, []),
    ],
)
def test_numbers_are_found_by_what_they_were_taken_for(client, upload, take, params, found):
    upload("S1\nS2\nS3\n")
    take(1, refSN="U-1", refPN="A")
    take(1, refSN="U-1", refPN="B")
    take(1, refSN="U-2", refPN="A")

    answer = client.get(f"{NUMBERS}/ByReference", params={"serialNumberType": PLAIN, **params})

    assert [number["id"] for number in answer.json()] == found


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/ByReference", {}, 400),
        ("/ByReference", {"refSN": "U", "serialNumberType": "Nothing"}, 404),
        ("/ByReference", {"refSN": "U", "startDate": "today"}, 400),
        ("/ByRange", {"startAddress": "S1"}, 400),
        ("/ByRange", {"endAddress": "S1"}, 400),
        ("/ByRange", {"startAddress": "S1", "endAddress": "S2", "serialNumberType": "Nothing"}, 404),
        ("/ByRange", {"startAddress": "S1", "endAddress": "S" * 101}, 400),
        ("/ByRange", {"startAddress": "S1", "endAddress": "S2", "endDate": "2025-02-30T00:00:00Z"}, 400),
        ("", {}, 400),
        ("", {"format": "PDF"}, 400),
        ("", {"format": "XML", "serialNumberType": "Nothing"}, 404),
        ("", {"format": "XML", "serialNumberType": ""}, 400),
    ],
)
def test_a_wrong_question_is_refused_with_a_message(client, path, params, status):
    answer = client.get(f"{NUMBERS}{path}", params={"serialNumberType": PLAIN, **params})

    assert answer.status_code == status
    assert answer.json()["message"]


def test_an_export_has_all_numbers_or_those_of_a_range(upload, take, export):
    upload("S1\nS2\nS3\n")
    take(1)

    assert [line[0] for line in columns(export())] == ["id", "S1", "S2", "S3"]
    assert [line[0] for line in columns(export(startAddress="S2"))] == ["id", "S2", "S3"]
    assert [line[0] for line in columns(export(endAddress="S2"))] == ["id", "S1", "S2"]
    assert [line[0] for line in columns(export(startDate="2999-01-01T00:00:00Z"))] == ["id"]


@pytest.mark.parametrize(
    ("format_", "media_type", "name"),
    [("XML", "application/xml", "Board.xml"), ("CSV", "text/csv; charset=utf-8", "Board.csv")],
)
def test_an_export_is_a_file(client, format_, media_type, name):
    answer = client.get(NUMBERS, params={"serialNumberType": "Board", "format": format_})

    assert answer.headers["Content-Type"] == media_type
    assert name in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("format_", ["XML", "CSV"])
def test_an_exported_file_makes_the_same_pool_of_another_type(upload, take, export, format_):
    upload("CB-000001\nCB-000002\nCB-000003\nCB-000005\n", "Board")
    take(2, "Board", refSN='U, "1"', refPN="<A&B>", stationName="Prüfplatz")
    exported = export("Board", format_)

    assert upload(exported, PLAIN, format_).status_code == 200

    assert export(PLAIN, format_) == exported
    assert ids(take(5)) == ["CB-000003", "CB-000005"]
