from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.model.time import SteppedClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse
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
