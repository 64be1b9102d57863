"""Who may do what: the user accounts, which the service SCIM keeps and others ask.

The roles are this server's own. A request comes from the user that its token names (Base64 of
``user:password``), or else from ``simulator``. As long as there is no account of that name,
it may do everything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from sqlite3 import IntegrityError
from typing import Any

from starlette.requests import Request

from .store import Store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    nameKey TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL
);
"""

MANAGE_ALL_TICKETS = "Manage All Tickets"

ROLES: Mapping[str, frozenset[str]] = {
    "Administrator": frozenset({MANAGE_ALL_TICKETS}),
    "Operator": frozenset(),
    "Viewer": frozenset(),
}
"""The permissions that each role gives."""

Account = dict[str, Any]


def caller(request: Request) -> str:
    """The name of the user whose token a request carries."""
    token = request.headers.get("Authorization", "").rpartition(" ")[2]
    try:
        name = base64.b64decode(token, validate=True).decode().partition(":")[0]
    except ValueError:
        name = ""
    return name or "simulator"


class Accounts:
    """The accounts, each a JSON object with at least ``id`` and ``userName``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def all(self) -> list[Account]:
        """All accounts in the order of their creation."""
        return [
            json.loads(row["document"]) for row in self._store.rows("SELECT * FROM account ORDER BY number")
        ]

    def find(self, identifier: str) -> Account | None:
        """The account with an id."""
        row = self._store.row("SELECT document FROM account WHERE id = ?", identifier)
        return None if row is None else json.loads(row["document"])

    def named(self, name: str) -> Account | None:
        """The account of a user name, in any letter case."""
        row = self._store.row("SELECT document FROM account WHERE nameKey = ?", name.casefold())
        return None if row is None else json.loads(row["document"])

    def add(self, account: Account) -> bool:
        """Adds an account, unless there is one of that name."""
        try:
            self._store.run(
                "INSERT INTO account (id, nameKey, document) VALUES (?, ?, ?)",
                account["id"],
                account["userName"].casefold(),
                json.dumps(account),
            )
        except IntegrityError:
            return False
        return True

    def change(self, account: Account) -> None:
        """Stores an account that is there already."""
        self._store.run("UPDATE account SET document = ? WHERE id = ?", json.dumps(account), account["id"])

    def remove(self, identifier: str) -> None:
        """Removes the account with an id."""
        self._store.run("DELETE FROM account WHERE id = ?", identifier)

    def may(self, name: str, permission: str) -> bool:
        """Whether a user has a permission."""
        account = self.named(name)
        if account is None:
            return True
        return account["active"] and any(permission in ROLES[role] for role in account["roles"])
