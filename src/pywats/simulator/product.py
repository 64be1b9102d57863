"""The service Product: products, revisions, bills of materials, product groups and vendors.

Where the API's description is silent, this server does the following. Adding a product or a
revision that exists updates it. On an update, members that were not sent keep their value.
Bulk saves are done wholly or not at all. Product group filters compare part numbers as
texts, without wildcards.
"""

from __future__ import annotations

import uuid
from io import BytesIO
from sqlite3 import Row
from typing import Any
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .custom_data import checked_xml, tags
from .odata import Entity, Rules, select
from .store import Store
from .wire import (
    ApiError,
    ApiRoute,
    Members,
    Query,
    bad_request,
    done,
    json_object,
    json_objects,
    not_found,
    parse_xml,
)

_WSBF = "{http://wats.virinco.com/schemas/WATS/wsbf}"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS product (
    productId TEXT PRIMARY KEY,
    partNumber TEXT NOT NULL UNIQUE,
    name TEXT,
    description TEXT,
    nonSerial INTEGER NOT NULL,
    state INTEGER NOT NULL,
    xmlData TEXT,
    productCategoryId TEXT,
    productCategoryName TEXT
);
CREATE TABLE IF NOT EXISTS revision (
    productRevisionId TEXT PRIMARY KEY,
    productId TEXT NOT NULL REFERENCES product,
    revision TEXT NOT NULL,
    name TEXT,
    description TEXT,
    state INTEGER NOT NULL,
    xmlData TEXT,
    UNIQUE (productId, revision)
);
CREATE TABLE IF NOT EXISTS product_group (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS product_group_filter (
    groupId INTEGER NOT NULL REFERENCES product_group,
    partNumber TEXT NOT NULL,
    revision TEXT,
    exclude INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS vendor (name TEXT PRIMARY KEY);
INSERT OR IGNORE INTO product_group VALUES (1, 'Control boards'), (2, 'Power modules');
"""

_VIEW = Entity(
    {
        "partNumber": "string",
        "name": "string",
        "category": "string",
        "nonSerial": "boolean",
        "state": "number",
    }
)
_QUERY = Rules(entity=_VIEW, sortable={name: name for name in _VIEW.fields}, order="partNumber", top=1000)
_STATES = (0, 1)
_REVISIONS = "SELECT r.*, p.partNumber AS PartNumber FROM revision r JOIN product p USING (productId)"


class ProductService:
    """Answers the operations under ``/api/Product`` and ``/api/Products``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def routes(self) -> list[ApiRoute]:
        """The service's routes; the two with parameters last, as they would match the others too."""
        return [
            ApiRoute("GET", "/api/Product/Query", self.get_products),
            ApiRoute("PUT", "/api/Product", self.save_product),
            ApiRoute("PUT", "/api/Products", self.save_products),
            ApiRoute("PUT", "/api/Product/Revision", self.save_revision),
            ApiRoute("PUT", "/api/Products/Revisions", self.save_revisions),
            ApiRoute("PUT", "/api/Product/BOM", self.update_bom),
            ApiRoute("GET", "/api/Product/ProductGroupsByProduct", self.get_product_groups_by_product),
            ApiRoute("POST", "/api/Product/ProductGroupFilter", self.add_product_group_filter),
            ApiRoute("GET", "/api/Product/Vendors", self.get_vendors),
            ApiRoute("PUT", "/api/Product/Vendors", self.save_vendors),
            ApiRoute("DELETE", "/api/Product/Vendors", self.delete_vendors),
            ApiRoute("GET", "/api/Product/{partNumber}", self.get_product),
            ApiRoute("GET", "/api/Product/{partNumber}/{revision}", self.get_revision),
        ]

    async def get_products(self, request: Request) -> Response:
        """Lists products in their short form; 1000 unless ``$top`` says otherwise."""
        rows = [
            {
                "partNumber": row["partNumber"],
                "name": row["name"],
                "category": row["productCategoryName"],
                "nonSerial": bool(row["nonSerial"]),
                "state": row["state"],
            }
            for row in self._store.rows("SELECT * FROM product")
        ]
        return JSONResponse(select(rows, Query(request), _QUERY))

    async def save_product(self, request: Request) -> Response:
        """Adds or updates a product; its revisions and tags are not saved here."""
        sent = Members(await json_object(request))
        with self._store.transaction():
            product = self._save_product(sent)
        return JSONResponse(self._product(product))

    async def save_products(self, request: Request) -> Response:
        """Adds or updates many products."""
        items = await json_objects(request)
        with self._store.transaction():
            for item in items:
                self._save_product(Members(item))
        return done()

    async def save_revision(self, request: Request) -> Response:
        """Adds or updates a revision of the product that productId or PartNumber names."""
        sent = Members(await json_object(request))
        with self._store.transaction():
            revision = self._save_revision(sent)
        return JSONResponse(_revision(revision))

    async def save_revisions(self, request: Request) -> Response:
        """Adds or updates many revisions."""
        items = await json_objects(request)
        with self._store.transaction():
            for item in items:
                self._save_revision(Members(item))
        return done()

    async def get_product(self, request: Request) -> Response:
        """Reads one product with its revisions and tags."""
        return JSONResponse(self._product(self._found_product(request)))

    async def get_revision(self, request: Request) -> Response:
        """Reads one revision."""
        product = self._found_product(request)
        name = request.path_params["revision"]
        row = self._find_revision(product["productId"], name)
        if row is None:
            raise not_found(f"The product {product['partNumber']!r} has no revision {name!r}.")
        return JSONResponse(_revision(row))

    async def update_bom(self, request: Request) -> Response:
        """Stores a WSBF document in its revision's xmlData, beside the tags that are there.

        A document that is refused answers 500, which is what the API's description says.
        """
        document = await request.body()
        try:
            part_number, revision, description = _read_bom(document)
        except ValueError as error:
            raise ApiError(500, f"Invalid BOM: {error}") from error
        with self._store.transaction():
            product: dict[str, Any] = {"partNumber": part_number}
            if description is not None:
                product["description"] = description
            product_id = self._save_product(Members(product))["productId"]
            row = self._find_revision(product_id, revision)
            xml = _with_bom(None if row is None else row["xmlData"], document)
            self._save_revision(Members({"productId": product_id, "revision": revision, "xmlData": xml}))
        return done()

    async def get_product_groups_by_product(self, request: Request) -> Response:
        """Lists the groups with a filter that takes the product in and none that leaves it out."""
        query = Query(request)
        revision = query.text("revision")
        rows = self._store.rows(
            "SELECT g.id AS id, g.name AS name FROM product_group g"
            " JOIN product_group_filter f ON f.groupId = g.id"
            " WHERE f.partNumber = ? AND (f.revision IS NULL OR ? IS NULL OR f.revision = ?)"
            " GROUP BY g.id HAVING NOT max(f.exclude) ORDER BY g.id",
            query.required("partNumber"),
            revision,
            revision,
        )
        return JSONResponse([{"productGroupId": row["id"], "productGroupName": row["name"]} for row in rows])

    async def add_product_group_filter(self, request: Request) -> Response:
        """Adds a part number to one of the groups Control boards and Power modules."""
        query = Query(request)
        name = query.required("productGroup")
        group = self._store.row("SELECT id FROM product_group WHERE name = ?", name)
        if group is None:
            raise bad_request(f"There is no product group {name!r}.")
        self._store.run(
            "INSERT INTO product_group_filter VALUES (?, ?, ?, ?)",
            group["id"],
            query.required("partNumber"),
            query.text("revision"),
            bool(query.flag("exclude")),
        )
        return done()

    async def get_vendors(self, _request: Request) -> Response:
        """Lists the vendors by name."""
        rows = self._store.rows("SELECT name FROM vendor ORDER BY name")
        return JSONResponse([{"VendorName": row["name"]} for row in rows])

    async def save_vendors(self, request: Request) -> Response:
        """Adds vendors; those already known are left as they are."""
        return await self._each_vendor(request, "INSERT OR IGNORE INTO vendor VALUES (?)")

    async def delete_vendors(self, request: Request) -> Response:
        """Deletes vendors; unknown ones are passed over."""
        return await self._each_vendor(request, "DELETE FROM vendor WHERE name = ?")

    async def _each_vendor(self, request: Request, statement: str) -> Response:
        items = await json_objects(request)
        with self._store.transaction():
            for item in items:
                self._store.run(statement, Members(item).required("VendorName"))
        return done()

    def _save_product(self, sent: Members) -> Row:
        part_number = sent.required("partNumber")
        identifier = sent.guid("productId")
        namesake = self._find_product("partNumber", part_number)
        if identifier is None:
            identifier = str(uuid.uuid4()) if namesake is None else namesake["productId"]
        elif self._find_product("productId", identifier) is None:
            raise bad_request(f"There is no product with the productId {identifier}.")
        elif namesake is not None and namesake["productId"] != identifier:
            raise bad_request(f"Another product has the part number {part_number!r}.")
        values = {"partNumber": part_number, **_common_values(sent)}
        if "nonSerial" in sent:
            values["nonSerial"] = sent.flag("nonSerial")
        if "productCategoryId" in sent:
            values["productCategoryId"] = sent.guid("productCategoryId")
        if "productCategoryName" in sent:
            values["productCategoryName"] = sent.text("productCategoryName")
        self._upsert("product", {"productId": identifier, "nonSerial": False, "state": 1}, values)
        return self._store.one("SELECT * FROM product WHERE productId = ?", identifier)

    def _save_revision(self, sent: Members) -> Row:
        name = sent.required("revision")
        product_id = self._owner(sent)["productId"]
        identifier = sent.guid("productRevisionId")
        namesake = self._find_revision(product_id, name)
        if identifier is None:
            identifier = str(uuid.uuid4()) if namesake is None else namesake["productRevisionId"]
        elif self._store.row("SELECT 1 FROM revision WHERE productRevisionId = ?", identifier) is None:
            raise bad_request(f"There is no revision with the productRevisionId {identifier}.")
        elif namesake is not None and namesake["productRevisionId"] != identifier:
            raise bad_request(f"The product has another revision {name!r}.")
        values = {"productId": product_id, "revision": name, **_common_values(sent)}
        self._upsert("revision", {"productRevisionId": identifier, "state": 1}, values)
        return self._store.one(f"{_REVISIONS} WHERE productRevisionId = ?", identifier)

    def _owner(self, sent: Members) -> Row:
        identifier, part_number = sent.guid("productId"), sent.text("PartNumber")
        if identifier is not None:
            product = self._find_product("productId", identifier)
        elif part_number:
            product = self._find_product("partNumber", part_number)
        else:
            raise bad_request("productId or PartNumber is required.")
        if product is None:
            raise bad_request(f"There is no product {identifier or part_number!r}.")
        return product

    def _upsert(self, table: str, new: dict[str, Any], values: dict[str, Any]) -> None:
        """Adds a row, its key first, or changes the values of the one with that key."""
        row = {**new, **values}
        marks = ", ".join("?" * len(row))
        changes = ", ".join(f"{name} = excluded.{name}" for name in values)
        self._store.run(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - our own names
            f" ON CONFLICT ({next(iter(new))}) DO UPDATE SET {changes}",
            *row.values(),
        )

    def _find_product(self, column: str, value: str) -> Row | None:
        return self._store.row(f"SELECT * FROM product WHERE {column} = ?", value)  # noqa: S608 - our own names

    def _find_revision(self, product_id: str, name: str) -> Row | None:
        return self._store.row(f"{_REVISIONS} WHERE productId = ? AND revision = ?", product_id, name)

    def _found_product(self, request: Request) -> Row:
        part_number = request.path_params["partNumber"]
        product = self._find_product("partNumber", part_number)
        if product is None:
            raise not_found(f"There is no product {part_number!r}.")
        return product

    def _product(self, row: Row) -> dict[str, Any]:
        revisions = self._store.rows(f"{_REVISIONS} WHERE productId = ? ORDER BY revision", row["productId"])
        return {
            **dict(row),
            "nonSerial": bool(row["nonSerial"]),
            "revisions": [_revision(revision) for revision in revisions],
            "tags": tags(row["xmlData"]),
        }


def _revision(row: Row) -> dict[str, Any]:
    return {**dict(row), "tags": tags(row["xmlData"])}


def _common_values(sent: Members) -> dict[str, Any]:
    values: dict[str, Any] = {name: sent.text(name) for name in ("name", "description") if name in sent}
    if "state" in sent:
        values["state"] = sent.choice("state", _STATES)
    if "xmlData" in sent:
        values["xmlData"] = checked_xml(sent.text("xmlData"))
    return values


def _read_bom(document: bytes) -> tuple[str, str, str | None]:
    if not document.strip():
        raise ValueError("The body is empty.")
    root = parse_xml(document)
    if root.tag != f"{_WSBF}BOM":
        raise ValueError(f"The root element must be {_WSBF}BOM, not {root.tag}.")
    part_number, revision = root.get("Partnumber"), root.get("Revision")
    if not part_number or not revision:
        raise ValueError("Partnumber and Revision are required.")
    components = root.findall(f"{_WSBF}Component")
    if not components:
        raise ValueError("There is no Component.")
    if not all(component.get("Number") for component in components):
        raise ValueError("A Component has no Number.")
    return part_number, revision, root.get("Desc")


def _with_bom(xml: str | None, document: bytes) -> str:
    kept = [] if not xml else [child for child in parse_xml(xml) if child.tag != f"{_WSBF}BOM"]
    others = "".join(ET.tostring(child, encoding="unicode") for child in kept)
    # Unlike tostring(), canonicalize() leaves the namespace prefixes as they were sent.
    bom = ET.canonicalize(from_file=BytesIO(document))
    return f"<Root>{others}{bom}</Root>"
