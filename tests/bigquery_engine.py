"""What runs BigQuery's statements for the stand-in: sessions, their transactions, and who may change which table.

As BigQuery's documentation has it: what a transaction has changed (updated, deleted or merged), no other may change
until it ends, and a transaction that comes to a table which was changed since it began is canceled. A statement of no
transaction waits. A transaction of which a statement failed is rolled back, and its session goes on without one.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import duckdb

from tests.bigquery_words import RefusedError, Worded, worded

_CONTROL = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK) TRANSACTION\s*", re.IGNORECASE)
_ABORT = re.compile(r"CALL BQ\.ABORT_SESSION\('([^']*)'\)")
_SESSION = "SELECT @@session_id"

Columns = list[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """What a job brings: names and types of columns, rows, and how many rows it changed, if it changes any."""

    columns: Columns = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    changed: int | None = None


class LateError(Exception):
    """The job had no more time."""


@dataclass
class Session:
    """A session: where its transaction runs, if one is open, when that began, and which tables it has changed."""

    cursor: duckdb.DuckDBPyConnection
    begun: int | None = None
    changed: set[str] = field(default_factory=set)


class Engine:
    """DuckDB, with a database for each project and a schema for each dataset."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.database = database
        self.sessions: dict[str, Session] = {}
        self._changes = threading.Condition()
        self._commits = 0
        self._last_change: dict[str, int] = {}

    def new_session(self) -> str:
        name = uuid4().hex
        self.sessions[name] = Session(self.database.cursor())
        return name

    def run(self, sql: str, values: Mapping[str, Any] | Sequence[Any], at: str, session: str, seconds: float) -> Found:
        """Run a script in a dataset (`at`) and return what its last statement brings. Errors are BigQuery's words."""
        if sql == _SESSION:
            return Found([("f0_", "VARCHAR")], [(session,)])
        if aborts := _ABORT.fullmatch(sql):
            return self._aborted(aborts[1])
        control = _CONTROL.fullmatch(sql)
        if control:
            return self._controlled(control[1].upper(), self._of(session), at)
        found = Found()
        for each in worded(sql, at.partition(".")[0]):
            found = self._ran(each, values, at, self._of(session) if session else None, seconds)
        return found

    def _of(self, session: str) -> Session:
        if session not in self.sessions:
            raise RefusedError(f"Session {session} has been terminated")
        return self.sessions[session]

    def _aborted(self, name: str) -> Found:
        session = self.sessions.pop(name, None)
        if session is None:
            raise RefusedError(f"Session {name} is not found")
        with self._changes:
            session.cursor.close()
            session.changed.clear()
            self._changes.notify_all()
        return Found()

    def _controlled(self, word: str, session: Session, at: str) -> Found:
        if word == "BEGIN":
            if session.begun is not None:
                raise RefusedError("Transaction is already in progress")
            session.cursor.execute(f"USE {at}; SET TimeZone = 'UTC'; BEGIN TRANSACTION")
            session.begun = self._commits
            return Found()
        if session.begun is None:
            raise RefusedError(f"No active transaction found for {word} TRANSACTION")
        self._end(session, word)
        return Found()

    def _end(self, session: Session, word: str) -> None:
        with self._changes:
            session.cursor.execute(word)
            if word == "COMMIT":
                self._note(session.changed)
            session.begun, session.changed = None, set()
            self._changes.notify_all()

    def _note(self, tables: set[str]) -> None:
        self._commits += 1
        self._last_change.update(dict.fromkeys(tables, self._commits))

    def _ran(self, each: Worded, values: Any, at: str, session: Session | None, seconds: float) -> Found:
        given = {name: values[name] for name in each.names} if isinstance(values, Mapping) else values
        if session is None or session.begun is None:
            with self.database.cursor() as cursor:
                cursor.execute(f"USE {at}; SET TimeZone = 'UTC'")
                with self._in_line(f"{at}.{each.changes}" if each.changes else "", seconds):
                    return _found(cursor, each, given, seconds)
        try:
            self._hold(session, each, f"{at}.{each.changes}")
            return _found(session.cursor, each, given, seconds)
        except Exception:
            self._end(session, "ROLLBACK")
            raise

    def _hold(self, session: Session, each: Worded, table: str) -> None:
        if each.is_permanent:
            raise RefusedError("DDL statements are not supported in a transaction, except for temporary entities")
        if "information_schema" in each.sql:
            # Whether BigQuery would is not sure, and so it is not done.
            raise RefusedError("INFORMATION_SCHEMA is asked outside of transactions")
        if not each.changes:
            return
        with self._changes:
            held = any(table in other.changed for other in self.sessions.values() if other is not session)
            if held or self._last_change.get(table, 0) > (session.begun or 0):
                raise _concurrent(table)
            session.changed.add(table)

    @contextmanager
    def _in_line(self, table: str, seconds: float) -> Iterator[None]:
        """Wait until no transaction has changed the table; nothing else changes any meanwhile."""
        if not table:
            yield
            return
        until = time.monotonic() + seconds
        with self._changes:
            while any(table in each.changed for each in self.sessions.values()):
                if not self._changes.wait(until - time.monotonic()):
                    raise LateError
            yield
            self._note({table})


def _found(cursor: duckdb.DuckDBPyConnection, each: Worded, values: Any, seconds: float) -> Found:
    late = threading.Timer(seconds, cursor.interrupt)
    late.start()
    try:
        ran = cursor.execute(each.sql, values)
        rows = ran.fetchall()
    except duckdb.InterruptException:
        raise LateError from None
    except duckdb.TransactionException as error:
        raise _concurrent(str(error)) from None
    except duckdb.Error as error:
        raise RefusedError(str(error).partition("\n")[0]) from None
    finally:
        late.cancel()
    if each.is_dml:
        return Found(changed=int(rows[0][0]))
    if each.kind != "SELECT":
        return Found()
    return Found([(str(name), str(kind)) for name, kind, *_ in ran.description or ()], rows)


def _concurrent(table: str) -> RefusedError:
    return RefusedError(f"Transaction is aborted due to concurrent update against table {table}. Transaction ID: 1")
