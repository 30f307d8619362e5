"""Which warehouses a URL means, or a reference to one. Neither is resolved before somebody needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

from clari_readiness.environments.values import holds_password, is_reference
from clari_readiness.errors import NotVerified, SecretError, SettingsError
from clari_readiness.trial.warehouses.files import Files
from clari_readiness.trial.warehouses.seam import Done, ScenarioWarehouse, Warehouses
from clari_readiness.warehouse.engines.opening import missing_driver
from clari_readiness.warehouse.url import POSTGRES, SNOWFLAKE

_FILES = ("duckdb", "sqlite")
_WRITTEN = "duckdb:///trial.duckdb, sqlite:///trial.sqlite, postgresql://user@host/postgres or snowflake://user@account"

Resolve = Callable[[str], str]
"""Returns what a reference refers to; raises SecretError."""


def warehouses_at(written: str, resolve: Resolve, base: Path = Path(), *, own: str = "") -> Warehouses:
    """Return the warehouses that a URL means, or what it refers to; a file that it names is found from `base` on.

    `own` is `warehouse.url`, a reference perhaps, which must not be the same database. A URL of no engine that a trial
    reads, or with a password in it, is a SettingsError, which does not repeat it.
    """

    def team() -> str:
        return resolve(own) if is_reference(own) else own

    if is_reference(written):
        return _Later(lambda: _of(_resolved(written, resolve), base, team))
    if holds_password(written):
        raise SettingsError(
            "the trial's warehouse is written with a password, which others of this machine could read",
            way_out='refer to the whole URL: "env://CLARI_TRIAL_WAREHOUSE"',
        )
    return _of(written, base, team)


class _Later:
    """Warehouses of which nobody knows more before they are needed."""

    def __init__(self, make: Callable[[], Warehouses]) -> None:
        self._make = make

    @cached_property
    def _there(self) -> Warehouses:
        return self._make()

    @property
    def shown(self) -> tuple[str, str | None]:
        return self._there.shown

    @property
    def spared(self) -> Mapping[Done, str]:
        return self._there.spared

    @property
    def work(self) -> float:
        return self._there.work

    def prepare(self) -> None:
        self._there.prepare()

    def made(self, directory: Path) -> AbstractContextManager[ScenarioWarehouse]:
        return self._there.made(directory)


def _of(url: str, base: Path, own: Callable[[], str]) -> Warehouses:
    scheme, separator, rest = url.partition("://")
    name = rest.rpartition("/")[2]
    if scheme in POSTGRES and rest:
        return _Later(lambda: _postgres(url, own))
    if scheme == SNOWFLAKE and rest:
        return _Later(lambda: _snowflake(url, base, own))
    if not separator or scheme not in _FILES or not rest.startswith("/") or not name:
        raise SettingsError(
            "a trial reads DuckDB and SQLite files, and databases of PostgreSQL and Snowflake",
            way_out=f"write {_WRITTEN}",
        )
    return Files(scheme, name)


def _postgres(url: str, own: Callable[[], str]) -> Warehouses:
    with _driver_of("postgres"):
        from clari_readiness.trial.warehouses.postgres import Postgres  # noqa: PLC0415 - loads its driver
    return Postgres(url, own)


def _snowflake(url: str, base: Path, own: Callable[[], str]) -> Warehouses:
    with _driver_of("snowflake"):
        from clari_readiness.trial.warehouses.snowflake import Snowflake  # noqa: PLC0415 - loads its driver
    return Snowflake(url, base, own)


@contextmanager
def _driver_of(engine: str) -> Iterator[None]:
    """Say which driver is not installed: nobody could look."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("clari_readiness"):
            raise
        missing = missing_driver(error, engine)
        raise NotVerified(missing.message, way_out=missing.way_out) from None


def _resolved(reference: str, resolve: Resolve) -> str:
    try:
        return resolve(reference)
    except SecretError as error:
        raise SettingsError(f"the trial's warehouse: {error.message}", way_out=error.way_out) from None
