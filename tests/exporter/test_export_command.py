"""`clari-readiness export`, against a simulator: what it prints, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import SystemClock
from clari_readiness.simulator import EmptyResults, LimitReached, Organisation, Simulator
from clari_readiness.warehouse import DuckDBWarehouse, JobState, LedgerEntry
from tests.commands import DEFAULTS, SIMULATED, Ended, run, small_simulator
from tests.warehouse.documents import ask

SETTINGS = f"{DEFAULTS}history_quarters = 1{SIMULATED}"

Command = Callable[..., Ended]


@pytest.fixture
def organisation() -> Organisation:
    return Organisation(people=3, managers=1)


@pytest.fixture
def simulator(tmp_path: Path, organisation: Organisation) -> Iterator[Simulator]:
    with small_simulator(tmp_path, organisation=organisation) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, simulator: Simulator) -> Path:  # noqa: ARG001 - it has to be running
    file = tmp_path / "clari-readiness.toml"
    file.write_text(SETTINGS)
    return file


@pytest.fixture
def command(settings: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def ended(*options: str, verb: str = "export") -> Ended:
        return run(settings.parent, verb, *options), *capsys.readouterr()

    return ended


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


def test_the_plan_says_what_is_due_and_asks_and_makes_nothing(
    command: Command, simulator: Simulator, tmp_path: Path
) -> None:
    code, said, _ = command(verb="plan")
    assert (code, said.splitlines()) == (
        0,
        ["net_bookings 2027_Q4: due, never exported", "net_bookings 2027_Q3: due, never exported"],
    )
    assert simulator.journal.lines == ()
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_one_piece_of_the_plan_is_exported_apart_and_then_it_alone_is_up_to_date(
    command: Command, simulator: Simulator
) -> None:
    code, said, _ = command("--forecast=net_bookings", "--period=2027_Q3")
    assert (code, said.splitlines()[-1]) == (0, "1 of 1 exports loaded")
    assert [export.time_period for export in simulator.exports()] == ["2027_Q3"]
    _, said, _ = command("--json", verb="plan")
    current, past = json.loads(said)
    assert current == {
        "forecast_id": "net_bookings",
        "time_period": "2027_Q4",
        "due": True,
        "under_way": None,
        "exported_at": None,
    }
    assert (past["time_period"], past["due"]) == ("2027_Q3", False)
    assert past["exported_at"].startswith("2026-11-21T09:")


def test_a_job_that_an_earlier_run_left_is_due_and_named(
    command: Command, simulator: Simulator, tmp_path: Path
) -> None:
    types = ("forecast", "quota", "crm_closed")
    asked = ExportRequest("net_bookings", "2027_Q4", types)
    with DuckDBWarehouse(tmp_path / "warehouse.duckdb", SystemClock()) as warehouse:
        warehouse.record(LedgerEntry("1", asked, simulator.clock.now(), JobState.QUEUED, "6073"))
    _, said, _ = command(verb="plan")
    assert said.splitlines()[0] == "net_bookings 2027_Q4: due, never exported, job 6073 is under way"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--forecast=net_bookngs"], "--forecast: net_bookngs is not exported; did you mean net_bookings?"),
        (["--period=2027_Q5"], "--period: 2027_Q5 is not exported; did you mean 2027_Q"),
        (["--forecast=renewals"], "--forecast: renewals is not exported; there are net_bookings"),
        (["--no-forecasts", "--period=2027_Q4"], "--no-forecasts leaves nothing of --forecast and --period"),
    ],
)
def test_a_name_that_no_export_has_is_refused_and_nothing_is_asked(
    options: list[str], complaint: str, command: Command, simulator: Simulator
) -> None:
    code, said, complained = command(*options)
    assert (code, said) == (4, "")
    assert complained.startswith(f"clari-readiness: {complaint}")
    assert simulator.journal.lines == ()


def test_opportunities_come_with_everything_or_alone_and_not_with_a_piece(
    command: Command, simulator: Simulator, settings: Path
) -> None:
    settings.write_text(SETTINGS + f'opportunities = ["{simulator.opportunity_ids[0]}"]\n')
    assert "opportunities" not in command("--period=2027_Q4")[1]
    posts = len(simulator.journal.matching("POST"))
    assert command("--no-forecasts") == (0, "opportunities: 1 of 1\n", "")
    assert len(simulator.journal.matching("POST")) == posts
