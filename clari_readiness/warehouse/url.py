"""Which warehouse a URL of the settings means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from clari_readiness.errors import WarehouseError

_SCHEME = "duckdb"


def database_path(url: str, base: Path) -> Path:
    """Return the file of `duckdb:///path`; a relative path starts at `base`, `duckdb:////path` is absolute.

    Any other scheme is a WarehouseError. The rest of the URL is not repeated in it: it may hold a password.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise WarehouseError("the warehouse's url has no scheme", way_out="write it like duckdb:///warehouse.duckdb")
    if scheme.lower() != _SCHEME:
        raise WarehouseError(
            f"warehouses at {scheme}:// are not built yet: only duckdb:/// so far",
            way_out="name a DuckDB file, like duckdb:///warehouse.duckdb",
        )
    host, slash, path = rest.partition("/")
    if host or not slash or not path:
        raise WarehouseError(
            "the warehouse's url names no file", way_out="write it with three slashes, like duckdb:///warehouse.duckdb"
        )
    return base / unquote(path)
