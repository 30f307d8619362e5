"""A healthy integration in a directory of its own, to be broken: settings, a simulator, a team's warehouse."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest

from clari_readiness.client import connect_to
from clari_readiness.environments import load
from clari_readiness.exporter import Step, exporter_of, planned
from clari_readiness.model.alarms import Drill
from clari_readiness.model.reconciliation import Verdict
from clari_readiness.model.time import SystemClock
from clari_readiness.monitoring import detector_of
from clari_readiness.reconcile import compared_warehouse, periods_of, reconciler_of, state_of
from clari_readiness.secrets import Secret, fingerprint, fixture_key
from clari_readiness.simulator import Fault, Organisation, RunningClock, Simulator
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import AlertStore, DuckDBWarehouse, StandingAmounts
from tests.end_to_end.place import ONLY_OURS, PATIENCE

REPOSITORY = Path(__file__).parents[2]
AFTER_THE_EXPORTS = timedelta(hours=6)
EXPORTED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NOW = EXPORTED + AFTER_THE_EXPORTS
"""The exports of the night have ended when the gate looks: a simulator that begins again knows their jobs as DONE."""
FAST, QUICK = 500.0, 50.0
SETTINGS = """
[default]
forecasts = ["net_bookings"]
types_to_export = ["forecast", "quota", "crm_closed"]
fiscal_year = {{ starts = "02", named_after = "end" }}
fingerprint_salt = "0123456789abcdef0123456789abcdef"
dashboard = {{ file = "dashboard.json" }}

[env.recorded]
api = {{ key = "fixture://recorded", base_url = "https://api.clari.com/v4" }}
key_fingerprint = "{recorded}"
exporter = "reference"

[env.simulated]
api = {{ key = "fixture://simulated" }}
exporter = "reference"
key_fingerprint = "{simulated}"
warehouse.url = "duckdb:///team.duckdb"
warehouse.forecasts = "analytics.forecasts"
warehouse.columns = {{ owner_email = "rep_mail" }}
service_account = {{ user_id = 4711, email = "Clari-Export@example.com" }}
key_rotation = {{ runbook = "runbook.md", rotated_on = 2026-11-02, every = "90d" }}
alerts.rules = ["alerts.yaml"]
alerts.to = ["json://127.0.0.1:9/ops"]

[env.prod]
live = true
exporter = "reference"
trial.warehouse = "duckdb:///trial.duckdb"
api.key = "env://CLARI_API_KEY_PROD?injected_by=vault"
api.base_url = "https://api.clari.com/v4"
key_fingerprint = "{prod}"
key_rotation = {{ runbook = "runbook.md", rotated_on = {today}, every = "12w" }}

[env.staging]
live = true
api = {{ key = "env://CLARI_API_KEY_STAGING?injected_by=vault", base_url = "https://api.clari.com/v4" }}
key_fingerprint = "{staging}"

[[declarations]]
item = "AUTH-05"
env = "simulated"
statement = "the account may see forecasts and export them, and nothing else"
by = "head of revops"
on = 2026-11-02
expires = 2027-05-01
"""
RUNBOOK = """
# How we change Clari's key

| Owner | head of revops |
| ----- | -------------- |

1. Make another key in Clari, as the service account.
2. Put it into the vault, and run the exporter.
3. Revoke the old one.

Rehearsed on 2026-11-02.
"""
KEYS = {
    "CLARI_API_KEY_PROD": "prod-7f0c2d1e9a8b4c5d6e7f",
    "CLARI_API_KEY_STAGING": "staging-1a2b3c4d5e6f7a8b9c0d",
}
SALT = "0123456789abcdef0123456789abcdef"

_NOT_HERE = ("faulthandler", "xdist", "unraisableexception", "threadexception")
"""Plugins that look after a process, which is not the gate's here: two of them collect all garbage of all tests."""

Results = Mapping[tuple[str, str], str]


