from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

WSBF = "http://wats.virinco.com/schemas/WATS/wsbf"


def bom(attributes='Partnumber="A" Revision="1"', components='<Component Number="R1"/>'):
    return f'<?xml version="1.0"?><BOM xmlns="{WSBF}" {attributes}>{components}</BOM>'


def test_a_saved_product_comes_back_in_the_exact_shape(client):
    saved = client.put("/api/Product", json={"partNumber": "A", "name": "Board"}).json()

    assert saved == {
        "productId": saved["productId"],
        "partNumber": "A",
        "name": "Board",
        "description": None,
        "nonSerial": False,
        "state": 1,
        "xmlData": None,
        "productCategoryId": None,
        "productCategoryName": None,
        "revisions": [],
        "tags": [],
    }
    assert client.get("/api/Product/A").json() == saved


def test_a_product_is_updated_by_its_id_and_keeps_what_was_not_sent(client):
    saved = client.put("/api/Product", json={"partNumber": "A", "name": "Board", "nonSerial": True}).json()
    category = "5eed0000-0000-4000-8000-000000000001"

    updated = client.put(
        "/api/Product",
        json={
            "productId": saved["productId"].upper(),
            "partNumber": "B",
            "state": 0,
            "productCategoryId": category,
            "productCategoryName": "Boards",
        },
    ).json()

    assert updated == {
        **saved,
        "partNumber": "B",
        "state": 0,
        "productCategoryId": category,
        "productCategoryName": "Boards",
    }
    assert client.get("/api/Product/A").status_code == 404


def test_adding_a_product_twice_makes_one(client):
    first = client.put("/api/Product", json={"partNumber": "A"}).json()
    second = client.put("/api/Product", json={"PartNumber": "A", "Name": "Board"}).json()

    assert second == {**first, "name": "Board"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"partNumber": ""},
        {"partNumber": 7},
        {"partNumber": "A", "name": 7},
        {"partNumber": "A", "nonSerial": "yes"},
        {"partNumber": "A", "state": 2},
        {"partNumber": "A", "state": True},
        {"partNumber": "A", "productId": "7"},
        {"partNumber": "A", "productId": "5eed0000-0000-4000-8000-000000000001"},
        {"partNumber": "A", "productCategoryId": "7"},
        {"partNumber": "A", "xmlData": "<Root>"},
        {"partNumber": "A", "xmlData": "<Other/>"},
        {"partNumber": "\ud800"},
        [],
    ],
)
def test_a_wrong_product_is_refused_with_a_message(client, body):
    answer = client.put("/api/Product", content=json.dumps(body))

    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("body", ["", "{", "{} {}", '{"a": NaN}', '{"a": 1e999}', "[" * 100_000, b"\xff"])
def test_what_is_not_json_is_refused(client, body):
    answer = client.put("/api/Product", content=body)

    assert answer.status_code == 400
    assert "not valid JSON" in answer.json()["message"]


def test_a_part_number_stays_unique(client):
    client.put("/api/Product", json={"partNumber": "A"})
    other = client.put("/api/Product", json={"partNumber": "B"}).json()

    answer = client.put("/api/Product", json={**other, "partNumber": "A"})

    assert answer.status_code == 400
    assert client.get("/api/Product/B").status_code == 200


def test_tags_are_the_keys_and_values_of_xml_data(client):
    xml = f'<Root><Color Value="red"/><BOM xmlns="{WSBF}"/></Root>'

    saved = client.put("/api/Product", json={"partNumber": "A", "xmlData": xml}).json()

    assert saved["tags"] == [{"key": "Color", "value": "red"}]
    assert saved["xmlData"] == xml


def test_an_encoded_slash_stays_in_the_part_number(client):
    client.put("/api/Product", json={"partNumber": "A/B"})
    client.put("/api/Product/Revision", json={"partNumber": "A/B", "revision": "1.0/x"})

    assert client.get("/api/Product/A%2FB").json()["partNumber"] == "A/B"
    assert client.get("/api/Product/A%2fB/1.0%2Fx").json()["revision"] == "1.0/x"
    assert client.get("/api/Product/A/B").status_code == 404


