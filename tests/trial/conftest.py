"""An exporter on trial, with everything real: a socket, a process, a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clari_readiness.trial import Accused, Outcome, Pace, Trial, chosen
from clari_readiness.trial.exporter import words_of
from clari_readiness.trial.warehouses import warehouses_at
from clari_readiness.trial.warehouses.postgres import Postgres, PostgresWarehouse
from tests.sabotage.specimens import of_the_environment

EXPORTERS = Path(__file__).parents[1] / "sabotage" / "exporters"
FAST = Pace(20.0)

Try = Callable[..., dict[str, Outcome]]


@pytest.fixture
def tried(tmp_path: Path) -> Try:
    """Put an exporter on trial, and return what became of each scenario."""

    def put(exporter: str, warehouse: str, *scenarios: str, seed: int = 1, **more: object) -> dict[str, Outcome]:
        warehouses = warehouses_at(warehouse, of_the_environment)
        accused = Accused(words_of(exporter), warehouses, tmp_path, **more)  # type: ignore[arg-type]
        trial = Trial(accused, tmp_path / "trial", dict(os.environ), seed=seed, pace=FAST)
        return {outcome.scenario: outcome for outcome in trial.outcomes(chosen(scenarios or ("healthy",)))}

    return put


@pytest.fixture
def url(postgres: str) -> str:
    """Return the URL of a PostgreSQL server."""
    return postgres.replace(":@", "@")  # a place for a password, even without one, is refused


@pytest.fixture
def place(url: str, tmp_path: Path) -> Iterator[PostgresWarehouse]:
    """The database of a scenario there."""
    with Postgres(f"{url}&options=-cTimeZone%3DAsia/Tokyo%20-cDateStyle%3DGerman", str).made(tmp_path) as made:
        assert isinstance(made, PostgresWarehouse)
        yield made


@pytest.fixture
def exporter(place: PostgresWarehouse) -> Iterator[psycopg.Connection[Any]]:
    """A session of an exporter's."""
    with closing(psycopg.connect(place.url, autocommit=True)) as connection:
        yield connection


def plain(name: str) -> str:
    return f"python3 {EXPORTERS / name}.py"


def sentences(outcome: Outcome) -> Sequence[str]:
    return [each.sentence for each in outcome.broken]
