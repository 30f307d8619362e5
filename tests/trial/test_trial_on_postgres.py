"""Exporters on trial that load into a real PostgreSQL: healthy ones, defective ones, and what becomes of the server."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from clari_readiness.errors import NotVerified, SettingsError, WarehouseError
from clari_readiness.model.time import SystemClock
from clari_readiness.trial import Verdict
from clari_readiness.trial.rows import FORECASTS, TableNames
from clari_readiness.trial.warehouses.postgres import Postgres, PostgresWarehouse
from clari_readiness.trial.warehouses.postgres_url import same_database, secrets_in, shown_url
from tests.elsewhere import new_database
from tests.sabotage.specimens import Specimen, constants_of
from tests.servers import GUARDED
from tests.trial.conftest import Try, sentences
from tests.trial.test_trial_command import SETTINGS, trial

PASSWORD = "hunter-2/ü@:%"
DEFECTS = ("appends", "commits_every_statement", "float_money", "prints_what_the_server_refuses", "western_names_only")
TELLING = ("process_no_room", "process_killed_at_a_post", "duplicates_two_at_once", "pages_sizes")


@pytest.fixture
def url(postgres: str) -> str:
    return postgres.replace(":@", "@")  # a place for a password, even without one, is refused


@pytest.fixture
def server(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        yield connection


@pytest.fixture
def role(server: psycopg.Connection[Any]) -> Iterator[Callable[[str], str]]:
    """Make roles whose password the server asks for, and drop them in the end."""
    made = []

    def make(may: str) -> str:
        made.append(f"{GUARDED}_{uuid4().hex[:8]}")
        server.execute(f"CREATE ROLE {made[-1]} LOGIN PASSWORD '{PASSWORD}' {may}")
        return made[-1]

    yield make
    for name in made:
        server.execute(f"DROP ROLE {name}")


def databases(server: psycopg.Connection[Any]) -> set[str]:
    return {name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()}


def specimen(defect: str, url: str) -> Specimen:
    caught_by = constants_of(f"postgres/{defect}")["CAUGHT_BY"] if defect else ""
    defects = f"postgres+postgres.{defect}" if defect else "postgres"
    return Specimen(defect, ("plain", "into", "postgres"), url, caught_by, defects)


def test_the_reference_exporter_keeps_the_laws_in_a_server_and_leaves_nothing_behind(
    tried: Try, url: str, server: psycopg.Connection[Any]
) -> None:
    outcomes = tried("reference", url, *TELLING)
    assert {name: (each.verdict, each.sentence) for name, each in outcomes.items()} == dict.fromkeys(
        ("healthy", *TELLING), (Verdict.KEPT, "")
    )
    assert not server.execute("SELECT 1 FROM pg_tables WHERE tablename = 'forecast_entries'").fetchall()


def test_a_healthy_exporter_of_somebody_elses_keeps_what_defective_ones_break(tmp_path: Path, url: str) -> None:
    names = sorted({constants_of(f"postgres/{defect}")["CAUGHT_BY"] for defect in DEFECTS})
    outcomes = {each.scenario: (each.verdict, each.sentence) for each in specimen("", url).outcomes(tmp_path, names)}
    assert outcomes == dict.fromkeys(("healthy", *names), (Verdict.KEPT, ""))


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_caught_by_its_scenario_and_not_by_the_healthy_run(tmp_path: Path, url: str, defect: str) -> None:
    accused = specimen(defect, url)
    verdicts = {each.scenario: each.verdict for each in accused.outcomes(tmp_path, (accused.caught_by,))}
    assert verdicts == {"healthy": Verdict.KEPT, accused.caught_by: Verdict.BROKEN}


def test_every_defect_beside_the_exporter_is_tried() -> None:
    directory = Path(__file__).parents[1] / "sabotage" / "exporters" / "postgres"
    assert {path.stem for path in directory.glob("*.py")} - {"__init__"} == set(DEFECTS)
