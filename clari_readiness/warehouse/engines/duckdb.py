"""DuckDB: the dialect that the statements are written in, over a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines.engine import Engine, Ran, Row, limited
from clari_readiness.warehouse.opening import first_line, open_to_read, patiently
from clari_readiness.warehouse.statements import statement
from clari_readiness.warehouse.tables import Tables
from clari_readiness.warehouse.url import database_path

_MEMORY = "1GB"
"""What does not fit goes to files: the history of a warehouse has no bound, and the gate's machine has one."""

_KINDS = {"VARCHAR": Kind.TEXT, "FLOAT": Kind.FLOAT, "DOUBLE": Kind.FLOAT, "DECIMAL": Kind.EXACT}


class DuckDBEngine:
    """A connection to a DuckDB file, which several processes may hold at once, or to a memory of our own.

    A statement that takes longer than `timeout` seconds is stopped; None is for a memory of our own. `let_go` is called
    at the end, where more is to be done than to close the connection.
    """

    may_hold_ledger = True

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        timeout: float | None = None,
        let_go: Callable[[], None] | None = None,
    ) -> None:
        self.connection = connection
        self._name = name
        self._timeout = timeout
        self._let_go = let_go or connection.close

    @property
    def name(self) -> str:
        """The file's path."""
        return self._name

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        """Run a statement as it is written. Times come back in UTC, with their zone."""
        try:
            with self._interrupted_in_time():
                cursor = self.connection.execute(sql, dict(params))
                columns = tuple(str(column[0]) for column in cursor.description or ())
                found: Iterator[Row] = (tuple(map(_in_utc, row)) for row in cursor.fetchall())
        except duckdb.InterruptException as error:
            raise WarehouseError(
                f"{self._name}: the check {check} had no answer within {self._timeout:g} s",
                way_out="raise `warehouse.timeout`",
            ) from error
        except duckdb.Error as error:
            raise WarehouseError(f"{self._name}: the check {check} cannot run: {first_line(error)}") from error
        return Ran(sql, columns, tuple(limited(found, self._name, check)))

    def describe(self, tables: Tables) -> Described | None:
        """Return the table's columns; a name that leads to no table is None."""
        try:
            described = self.connection.execute(f"DESCRIBE SELECT * FROM {tables.relation}").fetchall()  # noqa: S608 - the name is quoted
        except duckdb.Error as error:
            is_there = tables.forecasts.lower() in {
                name.lower() for name in self.relations()
            }  # a view over what is gone
            if isinstance(error, duckdb.CatalogException) and not is_there:
                return None
            raise WarehouseError(f"{self._name}: {tables.forecasts} cannot be read: {first_line(error)}") from error
        return Described(tables.relation, {str(row[0]): _kind(str(row[1])) for row in described}, converts=True)

    def relations(self) -> tuple[str, ...]:
        """Return every table and view, with its schema unless that is main."""
        return tuple(str(row[0]) for row in self.connection.execute(statement("relations")).fetchall())

    def may_write(self, tables: Tables) -> str:  # noqa: ARG002 - there are no roles here
        """Return nothing: a file has no roles, and it was opened to be read."""
        return ""

    def close(self) -> None:
        """Let go of the file."""
        self._let_go()

    @contextmanager
    def _interrupted_in_time(self) -> Iterator[None]:
        """Have what is asked meanwhile stopped after the time-out: DuckDB has none of its own."""
        if self._timeout is None:
            yield
            return
        timer = Timer(self._timeout, self.connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def connect(url: str, base: Path, *, patience: float, timeout: float) -> Engine:
    """Open the file of `duckdb:///path` to read it; a writer that has it delays us by at most `patience` seconds."""
    path = database_path(url, base)
    with ExitStack() as stack:
        spill = Path(stack.enter_context(TemporaryDirectory(prefix="clari-readiness-")))  # for this user's eyes alone
        opened = partial(open_to_read, path, memory_limit=_MEMORY, spill=spill)
        file = stack.enter_context(patiently(opened, SystemClock(), patience))
        return DuckDBEngine(file.connection, str(path), timeout, stack.pop_all().close)


def _kind(written: str) -> Kind:
    name = written.partition("(")[0]
    if name.startswith("TIMESTAMP"):
        return Kind.MOMENT
    return _KINDS.get(name, Kind.EXACT if name.endswith("INT") or name == "INTEGER" else Kind.OTHER)


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
