"""Products, their revisions, groups and vendors, and bills of materials (WSBF)."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, ClassVar, Self
from uuid import UUID
from xml.etree import ElementTree as ET

from pydantic import AliasChoices, Field

from pywats.models.base import LENIENT, WatsModel

__all__ = [
    "Bom",
    "BomComponent",
    "ChangeType",
    "Product",
    "ProductGroup",
    "ProductRevision",
    "ProductState",
    "ProductView",
    "Setting",
    "Vendor",
]

_WSBF = "http://wats.virinco.com/schemas/WATS/wsbf"

_Name = Annotated[str, Field(min_length=1)]


class ProductState(IntEnum):
    """State of a product or revision."""

    INACTIVE = 0
    ACTIVE = 1


class ChangeType(IntEnum):
    """Change requested for a setting."""

    NONE = 0
    ADD = 1
    UPDATE = 2
    DELETE = 3
    UNKNOWN_4 = 4
    UNKNOWN_5 = 5
    UNKNOWN_6 = 6


class Setting(WatsModel):
    """Key and value pair used for tags."""

    key: str
    value: str | None = None
    change: ChangeType | None = None


class ProductView(WatsModel):
    """Short product row, as `get_products` lists it."""

    identified_by: ClassVar[frozenset[str]] = frozenset({"part_number"})

    part_number: str
    name: str | None = None
    category: str | None = None
    non_serial: bool | None = None
    state: ProductState | None = None


class ProductRevision(WatsModel):
    """Revision of a product.

    Leave `product_revision_id` out to add a revision, send it to update one. `tags` is read-only: it shows
    the keys and values of `xml_data`.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"revision"})

    product_revision_id: UUID | None = None
    product_id: UUID | None = None
    revision: _Name
    name: str | None = None
    description: str | None = None
    state: ProductState | None = None
    xml_data: str | None = None
    # The server writes it with a capital P, unlike its neighbours; other writers use partNumber.
    part_number: str | None = Field(
        default=None,
        validation_alias=AliasChoices("PartNumber", "partNumber"),
        serialization_alias="PartNumber",
    )
    tags: list[Setting] | None = None


class Product(WatsModel):
    """Full product.

    Leave `product_id` out to add a product, send it to update one. `tags` is read-only: it shows the keys
    and values of `xml_data`. `revisions` are saved by `save_revision`.
    """

    identified_by: ClassVar[frozenset[str]] = frozenset({"part_number"})

    product_id: UUID | None = None
    part_number: _Name
    name: str | None = None
    description: str | None = None
    non_serial: bool | None = None
    state: ProductState | None = None
    xml_data: str | None = None
    product_category_id: UUID | None = None
    product_category_name: str | None = Field(
        default=None,
        validation_alias=AliasChoices("productCategoryName", "category"),
        serialization_alias="productCategoryName",
    )
    revisions: list[ProductRevision] | None = None
    tags: list[Setting] | None = None


class ProductGroup(WatsModel):
    """Product group. No server description confirms the names of its members."""

    product_group_id: int | None = None
    product_group_name: str | None = None


class Vendor(WatsModel):
    """Component vendor, identified by its name."""

    vendor_name: Annotated[str | None, Field(alias="VendorName")] = None


class BomComponent(WatsModel):
    """One line of a bill of materials.

    Attributes:
        number: Part number of the component.
        rev: Its revision.
        desc: Its description.
        qty: Number of references.
        ref: Reference designators parted by semicolons.
        function_block: Function block that the component belongs to.
    """

    number: Annotated[_Name, Field(alias="Number")]
    rev: Annotated[str | None, Field(alias="Rev")] = None
    desc: Annotated[str | None, Field(alias="Desc")] = None
    qty: Annotated[int | None, Field(alias="Qty", ge=0)] = None
    ref: Annotated[str | None, Field(alias="Ref")] = None
    function_block: Annotated[str | None, Field(alias="FunctionBlock")] = None


class Bom(WatsModel):
    """Bill of materials of a product revision, in the WATS Standard BOM Format (XML)."""

    part_number: Annotated[_Name, Field(alias="Partnumber")]
    revision: Annotated[_Name, Field(alias="Revision")]
    desc: Annotated[str | None, Field(alias="Desc")] = None
    components: Annotated[list[BomComponent], Field(alias="Component")] = Field(default_factory=list)

    def to_xml(self) -> bytes:
        """Write the document.

        Raises:
            ValueError: What the server refuses: no part number or revision, no component, or a component
                without a number.
        """
        if not self.part_number or not self.revision:
            raise ValueError("a BOM needs a part_number and a revision")
        if not self.components:
            raise ValueError(f"the BOM of {self.part_number} {self.revision} has no component")
        root = ET.Element("BOM", {"xmlns": _WSBF, **_attributes(self)})
        for position, component in enumerate(self.components):
            if not component.number:
                raise ValueError(f"components[{position}] has no number")
            ET.SubElement(root, "Component", _attributes(component))
        document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return document

    @classmethod
    def from_xml(cls, document: str | bytes) -> Self:
        """Read a WSBF document.

        Raises:
            ValueError: It is no XML, or its root is no BOM.
        """
        root = _parse(document)
        if _local_name(root) != "BOM":
            raise ValueError(f"the root of a WSBF document is BOM, not {_local_name(root)}")
        return cls._read(root, root.attrib)

    @classmethod
    def from_xml_data(cls, xml_data: str | None, part_number: str, revision: str) -> Self:
        """Read the components inside the `xml_data` of a product revision, none if there are none.

        Args:
            xml_data: XML with a Root element that may hold a WSBF document.
            part_number: Part number of the product.
            revision: Revision name.

        Raises:
            ValueError: It is no XML.
        """
        root = _parse(xml_data or "<Root/>")
        bom = next((element for element in root.iter() if _local_name(element) == "BOM"), None)
        known = {} if bom is None else bom.attrib
        return cls._read(root, {**known, "Partnumber": part_number, "Revision": revision})

    @classmethod
    def _read(cls, root: ET.Element, attributes: dict[str, str]) -> Self:
        components = [element.attrib for element in root.iter() if _local_name(element) == "Component"]
        return cls.model_validate({**attributes, "Component": components}, context=LENIENT)


def _parse(document: str | bytes) -> ET.Element:
    try:
        return ET.fromstring(document)  # noqa: S314  expat 2.4.1 and later bound entity expansion
    except ET.ParseError as error:
        raise ValueError(f"a bill of materials must be XML: {error}") from error


def _attributes(model: WatsModel) -> dict[str, str]:
    return {name: str(value) for name, value in model.to_wire({"components"}).items() if value is not None}


def _local_name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
