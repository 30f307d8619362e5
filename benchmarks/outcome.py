"""What a run found, as a table and as a file."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.bench import Sizes
from benchmarks.rows import Row, Standing

_PACKAGES = ("duckdb", "msgspec", "dlt", "pandas", "polars", "pyarrow")
_STYLE = {
    Standing.REACHED: "green",
    Standing.EXPLAINED: "yellow",
    Standing.MISSED: "bold red",
    Standing.NOT_MEASURED: "bold red",
}


def machine() -> dict[str, Any]:
    """Return what the figures depend on: cores, memory, load, versions."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "memory_gib": round(pages * size / 2**30, 1),
        "load_average": os.getloadavg(),
        "versions": {name: _version(name) for name in _PACKAGES},
    }


def printed(rows: Sequence[Row], console: Console) -> None:
    """Print goal and figure side by side."""
    table = Table("part", "goal", "figure", "", box=box.SIMPLE, pad_edge=False)
    for row in rows:
        table.add_row(row.name, row.goal, row.figure, row.standing.value, style=_STYLE.get(row.standing, ""))
    console.print(table)


def written(rows: Sequence[Row], to: Path, *, sizes: Sizes, repeats: int, before: dict[str, Any]) -> None:
    """Write the rows with all that was seen, and the machine before and after."""
    run = {"sizes": asdict(sizes), "repeats": repeats, "begun": before, "ended": machine()}
    told = [{**asdict(row), "standing": row.standing.value} for row in rows]
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(json.dumps({"run": run, "rows": told}, indent=2) + "\n", encoding="utf-8")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