def test_a_revision_names_its_product_by_id_or_part_number(client):
    product = client.put("/api/Product", json={"partNumber": "A"}).json()

    first = client.put(
        "/api/Product/Revision", json={"productId": product["productId"], "revision": "1"}
    ).json()
    second = client.put("/api/Product/Revision", json={"PartNumber": "A", "revision": "2"}).json()

    assert first == {
        "productRevisionId": first["productRevisionId"],
        "productId": product["productId"],
        "revision": "1",
        "name": None,
        "description": None,
        "state": 1,
        "xmlData": None,
        "PartNumber": "A",
        "tags": [],
    }
    assert client.get("/api/Product/A").json()["revisions"] == [first, second]
    assert client.get("/api/Product/A/2").json() == second


def test_a_revision_is_updated_by_its_id_or_its_name(client):
    client.put("/api/Product", json={"partNumber": "A"})
    first = client.put("/api/Product/Revision", json={"PartNumber": "A", "revision": "1"}).json()

    renamed = client.put("/api/Product/Revision", json={**first, "revision": "2"}).json()
    named = client.put("/api/Product/Revision", json={"PartNumber": "A", "revision": "2", "name": "x"}).json()

    assert renamed == {**first, "revision": "2"}
    assert named == {**renamed, "name": "x"}


def test_a_wrong_revision_is_refused(client):
    client.put("/api/Product", json={"partNumber": "A"})
    client.put("/api/Product/Revision", json={"PartNumber": "A", "revision": "1"})
    other = client.put("/api/Product/Revision", json={"PartNumber": "A", "revision": "2"}).json()
    unknown = "5eed0000-0000-4000-8000-000000000001"

    for body in (
        {"PartNumber": "A"},
        {"revision": "1"},
        {"PartNumber": "X", "revision": "1"},
        {"productId": unknown, "revision": "1"},
        {"PartNumber": "A", "revision": "3", "productRevisionId": unknown},
        {**other, "revision": "1"},
    ):
        answer = client.put("/api/Product/Revision", json=body)
        assert answer.status_code == 400, body


def test_a_missing_product_or_revision_is_a_404(client):
    client.put("/api/Product", json={"partNumber": "A"})

    for path in ("/api/Product/X", "/api/Product/X/1", "/api/Product/A/1"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["message"]


def test_bulk_saves_are_done_wholly_or_not_at_all(client):
    assert client.put("/api/Products", json=[{"partNumber": "A"}, {"partNumber": "B"}]).status_code == 200
    revisions = [{"PartNumber": "A", "revision": "1"}, {"PartNumber": "B", "revision": "1"}]
    assert client.put("/api/Products/Revisions", json=revisions).status_code == 200
    assert client.get("/api/Product/B/1").status_code == 200

    assert client.put("/api/Products", json=[{"partNumber": "C"}, {}]).status_code == 400
    assert client.get("/api/Product/C").status_code == 404
    assert client.put("/api/Products", json={"partNumber": "C"}).status_code == 400
    assert client.put("/api/Products", json=["C"]).status_code == 400


def test_the_list_is_filtered_ordered_and_paged(client):
    for number in (3, 1, 2):
        category = "Boards" if number > 1 else None
        product = {"partNumber": f"P{number}", "productCategoryName": category, "nonSerial": number == 3}
        client.put("/api/Product", json=product)

    def query(**options):
        answer = client.get(
            "/api/Product/Query", params={f"${name}": value for name, value in options.items()}
        )
        return [row["partNumber"] for row in answer.json()]

    assert query() == ["P1", "P2", "P3"]
    assert query(filter="Category eq 'Boards'") == ["P2", "P3"]
    assert query(filter="category eq null or NonSerial eq true") == ["P1", "P3"]
    assert query(orderby="PartNumber desc", top=2) == ["P3", "P2"]
    assert query(orderby="Category,partNumber desc") == ["P1", "P3", "P2"]
    assert query(skip=2) == ["P3"]
    assert client.get("/api/Product/Query", params={"$top": 1}).json() == [
        {"partNumber": "P1", "name": None, "category": None, "nonSerial": False, "state": 1}
    ]


def test_the_list_ends_at_1000_unless_asked_for_more(client):
    client.put("/api/Products", json=[{"partNumber": f"P{number}"} for number in range(1001)])

    assert len(client.get("/api/Product/Query").json()) == 1000
    assert len(client.get("/api/Product/Query", params={"$top": 2000}).json()) == 1001


def test_a_bom_adds_its_product_and_revision(client):
    answer = client.put("/api/Product/BOM", content=bom('Partnumber="A" Revision="1" Desc="Board"'))

    assert answer.status_code == 200
    assert client.get("/api/Product/A").json()["description"] == "Board"
    root = ET.fromstring(client.get("/api/Product/A/1").json()["xmlData"])
    assert root.tag == "Root"
    assert root.find(f"{{{WSBF}}}BOM/{{{WSBF}}}Component").get("Number") == "R1"


def test_a_bom_replaces_the_bom_and_nothing_else(client):
    client.put("/api/Product", json={"partNumber": "A", "name": "Board"})
    client.put(
        "/api/Product/Revision",
        json={"PartNumber": "A", "revision": "1", "xmlData": '<Root><Color Value="red"/></Root>'},
    )

    for number in ("R1", "R2"):
        client.put("/api/Product/BOM", content=bom(components=f'<Component Number="{number}"/>'))

    revision = client.get("/api/Product/A/1").json()
    assert revision["tags"] == [{"key": "Color", "value": "red"}]
    components = ET.fromstring(revision["xmlData"]).findall(f"{{{WSBF}}}BOM/{{{WSBF}}}Component")
    assert [component.get("Number") for component in components] == ["R2"]
    assert client.get("/api/Product/A").json()["name"] == "Board"


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<BOM",
        "<?xml version='1.0' encoding='none'?><BOM/>",
        "<BOM/>",
        bom('Revision="1"'),
        bom('Partnumber="A"'),
        bom(components=""),
        bom(components='<Component Number="R1"/><Component Qty="1"/>'),
    ],
)
def test_an_invalid_bom_is_a_500_and_changes_nothing(client, document):
    answer = client.put("/api/Product/BOM", content=document)

    assert answer.status_code == 500
    assert answer.json()["message"].startswith("Invalid BOM: ")
    assert client.get("/api/Product/Query").json() == []


