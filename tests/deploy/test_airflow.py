"""The DAG for Airflow 3, run by Airflow itself against a simulator: a night, the same day again, and one that fails."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import DEFAULT_NOW, Organisation, RunningClock, Simulator, Truncated
from tests.end_to_end.holdings import contents
from tests.end_to_end.place import BIN, PATIENCE, REPOSITORY, SPEED, Place, environment, until

DAG = REPOSITORY / "deploy" / "airflow" / "clari_export_dag.py"
POOLS = REPOSITORY / "deploy" / "airflow" / "pools.json"
PYTHON = REPOSITORY / ".venv-airflow" / "bin" / "python"
STEPS = ("due", "export_others", "reconcile", "retention", "tell")


@dataclass(frozen=True)
class Night:
    """How a run ended by Airflow's word, and what it left: the state of each task, the jobs so far, the warehouse."""

    run: str
    tasks: dict[str, str]
    jobs: int
    warehouse: dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Nights:
    """Three runs: the first, the same day again, and the next day, on which results are truncated."""

    first: Night
    again: Night
    truncated: Night
    log: str


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    require_airflow()
    directory = tmp_path_factory.mktemp("airflow")
    place, log = Place.fresh(directory / "place", history=1), directory / "airflow.log"
    with airflow(place, directory / "home", log) as night:
        with clari(place, days=0) as simulator:
            first = night(simulator, directory / "first.json")
            again = night(simulator, directory / "again.json")
        with clari(place, days=1) as simulator:
            simulator.set_faults([Truncated()])
            truncated = night(simulator, directory / "truncated.json")
    return Nights(first, again, truncated, log.read_text())


def require_airflow() -> None:
    if not PYTHON.exists():
        pytest.fail(f"{PYTHON}: Airflow is not installed; run `make .venv-airflow/.done`", pytrace=False)


@contextmanager
def clari(place: Place, *, days: int) -> Iterator[Simulator]:
    clock = RunningClock(DEFAULT_NOW + timedelta(days=days), speed=SPEED)
    organisation = Organisation(people=3, managers=1, opportunities=3)
    with Simulator(organisation, key=fixture_key("simulated"), clock=clock, state_directory=place.state) as running:
        yield running


@contextmanager
def airflow(place: Place, home: Path, log: Path) -> Iterator[Any]:
    """An Airflow of its own that runs a night whenever it is asked for one."""
    told = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAG.parent),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "CLARI_READINESS": str(BIN / "clari-readiness"),
        "CLARI_READINESS_CONFIG": str(place.settings),
        "CLARI_READINESS_ENV": "simulated",
    }
    command = [str(PYTHON), str(Path(__file__).with_name("airflow_nights.py")), str(DAG), str(POOLS)]
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, env={**environment(), **told}, stdin=subprocess.PIPE, stdout=out, stderr=out, text=True
        ) as process,
    ):

        def night(simulator: Simulator, result: Path) -> Night:
            assert process.stdin is not None
            process.stdin.write(f"{result}\n")
            process.stdin.flush()
            until(lambda: result.exists() or process.poll() is not None, patience=5 * PATIENCE)
            assert result.exists(), log.read_text()
            return Night(
                **json.loads(result.read_text()), jobs=len(simulator.exports()), warehouse=contents(place.warehouse)
            )

        yield night


def test_a_night_exports_what_is_due_one_task_for_each_piece_and_all_is_good(nights: Nights) -> None:
    assert nights.first.run == "success"
    assert nights.first.tasks == {
        **dict.fromkeys(STEPS, "success"),
        "export net_bookings 2027_Q4": "success",
        "export net_bookings 2027_Q3": "success",
    }
    assert nights.first.jobs == 2
    assert {row[0] for row in nights.first.warehouse["time_periods"]} == {"2027_Q3", "2027_Q4"}


def test_the_same_day_again_spends_no_quota_and_changes_no_row(nights: Nights) -> None:
    assert nights.again.run == "success"
    assert nights.again.tasks == {**dict.fromkeys(STEPS, "success"), "export": "skipped"}
    assert nights.again.jobs == nights.first.jobs
    assert nights.again.warehouse == nights.first.warehouse


def test_a_truncated_export_fails_the_run_and_the_steps_after_it_have_run(nights: Nights) -> None:
    assert nights.truncated.run == "failed"
    assert nights.truncated.tasks == {
        **dict.fromkeys(STEPS, "success"),
        "export net_bookings 2027_Q4": "failed",
        "tell": "failed",
    }
    assert nights.truncated.warehouse["forecast_entries"] == nights.again.warehouse["forecast_entries"]
    assert "the night of clari_export is not good: export_0 failed" in nights.log


def test_a_failed_export_is_not_tried_again_since_that_costs_quota(nights: Nights) -> None:
    assert nights.truncated.jobs == nights.again.jobs + 1


def test_what_another_try_cannot_mend_fails_at_once_and_a_task_that_is_stopped_stops_its_command(
    tmp_path: Path,
) -> None:
    require_airflow()
    command = tmp_path / "command"
    command.write_text(f'#!/bin/sh\n[ -n "$1" ] && exit "$1"\necho $$ > {tmp_path}/pid\nexec sleep 600\n')
    command.chmod(0o755)
    script = Path(__file__).with_name("airflow_ends.py")
    done = subprocess.run(
        [str(PYTHON), str(script), str(DAG), str(command), "0", "1", "3", "4", "10"],
        env={**environment(), "AIRFLOW_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
        timeout=5 * PATIENCE,
    )
    again, final = "AirflowException", "AirflowFailException"
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "0": None,
        "1": final,
        "3": again,
        "4": final,
        "10": again,
        "stopped": "Stopped",
    }
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
