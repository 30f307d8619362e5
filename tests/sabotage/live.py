"""A filled-in live environment: Clari behind a team's gateway, over TLS, on the machine's own clock."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from clari_readiness.simulator import Organisation, RunningClock, Simulator
from tests.alerts.servers import web_hook
from tests.sabotage.gateway import gateway
from tests.sabotage.integration import KEYS, RUNBOOK, SALT, Integration, fingerprint_of

KEY = KEYS["CLARI_API_KEY_PROD"]
OWN, MANAGED = 'exporter = "reference"', 'exporter = { managed = "fivetran" }'
SETTINGS = """
[default]
forecasts = ["net_bookings"]
types_to_export = ["forecast", "quota", "crm_closed"]
fiscal_year = {{ starts = "02", named_after = "end" }}
fingerprint_salt = "{salt}"

[env.staging]
live = true
api = {{ key = "env://CLARI_API_KEY_STAGING?injected_by=vault", base_url = "https://api.clari.com/v4" }}
key_fingerprint = "{staging}"

[env.prod]
live = true
api.profile = "v4"
api.base_url = "https://api.clari.com/v4"
api.gateway = "{gateway}"
api.ca_file = "ca.pem"
api.key = "env://CLARI_API_KEY_PROD?injected_by=vault"
exporter = "reference"
trial = {{ warehouse = "duckdb:///trial.duckdb" }}
warehouse = {{ url = "duckdb:///prod.duckdb" }}
service_account = {{ user_id = 4711, email = "clari-export@example.com" }}
key_fingerprint = "{prod}"
key_rotation = {{ runbook = "runbook.md", rotated_on = {rotated}, every = "90d" }}
alerts = {{ rules = ["alerts.yaml"], to = ["{hook}"] }}
dashboard = {{ file = "dashboard.json" }}

[[declarations]]
item = "AUTH-05"
env = "prod"
statement = "the account has the Forecast Viewer role only"
by = "head of revops"
on = {rotated}
expires = {expires}
"""


@dataclass(frozen=True)
class Live:
    """The integration as the nightly commands left it, what speaks for it, and where its Clari is."""

    integration: Integration
    authority: trustme.CA
    port: int
    simulator: Simulator

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}/v4"

    def copy(self, directory: Path) -> Integration:
        """Copy what lies in the directory; Clari stays the same."""
        shutil.copytree(self.integration.directory, directory)
        return Integration(directory, environment="prod", simulator_runs=False)


@contextmanager
def live(template: Integration, directory: Path) -> Iterator[Live]:
    """Export, reconcile and hold a fire drill with the commands of the documentation; the trial's record is there."""
    authority = trustme.CA()
    organisation = Organisation(job_seconds=(0.05, 0.1))
    clock = RunningClock(datetime.now(UTC), speed=1.0)
    with (
        web_hook() as hook,
        Simulator(organisation, key=KEY, clock=clock) as simulator,
        gateway(authority, _port(simulator)) as port,
    ):
        ready = Live(Integration(directory, environment="prod", simulator_runs=False), authority, port, simulator)
        _fill_in(ready, template, hook.url())
        for command in (["export"], ["reconcile"], ["alert", "--test"]):
            _run(ready.integration, *command)
        yield ready


def _fill_in(ready: Live, template: Integration, hook: str) -> None:
    directory, today = ready.integration.directory, datetime.now(UTC).date()
    (directory / ".readiness").mkdir(parents=True)
    shutil.copytree(template.directory / ".readiness" / "prod", directory / ".readiness" / "prod")
    for name in ("alerts.yaml", "dashboard.json"):
        shutil.copy(template.directory / name, directory)
    (directory / "runbook.md").write_text(RUNBOOK)
    ready.authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    filled_in = SETTINGS.format(
        salt=SALT,
        staging=fingerprint_of(KEYS["CLARI_API_KEY_STAGING"]),
        prod=fingerprint_of(KEY),
        gateway=ready.address,
        hook=hook,
        rotated=today - timedelta(days=20),
        expires=today + timedelta(days=100),
    )
    ready.integration.settings.write_text(filled_in)


def _run(integration: Integration, *command: str) -> None:
    script = Path(sys.executable).with_name("clari-readiness")
    ran = subprocess.run(
        [str(script), *command, "--env=prod", f"--config={integration.settings}"],
        env={name: value for name, value in os.environ.items() if not name.startswith(("CLARI_", "PYTEST_"))} | KEYS,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran


def _port(simulator: Simulator) -> int:
    return int(simulator.base_url().rpartition(":")[2].partition("/")[0])
