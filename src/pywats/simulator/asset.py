"""The service Asset: test equipment, its types, counts, calibration, maintenance and log.

Where the API's description is silent, this server does the following. An asset is updated by
its assetId, or by its serialNumber if it has none; members that were not sent keep their
value, tags that were not sent stay, and a tag goes with the change 3 (delete). Counts and
dates are taken from a new asset only. Each change of an asset leaves a log record, also a
count that a report tells of. Calibration leaves the running count alone. Sub-assets come as
a flat list, level by level; without a level as with level 0. Commands answer null.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from sqlite3 import Row
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .asset_rows import ASSETS, LOG, TYPES, asset_row, asset_tree, log_row, short_asset, type_row
from .asset_status import status
from .asset_store import Assets, LogType, as_text, read_moment
from .asset_tags import changed_tags
from .moments import now
from .odata import select
from .store import Store
from .wire import ApiRoute, Members, Query, bad_request, guid, json_object, not_found

_IN_OPERATION = 1
_STATES = (0, _IN_OPERATION, 2, 3, 4, 5, 6)
_TEXTS = ("assetName", "partNumber", "revision", "description", "location")
_DATES = {
    "firstSeenDate": "firstSeenDate",
    "lastSeenDate": "lastSeenDate",
    "lastMaintenanceDate": "lastMaintenanceDate",
    "nextMaintenanceDate": "externalMaintenanceDate",
    "lastCalibrationDate": "lastCalibrationDate",
    "nextCalibrationDate": "externalCalibrationDate",
}
_COUNTS = ("totalCount", "runningCount")
_LIMITS = ("runningCountLimit", "totalCountLimit")
_NUMBERS = ("maintenanceInterval", "calibrationInterval", "warningThreshold", "alarmThreshold")


class AssetService:
    """Answers the operations under ``/api/Asset``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._assets = Assets(store)

    def routes(self) -> list[ApiRoute]:
        """The service's routes; the one with a parameter last, as it would match others too."""
        return [
            ApiRoute("GET", "/api/Asset", self.get_assets),
            ApiRoute("PUT", "/api/Asset", self.save_asset),
            ApiRoute("DELETE", "/api/Asset", self.delete_asset),
            ApiRoute("GET", "/api/Asset/Status", self.get_asset_status),
            ApiRoute("PUT", "/api/Asset/State", self.set_asset_state),
            ApiRoute("PUT", "/api/Asset/Count", self.increment_count),
            ApiRoute("POST", "/api/Asset/ResetRunningCount", self.reset_running_count),
            ApiRoute("PUT", "/api/Asset/SetRunningCount", self.set_running_count),
            ApiRoute("PUT", "/api/Asset/SetTotalCount", self.set_total_count),
            ApiRoute("POST", "/api/Asset/Calibration", self.record_calibration),
            ApiRoute("POST", "/api/Asset/Calibration/External", self.record_external_calibration),
            ApiRoute("POST", "/api/Asset/Maintenance", self.record_maintenance),
            ApiRoute("POST", "/api/Asset/Maintenance/External", self.record_external_maintenance),
            ApiRoute("GET", "/api/Asset/Log", self.get_asset_log),
            ApiRoute("POST", "/api/Asset/Message", self.add_log_message),
            ApiRoute("GET", "/api/Asset/Types", self.get_asset_types),
            ApiRoute("PUT", "/api/Asset/Types", self.save_asset_type),
            ApiRoute("GET", "/api/Asset/SubAssets", self.get_sub_assets),
            ApiRoute("GET", "/api/Asset/{assetId}", self.get_asset),
        ]

    async def get_assets(self, request: Request) -> Response:
        """Lists assets by assetId; 1000 unless ``$top`` says otherwise."""
        rows = [asset_row(asset) for asset in self._assets.all()]
        return JSONResponse(select(rows, Query(request), ASSETS))

    async def get_asset(self, request: Request) -> Response:
        """Reads the asset that has this id, or this serial number."""
        name = request.path_params["assetId"]
        asset = self._assets.by_id(name) or self._assets.by_serial_number(name)
        if asset is None:
            raise not_found(f"There is no asset {name!r}.")
        return self._whole(asset)

    async def save_asset(self, request: Request) -> Response:
        """Adds or updates an asset."""
        sent = Members(await json_object(request))
        existing = self._existing(sent)
        values = self._values(sent, existing)
        with self._store.transaction():
            if existing is None:
                identifier = str(uuid.uuid4())
                self._assets.add({"assetId": identifier, **_new_values(sent), **values})
            else:
                identifier = existing["assetId"]
                self._assets.change(existing, values)
        return self._whole(self._assets.one(identifier))

    async def delete_asset(self, request: Request) -> Response:
        """Deletes an asset with its log; its children move up to its parent."""
        asset = self._assets.named(Query(request))
        with self._store.transaction():
            self._assets.delete(asset)
        return JSONResponse(None)

    async def get_asset_status(self, request: Request) -> Response:
        """Tells the alarm level of an asset; the message is English whatever is asked for."""
        query = Query(request)
        query.flag("translate")
        asset = self._assets.named(query)
        level, message = status(asset, now())
        counts = {name: asset[name] for name in _COUNTS}
        return JSONResponse({"alarmState": level, **counts, "message": message})

    async def set_asset_state(self, request: Request) -> Response:
        """Puts an asset into a state."""
        query = Query(request)
        query.required("state")
        state = query.integer("state", minimum=_STATES[0], maximum=_STATES[-1])
        return self._changed(query, {"state": state})

    async def increment_count(self, request: Request) -> Response:
        """Adds uses to the counts of an asset, and of all below it if incrementChildren says so."""
        query = Query(request)
        asset = self._assets.named(query)
        uses, total = query.integer("incrementBy", minimum=0), query.integer("totalCount", minimum=0)
        if (uses is None) == (total is None):
            raise bad_request("Give one of the parameters incrementBy and totalCount.")
        if uses is None:
            uses = (total or 0) - asset["totalCount"]
        if uses < 0:
            raise bad_request(f"The total count is {asset['totalCount']} already.")
        below = self._assets.below(asset["assetId"]) if query.flag("incrementChildren") else []
        with self._store.transaction():
            for counted in (asset, *below):
                self._assets.count(counted, uses)
        return JSONResponse(None)

    async def reset_running_count(self, request: Request) -> Response:
        """Sets the running count to zero."""
        query = Query(request)
        identifier = self._assets.named(query)["assetId"]
        with self._store.transaction():
            self._assets.set(identifier, runningCount=0)
            self._assets.record(
                identifier,
                LogType.RESET_COUNT,
                property_="runningCount",
                value=0,
                comment=query.text("comment"),
            )
        return JSONResponse(None)

    async def set_running_count(self, request: Request) -> Response:
        """Sets the running count; every token has the permission."""
        query = Query(request)
        query.required("runningCount")
        return self._changed(query, {"runningCount": query.integer("runningCount", minimum=0)})

    async def set_total_count(self, request: Request) -> Response:
        """Sets the total count; every token has the permission."""
        query = Query(request)
        query.required("totalCount")
        return self._changed(query, {"totalCount": query.integer("totalCount", minimum=0)})

    async def record_calibration(self, request: Request) -> Response:
        """Sets the date of the last calibration, now if none is given."""
        return self._upkeep(request, LogType.CALIBRATION, "dateTime")

    async def record_external_calibration(self, request: Request) -> Response:
        """Sets the dates of the last and the next calibration."""
        return self._upkeep(request, LogType.CALIBRATION, "fromDate", "toDate")

    async def record_maintenance(self, request: Request) -> Response:
        """Sets the date of the last maintenance, now if none is given."""
        return self._upkeep(request, LogType.MAINTENANCE, "dateTime")

    async def record_external_maintenance(self, request: Request) -> Response:
        """Sets the dates of the last and the next maintenance."""
        return self._upkeep(request, LogType.MAINTENANCE, "fromDate", "toDate")

    async def get_asset_log(self, request: Request) -> Response:
        """Lists log records, newest first."""
        rows = [log_row(record) for record in self._assets.log()]
        return JSONResponse(select(rows, Query(request), LOG))

    async def add_log_message(self, request: Request) -> Response:
        """Adds a text to the log of an asset."""
        sent = Members(await json_object(request))
        asset = self._assets.named(Query(request))
        self._assets.record(asset["assetId"], LogType.MESSAGE, comment=sent.required("content"))
        return JSONResponse(None)

    async def get_asset_types(self, request: Request) -> Response:
        """Lists asset types by name."""
        rows = [type_row(row) for row in self._assets.types()]
        return JSONResponse(select(rows, Query(request), TYPES))

    async def save_asset_type(self, request: Request) -> Response:
        """Adds an asset type, or updates the one with its typeId."""
        sent = Members(await json_object(request))
        identifier = sent.guid("typeId") or str(uuid.uuid4())
        existing = self._assets.type(identifier)
        if existing is not None and existing["isReadonly"]:
            raise bad_request(f"The asset type {existing['typeName']!r} is read-only.")
        stored = dict(existing) if existing else {"typeId": identifier, "isReadonly": 0}
        return JSONResponse(type_row(self._assets.save_type({**stored, **_type_values(sent, stored)})))

    async def get_sub_assets(self, request: Request) -> Response:
        """Lists the assets below an asset."""
        query = Query(request)
        level = query.integer("level", minimum=0) or 0
        below = self._assets.below(self._assets.named(query)["assetId"], level)
        return JSONResponse([short_asset(asset) for asset in below])

    def _whole(self, asset: Row) -> Response:
        return JSONResponse(
            {
                **asset_tree(self._assets, asset),
                "assetType": type_row(self._assets.type_of(asset)),
                "assetLog": [log_row(record) for record in self._assets.log(asset["assetId"])],
            }
        )

    def _changed(self, query: Query, values: Mapping[str, Any]) -> Response:
        asset = self._assets.named(query)
        with self._store.transaction():
            self._assets.change(asset, values)
        return JSONResponse(None)

    def _upkeep(self, request: Request, kind: LogType, done: str, due: str | None = None) -> Response:
        query = Query(request)
        identifier = self._assets.named(query)["assetId"]
        last = read_moment(query.text(done), done) or as_text(now())
        external = None if due is None else read_moment(query.text(due), due)
        if external is not None and external < last:
            raise bad_request(f"{due} must not be before {done}.")
        name = kind.name.title()
        with self._store.transaction():
            self._assets.set(identifier, **{f"last{name}Date": last, f"external{name}Date": external})
            self._assets.record(
                identifier,
                kind,
                property_=f"last{name}Date",
                value=last,
                comment=query.text("comment"),
            )
        return JSONResponse(None)

    def _existing(self, sent: Members) -> Row | None:
        """The asset that is to be updated, or None for a new one."""
        identifier, serial_number = sent.text("assetId"), sent.required("serialNumber")
        namesake = self._assets.by_serial_number(serial_number)
        if not identifier:
            return namesake
        asset = self._assets.by_id(identifier)
        if asset is None:
            raise bad_request(f"There is no asset with the assetId {identifier!r}.")
        if namesake is not None and namesake["assetId"] != asset["assetId"]:
            raise bad_request(f"Another asset has the serialNumber {serial_number!r}.")
        return asset

    def _values(self, sent: Members, existing: Row | None) -> dict[str, Any]:
        """What a sent asset sets, new or not."""
        type_id = guid(sent.required("typeId"), "typeId")
        if self._assets.type(type_id) is None:
            raise bad_request(f"There is no asset type with the typeId {type_id}.")
        values: dict[str, Any] = {"serialNumber": sent.required("serialNumber"), "typeId": type_id}
        values.update({name: sent.text(name) for name in _TEXTS if name in sent})
        if "ClientId" in sent:
            values["ClientId"] = sent.integer("ClientId")
        if "state" in sent:
            values["state"] = sent.choice("state", _STATES)
        if "tags" in sent:
            values["xmlData"] = changed_tags(existing["xmlData"] if existing else None, sent.items("tags"))
        if "parentAssetId" in sent or "parentSerialNumber" in sent:
            values["parentAssetId"] = self._parent(sent, existing)
        return values

    def _parent(self, sent: Members, existing: Row | None) -> str | None:
        """The id of the parent that is named, or a 400 if it is unknown or below the asset itself."""
        identifier, serial_number = sent.text("parentAssetId"), sent.text("parentSerialNumber")
        if not identifier and not serial_number:
            return None
        parent = self._assets.by_id(identifier) if identifier else None
        if not identifier and serial_number:
            parent = self._assets.by_serial_number(serial_number)
        if parent is None:
            raise bad_request(f"There is no parent asset {identifier or serial_number!r}.")
        if serial_number and parent["serialNumber"] != serial_number:
            raise bad_request("parentAssetId and parentSerialNumber name two assets.")
        if existing is not None:
            family = [existing, *self._assets.below(existing["assetId"])]
            if parent["assetId"] in [asset["assetId"] for asset in family]:
                raise bad_request(f"The asset {parent['serialNumber']!r} would be below itself.")
        found: str = parent["assetId"]
        return found


def _new_values(sent: Members) -> dict[str, Any]:
    """What only a new asset takes, or starts with."""
    seen = as_text(now())
    dates = {column: read_moment(sent.text(name), name) for name, column in _DATES.items()}
    return {
        "state": _IN_OPERATION,
        **dates,
        "firstSeenDate": dates["firstSeenDate"] or seen,
        "lastSeenDate": dates["lastSeenDate"] or seen,
        **{name: sent.integer(name, minimum=0) or 0 for name in _COUNTS},
    }


def _type_values(sent: Members, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a sent asset type sets; the larger one of two limits is raised to the smaller one."""
    values: dict[str, Any] = {"typeName": sent.required("typeName")}
    values.update({name: sent.integer(name, minimum=0) for name in _LIMITS if name in sent})
    values.update({name: sent.number(name) for name in _NUMBERS if name in sent})
    if "icon" in sent:
        values["icon"] = sent.text("icon")
    if "isReadonly" in sent:
        values["isReadonly"] = sent.flag("isReadonly")
    for smaller, larger in (_LIMITS, ("warningThreshold", "alarmThreshold")):
        least, most = ({**stored, **values}.get(name) for name in (smaller, larger))
        if least is not None and most is not None and most < least:
            values[larger] = least
    return values
