from __future__ import annotations

import pytest

WSBF = "http://wats.virinco.com/schemas/WATS/wsbf"
FINALIZED, SHIPPED = 16, 2048


class Plant:
    """Builds boxes: the unit BOX-1 is of product BOX, revision 1, unless told otherwise."""

    def __init__(self, client):
        self.client = client

    def box_build(self, *components):
        """Gives product BOX, revision 1, a BOM of these components."""
        lines = "".join(f"<Component {attributes}/>" for attributes in components)
        bom = f'<BOM xmlns="{WSBF}" Partnumber="BOX" Revision="1">{lines}</BOM>'
        answer = self.client.put("/api/Product/BOM", content=bom)
        assert answer.status_code == 200, answer.text

    def unit(self, serial, part="PART", revision="A", *, phase=FINALIZED, parent=None):
        """Saves a unit."""
        values = {"partNumber": part, "revision": revision, "unitPhaseId": phase}
        unit = {"serialNumber": serial, "parentSerialNumber": parent, **values}
        answer = self.client.put("/api/Production/Units", json=[unit])
        assert answer.json()["errorCount"] == 0, answer.text

    def add(self, child, child_part="", parent="BOX-1", parent_part="", **check):
        """Puts a unit into another."""
        blank = {"checkPartNumber": "", "checkRevision": ""}
        params = {**self._relation(child, child_part, parent, parent_part), **blank, **check}
        return self.client.post("/api/Production/AddChildUnit", params=params)

    def remove(self, child, child_part="", parent="BOX-1", parent_part=""):
        """Takes a unit out of another."""
        params = self._relation(child, child_part, parent, parent_part)
        return self.client.post("/api/Production/RemoveChildUnit", params=params)

    def check(self):
        """Checks the children of the unit."""
        params = {"parentSerialNumber": "BOX-1", "parentPartNumber": "BOX"}
        answer = self.client.get("/api/Production/CheckChildUnits", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def children(self):
        """The serial numbers of what is in the unit."""
        unit = self.client.get("/api/Production/Unit/BOX-1/BOX").json()
        return [child["serialNumber"] for child in unit["subUnits"]]

    @staticmethod
    def _relation(child, child_part, parent, parent_part):
        return {
            "parentSerialNumber": parent,
            "parentPartNumber": parent_part,
            "childSerialNumber": child,
            "childPartNumber": child_part,
        }


@pytest.fixture
def plant(client):
    return Plant(client)


def test_a_child_that_fits_is_built_in(plant, client):
    plant.box_build('Number="PART" Rev="A"')
    plant.unit("BOX-1", "BOX", "1", phase=2)
    plant.unit("P-1")

    answer = plant.add("P-1", "PART", parent_part="BOX")

    assert (answer.status_code, answer.content) == (200, b"")
    assert plant.children() == ["P-1"]
    change = client.get("/api/Production/Units/Changes", params={"maxCount": 1}).json()[0]
    assert (change["unitSerialNumber"], change["newParentSerialNumber"]) == ("P-1", "BOX-1")


def test_a_child_is_taken_out_and_can_be_built_in_again(plant):
    plant.box_build('Number="PART"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1")
    plant.add("P-1")

    answer = plant.remove("P-1", "PART", parent_part="BOX")

    assert (answer.status_code, answer.content) == (200, b"")
    assert plant.children() == []
    assert plant.add("P-1").status_code == 200


def test_a_child_that_has_a_parent_is_refused_also_by_the_same_one(plant):
    plant.box_build('Number="PART" Qty="2"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("BOX-2", "BOX", "1")
    plant.unit("P-1")
    plant.add("P-1")

    for parent in ("BOX-1", "BOX-2"):
        answer = plant.add("P-1", parent=parent)
        assert answer.status_code == 400
        assert "in 'BOX-1' already" in answer.json()["message"]


@pytest.mark.parametrize(
    ("component", "revision", "fits"),
    [
        ('Number="PART"', "A", True),
        ('Number="PART"', None, True),
        ('Number="PART" Rev=""', "A", True),
        ('Number="PART" Rev="A"', "A", True),
        ('Number="PART" Rev="A"', "a", False),
        ('Number="PART" Rev="A"', None, False),
        ('Number="PART" Rev="A"', "A1", False),
        ('Number="PART" Rev="A*"', "A1", True),
        ('Number="PART" Rev="A%"', "A", True),
        ('Number="PART" Rev="A?"', "A1", True),
        ('Number="PART" Rev="A?"', "A", False),
        ('Number="PART" Rev="1.*"', "1x2", False),
        ('Number="PART" Rev="*"', None, True),
        ('Number="OTHER"', "A", False),
        ('Number="PART" Qty="0"', "A", False),
    ],
)
def test_a_child_has_to_fit_the_box_build(plant, component, revision, fits):
    plant.box_build(component)
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", revision=revision)

    answer = plant.add("P-1")

    assert answer.status_code == (200 if fits else 400)
    assert fits or "does not fit into 'BOX-1'" in answer.json()["message"]


@pytest.mark.parametrize(
    ("quantity", "places"), [("", 1), ('Qty="3"', 3), ('Qty="some"', 1), ('Qty="\N{SUPERSCRIPT TWO}"', 1)]
)
def test_a_component_has_as_many_places_as_its_quantity_says(plant, quantity, places):
    plant.box_build(f'Number="PART" {quantity}')
    plant.unit("BOX-1", "BOX", "1")
    for number in range(places + 1):
        plant.unit(f"P-{number}")

    answers = [plant.add(f"P-{number}").status_code for number in range(places + 1)]

    assert answers == [200] * places + [400]
    assert len(plant.children()) == places


def test_a_place_for_any_revision_is_kept_for_what_fits_nowhere_else(plant):
    plant.box_build('Number="PART" Rev="*"', 'Number="PART" Rev="A"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", revision="A")
    plant.unit("P-2", revision="B")

    assert [plant.add("P-1").status_code, plant.add("P-2").status_code] == [200, 200]


@pytest.mark.parametrize("revision", ["1", "2"])
def test_without_a_box_build_nothing_fits(plant, client, revision):
    client.put("/api/Product", json={"partNumber": "BOX"})
    client.put("/api/Product/Revision", json={"PartNumber": "BOX", "revision": "1"})
    plant.unit("BOX-1", "BOX", revision)
    plant.unit("P-1")

    assert plant.add("P-1").status_code == 400


@pytest.mark.parametrize(
    ("check", "fits"),
    [
        ({"checkPartNumber": "PART"}, True),
        ({"checkPartNumber": "PART", "checkRevision": "A"}, True),
        ({"checkRevision": "A*"}, True),
        ({"checkPartNumber": "OTHER"}, False),
        ({"checkPartNumber": "PART", "checkRevision": "B"}, False),
        ({"checkPartNumber": "OTHER", "checkRevision": "A"}, False),
    ],
)
def test_a_part_and_revision_to_check_against_replace_the_box_build(plant, check, fits):
    plant.box_build('Number="OTHER"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1")

    assert plant.add("P-1", **check).status_code == (200 if fits else 400)


@pytest.mark.parametrize("phase", [1, 2, 32, SHIPPED])
def test_a_child_that_is_not_finalized_is_refused(plant, phase):
    plant.box_build('Number="PART"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", phase=phase)

    answer = plant.add("P-1")

    assert answer.status_code == 400
    assert "is in phase" in answer.json()["message"]


@pytest.mark.parametrize("name", ["Shipped", "shipped", "2048", "SHIPPED"])
@pytest.mark.parametrize(("phase", "status"), [(SHIPPED, 200), (FINALIZED, 200), (1024, 400)])
def test_the_revision_of_a_child_can_name_another_phase(plant, client, name, phase, status):
    client.put("/api/Product", json={"partNumber": "PART"})
    xml = f'<Root><PhaseFinalized Value="{name}"/><Other Value="1024"/></Root>'
    client.put("/api/Product/Revision", json={"PartNumber": "PART", "revision": "A", "xmlData": xml})
    plant.box_build('Number="PART"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", phase=phase)

    assert plant.add("P-1").status_code == status


def test_a_unit_never_gets_inside_itself(plant):
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", parent="BOX-1")
    plant.unit("P-2", parent="P-1")

    for parent in ("BOX-1", "P-1", "P-2"):
        answer = plant.add("BOX-1", parent=parent, checkPartNumber="BOX")
        assert answer.status_code == 400
        assert "inside itself" in answer.json()["message"]


@pytest.mark.parametrize(
    "numbers",
    [
        {"child": "P-9"},
        {"child": "P-1", "child_part": "BOX"},
        {"child": "P-1", "parent": "BOX-9"},
        {"child": "P-1", "parent_part": "PART"},
    ],
)
def test_an_unknown_unit_is_not_found(plant, numbers):
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", parent="BOX-1")

    assert plant.add(**numbers).status_code == 404
    assert plant.remove(**numbers).status_code == 404


def test_only_what_is_in_a_unit_can_be_taken_out(plant):
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("BOX-2", "BOX", "1")
    plant.unit("P-1", parent="BOX-2")

    answer = plant.remove("P-1")

    assert answer.status_code == 400
    assert "'P-1' is not in 'BOX-1'" in answer.json()["message"]


@pytest.mark.parametrize(
    "name",
    [
        "parentSerialNumber",
        "parentPartNumber",
        "childSerialNumber",
        "childPartNumber",
        "checkPartNumber",
        "checkRevision",
    ],
)
def test_a_parameter_may_be_blank_but_not_missing(plant, client, name):
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1")
    names = ("parentSerialNumber", "parentPartNumber", "childSerialNumber", "childPartNumber")
    values = dict(zip(names, ("BOX-1", "", "P-1", ""), strict=True))
    params = {**values, "checkPartNumber": "PART", "checkRevision": ""}
    del params[name]

    answer = client.post("/api/Production/AddChildUnit", params=params)

    assert answer.status_code == 400
    assert f"The parameter {name} is required" in answer.json()["message"]


def test_a_complete_unit_passes_the_check(plant):
    plant.box_build('Number="PART" Rev="A" Qty="2"', 'Number="LID"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", parent="BOX-1")
    plant.unit("P-2", parent="BOX-1")
    plant.unit("L-1", "LID", parent="BOX-1")

    result = plant.check()

    assert (result["isOk"], result["missing"]) == (True, [])
    assert result["children"][0] == {
        "serialNumber": "L-1",
        "partNumber": "LID",
        "revision": "A",
        "isInBoxBuild": True,
        "isFinalized": True,
    }


def test_the_check_tells_what_is_missing(plant):
    plant.box_build('Number="PART" Rev="A*" Qty="3"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", parent="BOX-1")

    result = plant.check()

    assert result["isOk"] is False
    assert result["missing"] == [{"partNumber": "PART", "revision": "A*", "quantity": 2}]


@pytest.mark.parametrize(
    ("wrong", "in_box_build", "finalized"),
    [({"phase": 2}, True, False), ({"revision": "B"}, False, True), ({"part": "LID"}, False, True)],
)
def test_the_check_tells_which_child_is_wrong(plant, wrong, in_box_build, finalized):
    plant.box_build('Number="PART" Rev="A"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", parent="BOX-1", **wrong)

    result = plant.check()

    child = result["children"][0]
    assert (child["isInBoxBuild"], child["isFinalized"]) == (in_box_build, finalized)
    assert result["isOk"] is False


def test_more_children_than_places_are_wrong(plant):
    plant.box_build('Number="PART"')
    plant.unit("BOX-1", "BOX", "1")
    plant.unit("P-1", parent="BOX-1")
    plant.unit("P-2", parent="BOX-1")

    result = plant.check()

    assert [child["isInBoxBuild"] for child in result["children"]] == [True, False]
    assert result["isOk"] is False


@pytest.mark.parametrize(("part", "status"), [("PART", 404), (None, 400), ("", 200)])
def test_the_check_wants_a_unit(plant, client, part, status):
    plant.unit("BOX-1", "BOX", "1")
    params = {"parentSerialNumber": "BOX-1", "parentPartNumber": part}
    if part is None:
        del params["parentPartNumber"]

    assert client.get("/api/Production/CheckChildUnits", params=params).status_code == status
