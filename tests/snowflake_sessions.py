"""What Snowflake knows of its sessions, and fakesnow does not: what each asked for, and what it has left open."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

_HISTORY = re.compile(r"TABLE\(information_schema\.query_history_by_user\(.*?\)\)", re.IGNORECASE)
_ABORT = re.compile(r"SELECT SYSTEM\$ABORT_TRANSACTION\((\d+)\)")
_DROP = re.compile(r"DROP DATABASE (?:IF EXISTS )?(\w+)")
_HISTORY_COLUMNS = ("session_id", "database_name", "query_type", "execution_status")
_TRANSACTION_COLUMNS = ("id", "session", "state")


@dataclass
class Statement:
    """What a session asked for: its kind is its first word, its state as the history says it."""

    database: str
    kind: str
    state: str = "RUNNING"


@dataclass
class Session:
    """A session: who is there (`role`, `warehouse`), and what it has asked for."""

    number: int
    fake: Any
    role: str = ""
    warehouse: str = ""
    asked: list[Statement] = field(default_factory=list)
    transaction: int = 0

    @contextmanager
    def asking(self, sql: str) -> Iterator[Statement]:
        """Write down that it asks for something, and what became of that: who enters says so in `state`."""
        word = sql.split(maxsplit=1)[0].upper() if sql.strip() else ""
        asked = Statement(self.fake.database or "", word)
        self.asked.append(asked)
        try:
            yield asked
        finally:
            if asked.state == "RUNNING":
                asked.state = "FAILED_WITH_ERROR"

    def noted(self, asked: Statement, transactions: Iterator[int]) -> None:
        """Know whether a transaction is open after what was asked for."""
        if asked.state != "SUCCESS":
            return
        if asked.kind in {"COMMIT", "ROLLBACK"}:
            self.transaction = 0
        elif (asked.kind == "BEGIN" or self.fake._in_transaction) and not self.transaction:
            self.transaction = next(transactions)

    def end(self) -> None:
        """Undo what is open: the session ends."""
        self.fake.close()
        self.transaction = 0


class Sessions:
    """Every session, by its token, the ended ones included; it answers what fakesnow cannot."""

    def __init__(self, fake: Any) -> None:
        self._fake = fake
        self._all: dict[str, Session] = {}
        self._numbers, self.transactions = count(1_000_001), count(int(time.time()) * 1_000)

    def enter(self, token: str, role: str, warehouse: str) -> None:
        self._all[token] = Session(next(self._numbers), self._fake.sessions[token], role, warehouse)

    @property
    def every(self) -> list[Session]:
        return list(self._all.values())

    def of(self, token: str) -> Session:
        return self._all[token]

    def leave(self, token: str) -> None:
        if token in self._all:
            self._all[token].end()

    def said(self, session: Session, sql: str) -> str:
        """Return a statement with what only Snowflake knows said in it, after what only it could do was done."""
        if match := _ABORT.fullmatch(sql.strip()):
            return self._abort(int(match[1]))
        if match := _DROP.fullmatch(sql.strip()):
            return self._drop(match[1])
        if sql.strip() == "SHOW TRANSACTIONS":
            return f"SELECT * FROM {self._open()}"  # noqa: S608 - made here
        sql = sql.replace("SYSTEM$ALLOWLIST()", f"'{_allowlist()}'")
        sql = sql.replace("current_warehouse()", f"'{session.warehouse}'" if session.warehouse else "NULL")
        sql = sql.replace("current_session()", str(session.number))
        return _HISTORY.sub(lambda _: self._history(session.fake.database), sql)

    def _history(self, database: str) -> str:
        """Return what was asked for in a database; who asks wants no other."""
        every = ((each.number, asked) for each in self._all.values() for asked in each.asked)
        rows = [(number, database, asked.kind, asked.state) for number, asked in every if asked.database == database]
        return _table(_HISTORY_COLUMNS, rows)

    def _open(self) -> str:
        rows = [(each.transaction, each.number, "running") for each in self._all.values() if each.transaction]
        return _table(_TRANSACTION_COLUMNS, rows)

    def _abort(self, transaction: int) -> str:
        for each in self._all.values():
            if each.transaction == transaction:
                each.fake._duck_conn.rollback()
                each.fake._in_transaction = False
                each.transaction = 0
                return f"SELECT 'Transaction {transaction} aborted.' AS said"
        return f"SELECT 'Transaction {transaction} was not running.' AS said"

    def _drop(self, name: str) -> str:
        self._fake.shared_fs.duck_conn.execute(f"DETACH DATABASE IF EXISTS {name}")
        return f"SELECT '{name} successfully dropped.' AS status"


def _table(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    named = ", ".join(columns)
    if not rows:
        nothing = ", ".join(f"NULL AS {name}" for name in columns)
        return f"(SELECT {nothing} WHERE FALSE) AS known"
    values = ", ".join(str(row) for row in rows)
    return f"(SELECT * FROM (VALUES {values}) AS listed ({named})) AS known"  # noqa: S608 - made here


def _allowlist() -> str:
    hosts = (("SNOWFLAKE_DEPLOYMENT", "127.0.0.1"), ("STAGE", "*.stage.invalid"), ("SNOWSQL_REPO", "repo.invalid"))
    return json.dumps([{"type": kind, "host": host, "port": 443} for kind, host in hosts])
