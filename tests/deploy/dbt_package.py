"""deploy/dbt, built by dbt itself in one process, since dbt starts slowly: where, and what it left there."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.elsewhere import into_postgres
from tests.end_to_end.place import PATIENCE, REPOSITORY, environment, until

PACKAGE = REPOSITORY / "deploy" / "dbt"
PYTHON = REPOSITORY / ".venv-dbt" / "bin" / "python"
RATES = ("accuracy_pct", "coverage", "attainment_pct")
"""Binary in DuckDB, decimals in PostgreSQL."""

Rows = Counter[tuple[Any, ...]]


@dataclass(frozen=True)
class Ran:
    """A run of dbt: whether it ended well, what it said, and what became of each node."""

    good: bool
    said: str
    statuses: dict[str, str]

    def those(self, *statuses: str) -> set[str]:
        return {name for name, status in self.statuses.items() if status in statuses}


@dataclass(frozen=True)
class Built:
    """What a build left, wherever that is."""

    ran: Ran
    url: str
    rows: Callable[[str, tuple[str, ...]], Rows]


@dataclass(frozen=True)
class Dbt:
    """A process that runs dbt whenever it is asked to, and leaves nothing in the package."""

    process: subprocess.Popen[str]
    directory: Path
    numbers: Iterator[int] = field(default_factory=count)

    def run(self, *words: str, variables: dict[str, Any] | None = None, as_before: bool = False, **environ: str) -> Ran:
        number = next(self.numbers)
        files = {name: self.directory / f"{number}.{name}" for name in ("says", "ends")}
        options = {
            "--project-dir": PACKAGE,
            "--profiles-dir": PACKAGE,
            "--target-path": self.directory / "target",
            "--log-path": self.directory / "logs",
            "--vars": json.dumps(variables or {}),
        }
        asked = {
            "words": words,
            "options": [str(word) for option in options.items() for word in option],
            "environ": environ,
            "as_before": as_before,
            **{name: str(path) for name, path in files.items()},
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        until(lambda: files["ends"].exists() or self.process.poll() is not None, patience=PATIENCE)
        said = files["says"].read_text()
        assert files["ends"].exists(), said + (self.directory / "log").read_text()
        return Ran(said=said, **json.loads(files["ends"].read_text()))


@contextmanager
def dbt_at(directory: Path) -> Iterator[Dbt]:
    """Start the process. It has no way out: every proxy is a port on which nobody listens."""
    if not PYTHON.exists():
        pytest.fail(f"{PYTHON}: dbt is not installed; run `make .venv-dbt/.done`", pytrace=False)
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    with (
        (directory / "log").open("w") as log,
        subprocess.Popen(
            [str(PYTHON), "-P", str(Path(__file__).with_name("dbt_runs.py"))],  # dbt imports what it finds named dbt_*
            env={**environment(), **nowhere, "NO_COLOR": "1"},
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
        ) as process,
    ):
        yield Dbt(process, directory)


def in_duckdb(dbt: Dbt, place: Path, source: Path, variables: dict[str, Any] | None = None) -> Built:
    """Build beside a file that is attached and only read."""
    ran = dbt.run("build", variables={"clari_database": "clari", **(variables or {})}, **duckdb_at(place, source))

    def rows(model: str, columns: tuple[str, ...]) -> Rows:
        with duckdb.connect(place / "marts.duckdb", read_only=True) as connection:
            connection.execute(f"ATTACH '{source}' AS clari (READ_ONLY)")
            found = connection.execute(f"SELECT {', '.join(columns)} FROM analytics.{model}")  # noqa: S608 - ours
            return counted(columns, found.fetchall())

    return Built(ran, f"duckdb:///{place / 'marts.duckdb'}", rows)


def duckdb_at(place: Path, source: Path) -> dict[str, str]:
    files = {"CLARI_WAREHOUSE_FILE": source, "CLARI_DBT_FILE": place / "marts.duckdb"}
    return {"CLARI_DBT_TARGET": "duckdb", **{name: str(path) for name, path in files.items()}}


def in_postgres(dbt: Dbt, source: Path, server: str, variables: dict[str, Any] | None = None) -> Built:
    """Build in a database that holds what the file does."""
    url = into_postgres(source, server)
    ran = dbt.run("build", variables=variables, **postgres_at(url))

    def rows(model: str, columns: tuple[str, ...]) -> Rows:
        with psycopg.connect(url) as connection:
            found = connection.execute(f"SELECT {', '.join(columns)} FROM analytics.{model}")  # type: ignore[arg-type]  # noqa: S608 - ours
            return counted(columns, found.fetchall())

    return Built(ran, url, rows)


def postgres_at(url: str) -> dict[str, str]:
    at = conninfo_to_dict(url)
    names = {"PGHOST": "host", "PGUSER": "user", "PGDATABASE": "dbname"}
    return {"CLARI_DBT_TARGET": "postgres", **{name: str(at[key]) for name, key in names.items()}}


def counted(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Rows:
    """Return the rows, each as often as it is there: amounts exact, and a rate as the binary number next to it."""
    return Counter(
        tuple(
            float(value) if name in RATES and isinstance(value, Decimal) else value
            for name, value in zip(columns, row, strict=True)
        )
        for row in rows
    )
