from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pywats.simulator.asset_tags import changed_tags, tags
from pywats.simulator.wire import ApiError, Members
from tests.unit.simulator.bench import MESSAGE, UPDATE, Bench, days_ago


@pytest.fixture
def bench(client):
    return Bench(client)


def test_the_log_of_all_assets_is_filtered_ordered_and_paged(bench, client):
    bench.save("A")
    bench.save("B")
    bench.command("PUT", "/State", serialNumber="A", state=4)
    bench.command("POST", "/Calibration", serialNumber="A", comment="ok")

    def query(**options):
        answer = client.get("/api/Asset/Log", params={f"${name}": value for name, value in options.items()})
        assert answer.status_code == 200, answer.text
        return [record["logId"] for record in answer.json()]

    assert query() == [4, 3, 2, 1]
    assert query(filter="serialNumber eq 'A'") == [4, 3, 1]
    assert query(filter="type eq 4 and comment eq 'ok'") == [4]
    assert query(filter="property eq 'state' and value eq '4'") == [3]
    assert query(filter=f"date gt {days_ago(1)[:10]} and user eq null", top=2) == [4, 3]
    assert query(orderby="logId", skip=1, top=2) == [2, 3]
    assert client.get("/api/Asset/Log", params={"$filter": "when eq 1"}).status_code == 400


def test_a_message_is_added_to_the_log(bench, client):
    bench.save("A")

    answer = client.post(
        "/api/Asset/Message",
        params={"serialNumber": "A", "cultureCode": "de-DE"},
        json={"content": "Pin 4 bent"},
    )

    assert (answer.status_code, answer.text) == (200, "null")
    assert bench.log("A")[0] == (MESSAGE, None, None, "Pin 4 bent")


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": 7}, {"assetId": "A", "comment": "x"}, []])
def test_a_message_without_content_is_refused(bench, client, body):
    bench.save("A")

    answer = client.post("/api/Asset/Message", params={"serialNumber": "A"}, json=body)

    assert answer.status_code == 400
    assert len(bench.log("A")) == 1


def test_the_list_is_filtered_ordered_and_paged(bench, client):
    asset_type = bench.save_type()["typeId"]
    bench.save("A", location="Lab", totalCount=5, state=5)
    bench.save("B", typeId=asset_type, lastCalibrationDate="2025-01-01T00:00:00Z")
    bench.save("C", typeId=asset_type, location="Lab", parentSerialNumber="B")

    def query(**options):
        answer = client.get("/api/Asset", params={f"${name}": value for name, value in options.items()})
        assert answer.status_code == 200, answer.text
        return [row["serialNumber"] for row in answer.json()]

    by_id = sorted("ABC", key=lambda name: client.get(f"/api/Asset/{name}").json()["assetId"])
    assert query() == by_id
    assert query(orderby="serialNumber desc") == ["C", "B", "A"]
    assert query(orderby="location desc,serialNumber", top=2) == ["A", "C"]
    assert query(orderby="serialNumber", skip=2) == ["C"]
    assert sorted(query(filter="location eq 'Lab'")) == ["A", "C"]
    assert sorted(query(filter=f"typeId eq {asset_type.upper()}")) == ["B", "C"]
    assert query(filter="parentSerialNumber eq 'B'") == ["C"]
    assert query(filter="totalCount gt 4 and State eq 5") == ["A"]
    assert query(filter="lastCalibrationDate lt 2025-06-01") == ["B"]
    assert client.get("/api/Asset", params={"$filter": "Lab"}).status_code == 400
    assert client.get("/api/Asset", params={"$orderby": "tags"}).status_code == 400


