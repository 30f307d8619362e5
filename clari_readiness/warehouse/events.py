"""Audit events and opportunities in the warehouse: tables of their own beside the star of forecasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import msgspec

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.connection import Connection
from clari_readiness.warehouse.loading import in_utc, refusals_told, transaction
from clari_readiness.warehouse.opening import MEMORY_LIMIT, first_line, open_to_write
from clari_readiness.warehouse.statements import statement


class EventTables:
    """Where documents are taken apart (`here`, a DuckDB), and the connection to the tables that they are kept in."""

    def __init__(self, here: duckdb.DuckDBPyConnection, connection: Connection) -> None:
        self._here = here
        self._connection = connection

    def audit_days(self) -> dict[date, datetime]:
        """Return each day of audit events that was exported, and when that was."""
        days = self._connection.execute(statement("audit_days")).fetchall()
        return {day: exported_at.replace(tzinfo=UTC) for day, exported_at in days}

    def replace_audit_day(
        self,
        day: date,
        events: Iterable[Mapping[str, Any]],
        actors: Iterable[Mapping[str, Any]],
        *,
        exported_at: datetime,
    ) -> int:
        """Put these events in place of those of the day, all or none, and return how many they are (F29)."""
        told, who = _texts(events), _texts(actors)
        at = {"exported_at": in_utc(exported_at)}
        with refusals_told():
            self._stage("audit_events", day=day, events=told)
            self._stage("audit_actors", actors=who)
            self._take_over("audit_events", "audit_actors")
        with transaction(self._connection):
            self._run("forget_audit_day", day=day)
            self._run("load_audit_events")
            self._run("load_audit_actors", **at)
            self._run("record_audit_day", day=day, count=len(told), **at)
        return len(told)

    def keep_opportunities(self, opportunities: Iterable[Mapping[str, Any]], *, exported_at: datetime) -> int:
        """Keep these opportunities as they are now, all or none, and return how many they are (F30)."""
        told = _texts(opportunities)
        with refusals_told():
            self._stage("opportunities", opportunities=told)
            self._take_over("opportunities")
        with transaction(self._connection):
            self._run("load_opportunities", exported_at=in_utc(exported_at))
        return len(told)

    def ids(self, query: str) -> tuple[str, ...]:
        """Return the first column of a query of the team's; one that does not run is a WarehouseError."""
        return tuple(dict.fromkeys(str(row[0]) for row in self._asked(query) if row and row[0] is not None))

    def close(self) -> None:
        """Let go of what documents were taken apart in."""
        self._here.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(self, query: str) -> list[Any]:
        try:
            return self._here.execute(query).fetchall()
        except duckdb.Error as error:
            raise unanswered(first_line(error)) from error

    def _stage(self, table: str, **params: Any) -> None:
        self._here.execute(statement(f"stage_{table}"), params)

    def _take_over(self, *tables: str) -> None:
        """Have what is staged of these tables where they are, before a transaction: in one file it is there already."""

    def _run(self, name: str, **params: Any) -> None:
        self._connection.execute(statement(name), params)


class EventStore(EventTables):
    """The same DuckDB file that forecasts are loaded into; let go of it with `close` (or `with`)."""

    def __init__(self, path: Path) -> None:
        self._file = open_to_write(path, memory_limit=MEMORY_LIMIT, spill=path.with_name(f"{path.name}.spill"))
        super().__init__(self._file.connection, self._file.connection)
        with transaction(self._connection):
            self._run("events_schema")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def unanswered(said: str) -> WarehouseError:
    """Return the error of a query for ids that does not run."""
    return WarehouseError(
        f"the query for the ids of opportunities does not run: {said}", way_out="mend opportunities_from"
    )


def _texts(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    return [msgspec.json.encode(dict(document)).decode() for document in documents]
