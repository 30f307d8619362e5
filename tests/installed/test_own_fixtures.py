"""A `conftest.py` beside the settings: its `client`, `warehouse` and `exporter` are what the shipped checks judge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.installed.conftest import REPOSITORY, Installed

CONFTEST = '''
import duckdb
import pytest

from clari_readiness.client import ClariClient
from clari_readiness.errors import Unreachable
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.trial import Wishes
from clari_readiness.warehouse import Tables, WarehouseReader


class Tunnel:
    """Our way to Clari, which is closed."""

    def send(self, request, deadline):
        raise Unreachable("the tunnel is closed")

    def close(self):
        """There is nothing to close."""


@pytest.fixture(scope="session")
def client():
    return lambda on_exchange, clock: ClariClient(Tunnel(), clock=clock)


@pytest.fixture
def warehouse(environment, evidence):
    path = environment.base / "ours.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS ours (forecast_name VARCHAR, forecast_amount DECIMAL(18, 2), "
                           "quota_amount DECIMAL(18, 2), crm_closed DECIMAL(18, 2))")
    with WarehouseReader.open("duckdb:///ours.duckdb", Tables("ours"), environment.base) as reader:
        yield AskedWarehouse(reader, evidence)


@pytest.fixture(scope="session")
def exporter():
    return Wishes(exporter="sh -c 'exit 7'", warehouse="duckdb:///trial.duckdb")
'''


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("team")
    shutil.copy(REPOSITORY / "clari-readiness.toml", directory)
    (directory / "conftest.py").write_text(CONFTEST)
    return directory


@pytest.fixture(scope="module")
def ran(installed: Installed, directory: Path) -> CompletedProcess[str]:
    """One run for all: the items that the three are asked by, in two workers."""
    return installed.run(directory, "check", "-n", "2", "-k", "CONN-01 or API-03 or RES-05")


def findings(directory: Path, item: str) -> dict[str, dict[str, Any]]:
    """What the last run found of an item, by its source."""
    report = json.loads((directory / ".readiness" / "recorded" / "report.json").read_text())
    (found,) = [each["findings"] for each in report["items"] if each["id"] == item]
    return {each["source"]: each for each in found}


def test_the_shipped_checks_ask_clari_through_the_teams_client(ran: CompletedProcess[str], directory: Path) -> None:
    assert ran.returncode == 1, ran
    assert findings(directory, "CONN-01")["clari"]["observed"] == "the tunnel is closed"


def test_the_shipped_checks_look_into_the_teams_warehouse(ran: CompletedProcess[str], directory: Path) -> None:
    assert ran.returncode == 1, ran
    found = findings(directory, "API-03")["warehouse"]
    assert (found["result"], found["observed"]) == (
        "FAIL",
        "not one amount in forecast_amount of net_bookings, quota_amount of net_bookings, crm_closed of net_bookings",
    )


def test_the_shipped_checks_put_the_teams_exporter_on_trial(ran: CompletedProcess[str], directory: Path) -> None:
    assert ran.returncode == 1, ran
    found = findings(directory, "API-03")["trial"]
    assert found["result"] == "FAIL"
    assert "exit code 7" in found["observed"]


def test_a_conftest_that_cannot_be_imported_stops_the_run_in_one_line(installed: Installed, tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "clari-readiness.toml", tmp_path)
    for text, said in (
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("import pytest; pytest.exit('fine', returncode=0)", "Exit: fine"),
        ("import nothing_like_it", "ModuleNotFoundError: No module named 'nothing_like_it'"),
    ):
        (tmp_path / "conftest.py").write_text(text)
        ran = installed.run(tmp_path, "check", "-m", "contracts")
        assert (ran.returncode, ran.stdout) == (4, ""), ran
        (line,) = [line for line in ran.stderr.splitlines() if line]
        where, what = line.split(": cannot be imported: ")
        assert (where, what) == (
            f"ERROR: {tmp_path / 'conftest.py'}",
            f"{said}; mend it: its fixtures count for every check",
        )
