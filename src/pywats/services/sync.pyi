# Generated from the async services by python scripts/generate_type_stubs.py: run it rather than edit this.
# For type checkers only: at run time there is no such module, and the objects are SyncServiceWrappers.

from collections.abc import Iterator, Mapping, Sequence
from typing import Never
from uuid import UUID

from pywats.core.files import DownloadTarget, Progress
from pywats.models.process import Process
from pywats.models.product import Bom, BomComponent, Product, ProductRevision, ProductView, Vendor
from pywats.models.report import (
    MiscInfoSearchRow,
    ReportHeader,
    ReportInsertResult,
    ReportTypeFilter,
    UURReport,
    UUTReport,
)

class SyncAnalyticsService:
    """Statistics over test and repair reports: yield, failures, measurements, OEE."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...

class SyncAssetService:
    """Test equipment: its types, state, counters, calibration, maintenance and log."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...

class SyncBoxBuildTemplate:
    """The sub-units of a product revision, edited here and written to the server by `save`."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    @property
    def part_number(self) -> str:
        """Part number of the product."""

    @property
    def revision(self) -> str:
        """Revision of the product."""

    @property
    def components(self) -> tuple[BomComponent, ...]:
        """The components, in their order on the server."""

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

    def remove_component(self, number: str, *, rev: str | None = None) -> None:
        """Remove a component; nothing is sent before `save`.

        Args:
            number: Part number of the component.
            rev: Its revision; None for the one that has no revision.

        Raises:
            ValueError: The template has no such component.
        """

    def save(self) -> None:
        """Write the components to the server, in place of those that it has.

        Raises:
            ValueError: There is no component, which the server refuses; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/BOM
        """

class SyncProcessService:
    """The operations that the server knows."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_processes(
        self,
        *,
        include_test_operations: bool | None = None,
        include_repair_operations: bool | None = None,
        include_wip_operations: bool | None = None,
        include_inactive_processes: bool | None = None,
    ) -> list[Process]:
        """List test, repair and WIP operations.

        Without arguments the server lists the active ones of all three kinds.

        Args:
            include_test_operations: Include test operations.
            include_repair_operations: Include repair operations.
            include_wip_operations: Include work-in-progress operations.
            include_inactive_processes: Include processes that are not active.

        Returns:
            The processes; repair operations come with their settings, categories and repair codes.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/App/Processes
        """

class SyncProductService:
    """Products and what belongs to them."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def get_products(
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
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/Query
        """

    def iter_products(
        self, filter: str | None = None, *, orderby: str | None = None, page_size: int = 1000
    ) -> Iterator[ProductView]:
        """Iterate over all products in their short form, fetched page by page as they are wanted.

        A server that ignores ``$skip`` (it is not confirmed) gives its first page only.

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

    def get_product(self, part_number: str) -> Product:
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

    def save_product(self, product: Product) -> Product:
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

    def save_products(self, products: Sequence[Product]) -> None:
        """Create or update many products at once, meant for ERP integration.

        Not confirmed on a server. `tags` and `revisions` are not sent, as in `save_product`.

        Args:
            products: The products.

        Raises:
            BadRequestError: The server rejected a product.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Products
        """

    def get_revision(self, part_number: str, revision: str) -> ProductRevision:
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

    def save_revision(self, revision: ProductRevision) -> ProductRevision:
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

    def save_revisions(self, revisions: Sequence[ProductRevision]) -> None:
        """Create or update many revisions at once, meant for ERP integration.

        Not confirmed on a server. `tags` (read-only) are not sent.

        Args:
            revisions: The revisions.

        Raises:
            BadRequestError: The server rejected a revision.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Products/Revisions
        """

    def update_bom(self, bom: Bom) -> None:
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

    def get_product_groups_by_product(self, part_number: str, *, revision: str | None = None) -> object:
        """Find the product groups that a part number and revision fall into.

        Not confirmed on a server.

        Args:
            part_number: Part number.
            revision: Revision name.

        Returns:
            The JSON answer as it is, as its shape is not documented; None if it is empty.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/ProductGroupsByProduct
        """

    def add_product_group_filter(
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
            BadRequestError: The server rejected the filter.
            WatsError: The request failed.

        WATS endpoint: POST /api/Product/ProductGroupFilter
        """

    def get_vendors(self) -> list[Vendor]:
        """List component vendors.

        Returns:
            The vendors.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/Product/Vendors
        """

    def save_vendors(self, vendors: Sequence[Vendor]) -> None:
        """Register vendors; those already known are left as they are.

        Args:
            vendors: The vendors.

        Raises:
            BadRequestError: The server rejected a vendor.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Product/Vendors
        """

    def delete_vendors(self, vendors: Sequence[Vendor]) -> None:
        """Delete vendors, named in the request body.

        Not confirmed on a server. A proxy may drop the body of a DELETE request.

        Args:
            vendors: The vendors.

        Raises:
            BadRequestError: The server rejected a vendor.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Product/Vendors
        """

    def get_box_build_template(self, part_number: str, revision: str) -> SyncBoxBuildTemplate:
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

