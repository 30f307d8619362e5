from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clari_readiness.exporter import Exporter, Patience, lock_beside
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import SteppedClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse
from tests.exporter.clari import Clari

CONTRACTS = Contracts()


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 9, 1, 6, tzinfo=UTC))


@pytest.fixture
def clari(clock: SteppedClock) -> Clari:
    return Clari(clock)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def request_of() -> Callable[..., ExportRequest]:
    def made(period: str = "2027_Q3", *types: str) -> ExportRequest:
        return ExportRequest("net_bookings", period, types or ("forecast",))

    return made


@pytest.fixture
def run(clari: Clari, clock: SteppedClock, path: Path, tmp_path: Path) -> Callable[..., Exporter]:
    """A new run of the exporter, as the next process would make it."""

    def made(**changed: object) -> Exporter:
        given = {
            "client": clari,
            "warehouse": DuckDBWarehouse(path, clock, patience=0),
            "contracts": CONTRACTS,
            "clock": clock,
            "landing": tmp_path / "landing",
            "lock": lock_beside(path),
            "patience": Patience(timeout=600),
        }
        return Exporter(**{**given, **changed})  # type: ignore[arg-type]

    return made