def test_a_row_of_the_list_has_the_tags_as_xml_and_no_family_type_or_log(bench, client):
    saved = bench.save("A", tags=[{"key": "Color", "value": "red"}])

    (row,) = client.get("/api/Asset").json()

    left_out = ("tags", "assetChildren", "assetType", "assetLog", "ClientId")
    expected = {name: value for name, value in saved.items() if name not in left_out}
    assert row == {**expected, "xmlData": '<Root><Color Value="red" /></Root>'}
    assert "xmlData" not in saved


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/Root/Color", ["A", "B"]),
        ("//Color", ["A", "B"]),
        ("Root/Color", ["A", "B"]),
        ('/Root/Color[@Value="red"]', ["A"]),
        ("/Root/Color[@Value=''green'']", ["B"]),
        ("/Root/Size", []),
        ("/Color", []),
    ],
)
def test_an_xpath_selects_by_tag(bench, client, path, found):
    bench.save("A", tags=[{"key": "Color", "value": "red"}])
    bench.save("B", tags=[{"key": "Color", "value": "green"}])
    bench.save("C")

    answer = client.get("/api/Asset", params={"$filter": f"xmlData eq '{path}'", "$orderby": "serialNumber"})

    assert [row["serialNumber"] for row in answer.json()] == found


@pytest.mark.parametrize(
    "condition",
    [
        "xmlData eq '/Root/Color['",
        "xmlData eq '/Root/Color[x=1]'",
        "xmlData eq '/Root/@Color'",
        "xmlData ne '/Root'",
        "xmlData eq serialNumber",
        "xmlData eq concat('/', 'Root')",
        "contains(xmlData, 'Color')",
    ],
)
def test_xml_is_compared_to_an_xpath_only(bench, client, condition):
    bench.save("A", tags=[{"key": "Color", "value": "red"}])

    answer = client.get("/api/Asset", params={"$filter": condition})

    assert answer.status_code == 400
    assert answer.json()["message"]


def test_assets_without_tags_have_no_xml(bench, client):
    bench.save("A", tags=[{"key": "Color", "value": "red"}])
    bench.save("B")

    answer = client.get("/api/Asset", params={"$filter": "xmlData eq null"})

    assert [row["serialNumber"] for row in answer.json()] == ["B"]


@pytest.mark.parametrize("path", ["", "/Log"])
def test_a_list_ends_at_1000_unless_asked_for_more(bench, client, path):
    type_id = bench.save_type()["typeId"]
    for number in range(1001):
        client.put("/api/Asset", json={"serialNumber": f"S{number}", "typeId": type_id})

    assert len(client.get(f"/api/Asset{path}").json()) == 1000
    assert len(client.get(f"/api/Asset{path}", params={"$top": 2000}).json()) == 1001


def test_tags_are_added_changed_and_deleted(bench):
    saved = bench.save(
        "A", tags=[{"key": "Color", "value": "red"}, {"key": "Size", "value": "7", "change": 1}]
    )
    changed = bench.save(
        "A",
        typeId=saved["typeId"],
        tags=[
            {"key": "Color", "value": "blue", "change": 2},
            {"key": "Cal lab", "value": None},
            {"key": "Size", "change": 3},
            {"key": "Weight", "change": 3},
        ],
    )
    gone = bench.save(
        "A", typeId=saved["typeId"], tags=[{"key": "Color", "change": 3}, {"key": "Cal lab", "change": 3}]
    )

    assert saved["tags"] == [{"key": "Color", "value": "red"}, {"key": "Size", "value": "7"}]
    assert changed["tags"] == [{"key": "Color", "value": "blue"}, {"key": "Cal lab", "value": None}]
    assert gone["tags"] == []
    assert bench.log("A")[0] == (UPDATE, "xmlData", None, None)


@given(key=st.text(min_size=1), value=st.text() | st.none())
def test_any_key_comes_back_as_it_was_sent(key, value):
    sent = [Members({"key": key, "value": value})]
    try:
        xml = changed_tags(None, sent)
    except ApiError:
        assert not (value or "").isprintable()
        return
    (tag,) = tags(xml)
    assert tag["key"] == key
    # XML makes one of all the ways to end a line.
    assert tag["value"] == value or any(control in (value or "") for control in "\r\n\t")


@pytest.mark.parametrize("key", ["_x0041_", "_x0041_x0042_", "_x1F600_", "\U0001f600", "1", "a b", "ns:a"])
def test_a_key_that_xml_has_to_encode_comes_back(bench, key):
    assert bench.save("A", tags=[{"key": key, "value": "v"}])["tags"] == [{"key": key, "value": "v"}]
