"""A database of one scenario in Snowflake: what is in it, and what sessions of the exporter's do there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from clari_readiness.errors import NotVerified, WarehouseError
from clari_readiness.model.time import Clock
from clari_readiness.trial.rows import Mapped, Rows, gathered
from clari_readiness.trial.warehouses.described import DescribedTables
from clari_readiness.trial.warehouses.seam import NOT_IN_SNOWFLAKE, Breaker, Moment
from clari_readiness.trial.warehouses.snowflake_place import secrets_in
from clari_readiness.warehouse.engines.snowflake import connect
from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.statements import quoted, statement

_PATIENCE = 30.0  # seconds for a statement of the exporter's to end, when its process has
_AGAIN = 0.25
_TIMEOUT = 60.0


class SnowflakeWarehouse:
    """A database of one scenario, and a session with it. `hosts` are those that a driver talks to."""

    path = None

    def __init__(
        self,
        url: str,
        base: Path,
        session: SnowflakeSession,
        clock: Clock,
        *,
        hosts: tuple[str, ...],
        patience: float,
    ) -> None:
        self.url = url
        self.secrets = secrets_in(url)
        self.hosts = hosts
        self._base = base
        self._session = session
        self._clock = clock
        self._patience = patience

    @classmethod
    def open(
        cls, url: str, base: Path, clock: Clock, *, hosts: tuple[str, ...] = (), patience: float = _PATIENCE
    ) -> SnowflakeWarehouse:
        """Connect with a database that is there. What stops it is a WarehouseError."""
        session = SnowflakeSession.open(address_of(url, base), patience=patience)
        return cls(url, base, session, clock, hosts=hosts, patience=patience)

    def rows(self, mapped: Mapped) -> Rows:
        """Return the rows, when nothing of the exporter's is at work; what does not end is a WarehouseError."""
        self._settled()
        with closing(connect(self.url, self._base, patience=0.0, timeout=_TIMEOUT)) as engine:
            return gathered(DescribedTables(engine, self._all), mapped)

    def seen(self) -> object:
        """Return how many statements of each session of the exporter's have written, or begun to."""
        return frozenset((session, writes) for session, _, writes in self._others() if writes)

    def full(self) -> AbstractContextManager[None]:
        """Raise NotVerified: no scenario asks for it."""
        raise NotVerified(NOT_IN_SNOWFLAKE["full"])

    def breaker(self, moment: Moment, mapped: Mapped) -> Breaker:  # noqa: ARG002 - as in other servers
        """Raise NotVerified: no scenario asks for it."""
        raise NotVerified(NOT_IN_SNOWFLAKE["breaker"])

    def close(self) -> None:
        """End our session."""
        self._session.close()

    def _settled(self) -> None:
        """Wait for statements of the exporter's, which go on when its process has died, and undo what it left open.

        Nobody will commit that any more. Snowflake itself undoes it after five minutes, if somebody waits for a lock of
        it, and after four hours otherwise.
        """
        until = self._clock.monotonic() + self._patience
        while busy := [session for session, at_work, _ in self._others() if at_work]:
            if self._clock.monotonic() >= until:
                raise WarehouseError(
                    f"{self._session.name}: a statement of the exporter's is still at work {self._patience:g} s after"
                    f" its end: session {busy[0]}",
                    way_out="let the exporter end what it began, or set ABORT_DETACHED_QUERY for its user",
                )
            self._clock.sleep(_AGAIN)
        self._undo_what_was_left_open()

    def _undo_what_was_left_open(self) -> None:
        sessions = {str(session) for session, *_ in self._others()}
        shown = self._session.said("SHOW TRANSACTIONS")
        names = [name for (name,) in shown.description]
        for row in shown.rows:
            transaction = dict(zip(names, row, strict=True))
            if str(transaction["session"]) in sessions:
                self._session.said(f"SELECT SYSTEM$ABORT_TRANSACTION({int(transaction['id'])})")

    def _others(self) -> list[tuple[Any, ...]]:
        return self._session.said(statement("engines/snowflake/trial_others")).fetchall()

    def _all(self, relation: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        # As they are, which is exact: how a moment is written as text, an account may have set.
        names = ", ".join(map(quoted, columns))
        return self._session.said(f"SELECT {names} FROM {relation}").fetchall()  # noqa: S608 - quoted
