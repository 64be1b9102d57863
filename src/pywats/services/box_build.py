"""The box build of a product revision: which sub-units it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pywats.models.product import Bom, BomComponent
from pywats.services.base import AsyncResource

if TYPE_CHECKING:
    from pywats.services.product import AsyncProductService

__all__ = ["AsyncBoxBuildTemplate"]


class AsyncBoxBuildTemplate(AsyncResource):
    """The sub-units of a product revision, edited here and written to the server by `save`.

    Args:
        service: Does the saving.
        bom: What the server has now; may be without components.
    """

    def __init__(self, service: AsyncProductService, bom: Bom) -> None:
        self._service = service
        self._bom = bom

    def __repr__(self) -> str:
        """Return which revision it is of, and how many components it has."""
        return (
            f"<{type(self).__name__} {self.part_number} {self.revision}: {len(self.components)} components>"
        )

    @property
    def part_number(self) -> str:
        """Part number of the product."""
        return self._bom.part_number

    @property
    def revision(self) -> str:
        """Revision of the product."""
        return self._bom.revision

    @property
    def components(self) -> tuple[BomComponent, ...]:
        """The components, in their order on the server."""
        return tuple(self._bom.components)

    def add_component(
        self,
        number: str,
        *,
        rev: str | None = None,
        desc: str | None = None,
        qty: int | None = None,
        ref: str | None = None,
        function_block: str | None = None,
    ) -> BomComponent:
        """Add a component; nothing is sent before `save`.

        Args:
            number: Part number of the component.
            rev: Its revision.
            desc: Its description.
            qty: Number of references.
            ref: Reference designators parted by semicolons.
            function_block: Function block that it belongs to.

        Returns:
            The new component.

        Raises:
            ValueError: The number is empty, or the template has this number in this revision already.
        """
        if self._find(number, rev):
            raise ValueError(f"{self.part_number} {self.revision} has component {number} {rev or ''} already")
        component = BomComponent(
            number=number, rev=rev, desc=desc, qty=qty, ref=ref, function_block=function_block
        )
        self._bom.components.append(component)
        return component

    def remove_component(self, number: str, *, rev: str | None = None) -> None:
        """Remove a component; nothing is sent before `save`.

        Args:
            number: Part number of the component.
            rev: Its revision; None for the one that has no revision.

        Raises:
            ValueError: The template has no such component.
        """
        found = self._find(number, rev)
        if not found:
            raise ValueError(f"{self.part_number} {self.revision} has no component {number} {rev or ''}")
        self._bom.components.remove(found[0])

    async def save(self) -> None:
        """Write the components to the server, in place of those that it has.

        Raises:
            ValueError: There is no component, which the server refuses; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/BOM
        """
        await self._service.update_bom(self._bom)

    def _find(self, number: str, rev: str | None) -> list[BomComponent]:
        return [one for one in self._bom.components if (one.number, one.rev or None) == (number, rev or None)]
