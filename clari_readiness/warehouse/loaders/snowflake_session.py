"""A session with Snowflake that takes DuckDB's statements, and answers as DuckDB does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import snowflake.connector
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import DataError, Error, IntegrityError, NotSupportedError, ProgrammingError

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.connection import Fetched
from clari_readiness.warehouse.engines.snowflake import connected, in_a_line, rows_of
from clari_readiness.warehouse.engines.snowflake_url import Address
from clari_readiness.warehouse.loaders.snowflake_dialect import script

_NETWORK_TIMEOUT = 120
_SETTINGS: Mapping[str, Any] = {
    "AUTOCOMMIT": True,
    "QUERY_TAG": "clari-readiness: export",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "TIMESTAMP_INPUT_FORMAT": "AUTO",
    "DATE_INPUT_FORMAT": "AUTO",
    "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",
    "ERROR_ON_NONDETERMINISTIC_MERGE": True,
    "ABORT_DETACHED_QUERY": True,
}
"""What a user, or an account, could have set otherwise, and our statements rest on."""

_REFUSALS = (ProgrammingError, IntegrityError, DataError, NotSupportedError)
"""Errors by which Snowflake refuses a statement; any other is of the way there."""

_GONE = (390104, 390110, 390111, 390112, 390114, 390195)
"""Sessions that ended: their token is not known, or not valid, any more."""

_MADE = "give the role of `warehouse.url` USAGE on the database and CREATE TABLE and CREATE VIEW on the schema"
_WAYS_OUT: Mapping[int, str] = {
    606: "name a warehouse that this role may use and that resumes by itself: `warehouse.url` with ?warehouse=...",
    625: "let whoever holds a lock on the table finish, and run it again",
    604: "somebody, or a limit of the account's, canceled it: run it again",
    630: "raise STATEMENT_TIMEOUT_IN_SECONDS of the user or the warehouse, and run it again",
    2003: f"look at the names in `warehouse.url`, or {_MADE}, and the ownership of our tables in it",
    2043: f"look at the names in `warehouse.url`, or {_MADE}, and the ownership of our tables in it",
    3001: f"{_MADE}, and the ownership of our tables in it",
    90105: "name the database: snowflake://user@account/database/schema in `warehouse.url`",
    90106: "name the schema: snowflake://user@account/database/schema in `warehouse.url`",
}


class SnowflakeSession:
    """One connection. Each statement is committed on its own, unless a transaction was begun.

    `before_commit` is called where one is about to be committed, and may refuse it.
    """

    def __init__(self, connection: snowflake.connector.SnowflakeConnection, name: str) -> None:
        self._connection = connection
        self.name = name
        self.before_commit: Callable[[], None] | None = None

    @classmethod
    def open(cls, address: Address, *, patience: float) -> Self:
        """Connect, in UTC; a lock is waited for for `patience` seconds. What stops it is a WarehouseError."""
        session = {**_SETTINGS, "LOCK_TIMEOUT": max(1, round(patience))}
        return cls(connected(address, network_timeout=_NETWORK_TIMEOUT, session=session), address.name)

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone, by either side, as far as this one was told."""
        return bool(self._connection.is_closed())

    def execute(self, text: str, params: Any = None, /) -> Fetched:
        """Run one or more statements of DuckDB's dialect, and return what the last of them brings."""
        if text == "COMMIT" and self.before_commit:
            self.before_commit()
        answer = Fetched((), [])
        for each in script(text, params):
            answer = self.said(each.sql, *each.bound(params or {}))
        return answer

    def said(self, text: str, *values: Any) -> Fetched:
        """Run a statement in Snowflake's own words, its parameters written `?`. Raises WarehouseError."""
        with self._explained(), self._connection.cursor() as cursor:
            cursor.execute(text, values)
            return _answer(cursor)

    def put(self, file: Path, stage: str) -> None:
        """Upload a compressed file into a stage. Raises WarehouseError."""
        command = f"PUT file://{file.name} {stage} AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP PARALLEL = 4"
        with self._explained(), file.open("rb") as content, self._connection.cursor() as cursor:
            cursor.execute(command, file_stream=content)

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query of the team's, in a transaction that is undone. Raises WarehouseError."""
        self.said("BEGIN TRANSACTION")
        try:
            return self.said(query).rows
        finally:
            if not self.is_closed:
                self.said("ROLLBACK")

    def close(self) -> None:
        """End the session: what was not committed is undone."""
        self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what Snowflake refuses in one line; a session that is gone is let go of, and said to be."""
        try:
            yield
        except Error as error:
            raise self._told(error) from None

    def _told(self, error: Error) -> WarehouseError:
        if isinstance(error, _REFUSALS) and error.errno not in _GONE:
            way_out = _WAYS_OUT.get(error.errno or 0, "")
            return WarehouseError(f"{self.name} refuses: {in_a_line(error)}", way_out=way_out)
        self._connection.close(retry=False)
        return WarehouseError(
            f"{self.name}: the connection was lost: {in_a_line(error)}",
            way_out="run it again: what was committed all the same stays as it is",
        )


def _answer(cursor: SnowflakeCursor) -> Fetched:
    """Return rows as DuckDB has them: of one that changed rows, how many they were."""
    columns = cursor.description or []
    names = [(column.name.lower(),) for column in columns]
    if names and names[0][0].startswith("number of rows "):
        return Fetched(names, [(cursor.rowcount,)])
    return Fetched(names, list(rows_of(cursor)))
