"""Breaking an exporter's session with a PostgreSQL server, at moments that are there in every run.

A lock on the exporter's table lets it come to a moment and no further: who writes a row waits for it. A second one that
waits behind the exporter is there when its first transaction has ended, and before a next one can begin.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from threading import Thread

from clari_readiness.errors import WarehouseError
from clari_readiness.trial.warehouses.seam import Moment
from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.statements import statement

_BETWEEN_GLANCES = 0.0005  # seconds
_LONGEST = 3_600.0  # seconds that a lock is waited for: a run is over before
_LEAVING = 30.0

Over = Callable[[float], bool]


class PostgresBreaker:
    """Breaks the session that comes to a moment of loading `relation`, a table or a view; empty where there is none."""

    def __init__(self, url: str, relation: str, moment: Moment) -> None:
        self._url = url
        self._relation = relation
        self._moment = moment
        self._sessions = ExitStack()
        self.has_broken = False

    def lie_in_wait(self) -> None:
        """Connect, and take the lock that stops who writes a row. Raises WarehouseError."""
        with ExitStack() as opened:
            self._glancing = opened.enter_context(self._opened())
            if self._moment is not Moment.AS_IT_WRITES:
                self._holding = opened.enter_context(self._opened())
                with suppress(WarehouseError):  # somebody writes already, or there is nothing to lock
                    _lock(self._holding, self._tables(), at_once=True)
            self._sessions = opened.pop_all()

    def watch(self, over: Over) -> None:
        """Wait for the moment, break the session that has come to it, and let go of everything."""
        waits = {
            Moment.BEFORE_A_ROW: self._before_a_row,
            Moment.AS_IT_WRITES: self._as_it_writes,
            Moment.BETWEEN: self._between,
        }
        with self._sessions, suppress(WarehouseError):
            process = waits[self._moment](over)
            self.has_broken = process is not None and self._end(process)

    def _before_a_row(self, over: Over) -> int | None:
        found = self._waits_for(_process(self._holding), over)
        return found[0] if found else None

    def _as_it_writes(self, over: Over) -> int | None:
        while not over(_BETWEEN_GLANCES):
            for process, _, transaction in self._glancing.said(statement("engines/postgres/trial_others")).fetchall():
                if transaction:
                    return int(process)
        return None

    def _between(self, over: Over) -> int | None:
        first = self._waits_for(_process(self._holding), over)
        if first is None:
            return None
        writer, table = first
        behind = self._sessions.enter_context(self._opened(patience=_LONGEST))
        mine, waiting = _process(behind), Thread(target=_wait_for, args=(behind, table), daemon=True)
        waiting.start()
        self._sessions.callback(waiting.join, _LEAVING)
        while mine not in self._waiting_for(writer) and not over(_BETWEEN_GLANCES):
            pass
        self._holding.close()
        found = self._waits_for(mine, over)
        return found[0] if found else None

    def _waits_for(self, holder: int, over: Over) -> tuple[int, str] | None:
        """Return who waits for a lock of this process, and for which table; None when the run ends before."""
        while not over(_BETWEEN_GLANCES):
            if found := self._waiting_for(holder):
                return next(iter(found.items()))
        return None

    def _waiting_for(self, holder: int) -> dict[int, str]:
        rows = self._glancing.said(statement("engines/postgres/trial_waiting"), {"holder": holder}).fetchall()
        return {int(process): str(table) for process, table in rows}

    def _tables(self) -> list[str]:
        rows = self._glancing.said(statement("engines/postgres/trial_tables"), {"relation": self._relation}).fetchall()
        return [str(table) for (table,) in rows]

    def _end(self, process: int) -> bool:
        return bool(self._glancing.said("SELECT pg_terminate_backend(%(process)s)", {"process": process}).rows[0][0])

    def _opened(self, *, patience: float = 1.0) -> closing[PostgresSession]:
        return closing(PostgresSession.open(self._url, patience=patience))


def _lock(session: PostgresSession, tables: list[str], *, at_once: bool = False) -> None:
    """Let nobody write into tables until the session ends, once nobody does."""
    if tables:
        session.said("BEGIN")
        session.said(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE" + (" NOWAIT" if at_once else ""))


def _wait_for(session: PostgresSession, table: str) -> None:
    with suppress(WarehouseError):
        _lock(session, [table])


def _process(session: PostgresSession) -> int:
    return int(session.said("SELECT pg_backend_pid()").rows[0][0])