def test_a_product_falls_into_the_groups_whose_filters_take_it_in(client):
    def add(**params):
        return client.post("/api/Product/ProductGroupFilter", params=params)

    def groups(**params):
        return client.get("/api/Product/ProductGroupsByProduct", params=params).json()

    assert groups(partNumber="A") == []
    assert add(productGroup="Control boards", partNumber="A").status_code == 200
    assert add(productGroup="Power modules", partNumber="A", revision="1").status_code == 200
    both = [
        {"productGroupId": 1, "productGroupName": "Control boards"},
        {"productGroupId": 2, "productGroupName": "Power modules"},
    ]
    assert groups(partNumber="A") == both
    assert groups(partNumber="A", revision="1") == both
    assert groups(partNumber="A", revision="2") == both[:1]

    assert add(productGroup="Control boards", partNumber="A", revision="2", exclude="true").status_code == 200
    assert groups(partNumber="A", revision="2") == []


def test_wrong_group_parameters_are_refused(client):
    post = "/api/Product/ProductGroupFilter"
    assert client.post(post, params={"partNumber": "A"}).status_code == 400
    assert client.post(post, params={"productGroup": "Control boards"}).status_code == 400
    assert client.post(post, params={"productGroup": "None", "partNumber": "A"}).status_code == 400
    wrong = {"productGroup": "Control boards", "partNumber": "A", "exclude": "perhaps"}
    assert client.post(post, params=wrong).status_code == 400
    assert client.get("/api/Product/ProductGroupsByProduct").status_code == 400


def test_vendors_are_added_once_and_deleted_by_name(client):
    names = [{"VendorName": "B"}, {"VendorName": "A"}]
    assert client.put("/api/Product/Vendors", json=names).status_code == 200
    assert client.put("/api/Product/Vendors", json=names[:1]).status_code == 200
    assert client.get("/api/Product/Vendors").json() == [{"VendorName": "A"}, {"VendorName": "B"}]

    unknown = {"VendorName": "C"}
    assert client.request("DELETE", "/api/Product/Vendors", json=[names[0], unknown]).status_code == 200
    assert client.get("/api/Product/Vendors").json() == [{"VendorName": "A"}]

    assert client.put("/api/Product/Vendors", json=[{"name": "A"}]).status_code == 400
    assert client.put("/api/Product/Vendors", json=names[0]).status_code == 400
