"""Products, their revisions, groups and vendors, and bills of materials."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from pywats.exceptions import NotFoundError
from pywats.models.base import to_json
from pywats.models.product import Bom, Product, ProductRevision, ProductView, Vendor
from pywats.services.arguments import checked_int, checked_models, optional_int, required_text
from pywats.services.base import AsyncService
from pywats.services.box_build import AsyncBoxBuildTemplate
from pywats.services.paging import iter_pages

__all__ = ["AsyncProductService"]

# Without $filter the server never returns more rows, so a larger page would look like the last one.
_MAX_PAGE_SIZE = 1000

# Read-only, or saved through an endpoint of its own.
_NOT_SAVED_WITH_PRODUCT = ("revisions", "tags")
_NOT_SAVED_WITH_REVISION = ("tags",)


class AsyncProductService(AsyncService):
    """Products and what belongs to them."""

    async def get_products(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[ProductView]:
        """List products in their short form.

        Args:
            filter: OData filter; its names are in PascalCase (``PartNumber``, ``Category``). Without one the
                server returns at most 1000 rows.
            top: Largest number of rows, from 1 up.
            skip: Rows to pass over (not confirmed on a server).
            orderby: OData ordering (not confirmed on a server).

        Returns:
            Rows of five members; `get_product` gives the rest.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/Query
        """
        products = await self._client.request_optional(
            "GET",
            "/api/Product/Query",
            list[ProductView],
            params={
                "$filter": filter,
                "$top": optional_int("top", top, 1),
                "$skip": optional_int("skip", skip),
                "$orderby": orderby,
            },
        )
        return products or []

    def iter_products(
        self,
        filter: str | None = None,
        *,
        orderby: str | None = None,
        page_size: int = 1000,
    ) -> AsyncIterator[ProductView]:
        """Iterate over all products in their short form, fetched page by page as they are wanted.

        A server that ignores ``$skip`` (it is not confirmed) gives its first page only.
        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        Args:
            filter: As in `get_products`.
            orderby: As in `get_products`.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The rows; no part number comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Product/Query
        """
        checked_int("page_size", page_size, 1, _MAX_PAGE_SIZE)
        return iter_pages(
            self._client,
            lambda top, skip: self.get_products(filter, top=top, skip=skip, orderby=orderby),
            key=lambda product: product.part_number,
            page_size=page_size,
        )

    async def get_product(self, part_number: str) -> Product:
        """Read one product with its revisions and tags.

        Args:
            part_number: Part number.

        Returns:
            The product.

        Raises:
            NotFoundError: No product has this part number.
            ValueError: The part number cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/{partNumber}
        """
        return await self._client.request(
            "GET",
            "/api/Product/{partNumber}",
            Product,
            path_params={"partNumber": required_text("part_number", part_number)},
        )

    async def save_product(self, product: Product) -> Product:
        """Create a product, or update an existing one.

        Without `product_id` the server adds a product (what adding a part number twice does is not
        documented); with it, it updates that product. `tags` (read-only) and `revisions` (see
        `save_revision`) are not sent.

        Args:
            product: The product.

        Returns:
            The stored product.

        Raises:
            BadRequestError: The server rejected the product.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product
        """
        return await self._client.request(
            "PUT", "/api/Product", Product, content=to_json(product, exclude=_NOT_SAVED_WITH_PRODUCT)
        )

    async def save_products(self, products: Iterable[Product]) -> None:
        """Create or update many products at once, meant for ERP integration.

        Not confirmed on a server. `tags` and `revisions` are not sent, as in `save_product`.

        Args:
            products: The products.

        Raises:
            TypeError: `products` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a product.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Products
        """
        content = to_json(checked_models(Product, "products", products), exclude=_NOT_SAVED_WITH_PRODUCT)
        await self._client.send("PUT", "/api/Products", content=content)

    async def get_revision(self, part_number: str, revision: str) -> ProductRevision:
        """Read one product revision.

        Not confirmed on a server; some are said to take the tail of a revision with a dot, such as 1.0, for
        a file extension, and to answer 404. `get_product` lists all revisions.

        Args:
            part_number: Part number of the product.
            revision: Revision name.

        Returns:
            The revision.

        Raises:
            NotFoundError: No such product or revision.
            ValueError: A name cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/{partNumber}/{revision}
        """
        return await self._client.request(
            "GET",
            "/api/Product/{partNumber}/{revision}",
            ProductRevision,
            path_params={
                "partNumber": required_text("part_number", part_number),
                "revision": required_text("revision", revision),
            },
        )

    async def save_revision(self, revision: ProductRevision) -> ProductRevision:
        """Create a product revision, or update an existing one.

        Without `product_revision_id` the server adds a revision (what adding one twice does is not
        documented); with it, it updates that revision. `tags` (read-only) are not sent.

        Args:
            revision: The revision, with `product_id` or `part_number` to name its product.

        Returns:
            The stored revision.

        Raises:
            BadRequestError: The server rejected the revision.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/Revision
        """
        return await self._client.request(
            "PUT",
            "/api/Product/Revision",
            ProductRevision,
            content=to_json(revision, exclude=_NOT_SAVED_WITH_REVISION),
        )

    async def save_revisions(self, revisions: Iterable[ProductRevision]) -> None:
        """Create or update many revisions at once, meant for ERP integration.

        Not confirmed on a server. `tags` (read-only) are not sent.

        Args:
            revisions: The revisions.

        Raises:
            TypeError: `revisions` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a revision.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Products/Revisions
        """
        models = checked_models(ProductRevision, "revisions", revisions)
        content = to_json(models, exclude=_NOT_SAVED_WITH_REVISION)
        await self._client.send("PUT", "/api/Products/Revisions", content=content)

    async def update_bom(self, bom: Bom) -> None:
        """Upload the bill of materials of a product revision, in place of the one that it has.

        Adds the product and the revision when they are missing.

        Args:
            bom: The bill of materials, with at least one component.

        Raises:
            ValueError: The BOM lacks what the server insists on; nothing was sent.
            ServerError: The server found the BOM invalid, or failed: it answers 500 to both.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/BOM
        """
        await self._client.send(
            "PUT", "/api/Product/BOM", content=bom.to_xml(), content_type="application/xml"
        )

    async def get_product_groups_by_product(self, part_number: str, *, revision: str | None = None) -> object:
        """Find the product groups that a part number and revision fall into.

        Not confirmed on a server.

        Args:
            part_number: Part number.
            revision: Revision name.

        Returns:
            The JSON answer as it is, as its shape is not documented; None if it is empty.

        Raises:
            ValueError: `part_number` is blank; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/ProductGroupsByProduct
        """
        return await self._client.request_optional(
            "GET",
            "/api/Product/ProductGroupsByProduct",
            object,
            params={"partNumber": required_text("part_number", part_number), "revision": revision},
        )

    async def add_product_group_filter(
        self,
        product_group: str,
        part_number: str,
        *,
        revision: str | None = None,
        exclude: bool | None = None,
    ) -> None:
        """Add a part number filter to an existing product group.

        Not confirmed on a server. Adding twice may add two filters, so a request that may have taken effect
        is not repeated.

        Args:
            product_group: Name of a group that exists.
            part_number: Part number to add.
            revision: Revision to add.
            exclude: True makes it a filter that leaves the part out.

        Raises:
            ValueError: A text is blank; nothing was sent.
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/Product/ProductGroupFilter
        """
        await self._client.send(
            "POST",
            "/api/Product/ProductGroupFilter",
            params={
                "productGroup": required_text("product_group", product_group),
                "partNumber": required_text("part_number", part_number),
                "revision": revision,
                "exclude": exclude,
            },
            idempotent=False,
        )

    async def get_vendors(self) -> list[Vendor]:
        """List component vendors.

        Returns:
            The vendors.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/Vendors
        """
        return await self._client.request_optional("GET", "/api/Product/Vendors", list[Vendor]) or []

    async def save_vendors(self, vendors: Iterable[Vendor]) -> None:
        """Register vendors; those already known are left as they are.

        Args:
            vendors: The vendors.

        Raises:
            TypeError: `vendors` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a vendor.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/Vendors
        """
        await self._client.send(
            "PUT", "/api/Product/Vendors", content=to_json(checked_models(Vendor, "vendors", vendors))
        )

    async def delete_vendors(self, vendors: Iterable[Vendor]) -> None:
        """Delete vendors, named in the request body.

        Not confirmed on a server. A proxy may drop the body of a DELETE request.

        Args:
            vendors: The vendors.

        Raises:
            TypeError: `vendors` is no iterable of these, or a single one; nothing was sent.
            BadRequestError: The server rejected a vendor.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Product/Vendors
        """
        await self._client.send(
            "DELETE", "/api/Product/Vendors", content=to_json(checked_models(Vendor, "vendors", vendors))
        )

    async def get_box_build_template(self, part_number: str, revision: str) -> AsyncBoxBuildTemplate:
        """Read which sub-units a product revision is made of, in order to change them.

        Args:
            part_number: Part number of the product.
            revision: Revision name.

        Returns:
            The components, edited locally and written by its `save`. It has none if the revision has no bill
            of materials yet.

        Raises:
            NotFoundError: No such product or revision.
            ValueError: The `xml_data` of the revision is no XML.
            WatsError: A request failed.

        WATS endpoint: GET /api/Product/{partNumber}/{revision}, or GET /api/Product/{partNumber} where the
        server cannot find a revision because its name holds a dot
        """
        with self._client.call_scope():
            stored = await self._find_revision(part_number, revision)
        return AsyncBoxBuildTemplate(self, Bom.from_xml_data(stored.xml_data, part_number, revision))

    async def _find_revision(self, part_number: str, revision: str) -> ProductRevision:
        try:
            return await self.get_revision(part_number, revision)
        except NotFoundError:
            if "." not in revision:
                raise
            product = await self.get_product(part_number)
            for candidate in product.revisions or []:
                if candidate.revision == revision:
                    return candidate
            raise
