"""Bills of materials: what the server reads, and what it would refuse."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from pywats.models import Bom, BomComponent

WSBF = "{http://wats.virinco.com/schemas/WATS/wsbf}"


def test_a_bom_is_written_in_the_wsbf_namespace_with_attributes() -> None:
    bom = Bom(
        part_number="PCB-1",
        revision="A",
        components=[BomComponent(number="R-10k", qty=2, ref="R1;R2", function_block="Input & <filter>")],
    )
    root = ET.fromstring(bom.to_xml())
    assert (root.tag, root.attrib) == (f"{WSBF}BOM", {"Partnumber": "PCB-1", "Revision": "A"})
    assert [(child.tag, child.attrib) for child in root] == [
        (
            f"{WSBF}Component",
            {"Number": "R-10k", "Qty": "2", "Ref": "R1;R2", "FunctionBlock": "Input & <filter>"},
        )
    ]


def test_a_bom_comes_back_as_it_was_written() -> None:
    bom = Bom(
        part_number="ÆØÅ",
        revision="1.0",
        desc="Böard",
        components=[BomComponent(number="a", rev="B", desc="d", qty=0), BomComponent(number="b")],
    )
    assert Bom.from_xml(bom.to_xml()).model_dump() == bom.model_dump()


def test_unknown_attributes_survive() -> None:
    bom = Bom.from_xml('<BOM Partnumber="a" Revision="b" New="1"><Component Number="c" Other="2"/></BOM>')
    root = ET.fromstring(bom.to_xml())
    assert root.get("New") == "1"
    assert root[0].get("Other") == "2"


def test_a_bom_without_components_is_refused_before_sending() -> None:
    with pytest.raises(ValueError, match="no component"):
        Bom(part_number="a", revision="b").to_xml()


@pytest.mark.parametrize(("missing", "name"), [("Partnumber", "part_number"), ("Revision", "revision")])
def test_a_bom_without_part_number_or_revision_is_refused(missing: str, name: str) -> None:
    values = {"Partnumber": "a", "Revision": "b", "Component": [{"Number": "c"}]} | {missing: ""}
    with pytest.raises(ValueError, match=name):
        Bom.model_validate(values)
    bom = Bom.from_xml(f'<BOM {missing}=""><Component Number="c"/></BOM>')
    with pytest.raises(ValueError, match="part_number and a revision"):
        bom.to_xml()


def test_a_component_without_number_is_refused() -> None:
    with pytest.raises(ValueError, match="number"):
        BomComponent(number="")
    bom = Bom.from_xml('<BOM Partnumber="a" Revision="b"><Component Number="c"/><Component Rev="1"/></BOM>')
    with pytest.raises(ValueError, match=r"components\[1\] has no number"):
        bom.to_xml()


@pytest.mark.parametrize("document", ["", "<BOM", "<Root/>", b"\xff\xfe"])
def test_what_is_no_bom_is_refused_when_read(document: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"must be XML|root of a WSBF document"):
        Bom.from_xml(document)


@pytest.mark.parametrize("xml_data", [None, "", "<Root/>", '<Root><Color Value="red"/></Root>'])
def test_xml_data_without_a_bom_has_no_components(xml_data: str | None) -> None:
    bom = Bom.from_xml_data(xml_data, "PCB-1", "A")
    assert (bom.part_number, bom.revision, bom.components) == ("PCB-1", "A", [])


def test_xml_data_may_hold_a_bom_among_other_values() -> None:
    xml_data = (
        '<Root><Color Value="red"/><BOM xmlns="http://wats.virinco.com/schemas/WATS/wsbf" Desc="Board">'
        '<Component Number="R1" Qty="3"/></BOM></Root>'
    )
    bom = Bom.from_xml_data(xml_data, "PCB-1", "A")
    assert (bom.desc, bom.components) == ("Board", [BomComponent(number="R1", qty=3)])
