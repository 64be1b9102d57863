"""What the tests of the simulator's assets do over and over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

# Kinds of log records.
MESSAGE, REGISTER, UPDATE, RESET, CALIBRATION, MAINTENANCE, STATE_CHANGE = range(7)


class Bench:
    """Sends requests about assets, which must succeed."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def save_type(self, **members: Any) -> Any:
        """Save an asset type; return it as it was stored."""
        return self._send("PUT", "/Types", json={"typeName": "Fixture", **members}).json()

    def save(self, serial_number: str, **members: Any) -> Any:
        """Save an asset, with a new type without limits if it has none; return it as it was stored."""
        type_id = members.pop("typeId", None) or self.save_type()["typeId"]
        sent = {"serialNumber": serial_number, "typeId": type_id, **members}
        return self._send("PUT", "", json=sent).json()

    def read(self, name: str) -> Any:
        """Return an asset."""
        return self._send("GET", f"/{name}").json()

    def command(self, method: str, path: str, **params: Any) -> None:
        """Send a command, whose answer says nothing."""
        assert self._send(method, path, params=params).text == "null"

    def status(self, serial_number: str) -> Any:
        """Return the status of an asset."""
        return self._send("GET", "/Status", params={"serialNumber": serial_number}).json()

    def log(self, serial_number: str) -> list[tuple[Any, ...]]:
        """Return type, property, value and comment of an asset's log records, newest first."""
        records = self.rows("/Log", filter=f"serialNumber eq '{serial_number}'")
        return [
            tuple(record[name] for name in ("type", "property", "value", "comment")) for record in records
        ]

    def rows(self, path: str = "", **options: Any) -> Any:
        """Query a list."""
        return self._send("GET", path, params={f"${name}": value for name, value in options.items()}).json()

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self.client.request(method, f"/api/Asset{path}", **options)
        assert answer.status_code == 200, answer.text
        return answer


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def counts(asset: Any) -> tuple[int, int]:
    """Return the running and the total count."""
    return (asset["runningCount"], asset["totalCount"])
