"""A session with a PostgreSQL server that takes DuckDB's statements, and answers as DuckDB does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.types.string import StrDumper, TextLoader

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.warehouse.connection import Fetched
from clari_readiness.warehouse.engines.postgres import connected, first_line, name_of
from clari_readiness.warehouse.loaders.postgres_dialect import script
from clari_readiness.warehouse.statements import statement

_SETTINGS = {
    "application_name": "clari-readiness: export",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "TimeZone": "UTC",
}

_WAYS_OUT: Mapping[type[psycopg.Error], str] = {
    psycopg.errors.InsufficientPrivilege: (
        "give the role of `warehouse.url` CREATE and USAGE on the schema and the ownership of our tables in it"
    ),
    psycopg.errors.LockNotAvailable: "let whoever holds a lock on the table finish, and run it again",
    psycopg.errors.DiskFull: "make room on the server's disk, and run it again",
    psycopg.errors.ReadOnlySqlTransaction: "name a server in `warehouse.url` that takes changes, not a replica",
    psycopg.errors.CharacterNotInRepertoire: "PostgreSQL keeps no text with the character U+0000: see the landed file",
}


class PostgresSession:
    """One connection. Each statement is committed on its own, unless a transaction was begun."""

    def __init__(self, connection: psycopg.Connection[Any], name: str) -> None:
        self._connection = connection
        self.name = name

    @classmethod
    def open(cls, url: str, *, patience: float = 30.0) -> Self:
        """Connect, in UTC; a lock is waited for for `patience` seconds. What stops it is a WarehouseError."""
        connection = connected(url, autocommit=True)
        connection.prepare_threshold = None  # temporary tables come and go beneath prepared statements
        connection.adapters.register_dumper(str, StrDumper)  # as text, so that no two types are guessed for one
        connection.adapters.register_loader("json", TextLoader)  # as it is written, which is what DuckDB gives
        session = cls(connection, name_of(url))
        with session.explained():
            for setting, value in {**_SETTINGS, "lock_timeout": f"{round(patience * 1_000)}ms"}.items():
                connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
        return session

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone, by either side."""
        return self._connection.closed

    def execute(self, text: str, params: Any = None, /) -> Fetched:
        """Run one or more statements of DuckDB's dialect, and return what the last of them brings."""
        answer = Fetched((), [])
        for each in script(text):
            answer = self.said(each, params)
        return answer

    def said(self, text: str | sql.Composed, params: Any = None) -> Fetched:
        """Run a statement in PostgreSQL's own words, its parameters written `%(name)s`. Raises WarehouseError."""
        with self.explained():
            cursor = self._connection.execute(text, dict(params or {}))
            columns = cursor.description
            return Fetched([(column.name,) for column in columns or ()], cursor.fetchall() if columns else _one(cursor))

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query of the team's, in a transaction that only reads. Raises WarehouseError."""
        with self.explained(), self._connection.transaction():
            self._connection.execute("SET TRANSACTION READ ONLY")
            return self._connection.execute(query).fetchall()

    def copied(self, table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
        """Add rows to a table, from text as COPY reads it. Raises WarehouseError."""
        command = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.explained(), self._connection.cursor() as cursor, cursor.copy(command) as copy:
            for text in lines:
                copy.write(text)

    def hold(self, key: int) -> None:
        """Take a lock of the server's for as long as this session lasts; ExporterBusy where another session has it."""
        if self.said("SELECT pg_try_advisory_lock(%(key)s::bigint)", {"key": key}).fetchall()[0][0]:
            return
        holders = self.said(statement("engines/postgres/lock_holder"), {"key": key}).fetchall()
        who = f" (process {holders[0][0]} of the server, {holders[0][1]})" if holders else ""
        raise ExporterBusy(
            f"{self.name}: another exporter is at work on this warehouse{who}", way_out="let it finish, or stop it"
        )

    def close(self) -> None:
        """End the session: what was not committed is undone, and its locks are free."""
        self._connection.close()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say what the server refuses in one line; a connection that is gone is said to be."""
        try:
            yield
        except psycopg.Error as error:
            raise self._explained(error) from error

    def _explained(self, error: psycopg.Error) -> WarehouseError:
        if self.is_closed:
            return WarehouseError(
                f"{self.name}: the connection was lost: {' '.join(str(error).split())}",
                way_out="what was not committed is undone: run it again",
            )
        way_out = next((way for kind, way in _WAYS_OUT.items() if isinstance(error, kind)), "")
        return WarehouseError(f"{self.name} refuses: {first_line(error)}", way_out=way_out)


def _one(cursor: psycopg.Cursor[Any]) -> list[tuple[Any, ...]]:
    """Return how many rows were changed, as DuckDB does."""
    return [(cursor.rowcount,)]
