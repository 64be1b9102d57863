"""Where the simulator keeps what it was sent: one SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Any


class Store:
    """A SQLite connection; each service brings the tables it needs.

    Only the server's own thread uses it while the server runs, so it takes no locks.

    Args:
        path: A file, which survives a restart; None keeps everything in memory.
    """

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        # Opened and closed by the thread that starts the server, used by the server's.
        self._db = sqlite3.connect(
            ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
        )
        try:
            self._db.row_factory = sqlite3.Row
            # Survives the end of the process, whatever ended it, without a disk sync per request.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = OFF")
        except BaseException:
            self._db.close()
            raise

    def create(self, schema: str) -> None:
        """Creates a service's tables; the statements must do no harm when repeated."""
        self._db.executescript(schema)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query."""
        row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return row

    def one(self, sql: str, *values: Any) -> sqlite3.Row:
        """The row of a query that is sure to find one."""
        return self.rows(sql, *values)[0]

    def run(self, sql: str, *values: Any, **named: Any) -> None:
        """Runs a statement that returns nothing."""
        self._db.execute(sql, named or values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is done inside, or nothing of it."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Closes the database."""
        self._db.close()
