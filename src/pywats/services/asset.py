"""Test equipment: its types, state, counters, calibration, maintenance and log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Unpack

from pywats.models.asset import (
    Asset,
    AssetLog,
    AssetMessage,
    AssetOperationResult,
    AssetState,
    AssetStatus,
    AssetType,
)
from pywats.models.base import LENIENT, to_json
from pywats.services.arguments import checked_int, checked_member, optional_int, required_text, wire_time
from pywats.services.base import AsyncService
from pywats.services.paging import iter_pages

if TYPE_CHECKING:
    from pywats.core.client import RequestOptions

__all__ = ["AsyncAssetService"]

# What the server returns when it is not told; whether it returns more is not documented.
_MAX_PAGE_SIZE = 1000

# Read-only, or saved through an endpoint of its own.
_NOT_SAVED_WITH_ASSET = ("asset_children", "asset_type", "asset_log", "xml_data")


class AsyncAssetService(AsyncService):
    """Test equipment: its types, state, counters, calibration, maintenance and log.

    Where an operation takes `id` and `serial_number`, exactly one of them names the asset. What a server says
    about a command is not documented: that the call returns is the confirmation, not what it returns.
    """

    async def get_assets(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[Asset]:
        """List assets, by asset id unless `orderby` says otherwise.

        Args:
            filter: OData filter over the members by their names on the wire. Texts need quotes, the GUID of
                ``typeId`` does not. An XPath that `xmlData` is compared to with ``eq`` selects by tag.
            top: Largest number of rows, from 1 up; the server's default is 1000.
            skip: Rows to pass over.
            orderby: OData ordering: a member, with asc or desc.

        Returns:
            The assets without tags, children, type, log and client id; `get_asset` gives those.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset
        """
        assets = await self._client.request_optional(
            "GET",
            "/api/Asset",
            list[Asset],
            params=_selected(filter, orderby, top, skip),
        )
        return assets or []

    def iter_assets(
        self,
        filter: str | None = None,
        *,
        orderby: str | None = None,
        page_size: int = 1000,
    ) -> AsyncIterator[Asset]:
        """Iterate over all assets, fetched page by page as they are wanted.

        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        Args:
            filter: As in `get_assets`.
            orderby: As in `get_assets`.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The rows; no serial number comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Asset
        """
        checked_int("page_size", page_size, 1, _MAX_PAGE_SIZE)
        return iter_pages(
            self._client,
            lambda top, skip: self.get_assets(filter, top=top, skip=skip, orderby=orderby),
            key=lambda asset: asset.serial_number,
            page_size=page_size,
        )

    async def get_asset(self, asset_id: str) -> Asset:
        """Read one asset, by its id or its serial number.

        Args:
            asset_id: Asset id, or serial number.

        Returns:
            The asset.

        Raises:
            NotFoundError: No such asset.
            ValueError: `asset_id` cannot be sent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/{assetId}
        """
        return await self._client.request(
            "GET",
            "/api/Asset/{assetId}",
            Asset,
            path_params={"assetId": required_text("asset_id", asset_id)},
        )

    async def save_asset(self, asset: Asset) -> Asset:
        """Create an asset, or update the one that exists.

        Counters and calibration and maintenance dates of an asset that exists are not changed here. The
        children, type and log of `asset` are not sent, nor is its read-only `xml_data`.

        Args:
            asset: The asset; `asset_id` may be left out.

        Returns:
            The stored asset.

        Raises:
            BadRequestError: The server rejected the asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset
        """
        return await self._client.request(
            "PUT", "/api/Asset", Asset, content=to_json(asset, exclude=_NOT_SAVED_WITH_ASSET)
        )

    async def delete_asset(
        self, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Delete an asset and its log. Its children stay, below another parent.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset, also when an earlier attempt of the same call has deleted it.
            WatsError: The request failed.

        WATS endpoint: DELETE /api/Asset
        """
        return await self._command("DELETE", "/api/Asset", params=_named(id, serial_number))

    async def get_asset_status(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        translate: bool | None = None,
        culture_code: str | None = None,
    ) -> AssetStatus:
        """Read how close an asset is to the limits of its type, and its counters.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            translate: Whether the message is translated; the server's default is True.
            culture_code: Language of the message, such as ``zh-CN``.

        Returns:
            The alarm level, the reason for it and the counters.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/Status
        """
        return await self._client.request(
            "GET",
            "/api/Asset/Status",
            AssetStatus,
            params={**_named(id, serial_number), "translate": translate, "cultureCode": culture_code},
        )

    async def set_asset_state(
        self, state: AssetState, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Put an asset into a state.

        Args:
            state: The new state.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or `state` is unknown; nothing
                was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/State
        """
        return await self._command(
            "PUT",
            "/api/Asset/State",
            params={**_named(id, serial_number), "state": checked_member(AssetState, "state", state)},
        )

    async def increment_count(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        increment_by: int | None = None,
        total_count: int | None = None,
        increment_children: bool | None = None,
        culture_code: str | None = None,
    ) -> AssetOperationResult | None:
        """Add uses to the running and the total count of an asset.

        Sent twice it counts twice, so a request that may have taken effect is not repeated. A test report
        that names its assets has them counted without this call.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            increment_by: Uses to add to both counts.
            total_count: The new total, in place of `increment_by`: what it is above the old total is added
                to both counts.
            increment_children: True counts on the assets below it too.
            culture_code: Language of the answer, such as ``zh-CN``.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number`, or of `increment_by` and `total_count`,
                is given, or a number is out of range; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/Count
        """
        if (increment_by is None) == (total_count is None):
            raise ValueError("give increment_by or total_count, and not both")
        return await self._command(
            "PUT",
            "/api/Asset/Count",
            params={
                **_named(id, serial_number),
                "totalCount": optional_int("total_count", total_count),
                "incrementBy": optional_int("increment_by", increment_by),
                "incrementChildren": increment_children,
                "cultureCode": culture_code,
            },
            idempotent=False,
        )

    async def reset_running_count(
        self, *, id: str | None = None, serial_number: str | None = None, comment: str | None = None
    ) -> AssetOperationResult | None:
        """Set the running count of an asset to zero; the total count stays.

        Sent twice it also discards the uses counted in between, so a request that may have taken effect is
        not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/ResetRunningCount
        """
        return await self._command(
            "POST",
            "/api/Asset/ResetRunningCount",
            params={**_named(id, serial_number), "comment": comment},
            idempotent=False,
        )

    async def set_running_count(
        self, running_count: int, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Set the running count of an asset. Needs a server from 25.3 on.

        Args:
            running_count: The new running count.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or the count is out of range;
                nothing was sent.
            PermissionDeniedError: The account may not edit total counts.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/SetRunningCount
        """
        return await self._command(
            "PUT",
            "/api/Asset/SetRunningCount",
            params={**_named(id, serial_number), "runningCount": checked_int("running_count", running_count)},
        )

    async def set_total_count(
        self, total_count: int, *, id: str | None = None, serial_number: str | None = None
    ) -> AssetOperationResult | None:
        """Set the total count of an asset. Needs a server from 25.3 on.

        Args:
            total_count: The new total count.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or the count is out of range;
                nothing was sent.
            PermissionDeniedError: The account may not edit total counts.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/SetTotalCount
        """
        return await self._command(
            "PUT",
            "/api/Asset/SetTotalCount",
            params={**_named(id, serial_number), "totalCount": checked_int("total_count", total_count)},
        )

    async def record_calibration(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        date_time: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record that an asset was calibrated.

        Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            date_time: When it was calibrated, local time if naive; the server's default is now.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Calibration
        """
        return await self._command(
            "POST",
            "/api/Asset/Calibration",
            params={
                **_named(id, serial_number),
                "dateTime": wire_time("date_time", date_time),
                "comment": comment,
            },
            idempotent=False,
        )

    async def record_external_calibration(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        from_date: datetime | None = None,
        to_date: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record a calibration that another system keeps track of, and when it is due again.

        Needs a server from 25.3 on, and perhaps an asset type whose calibration is said to be managed
        externally. Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            from_date: When it was calibrated, local time if naive.
            to_date: When it is due again, local time if naive.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Calibration/External
        """
        return await self._command(
            "POST",
            "/api/Asset/Calibration/External",
            params={
                **_named(id, serial_number),
                "fromDate": wire_time("from_date", from_date),
                "toDate": wire_time("to_date", to_date),
                "comment": comment,
            },
            idempotent=False,
        )

    async def record_maintenance(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        date_time: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record that an asset was maintained.

        Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            date_time: When it was maintained, local time if naive; the server's default is now.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Maintenance
        """
        return await self._command(
            "POST",
            "/api/Asset/Maintenance",
            params={
                **_named(id, serial_number),
                "dateTime": wire_time("date_time", date_time),
                "comment": comment,
            },
            idempotent=False,
        )

    async def record_external_maintenance(
        self,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        from_date: datetime | None = None,
        to_date: datetime | None = None,
        comment: str | None = None,
    ) -> AssetOperationResult | None:
        """Record a maintenance that another system keeps track of, and when it is due again.

        Needs a server from 25.3 on, and perhaps an asset type whose maintenance is said to be managed
        externally. Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            from_date: When it was maintained, local time if naive.
            to_date: When it is due again, local time if naive.
            comment: Text for the log.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Maintenance/External
        """
        return await self._command(
            "POST",
            "/api/Asset/Maintenance/External",
            params={
                **_named(id, serial_number),
                "fromDate": wire_time("from_date", from_date),
                "toDate": wire_time("to_date", to_date),
                "comment": comment,
            },
            idempotent=False,
        )

    async def get_asset_log(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[AssetLog]:
        """List what happened to assets, newest first unless `orderby` says otherwise.

        Args:
            filter: OData filter over the members by their names on the wire, such as
                ``serialNumber eq 'DMM-1' and type eq 4``.
            top: Largest number of rows, from 1 up; the server's default is 1000.
            skip: Rows to pass over.
            orderby: OData ordering: a member, with asc or desc.

        Returns:
            The records.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/Log
        """
        records = await self._client.request_optional(
            "GET",
            "/api/Asset/Log",
            list[AssetLog],
            params=_selected(filter, orderby, top, skip),
        )
        return records or []

    def iter_asset_log(
        self,
        filter: str | None = None,
        *,
        orderby: str = "logId asc",
        page_size: int = 1000,
    ) -> AsyncIterator[AssetLog]:
        """Iterate over all log records, oldest first, fetched page by page as they are wanted.

        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        Args:
            filter: As in `get_asset_log`.
            orderby: As in `get_asset_log`. Oldest first is the default here, so that records which arrive
                meanwhile come at the end; newest first, they would shift the pages.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The records; no log id comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Asset/Log
        """
        checked_int("page_size", page_size, 1, _MAX_PAGE_SIZE)
        return iter_pages(
            self._client,
            lambda top, skip: self.get_asset_log(filter, top=top, skip=skip, orderby=orderby),
            key=lambda record: record.log_id,
            page_size=page_size,
        )

    async def add_log_message(
        self,
        message: AssetMessage | str,
        *,
        id: str | None = None,
        serial_number: str | None = None,
        culture_code: str | None = None,
    ) -> AssetOperationResult | None:
        """Add a text to the log of an asset.

        Each call adds a log record, so a request that may have taken effect is not repeated.

        Args:
            message: The text.
            id: Asset id.
            serial_number: Serial number of the asset, in place of `id`.
            culture_code: Language of the answer, such as ``zh-CN``.

        Returns:
            What the server says about it, if anything.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given; nothing was sent.
            NotFoundError: No such asset.
            WatsError: The request failed.

        WATS endpoint: POST /api/Asset/Message
        """
        return await self._command(
            "POST",
            "/api/Asset/Message",
            params={**_named(id, serial_number), "cultureCode": culture_code},
            content=to_json(AssetMessage(content=message) if isinstance(message, str) else message),
            idempotent=False,
        )

    async def get_asset_types(
        self,
        filter: str | None = None,
        *,
        top: int | None = None,
        skip: int | None = None,
        orderby: str | None = None,
    ) -> list[AssetType]:
        """List asset types, by name unless `orderby` says otherwise.

        Args:
            filter: OData filter over the members by their names on the wire.
            top: Largest number of rows, from 1 up; the server's default is 1000.
            skip: Rows to pass over (not confirmed on a server).
            orderby: OData ordering: a member, with asc or desc.

        Returns:
            The types.

        Raises:
            ValueError: A number is out of range; nothing was sent.
            BadRequestError: The OData expression was rejected.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/Types
        """
        types = await self._client.request_optional(
            "GET",
            "/api/Asset/Types",
            list[AssetType],
            params=_selected(filter, orderby, top, skip),
        )
        return types or []

    def iter_asset_types(
        self,
        filter: str | None = None,
        *,
        orderby: str | None = None,
        page_size: int = 1000,
    ) -> AsyncIterator[AssetType]:
        """Iterate over all asset types, fetched page by page as they are wanted.

        Rows that are changed or deleted meanwhile shift the pages; collect first (``list(...)``) what you are
        going to change.

        A server that ignores ``$skip`` (it is not confirmed) gives its first page only.

        Args:
            filter: As in `get_asset_types`.
            orderby: As in `get_asset_types`.
            page_size: Rows per request, 1 to 1000.

        Returns:
            The types; no type id comes twice.

        Raises:
            ValueError: `page_size` is out of range.
            WatsError: A request failed.

        WATS endpoint: GET /api/Asset/Types
        """
        checked_int("page_size", page_size, 1, _MAX_PAGE_SIZE)
        return iter_pages(
            self._client,
            lambda top, skip: self.get_asset_types(filter, top=top, skip=skip, orderby=orderby),
            key=lambda asset_type: asset_type.type_id,
            page_size=page_size,
        )

    async def save_asset_type(self, asset_type: AssetType) -> AssetType:
        """Create an asset type, or update the one with the same `type_id`.

        Without `type_id` the server chooses one, and a request that may have taken effect is not repeated.

        Args:
            asset_type: The type.

        Returns:
            The stored type.

        Raises:
            BadRequestError: The server rejected the type.
            WatsError: The request failed.

        WATS endpoint: PUT /api/Asset/Types
        """
        return await self._client.request(
            "PUT",
            "/api/Asset/Types",
            AssetType,
            content=to_json(asset_type),
            idempotent=asset_type.type_id is not None,
        )

    async def get_sub_assets(
        self, *, id: str | None = None, serial_number: str | None = None, level: int | None = None
    ) -> list[Asset]:
        """List the assets below an asset.

        Args:
            id: Id of the parent.
            serial_number: Serial number of the parent, in place of `id`.
            level: How deep to look: 1 for the direct children, 0 for all levels.

        Returns:
            The assets below, none if there are none.

        Raises:
            ValueError: Not exactly one of `id` and `serial_number` is given, or `level` is out of range;
                nothing was sent.
            NotFoundError: No such parent.
            WatsError: The request failed.

        WATS endpoint: GET /api/Asset/SubAssets
        """
        assets = await self._client.request_optional(
            "GET",
            "/api/Asset/SubAssets",
            list[Asset],
            params={**_named(id, serial_number), "level": optional_int("level", level)},
        )
        return assets or []

    async def _command(
        self, method: str, path: str, **options: Unpack[RequestOptions]
    ) -> AssetOperationResult | None:
        answer = await self._client.request_optional(method, path, object, **options)
        # Whatever its shape, the command was carried out: it must not read as a failure.
        if not isinstance(answer, dict):
            return None
        return AssetOperationResult.model_validate(answer, context=LENIENT)


def _selected(
    filter: str | None, orderby: str | None, top: int | None, skip: int | None
) -> dict[str, object]:
    """Return the query of a list."""
    return {
        "$filter": filter,
        "$orderby": orderby,
        "$top": optional_int("top", top, 1),
        "$skip": optional_int("skip", skip),
    }


def _named(id: str | None, serial_number: str | None) -> dict[str, object]:
    """Return the query that names an asset."""
    if bool(id) == bool(serial_number):
        raise ValueError("give id or serial_number of the asset, and not both")
    if id:
        return {"id": required_text("id", id)}
    return {"serialNumber": required_text("serial_number", serial_number)}
