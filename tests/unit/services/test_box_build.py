"""A box build template: read once, edited locally, saved as a whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from xml.etree import ElementTree as ET

import pytest
import respx

from pywats.exceptions import NotFoundError
from pywats.models import BomComponent
from pywats.services import AsyncBoxBuildTemplate, AsyncProductService
from pywats.services.base import AsyncResource
from tests.unit.services.cases import SERVER
from tests.unit.services.cases import run as run_service

XML_DATA = (
    '<Root><Color Value="red"/><BOM xmlns="http://wats.virinco.com/schemas/WATS/wsbf" Desc="Box">'
    '<Component Number="PSU" Rev="B" Qty="1"/><Component Number="PCB" Qty="2"/></BOM></Root>'
)
T = TypeVar("T")


def run(work: Callable[[AsyncProductService], Awaitable[T]]) -> T:
    return run_service(AsyncProductService, work)


def template(revision: str = "A") -> AsyncBoxBuildTemplate:
    return run(lambda service: service.get_box_build_template("BOX", revision))


@respx.mock
def test_a_template_lists_the_components_of_the_revision() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/A").respond(200, json={"revision": "A", "xmlData": XML_DATA})
    box = template()
    assert isinstance(box, AsyncResource)
    assert (box.part_number, box.revision) == ("BOX", "A")
    assert box.components == (BomComponent(number="PSU", rev="B", qty=1), BomComponent(number="PCB", qty=2))
    assert "BOX A: 2 components" in repr(box)


@respx.mock
def test_a_revision_without_a_bom_gives_an_empty_template() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/A").respond(200, json={"revision": "A", "xmlData": None})
    assert template().components == ()


@respx.mock
def test_an_edited_template_is_saved_as_a_whole() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/A").respond(200, json={"revision": "A", "xmlData": XML_DATA})
    route = respx.put(f"{SERVER}/api/Product/BOM").respond(200)

    async def edit(service: AsyncProductService) -> None:
        box = await service.get_box_build_template("BOX", "A")
        box.remove_component("PSU", rev="B")
        box.add_component("FAN", rev="1", qty=3, ref="F1;F2;F3", desc="Fan", function_block="Cooling")
        assert not route.called
        await box.save()

    run(edit)
    root = ET.fromstring(route.calls.last.request.content)
    assert root.attrib == {"Partnumber": "BOX", "Revision": "A", "Desc": "Box"}
    assert [child.attrib for child in root] == [
        {"Number": "PCB", "Qty": "2"},
        {
            "Number": "FAN",
            "Rev": "1",
            "Desc": "Fan",
            "Qty": "3",
            "Ref": "F1;F2;F3",
            "FunctionBlock": "Cooling",
        },
    ]


@respx.mock
def test_a_component_is_told_apart_by_number_and_revision() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/A").respond(200, json={"revision": "A", "xmlData": XML_DATA})
    box = template()
    box.add_component("PSU", rev="C")
    with pytest.raises(ValueError, match="PSU B already"):
        box.add_component("PSU", rev="B")
    with pytest.raises(ValueError, match="no component PSU"):
        box.remove_component("PSU")
    box.remove_component("PSU", rev="B")
    assert [(one.number, one.rev) for one in box.components] == [("PCB", None), ("PSU", "C")]


@respx.mock
def test_saving_a_template_without_components_is_refused_before_sending() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/A").respond(200, json={"revision": "A"})
    box = template()
    with pytest.raises(ValueError, match="no component"):
        run(lambda _service: box.save())
    assert len(respx.calls) == 1


@respx.mock
def test_a_revision_whose_dot_the_server_cannot_read_is_found_through_its_product() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/1.0").respond(404)
    product = {
        "partNumber": "BOX",
        "revisions": [{"revision": "0.9"}, {"revision": "1.0", "xmlData": XML_DATA}],
    }
    respx.get(f"{SERVER}/api/Product/BOX").respond(200, json=product)
    assert len(template("1.0").components) == 2
    assert len({call.request.headers["X-Correlation-ID"] for call in respx.calls}) == 1


@respx.mock
def test_a_revision_that_is_nowhere_is_not_found() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/1.0").respond(404)
    respx.get(f"{SERVER}/api/Product/BOX").respond(200, json={"partNumber": "BOX", "revisions": None})
    with pytest.raises(NotFoundError):
        template("1.0")


@respx.mock
def test_a_missing_revision_without_a_dot_costs_one_request() -> None:
    respx.get(f"{SERVER}/api/Product/BOX/B").respond(404)
    with pytest.raises(NotFoundError):
        template("B")
    assert len(respx.calls) == 1
