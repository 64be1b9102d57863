"""Calls of the product service."""

from __future__ import annotations

from pywats import AsyncWATS
from pywats.models import (
    Bom,
    BomComponent,
    Product,
    ProductRevision,
    ProductState,
    Vendor,
)
from tests.contract.scenarios.scenario import Scenario

# As hostile to a path as a part number can be.
PART = "CTRL 7/ä?#%2F"
PRODUCT = Product(
    part_number=PART,
    name="Controller",
    description="For the pump",
    non_serial=False,
    state=ProductState.ACTIVE,
    xml_data="<Root/>",
    product_category_name="Boards",
)
REVISION = ProductRevision(
    part_number=PART,
    revision="B+1",
    name="Second",
    description="With a new regulator",
    state=ProductState.ACTIVE,
    xml_data="<Root/>",
)
VENDORS = [Vendor(vendor_name="Example Semi"), Vendor(vendor_name="Passives & Co")]
BOM = Bom(
    part_number=PART,
    revision="B+1",
    desc="Controller",
    components=[
        BomComponent(number="REG-5V", rev="1", desc="Regulator", qty=1, ref="U4", function_block="Power"),
        BomComponent(number="R-10K", qty=2, ref="R1;R2"),
    ],
)


async def product(api: AsyncWATS) -> None:
    await api.product.save_product(PRODUCT)
    await api.product.save_revision(REVISION)


async def grouped(api: AsyncWATS) -> None:
    await api.product.add_product_group_filter("Control boards", PART)


async def vendors(api: AsyncWATS) -> None:
    await api.product.save_vendors(VENDORS)


SCENARIOS = {
    "get_products": Scenario(
        more=({"filter": "PartNumber ne 'x y'", "top": 5, "skip": 0, "orderby": "PartNumber desc"},),
        prepare=product,
    ),
    "get_product": Scenario({"part_number": PART}, prepare=product, unknown={"part_number": "nothing"}),
    "save_product": Scenario({"product": Product(part_number="NEW-1")}, ({"product": PRODUCT},)),
    "save_products": Scenario({"products": [PRODUCT, Product(part_number="NEW-1")]}),
    "get_revision": Scenario(
        {"part_number": PART, "revision": "B+1"}, prepare=product, unknown={"revision": "Z"}
    ),
    "save_revision": Scenario({"revision": REVISION}, prepare=product),
    "save_revisions": Scenario({"revisions": [REVISION]}, prepare=product),
    "update_bom": Scenario({"bom": BOM}),
    "get_product_groups_by_product": Scenario(
        {"part_number": PART},
        ({"part_number": PART, "revision": "B+1"},),
        grouped,
        returns=(object, "an answer of no documented shape that is the point of the operation"),
    ),
    "add_product_group_filter": Scenario(
        {"product_group": "Control boards", "part_number": PART},
        (
            {
                "product_group": "Control boards",
                "part_number": PART,
                "revision": "B+1",
                "exclude": True,
            },
        ),
    ),
    "get_vendors": Scenario(prepare=vendors),
    "save_vendors": Scenario({"vendors": VENDORS}),
    "delete_vendors": Scenario({"vendors": VENDORS[:1]}, prepare=vendors),
}
