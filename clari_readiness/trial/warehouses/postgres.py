"""A database for each scenario, in a PostgreSQL server that the team names: made before it, dropped after it."""

from __future__ import annotations

import secrets as chance
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from psycopg import sql

from clari_readiness.errors import NotVerified, ReadinessError, SettingsError, WarehouseError
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.trial.rows import FORECASTS, Mapped, Rows, TableNames, gathered
from clari_readiness.trial.warehouses.described import DescribedTables
from clari_readiness.trial.warehouses.postgres_breaking import PostgresBreaker
from clari_readiness.trial.warehouses.postgres_url import require_readable, same_database, secrets_in, url_of
from clari_readiness.trial.warehouses.seam import WORK, Breaker, Done, Moment, ScenarioWarehouse
from clari_readiness.trial.warehouses.wording import in_words_of_the_trial, shown_url
from clari_readiness.warehouse.engines.postgres import connect, connected, name_of
from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.statements import quoted, statement
from clari_readiness.warehouse.tables import Tables
from clari_readiness.warehouse.url import POSTGRES, scheme_of

_PATIENCE = 30.0  # seconds for a session of the exporter's to end, when its process has
_AGAIN = 0.02
_TIMEOUT = 60.0
_SETTINGS = {
    "application_name": "clari-readiness: trial",
    "extra_float_digits": "1",  # a float as the shortest text that is that float
    "idle_session_timeout": "0",
    "statement_timeout": f"{_TIMEOUT:.0f}s",
}


