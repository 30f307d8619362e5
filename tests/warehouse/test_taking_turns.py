from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.model.time import SteppedClock
from clari_readiness.warehouse import DuckDBWarehouse, Tables, WarehouseReader
from tests.warehouse.documents import document, dump, entry

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def test_a_reader_delays_us_for_so_long_and_is_named(load: Callable[..., Any], path: Path) -> None:
    load(document(entry()))
    code = (
        "import duckdb, sys\n"
        "c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        clock = SteppedClock(NOW)
        with pytest.raises(WarehouseError, match=f"process {reader.pid} has this warehouse open"):
            DuckDBWarehouse(path, clock, patience=5).ledger()
        assert 5 <= clock.monotonic() < 6
        reader.kill()
    assert DuckDBWarehouse(path, SteppedClock(NOW)).ledger() == []


def test_reading_and_writing_at_once_in_one_process_says_so(load: Callable[..., Any], path: Path) -> None:
    load(document(entry()))
    warehouse = DuckDBWarehouse(path, SteppedClock(NOW))
    with (
        WarehouseReader.open(f"duckdb:///{path.name}", Tables(), path.parent),
        pytest.raises(WarehouseError, match="this very process reads and writes it at once"),
    ):
        warehouse.ledger()
    assert warehouse.ledger() == []


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text("hello" * 1000)
    with pytest.raises(WarehouseError, match="no DuckDB database"):
        DuckDBWarehouse(path, SteppedClock(NOW)).ledger()
    assert path.read_text() == "hello" * 1000


def test_opening_again_changes_nothing(load: Callable[..., Any], path: Path) -> None:
    load(document(entry()))
    before = dump(path), path.stat().st_size
    with DuckDBWarehouse(path, SteppedClock(NOW)) as warehouse:
        assert warehouse.ledger() == []
    assert (dump(path), path.stat().st_size) == before
