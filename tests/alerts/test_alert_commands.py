"""The nightly commands tell somebody, whatever their exit code; `alert --test` is the fire drill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import duckdb
import pytest

from clari_readiness.model.time import SystemClock
from clari_readiness.simulator import DEFAULT_NOW, Fault, Match, Status
from clari_readiness.warehouse import AlertStore
from tests.alerts.servers import Hook, web_hook
from tests.commands import DEFAULTS, RECORDED, SIMULATED, Ended, run, small_simulator
from tests.warehouse.documents import ask

SETTINGS = f"{DEFAULTS}history_quarters = 1{RECORDED}ALERTS{SIMULATED}ALERTS"
UNAUTHORIZED = Status(Match(path="/v4/.*"), 401, body=b'{"code": "unauthorized"}')

Command = Callable[..., Ended]
Settings = Callable[..., None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    def write(*to: str) -> None:
        written = ", ".join(f'"{each}"' for each in to)
        settings = SETTINGS.replace("ALERTS", f"alerts = {{ to = [{written}] }}")
        (tmp_path / "clari-readiness.toml").write_text(settings)

    return write


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    hours = count()

    def ended(*words: str, env: str = "simulated", faults: tuple[Fault, ...] = ()) -> Ended:
        """Run a command against a simulator that begins again an hour later, or the jobs would not have ended."""
        with small_simulator(tmp_path, now=DEFAULT_NOW + timedelta(hours=next(hours)), faults=faults):
            return run(tmp_path, *words, env=env), *capsys.readouterr()

    return ended


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".readiness" / "simulated" / "state.duckdb"


def test_a_night_from_a_dead_token_to_a_lost_row_and_back(
    settings: Settings, command: Command, hook: Hook, tmp_path: Path
) -> None:
    settings(hook.url())
    assert command("export", faults=(UNAUTHORIZED,))[0] == 1
    code, _, err = command("export")
    assert (code, err) == (0, "")
    assert command("reconcile")[0] == 0
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("DELETE FROM forecast_entries WHERE rowid = 0")
    assert command("reconcile")[0] == 1
    assert command("reconcile")[0] == 1
    assert command("reconcile", "--as-of", "2026-11-01")[0] == 10
    assert [body["title"].split(": ")[1] for body in hook.bodies] == ["CRITICAL", "RECOVERED", "CRITICAL"]
    assert "export could not run" in hook.texts[0]
    assert "What to do: " in hook.texts[0]
    assert "- missing: TF:" in hook.texts[2]


def test_a_reconciliation_that_cannot_look_is_told_and_exits_with_10(
    settings: Settings, command: Command, hook: Hook
) -> None:
    settings(hook.url())
    code, _, err = command("reconcile")
    assert code == 10
    assert "there is no such warehouse file" in err
    assert "reconciliation could not run" in hook.texts[0]


def test_a_retention_that_fails_is_told_and_a_dry_run_tells_nothing(
    settings: Settings, command: Command, hook: Hook, tmp_path: Path
) -> None:
    settings(hook.url())
    warehouse = tmp_path / "warehouse.duckdb"
    assert command("export")[0] == 0
    good = warehouse.read_bytes()
    warehouse.write_bytes(b"no database")
    assert command("retention", "--dry-run")[0] == 1
    assert hook.requests == []
    assert command("retention")[0] == 1
    assert "retention could not run" in hook.texts[0]
    warehouse.write_bytes(good)
    assert command("retention")[0] == 0
    assert "RECOVERED" in hook.texts[1]


def test_an_alert_that_nobody_takes_does_not_change_the_exit_code_and_the_next_command_says_so(
    settings: Settings, command: Command, hook: Hook
) -> None:
    hook.status = 503
    settings(hook.url())
    code, _, err = command("export", faults=(UNAUTHORIZED,))
    assert code == 1
    assert "alerts: 1 alert could not be delivered to alerts.to[0] (json) since 2026-11-21" in err
    assert "T0KEN" not in err
    code, _, err = command("export")
    assert code == 0
    assert "alerts: 1 alert could not be delivered" in err


def test_without_destinations_nothing_is_sent_recorded_or_said(
    settings: Settings, command: Command, state: Path
) -> None:
    settings()
    code, _, err = command("export", faults=(UNAUTHORIZED,))
    assert code == 1
    assert "alerts" not in err
    store = AlertStore(state, SystemClock())
    assert (store.active(), store.outbox()) == ((), ())
    assert ask(state, "FROM alert_deliveries") == []


def test_a_fire_drill_asks_every_destination_and_records_who_took_it(
    settings: Settings, command: Command, hook: Hook, state: Path
) -> None:
    with web_hook() as other:
        settings(hook.url(), other.url())
        code, out, _ = command("alert", "--test")
        assert (code, out.splitlines()) == (0, ["alerts.to[0] (json): accepted", "alerts.to[1] (json): accepted"])
        other.status = 404
        code, out, _ = command("alert", "--test")
    assert code == 1
    assert out.splitlines()[0] == "alerts.to[0] (json): accepted"
    assert "alerts.to[1] (json): not accepted: " in out
    assert "404" in out
    assert "T0KEN" not in out
    assert hook.bodies[0]["title"] == "simulated: TEST: a fire drill of clari-readiness"
    assert ask(state, "SELECT name, reason = '' FROM drills ORDER BY drilled_at, name") == [
        ("alerts.to[0] (json)", True),
        ("alerts.to[1] (json)", True),
        ("alerts.to[0] (json)", True),
        ("alerts.to[1] (json)", False),
    ]
    assert "127.0.0.1" not in str(ask(state, "SELECT * FROM drills"))


def test_a_reference_that_does_not_resolve_fails_the_drill_and_says_how_to_set_it(
    settings: Settings, command: Command
) -> None:
    settings("env://NOT_SET_ANYWHERE")
    code, out, _ = command("alert", "--test")
    assert code == 1
    assert out.startswith("alerts.to[0] (env): not accepted: environment variable NOT_SET_ANYWHERE is not set")


def test_a_drill_for_nobody_is_a_mistake_in_the_settings(settings: Settings, command: Command, state: Path) -> None:
    settings()
    code, _, err = command("alert", "--test")
    assert code == 4
    assert "env.simulated.alerts.to: there is nobody to send to" in err
    assert not state.exists()


def test_recorded_sends_nothing_to_anybody(settings: Settings, command: Command, hook: Hook) -> None:
    settings(hook.url())
    assert command("alert", "--test", env="recorded")[0] == 4
    assert hook.requests == []


def test_alert_without_test_sends_nothing(settings: Settings, command: Command, hook: Hook) -> None:
    settings(hook.url())
    code, _, err = command("alert")
    assert (code, hook.requests) == (4, [])
    assert "say --test" in err