class Postgres:
    """Databases in the server of `url`, which nobody else uses; that of the URL is only connected with.

    `own` gives the URL of the team's own warehouse, which must be another. One that cannot be read is a SettingsError.
    """

    spared: Mapping[Done, str] = MappingProxyType({})
    work = WORK

    def __init__(self, url: str, own: Callable[[], str] = str) -> None:
        require_readable(url)
        self._url = url
        self._own = own

    @property
    def shown(self) -> tuple[str, None]:
        """The URL without user and password; there is no path."""
        return shown_url(self._url, "A DATABASE MADE FOR THE RUN"), None

    def prepare(self) -> None:
        """See that the role may make databases, and drop what a killed trial left.

        The team's own warehouse, and a role that may not, are a SettingsError; a server that cannot be reached, or
        refuses, is NotVerified.
        """
        self._refuse_the_own()
        with in_words_of_the_trial(NotVerified), self._session() as session:
            _require_the_right(session)
            for (name,) in session.said(statement("engines/postgres/trial_leftovers")).fetchall():
                with suppress(WarehouseError):  # somebody has just connected with it, or dropped it
                    session.said(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    @contextmanager
    def made(self, directory: Path) -> Iterator[ScenarioWarehouse]:  # noqa: ARG002 - a file would lie there
        """Make a database, and drop it, whoever is still connected with it."""
        with in_words_of_the_trial(WarehouseError):
            name, url = self._made()
        try:
            with closing(PostgresWarehouse.open(url, SystemClock())) as warehouse:
                yield warehouse
        finally:
            with suppress(WarehouseError), self._session() as session:  # or else the next trial does it
                session.said(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _made(self) -> tuple[str, str]:
        with closing(connected(self._url, autocommit=True)) as connection:
            session = PostgresSession(connection, name_of(self._url))
            _, _, now = session.said(statement("engines/postgres/trial_right")).fetchall()[0]
            # From no seed: two trials with the same one may be at work on one server.
            name = f"clari_trial_{now}_{chance.token_hex(6)}"
            session.said(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return name, url_of(self._url, connection.info, name)

    @contextmanager
    def _session(self) -> Iterator[PostgresSession]:
        with closing(connected(self._url, autocommit=True)) as connection:
            yield PostgresSession(connection, name_of(self._url))

    def _refuse_the_own(self) -> None:
        try:
            own = self._own()
            is_own = bool(own) and scheme_of(own) in POSTGRES and same_database(own, self._url)
        except ReadinessError:  # who does not know where the team's warehouse is cannot say that this is it
            return
        if is_own:
            raise SettingsError(
                f"{name_of(self._url)} is the warehouse of `warehouse.url`, and no place for a trial",
                way_out="name another server, or another database of that one, such as postgres",
            )


def _require_the_right(session: PostgresSession) -> None:
    role, may, _ = session.said(statement("engines/postgres/trial_right")).fetchall()[0]
    if not may:
        raise SettingsError(
            f"{session.name}: the role {role} may not make databases, and each scenario takes one of its own",
            way_out=f"ALTER ROLE {quoted(role)} CREATEDB, on a server that may be used for trials",
        )


class PostgresWarehouse:
    """A database of one scenario, and a session with it, which keeps others from taking it for one left behind."""

    path = None
    hosts: tuple[str, ...] = ()

    def __init__(self, url: str, session: PostgresSession, clock: Clock, patience: float = _PATIENCE) -> None:
        self.url = url
        self.secrets = secrets_in(url)
        self._session = session
        self._clock = clock
        self._patience = patience

    @classmethod
    def open(cls, url: str, clock: Clock, *, patience: float = _PATIENCE) -> PostgresWarehouse:
        """Connect with a database that is there. What stops it is a WarehouseError."""
        session = PostgresSession.open(url, patience=patience)
        for name, value in _SETTINGS.items():
            session.said("SELECT set_config(%(name)s, %(value)s, false)", {"name": name, "value": value})
        return cls(url, session, clock, patience)

    def rows(self, mapped: Mapped) -> Rows:
        """Return the rows, when no session but ours is left; one that stays is a WarehouseError."""
        self._settled()
        with closing(connect(self.url, Path(), patience=0.0, timeout=_TIMEOUT)) as engine:
            return gathered(DescribedTables(engine, self._all), mapped)

    def seen(self) -> object:
        """Return the transactions of others that have written something and have not ended."""
        return frozenset(transaction for _, _, transaction in self._others() if transaction)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Have the server refuse whatever writes, as managed ones do when their disk is full."""
        name = sql.Identifier(self._session.said("SELECT current_database()").fetchall()[0][0])
        self._session.said(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
        try:
            yield None
        finally:
            self._session.said(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))

    def breaker(self, moment: Moment, mapped: Mapped) -> Breaker:
        """Return what breaks a session that loads forecasts; of a table that is not there no lock is taken."""
        names = mapped.get(FORECASTS, TableNames(FORECASTS))
        with closing(connect(self.url, Path(), patience=0.0, timeout=_TIMEOUT)) as engine:
            described = engine.describe(Tables(names.name))
        return PostgresBreaker(self.url, described.relation if described else "", moment)

    def close(self) -> None:
        """End our session."""
        self._session.close()

    def _settled(self) -> None:
        """Wait for others: when a process has died, the server goes on with its statement until that ends."""
        until = self._clock.monotonic() + self._patience
        while others := self._others():
            if self._clock.monotonic() >= until:
                process, does, _ = others[0]
                raise WarehouseError(
                    f"{self._session.name}: a session of the exporter's is still there {self._patience:g} s after its"
                    f" end: process {process} of the server, {does}",
                    way_out="let the exporter end what it began, and connect with the server and not with a pooler",
                )
            self._clock.sleep(_AGAIN)

    def _others(self) -> list[tuple[Any, ...]]:
        return self._session.said(statement("engines/postgres/trial_others")).fetchall()

    def _all(self, relation: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        # As text, which is exact, whatever the type.
        texts = ", ".join(f"CAST({quoted(each)} AS text)" for each in columns)
        query = f"SELECT {texts} FROM {relation}"  # noqa: S608 - quoted
        return self._session.said(query.replace("%", "%%")).fetchall()  # one that is in a name is no parameter
