"""Which warehouse a URL means, to be loaded into. What is not DuckDB is imported when its URL is met."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clari_readiness.errors import SettingsError
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.engines.opening import missing_driver
from clari_readiness.warehouse.store import DuckDBWarehouse, OwnWarehouse
from clari_readiness.warehouse.url import BIGQUERY, POSTGRES, READ_ONLY, SNOWFLAKE, scheme_of


def warehouse_at(url: str, base: Path, clock: Clock, *, scratch: Path) -> OwnWarehouse:
    """Return the warehouse at `url`, whose relative path starts at `base`; nothing is opened yet.

    What is not loaded into a file of DuckDB is staged in `scratch`, which is ours and is removed. A scheme that is only
    read is a SettingsError, and a driver that is not installed a WarehouseError; neither repeats the URL.
    """
    scheme = scheme_of(url)
    if scheme in READ_ONLY:
        raise SettingsError(
            f"warehouse.url: {scheme}:// is only read so far, by the gate and reconcile: the reference exporter loads "
            "into DuckDB, PostgreSQL, Snowflake and BigQuery",
            way_out="name one of them, like duckdb:///warehouse.duckdb",
        )
    if scheme in POSTGRES:
        return _postgres(url, scratch)
    if scheme == SNOWFLAKE:
        return _snowflake(url, base, scratch)
    if scheme == BIGQUERY:
        return _bigquery(url, scratch)
    return DuckDBWarehouse.at(url, base, clock)


def _postgres(url: str, scratch: Path) -> OwnWarehouse:
    with _driver_of("postgres"):
        from clari_readiness.warehouse.loaders.postgres import PostgresWarehouse  # noqa: PLC0415 - loads its driver
    return PostgresWarehouse(url, scratch)


def _snowflake(url: str, base: Path, scratch: Path) -> OwnWarehouse:
    with _driver_of("snowflake"):
        from clari_readiness.warehouse.loaders.snowflake import SnowflakeWarehouse  # noqa: PLC0415 - loads its driver
    return SnowflakeWarehouse(url, base, scratch)


def _bigquery(url: str, scratch: Path) -> OwnWarehouse:
    with _driver_of("bigquery"):
        from clari_readiness.warehouse.loaders.bigquery import BigQueryWarehouse  # noqa: PLC0415 - loads its driver
    return BigQueryWarehouse(url, scratch)


@contextmanager
def _driver_of(engine: str) -> Iterator[None]:
    """Say which driver is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("clari_readiness"):
            raise
        raise missing_driver(error, engine) from None
