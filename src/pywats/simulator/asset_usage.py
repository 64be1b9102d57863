"""What a report that names assets does to them: their uses are counted, once for each report."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

from .asset_status import counters, status
from .asset_store import Assets
from .moments import now


def count_usage(assets: Assets, document: dict[str, Any]) -> bool:
    """Counts the uses that a WSJF document tells of, and writes the counters into it.

    A report that is sent again does not count again. Assets that this server does not know
    are passed over. Whatever the sender wrote into assetStats is the server's to say.

    Returns:
        Whether the document changed.
    """
    uses: dict[str, int] = {}
    for used in document.get("assets") or []:
        uses[used["assetSN"]] = uses.get(used["assetSN"], 0) + used["usageCount"]
    stats = []
    for serial_number, number in uses.items():
        asset = assets.by_serial_number(serial_number)
        if asset is not None:
            assets.count_for_report(asset, number, document["id"].lower())
            stats.append(_stats(assets.one(asset["assetId"])))
    sent = document.pop("assetStats", None)
    if stats:
        document["assetStats"] = stats
    return sent is not None or bool(stats)


def _stats(asset: Row) -> dict[str, Any]:
    moment = now()
    return {
        "assetSN": asset["serialNumber"],
        **counters(asset, moment),
        "isDaysSinceCalibrationUnknown": asset["lastCalibrationDate"] is None,
        "isDaysSinceMaintenanceUnknown": asset["lastMaintenanceDate"] is None,
        "message": status(asset, moment)[1],
    }
