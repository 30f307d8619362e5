"""Which engine a warehouse's URL means. Each is imported when its URL is met, and so is its driver."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.engines.engine import Engine
from clari_readiness.warehouse.url import scheme_of

_ENGINES = MappingProxyType(
    {
        "duckdb": "duckdb",
        "postgresql": "postgres",
        "postgres": "postgres",
        "sqlite": "sqlite",
        "snowflake": "snowflake",
        "bigquery": "bigquery",
    }
)
_EXTRAS = frozenset({"postgres", "snowflake", "bigquery"})
_NAMED = "duckdb:///, postgresql://, snowflake://, bigquery:// and sqlite:///"


class _Opens(Protocol):
    def connect(self, url: str, base: Path, *, patience: float, timeout: float) -> Engine: ...


def open_engine(url: str, base: Path, *, patience: float, timeout: float) -> Engine:
    """Open the warehouse at `url` to read it; a relative path in it starts at `base`.

    Somebody who writes delays us by at most `patience` seconds, and no statement takes more than `timeout`. What stops
    it is a WarehouseError, which never repeats the URL's user or password.
    """
    scheme = scheme_of(url)
    if scheme not in _ENGINES:
        raise WarehouseError(
            f"warehouses at {scheme}:// are none that can be read: {_NAMED} can",
            way_out="name one of these in `warehouse.url`",
        )
    return _module(_ENGINES[scheme]).connect(url, base, patience=patience, timeout=timeout)


def _module(engine: str) -> _Opens:
    try:
        return cast("_Opens", import_module(f"clari_readiness.warehouse.engines.{engine}"))
    except ModuleNotFoundError as error:
        if engine not in _EXTRAS or (error.name or "").startswith("clari_readiness"):
            raise
        raise missing_driver(error, engine) from None


def missing_driver(error: ModuleNotFoundError, engine: str) -> WarehouseError:
    """Return the error of an engine whose driver is not installed."""
    return WarehouseError(
        f"this warehouse takes the driver {error.name}, which is not installed",
        way_out=f'pip install "clari-readiness[{engine}]"',
    )