@dataclass
class Integration:
    """What a case may break. `environment` is the one that is judged, `variables` what the process finds."""

    directory: Path
    environment: str = "simulated"
    organisation: Organisation = field(default_factory=Organisation)
    faults: tuple[Fault, ...] = ()
    keys: Mapping[str, int] | None = None
    simulator_runs: bool = True
    now: datetime = NOW
    variables: dict[str, str] = field(default_factory=lambda: dict(KEYS))

    @property
    def exported(self) -> datetime:
        """When the exports of the night began."""
        return self.now - AFTER_THE_EXPORTS

    @property
    def settings(self) -> Path:
        return self.directory / "clari-readiness.toml"

    def reword(self, old: str, new: str) -> None:
        """Change the settings file in one place."""
        text = self.settings.read_text()
        assert text.count(old) == 1, f"{old!r} is in the settings {text.count(old)} times"
        self.settings.write_text(text.replace(old, new))

    def sql(self, statement: str) -> None:
        """Change the team's warehouse."""
        with duckdb.connect(str(self.directory / "team.duckdb")) as connection:
            connection.execute(statement)

    def state(self, statement: str) -> None:
        """Change the suite's own records."""
        with duckdb.connect(str(self.directory / ".readiness" / "simulated" / "state.duckdb")) as connection:
            connection.execute(statement)

    def organise(self, **changes: object) -> None:
        """Change the organisation that the simulator shows."""
        self.organisation = replace(self.organisation, **changes)  # type: ignore[arg-type]

    def judge(self, *arguments: str) -> Judgement:
        """Run the gate, by default over all checks, and return what it said."""
        with self._answering():
            return self._gate(arguments or (str(REPOSITORY / "checks"),))

    def judge_here(self, *arguments: str) -> Judgement:
        """Run the gate inside this process, which costs a third as much; a check of a team's own needs its own."""
        where = [f"--env={self.environment}", f"--config={self.settings}", "-s"]
        plugins = [*ONLY_OURS, *(f"-pno:{name}" for name in _NOT_HERE)]
        quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning", f"--rootdir={REPOSITORY}"]
        printed = io.StringIO()
        with (
            self._answering(),
            patch.dict(os.environ, self._environ(), clear=True),
            redirect_stdout(printed),
            redirect_stderr(printed),
        ):
            code = pytest.main([*(arguments or (str(REPOSITORY / "checks"),)), *where, *plugins, *quiet])
        sys.stdout.write(printed.getvalue())
        return Judgement(int(code), printed.getvalue(), self._report())

    def _answering(self) -> AbstractContextManager[object]:
        return self._simulator() if self.simulator_runs else nullcontext()

    def _environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLARI_", "PYTEST_"))}
        return kept | self.variables

    def _simulator(self) -> Simulator:
        state = self.directory / ".readiness" / "simulated"
        key = None if self.keys else fixture_key("simulated")
        clock = RunningClock(self.now, speed=QUICK)
        return Simulator(
            self.organisation, key=key, keys=self.keys, clock=clock, state_directory=state, faults=self.faults
        )

    def _gate(self, arguments: Sequence[str]) -> Judgement:
        where = [f"--env={self.environment}", f"--config={self.settings}"]
        gate = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments, *where, *ONLY_OURS],
            cwd=REPOSITORY,
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Judgement(gate.returncode, gate.stdout, self._report())

    def _report(self) -> dict[str, Any] | None:
        report = self.directory / ".readiness" / self.environment / "report.json"
        return json.loads(report.read_text()) if report.exists() else None


@dataclass(frozen=True)
class Judgement:
    """What the gate said: its exit code, what it printed, and its report, or None when it left none."""

    exit_code: int
    printed: str
    report: dict[str, Any] | None

    @property
    def results(self) -> Results:
        """The result of each source that a check looked at; of several checks the one that did not pass."""
        assert self.report is not None, f"the gate left no report:\n{self.printed}"
        results: dict[tuple[str, str], str] = {}
        for item in self.report["items"]:
            for finding in item["findings"]:
                pair = (item["id"], finding["source"])
                if finding["check"] and results.get(pair, "PASS") == "PASS":
                    results[pair] = finding["result"]
        return results


