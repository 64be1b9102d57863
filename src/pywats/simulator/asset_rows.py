"""Assets, log records and asset types as the API shows them, and what can be asked about them."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

from .asset_status import due_date
from .asset_store import Assets
from .asset_tags import tags
from .odata import Entity, Rules

_ASSET = Entity(
    {
        "assetId": "string",
        "parentAssetId": "string",
        "serialNumber": "string",
        "parentSerialNumber": "string",
        "assetName": "string",
        "partNumber": "string",
        "revision": "string",
        "typeId": "guid",
        "state": "number",
        "description": "string",
        "location": "string",
        "firstSeenDate": "datetime",
        "lastSeenDate": "datetime",
        "lastMaintenanceDate": "datetime",
        "nextMaintenanceDate": "datetime",
        "lastCalibrationDate": "datetime",
        "nextCalibrationDate": "datetime",
        "totalCount": "number",
        "runningCount": "number",
        "xmlData": "xml",
    }
)
_LOG = Entity(
    {
        "logId": "number",
        "assetId": "string",
        "serialNumber": "string",
        "date": "datetime",
        "user": "string",
        "type": "number",
        "property": "string",
        "value": "string",
        "comment": "string",
    }
)
_TYPE = Entity(
    {
        "typeId": "guid",
        "typeName": "string",
        "runningCountLimit": "number",
        "totalCountLimit": "number",
        "maintenanceInterval": "number",
        "calibrationInterval": "number",
        "warningThreshold": "number",
        "alarmThreshold": "number",
        "isReadonly": "boolean",
        "icon": "string",
    }
)


def _rules(entity: Entity, order: str) -> Rules:
    return Rules(entity=entity, sortable={name: name for name in entity.fields}, order=order, top=1000)


ASSETS = _rules(_ASSET, "assetId")
LOG = _rules(_LOG, "date desc,logId desc")
TYPES = _rules(_TYPE, "typeName")


def asset_row(asset: Row) -> dict[str, Any]:
    """An asset as a list shows it."""
    computed = {
        "nextMaintenanceDate": due_date(asset, "maintenance"),
        "nextCalibrationDate": due_date(asset, "calibration"),
    }
    return {name: computed[name] if name in computed else asset[name] for name in _ASSET.fields}


def short_asset(asset: Row) -> dict[str, Any]:
    """An asset with its tags, without its family, type and log."""
    row = asset_row(asset)
    del row["xmlData"]
    return {**row, "ClientId": asset["ClientId"], "tags": tags(asset["xmlData"])}


def asset_tree(assets: Assets, asset: Row) -> dict[str, Any]:
    """An asset with all assets below it."""
    children = [asset_tree(assets, child) for child in assets.children(asset["assetId"])]
    return {**short_asset(asset), "assetChildren": children}


def log_row(record: Row) -> dict[str, Any]:
    """A log record; this server knows no users."""
    return {name: None if name == "user" else record[name] for name in _LOG.fields}


def type_row(row: Row) -> dict[str, Any]:
    """An asset type."""
    return {**dict(row), "isReadonly": bool(row["isReadonly"])}
