"""Which warehouse a URL of the settings means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from clari_readiness.errors import SettingsError, WarehouseError

POSTGRES = ("postgresql", "postgres")
"""Schemes of PostgreSQL, which is read and loaded into."""

SNOWFLAKE = "snowflake"
"""Scheme of Snowflake, which is read and loaded into."""

BIGQUERY = "bigquery"
"""Scheme of BigQuery, which is read and loaded into."""

READ_ONLY = ("sqlite",)
"""Schemes of warehouses that are read, and into which nothing loads yet."""


def scheme_of(url: str) -> str:
    """Return a warehouse's scheme in lower case; a URL that has none is a WarehouseError, which does not repeat it."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        raise WarehouseError(
            "the warehouse's url has no scheme",
            way_out="write it like duckdb:///warehouse.duckdb or postgresql://user@host/database",
        )
    return scheme.lower()


def database_path(url: str, base: Path) -> Path:
    """Return the file of `duckdb:///path`; a relative path starts at `base`, `duckdb:////path` is absolute.

    A scheme of another engine is a SettingsError, any other a WarehouseError. The rest of the URL is not repeated
    in it: it may hold a password.
    """
    scheme = scheme_of(url)
    if scheme in (*POSTGRES, SNOWFLAKE, BIGQUERY, *READ_ONLY):
        raise SettingsError(
            f"warehouse.url: {scheme}:// is another engine: this takes a DuckDB file",
            way_out="name one, like duckdb:///warehouse.duckdb",
        )
    if scheme != "duckdb":
        raise WarehouseError(
            f"warehouses at {scheme}:// are not built yet: only duckdb:/// so far",
            way_out="name a DuckDB file, like duckdb:///warehouse.duckdb",
        )
    return file_of(url, base)


def file_of(url: str, base: Path) -> Path:
    """Return the file of a URL that names one after three slashes; a WarehouseError when it names none."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if host or not slash or not path:
        raise WarehouseError(
            "the warehouse's url names no file",
            way_out=f"write it with three slashes, like {scheme.lower()}:///warehouse.{scheme.lower()}",
        )
    return base / unquote(path)
