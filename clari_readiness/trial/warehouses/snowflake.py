"""A database for each scenario, in a Snowflake account that the team names: made before it, dropped after it."""

from __future__ import annotations

import json
import re
import secrets as chance
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from clari_readiness.errors import NotVerified, ReadinessError, SettingsError, WarehouseError
from clari_readiness.model.time import SystemClock
from clari_readiness.trial.warehouses.seam import NOT_IN_SNOWFLAKE, Done, ScenarioWarehouse
from clari_readiness.trial.warehouses.snowflake_database import SnowflakeWarehouse
from clari_readiness.trial.warehouses.snowflake_place import readable, same_database, url_of
from clari_readiness.trial.warehouses.wording import in_words_of_the_trial, shown_url
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.statements import quoted, statement
from clari_readiness.warehouse.url import SNOWFLAKE, scheme_of

_PATIENCE = 30.0  # seconds for a lock
_ABANDONED = 6 * 3_600  # seconds: no scenario takes as long, and nobody else's sessions can be seen
_WORK = 120.0  # seconds: each statement goes to a cloud and back, and a virtual warehouse has to wake up
_OURS = re.compile(r"CLARI_TRIAL_([0-9]{10})_[0-9A-F]{12}")
_NO_RIGHT = "Insufficient privileges"
_HTTP_OF = ("SNOWFLAKE_DEPLOYMENT", "SNOWFLAKE_DEPLOYMENT_REGIONLESS", "STAGE", "OCSP_CACHE", "OCSP_RESPONDER")


class Snowflake:
    """Databases in the account of `url`, which nobody else uses; that of the URL is only connected with.

    A relative path in the URL starts at `base`. `own` gives the URL of the team's own warehouse, which must be another.
    One that cannot be read is a SettingsError.
    """

    spared: Mapping[Done, str] = NOT_IN_SNOWFLAKE
    work = _WORK

    def __init__(self, url: str, base: Path, own: Callable[[], str] = str) -> None:
        self._address = readable(url, base)
        self._url = url
        self._base = base
        self._own = own

    @property
    def shown(self) -> tuple[str, None]:
        """The URL without user and password; there is no path."""
        return shown_url(self._url, "A DATABASE MADE FOR THE RUN/PUBLIC"), None

    def prepare(self) -> None:
        """See that the role may make databases and has a virtual warehouse, and drop what a killed trial left.

        The team's own warehouse, and a role that may not or has none, are a SettingsError; an account that cannot be
        reached, or refuses, is NotVerified.
        """
        self._refuse_the_own()
        with in_words_of_the_trial(NotVerified), self._session() as session:
            role, warehouse, now = session.said(statement("engines/snowflake/trial_right")).fetchall()[0]
            _require_a_warehouse(session, role, warehouse)
            for name in _abandoned(session, now):
                with suppress(WarehouseError):  # another role's, or somebody has just dropped it
                    _drop(session, name)
            _drop(session, _try_to_make(session, role, now))

    @contextmanager
    def made(self, directory: Path) -> Iterator[ScenarioWarehouse]:  # noqa: ARG002 - a file would lie there
        """Make a database, and drop it, whoever is still connected with it."""
        with in_words_of_the_trial(WarehouseError), self._session() as session:
            _, _, now = session.said(statement("engines/snowflake/trial_right")).fetchall()[0]
            hosts = _hosts(session)
            name = _make(session, now)
        try:
            url = url_of(self._address, name)
            with closing(SnowflakeWarehouse.open(url, self._base, SystemClock(), hosts=hosts)) as warehouse:
                yield warehouse
        finally:
            with suppress(WarehouseError), self._session() as session:  # or else a later trial does it
                _drop(session, name)

    @contextmanager
    def _session(self) -> Iterator[SnowflakeSession]:
        with closing(SnowflakeSession.open(self._address, patience=_PATIENCE)) as session:
            yield session

    def _refuse_the_own(self) -> None:
        try:
            own = self._own()
            is_own = bool(own) and scheme_of(own) == SNOWFLAKE and same_database(own, self._url, self._base)
        except ReadinessError:  # who does not know where the team's warehouse is cannot say that this is it
            return
        if is_own:
            raise SettingsError(
                f"{self._address.name} is the database of `warehouse.url`, and no place for a trial",
                way_out="name another database, or none, and a role that sees nothing of that one",
            )


def _require_a_warehouse(session: SnowflakeSession, role: str, warehouse: str | None) -> None:
    if warehouse is None:
        raise SettingsError(
            f"{session.name}: the role {role} uses no virtual warehouse, so nothing could be loaded or read",
            way_out="name one that resumes by itself: ?warehouse=... in the URL of the trial's warehouse",
        )


def _try_to_make(session: SnowflakeSession, role: str, now: int) -> str:
    """Return the name of a database that was made, which shows that the role may: rights can be inherited."""
    try:
        return _make(session, now)
    except WarehouseError as error:
        if _NO_RIGHT not in error.message:
            raise
        raise SettingsError(
            f"{session.name}: the role {role} may not make databases, and each scenario takes one of its own",
            way_out=f"GRANT CREATE DATABASE ON ACCOUNT TO ROLE {quoted(role)}, for a role that is for trials only",
        ) from None


def _make(session: SnowflakeSession, now: int) -> str:
    """Return the name of a new database, of which nothing is kept once it is dropped."""
    # From no seed: two trials with the same one may be at work in one account.
    name = f"CLARI_TRIAL_{now}_{chance.token_hex(6).upper()}"
    session.said(f"CREATE TRANSIENT DATABASE {name} DATA_RETENTION_TIME_IN_DAYS = 0")
    return name


def _drop(session: SnowflakeSession, name: str) -> None:
    session.said(f"DROP DATABASE IF EXISTS {name}")


def _abandoned(session: SnowflakeSession, now: int) -> list[str]:
    """Return the names of databases of a trial's that no trial can still be at work in."""
    answer = session.said("SHOW DATABASES LIKE 'CLARI_TRIAL_%'")
    at = [column for (column,) in answer.description].index("name")
    found = (_OURS.fullmatch(str(row[at])) for row in answer.rows)
    return [match[0] for match in found if match and int(match[1]) < now - _ABANDONED]


def _hosts(session: SnowflakeSession) -> tuple[str, ...]:
    """Return the hosts that a driver of Snowflake's talks to: the account's, and those of its stages."""
    told = json.loads(session.said("SELECT SYSTEM$ALLOWLIST()").fetchall()[0][0])
    return tuple(dict.fromkeys(each["host"].removeprefix("*") for each in told if each["type"] in _HTTP_OF))