class SyncProductionService:
    """Units, their phases and assemblies, serial numbers and batches."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...

class SyncReportService:
    """Test reports (UUT) and repair reports (UUR)."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def query_headers(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
        select: str | None = None,
        expand: str | None = None,
        report_type: ReportTypeFilter | None = None,
    ) -> list[ReportHeader]:
        """List report headers, newest start first.

        Args:
            filter: OData filter over the header properties: string functions, and/or/not, eq ne gt ge lt le
                in, and any() over the expandable collections. A quote inside a text is doubled. Results are
                filtered by their full word (``result eq 'Failed'``), `reportType` by its letter (T or R).
            top: Largest number of rows, 1 to 10000; the server's default is 10.
            skip: Rows to pass over.
            orderby: One of start, uuid, serialNumber, timestamp, with asc or desc. ``timestamp asc``
                (processing order) suits incremental polling.
            select: Comma separated header properties to return; the other members are None.
            expand: Comma separated collections to include: subUnits, miscInfo, assets, attachments,
                uurSubUnits, uurMiscInfo, uurAttachments.
            report_type: Test or repair reports only. Not confirmed on a server; the documented way is the
                filter ``reportType eq 'T'`` (or ``'R'``).

        Returns:
            The matching headers; many of their members need a server from 2022.2 on.

        Raises:
            BadRequestError: The OData expression is wrong or not supported.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Query/Header
        """

    def iter_headers(
        self,
        filter: str | None = None,
        *,
        orderby: str | None = None,
        select: str | None = None,
        expand: str | None = None,
        report_type: ReportTypeFilter | None = None,
        page_size: int = 1000,
    ) -> Iterator[ReportHeader]:
        """Iterate over all matching report headers, fetched page by page as they are wanted.

        Reports that arrive meanwhile may or may not be among them; ``orderby="timestamp asc"`` puts them at
        the end.

        Args:
            filter: As in `query_headers`.
            orderby: As in `query_headers`.
            select: As in `query_headers`; uuid is always fetched too.
            expand: As in `query_headers`.
            report_type: As in `query_headers`.
            page_size: Rows per request, 1 to 10000.

        Returns:
            The headers; no uuid comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Report/Query/Header
        """

    def query_headers_by_misc_info(
        self,
        *,
        process_code: int | None = None,
        serial_number: str | None = None,
        description: str | None = None,
        data: str | None = None,
    ) -> list[MiscInfoSearchRow]:
        """Find test reports by the content of their misc info; each argument narrows the result.

        Args:
            process_code: Test operation code of the report.
            serial_number: Serial number of the unit.
            description: Name of the misc info field.
            data: Value of the misc info field.

        Returns:
            The matching reports with their misc info.

        Raises:
            BadRequestError: A value was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Query/HeaderByMiscInfo
        """

    def submit_report(self, report: UUTReport | UURReport | Mapping[str, object]) -> ReportInsertResult:
        """Submit one test or repair report (WSJF).

        Returning means that the server has received and validated the report; it processes it afterwards, so
        a read right away may not find it yet.

        The request is retried although it is a POST: the report's id is chosen by its sender, and the server
        replaces a report that has the same id, so that a report sent twice is stored once. For the same
        reason, submitting a report that was read with parts left out overwrites the complete one. That the
        replacement is complete is assumed, not tested against a server.

        Args:
            report: The report, or a WSJF document as a mapping.

        Returns:
            What the server made of it; needs a server from 20.2 on.

        Raises:
            ValueError: The report has no usable id, or is no WSJF document; nothing was sent.
            TypeError: It is something else altogether.
            BadRequestError: The report does not validate; the text names the place as a step path from root.
            RateLimitError: Too many requests.
            WatsError: The request failed.

        WATS endpoint: POST /api/Report/WSJF
        """

    def get_report(
        self,
        report_id: UUID | str,
        *,
        detail_level: int | None = None,
        include_chart_data: bool | None = None,
        include_attachments: bool | None = None,
    ) -> UUTReport | UURReport:
        """Read one report (WSJF).

        Args:
            report_id: Report id, the `uuid` of its header.
            detail_level: How much of the report to return, from 0 (what identifies it) to 7 (everything, the
                server's default). Attachments come from 4 up, plot points from 6 up.
            include_chart_data: False leaves out the plot points; the server's default is True.
            include_attachments: False leaves out attachment content; the server's default is True.

        Returns:
            The report; at a detail level below 7, members that the server left out are None.

        Raises:
            NotFoundError: No such report, or the server still processes it: it gives an empty answer then.
            ValueError: `report_id` is no UUID, or `detail_level` is out of range; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Wsjf/{id}
        """

    def submit_report_xml(self, document: str | bytes) -> ReportInsertResult:
        """Submit one test or repair report as WSXF (XML).

        The request is retried although it is a POST, as in `submit_report`: that the ID attribute of the
        Report element works like the id of a WSJF report is an assumption.

        Args:
            document: The document: a Reports element around exactly one Report with its required attributes.
                Bytes are sent as they are, text as UTF-8.

        Returns:
            What the server made of it, without ids if it does not say; needs a server from 20.2 on.

        Raises:
            BadRequestError: The report does not validate.
            RateLimitError: Too many requests.
            WatsError: The request failed.

        WATS endpoint: POST /api/Report/WSXF
        """

    def get_report_xml(
        self,
        report_id: UUID | str,
        *,
        detail_level: int | None = None,
        include_attachments: bool | None = None,
        include_chart_data: bool | None = None,
        include_indexes: bool | None = None,
    ) -> str:
        """Read one report as WSXF (XML).

        Args:
            report_id: Report id, the `uuid` of its header.
            detail_level: As in `get_report`.
            include_attachments: As in `get_report`.
            include_chart_data: As in `get_report`.
            include_indexes: False leaves out the index attributes. Sources differ on the server's default.

        Returns:
            The document; empty while the server still processes the report.

        Raises:
            NotFoundError: No such report.
            ValueError: `report_id` is no UUID, or `detail_level` is out of range; nothing was sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Wsxf/{id}
        """

    def get_attachment(
        self,
        report_id: UUID | str,
        target: DownloadTarget,
        *,
        step_id: int | None = None,
        attachment_id: UUID | str | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Download one attached file of a report.

        Both ids are in the header of the report: ``query_headers(expand="attachments")`` for a test report,
        ``expand="uurAttachments"`` for a repair report. The report itself has them too, step ids only if its
        sender numbered the steps.

        Args:
            report_id: Report id.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            step_id: For a test report: the id of the step that holds the file.
            attachment_id: For a repair report: the id of the binary data.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: Not exactly one of `step_id` and `attachment_id` is given, or an id is no UUID;
                nothing was sent.
            NotFoundError: No such report or file.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Attachment
        """

    def get_attachments_zip(
        self, report_id: UUID | str, target: DownloadTarget, *, progress: Progress | None = None
    ) -> int:
        """Download all attached files of a report as one zip archive.

        Args:
            report_id: Report id.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: `report_id` is no UUID; nothing was sent.
            NotFoundError: No such report.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Attachments/{id}
        """

    def get_certificate(
        self, report_id: UUID | str, target: DownloadTarget, *, progress: Progress | None = None
    ) -> int:
        """Download the test certificate of a report, by all accounts a PDF file.

        Args:
            report_id: Report id.
            target: A path, which gets the whole file or nothing, or a file object opened for writing bytes.
            progress: Called with the bytes done and the bytes in total (None if unknown).

        Returns:
            The number of bytes written.

        Raises:
            ValueError: `report_id` is no UUID; nothing was sent.
            NotFoundError: No such report or certificate.
            WatsError: The request failed.

        WATS endpoint: GET /api/Report/Certificate/{id}
        """

class SyncRootCauseService:
    """Root cause tickets and their attachments."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...

class SyncScimService:
    """User accounts of the server, by the SCIM protocol (RFC 7644)."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...

class SyncSoftwareService:
    """Software packages for test stations."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
