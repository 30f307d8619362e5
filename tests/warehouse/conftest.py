from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.model.time import SteppedClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse, Tables, WarehouseReader
from clari_readiness.warehouse.statements import quoted
from tests.elsewhere import ENGINES, into, into_sqlite
from tests.warehouse.documents import land, snapshot
from tests.warehouse.shelf import Shelf


class ByContract:
    """The shipped contract of forecasts, as staging asks it."""

    def __init__(self) -> None:
        self._contracts = Contracts()

    def envelope(self, document: Any) -> Any:
        return self._contracts.violations("forecast", dict(document))

    def entry(self, entry: Any, at: str) -> Any:
        return self._contracts.violations("forecast", entry, part="entry", at=at)


Load = Callable[..., Any]
Ask = Callable[..., list[dict[str, Any]]]
Reader = Callable[..., WarehouseReader]


@pytest.fixture(scope="session")
def judge() -> ByContract:
    return ByContract()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def warehouse(path: Path) -> Iterator[DuckDBWarehouse]:
    with DuckDBWarehouse(path, SteppedClock(datetime(2026, 9, 1, tzinfo=UTC))) as opened:
        yield opened


@pytest.fixture
def load(warehouse: DuckDBWarehouse, judge: ByContract, tmp_path: Path) -> Callable[..., Loaded]:
    """Land, stage and load a document, and let go of the file, so that a test can look into it."""

    def loaded(content: Any, of: Snapshot | None = None, **value_names: str) -> Loaded:
        try:
            staged = warehouse.stage(land(tmp_path, content), judge, value_names)
            return warehouse.load(of or snapshot(), staged)
        finally:
            warehouse.close()

    return loaded


@pytest.fixture(scope="module")
def shelf(judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    directory: Path = tmp_path_factory.mktemp("shelf")
    return Shelf(directory, judge)


@pytest.fixture(params=ENGINES)
def warehouse_at(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Path], str]:
    """Return where what a DuckDB file holds can be read in each of the engines."""
    if request.param == "duckdb":
        return lambda path: f"duckdb:///{path}"
    if request.param == "sqlite":
        return lambda path: into_sqlite(path, tmp_path / "warehouse.sqlite")
    server = request.getfixturevalue(request.param)
    return lambda path: into(request.param, path, server)


@pytest.fixture
def reader(warehouse_at: Callable[[Path], str], tmp_path: Path) -> Callable[..., WarehouseReader]:
    """Open, in each of the engines, what a DuckDB file holds. In a SQLite file a table has no schema."""

    def opened(path: Path, tables: Tables | None = None) -> WarehouseReader:
        url, named = warehouse_at(path), tables or Tables()
        if url.startswith("sqlite") and named.parts[1:]:
            named = replace(named, forecasts=quoted(named.parts[-1]))
        return WarehouseReader.open(url, named, tmp_path)

    return opened


@pytest.fixture
def asked(reader: Callable[..., WarehouseReader]) -> Callable[..., list[dict[str, Any]]]:
    """Ask one of the checks' questions, in each of the engines, of what a DuckDB file holds."""

    def answered(path: Path, name: str, tables: Tables | None = None, **params: Any) -> list[dict[str, Any]]:
        with reader(path, tables) as opened:
            return opened.ask(name, **params).dicts()

    return answered
