"""`clari-readiness export`, against a simulator: what it prints, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clari_readiness import cli
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import EmptyResults, LimitReached, Organisation, RunningClock, Simulator
from tests.warehouse.documents import ask

SETTINGS = """
[default]
forecasts = ["net_bookings"]
types_to_export = ["forecast", "quota", "crm_closed"]
fiscal_year = { starts = "02", named_after = "end" }
history_quarters = 1
[env.simulated]
api = { key = "fixture://simulated" }
warehouse = { url = "duckdb:///warehouse.duckdb" }
"""

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def organisation() -> Organisation:
    return Organisation(people=3, managers=1)


@pytest.fixture
def simulator(tmp_path: Path, organisation: Organisation) -> Iterator[Simulator]:
    state = tmp_path / ".readiness" / "simulated"
    state.mkdir(parents=True, mode=0o700)
    clock = RunningClock(speed=200)
    with Simulator(organisation, key=fixture_key("simulated"), clock=clock, state_directory=state) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, simulator: Simulator) -> Path:  # noqa: ARG001 - it has to be running
    file = tmp_path / "clari-readiness.toml"
    file.write_text(SETTINGS)
    return file


@pytest.fixture
def command(settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*options: str) -> tuple[int, str, str]:
        arguments = ["clari-readiness", "export", "--env=simulated", f"--config={settings}", *options]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capsys.readouterr()

    return run


def test_it_says_what_it_costs_then_a_line_for_each_and_the_second_time_that_nothing_is_due(
    command: Command, simulator: Simulator, tmp_path: Path
) -> None:
    code, said, _ = command()
    lines = said.splitlines()
    assert code == 0
    assert lines[0] == ("this run takes 2 jobs of a quota of 1000 in 30 days, of which 1000 are left, 100 in reserve")
    assert lines[-1] == "2 of 2 exports loaded"
    posts = len(simulator.journal.matching("POST"))
    code, said, _ = command()
    assert (code, len(simulator.journal.matching("POST"))) == (0, posts)
    assert said.splitlines()[-1] == "2 of 2 exports loaded, 2 of them before"
    assert "net_bookings 2027_Q4: up to date, exported on 2026-11-21" in said
    assert ask(tmp_path / "warehouse.duckdb", "SELECT count(DISTINCT time_period_id) FROM forecast_entries") == [(2,)]


def test_an_empty_export_is_told_and_the_exit_code_is_1(command: Command, simulator: Simulator) -> None:
    simulator.set_faults([EmptyResults()])
    code, said, complained = command()
    assert code == 1
    assert "net_bookings 2027_Q4: empty: net_bookings 2027_Q4: the export holds no entries; kept at " in said
    assert complained == "2 of 2 exports failed; the warehouse keeps what it had of them\n"


def test_out_of_quota_is_told_and_no_job_is_queued(command: Command, simulator: Simulator) -> None:
    simulator.set_faults([LimitReached("monthly")])
    code, said, _ = command()
    assert code == 1
    assert "the quota of 1000 exports in 30 days is used up" in said
    assert simulator.journal.matching("POST") == ()


class TestWithoutCrm:
    @pytest.fixture
    def organisation(self) -> Organisation:
        return Organisation(people=3, managers=1, export_refuses_crm=True)

    def test_crm_amounts_of_the_latest_week_come_from_now_and_that_is_told(
        self, command: Command, tmp_path: Path
    ) -> None:
        code, said, _ = command()
        assert code == 0
        assert (
            said.count("CRM types not exported: the export refuses crm_closed: the latest week's are those of now") == 2
        )
        weeks = "SELECT count(DISTINCT time_frame_id), bool_and(job_id LIKE 'sync:%') FROM forecast_entries"
        assert (
            ask(tmp_path / "warehouse.duckdb", f"{weeks} WHERE crm_closed IS NOT NULL GROUP BY time_period_id")
            == [(1, True)] * 2
        )


def test_opportunities_and_audit_events_follow_where_they_are_wanted(
    command: Command, simulator: Simulator, settings: Path, tmp_path: Path
) -> None:
    settings.write_text(SETTINGS + f'opportunities = ["{simulator.opportunity_ids[0]}", "006nobody"]\n')
    code, said, _ = command("--audit-events")
    assert code == 0
    assert "of 31 days" in said
    assert "opportunities: 1 of 2; Clari does not know 006nobody" in said
    assert ask(tmp_path / "warehouse.duckdb", "SELECT count(*) FROM opportunities") == [(1,)]