def healthy(directory: Path, vary: Callable[[Integration], None] = lambda _: None) -> Integration:
    """Make a healthy integration: everything that is built passes for it.

    `vary` changes settings, organisation and day before anything is exported.
    """
    directory.mkdir(parents=True)
    fingerprints = {name: fingerprint_of(fixture_key(name)) for name in ("recorded", "simulated")}
    fingerprints |= {name: fingerprint_of(KEYS[f"CLARI_API_KEY_{name.upper()}"]) for name in ("prod", "staging")}
    integration = Integration(directory)
    integration.settings.write_text(SETTINGS.format(today=datetime.now(UTC).date(), **fingerprints))
    (directory / "runbook.md").write_text(RUNBOOK)
    shutil.copy(Path(__file__).parent / "alerts.yaml", directory)
    shutil.copy(REPOSITORY / "deploy" / "grafana" / "dashboard.json", directory)
    vary(integration)
    _export(integration)
    _reconcile(integration)
    _drill(integration)
    return integration


def copy_of(template: Integration, directory: Path) -> Integration:
    """Copy an integration, so that one case does not see what another broke."""
    shutil.copytree(template.directory, directory)
    return Integration(directory)


def fingerprint_of(key: str) -> str:
    return fingerprint(Secret(key, reference="env://X", where="a test"), SALT)


def _export(integration: Integration) -> None:
    """Fill the team's warehouse: the reference exporter's star, and a table as a team would have it."""
    environment = load(integration.settings, environ={}).get("simulated")
    directory = environment.make_directory()
    clock = RunningClock(integration.exported, speed=FAST)
    path = integration.directory / "team.duckdb"
    with (
        _clari(integration, clock),
        connect_to(environment, clock=clock) as client,
        DuckDBWarehouse(path, clock) as warehouse,
    ):
        exporter = exporter_of(
            environment, client=client, contracts=Contracts(), clock=clock, directory=directory, warehouse=warehouse
        )
        plan = planned(environment, clock)
        ends = [event for event in exporter.export_all(plan) if event.step.last]
    assert [event.step for event in ends] == [Step.LOADED] * len(plan), ends
    integration.sql(
        "CREATE SCHEMA analytics; CREATE TABLE analytics.forecasts AS "
        "SELECT * RENAME (owner_email AS rep_mail) FROM clari_forecasts"
    )


def _clari(integration: Integration, clock: RunningClock) -> Simulator:
    """Clari as the night meets it."""
    state = integration.directory / ".readiness" / "simulated"
    key = fixture_key("simulated")
    return Simulator(integration.organisation, key=key, clock=clock, state_directory=state, faults=integration.faults)


def _reconcile(integration: Integration) -> None:
    """Leave behind what a healthy night does: everything reconciled and looked at for anomalies, after the exports."""
    environment = load(integration.settings, environ={}).get("simulated")
    directory, clock = environment.make_directory(), RunningClock(integration.now, speed=QUICK)
    with (
        _clari(integration, clock),
        connect_to(environment, clock=clock) as client,
        compared_warehouse(environment, scratch=directory / "reconcile") as warehouse,
    ):
        reconciler = reconciler_of(environment, client=client, warehouse=warehouse, contracts=Contracts(), clock=clock)
        found = reconciler.reconcile(environment.forecasts, periods_of(environment, clock.now().date()))
        detection = detector_of(environment, StandingAmounts(warehouse.reader)).after(found, ())
    assert (found.verdict, {each.kind for each in found.reconciled}) == (Verdict.SAME, {"exact"}), found
    state_of(environment).record(found, integration.exported + timedelta(hours=3))
    state_of(environment).record_detection(detection, integration.exported + timedelta(hours=3))


def _drill(integration: Integration) -> None:
    """Leave behind what a fire drill does that every destination has accepted."""
    environment = load(integration.settings, environ={}).get("simulated")
    store = AlertStore(environment.state_path, SystemClock())
    held = integration.now - timedelta(days=20)
    store.record_drills(Drill(held, each.name, each.mark) for each in environment.destinations())
