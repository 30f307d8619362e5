"""What the gate exports itself, where Clari has no synchronous forecast (F21): how much, which first, and when not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.client import ClariClient, Observer, connect_to
from clari_readiness.environments import load
from clari_readiness.errors import JobFailed, JobTimedOut, NotVerified, Refused
from clari_readiness.gate.answers import Answers, Clari
from clari_readiness.gate.collect import Collector
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.exports import Exports
from clari_readiness.gate.own_jobs import cancel_left_over, ledger_path, own_jobs
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import SystemClock
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import AnswerLost, Fault, ManualClock, Match, Organisation, Simulator, Status
from clari_readiness.simulator.faults.matching import JOB, QUEUED
from clari_readiness.warehouse import DuckDBWarehouse, JobState, LedgerEntry

REPOSITORY = Path(__file__).parents[2]
WITHOUT = Organisation(synchronous_forecast=False, monthly_quota=3)
Q4, Q3, Q2 = (Quarter.parse(f"2027_Q{number}") for number in (4, 3, 2))


class Gate:
    """Runs of the gate, one after the other, against one Clari with a quota of 3, on a clock that waits for nobody."""

    def __init__(self, directory: Path, settings: Mapping[str, str], organisation: Organisation) -> None:
        shutil.copy(REPOSITORY / "clari-readiness.toml", directory)
        path = directory / "clari-readiness.toml"
        text = path.read_text()
        for old, new in settings.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        self.environment = load(path, environ={}).get("simulated")
        self.clock = ManualClock()
        self.simulator = Simulator(
            organisation,
            key=fixture_key("simulated"),
            clock=self.clock,
            state_directory=self.environment.make_directory(),
        )
        self.said: list[str] = []
        self.runs = 0

    def connect(self, observer: Observer | None = None) -> ClariClient:
        return connect_to(self.environment, clock=self.clock, on_exchange=observer)

    def run(self) -> Callable[[Quarter], dict[str, Any]]:
        """Begin another run, and return what asks for the forecast of a quarter in it."""
        self.runs += 1
        directory = self.environment.make_directory() / f"run{self.runs}"
        collector = Collector(directory)
        exports = Exports(self.environment, collector, self.connect, lambda: self.clock, directory, self.said.append)
        answers = Answers(
            self.environment, collector, connect=self.connect, cassette=lambda _: nullcontext(), exports=exports
        )
        clari, (forecast,) = Clari(answers, EvidenceLog()), self.environment.forecasts
        return lambda quarter: clari.forecast(forecast, quarter)

    @property
    def posts(self) -> list[str]:
        """The quarters of which a job was asked for."""
        return [json.loads(line.body)["timePeriod"] for line in self.simulator.journal.lines if line.method == "POST"]

    @property
    def left(self) -> int:
        """How many jobs of the quota are left, by Clari's own word."""
        with self.connect() as client:
            return client.limits().available_monthly

    def cancel(self) -> list[str]:
        """Put in order what a run has left."""
        return list(cancel_left_over(self.environment, connect=self.connect, clock=lambda: self.clock))


@contextmanager
def gate(
    directory: Path,
    *faults: Fault,
    settings: Mapping[str, str] | None = None,
    organisation: Organisation = WITHOUT,
) -> Iterator[Gate]:
    found = Gate(directory, settings or {}, organisation)
    with found.simulator:
        found.simulator.set_faults(faults)
        yield found


def test_an_export_is_asked_for_once_and_used_again_until_it_is_a_day_old(tmp_path: Path) -> None:
    with gate(tmp_path) as runs:
        documents = [runs.run()(Q4) for _ in range(3)]
        assert runs.posts == ["2027_Q4"]
        runs.clock.step(days=1)
        runs.run()(Q4)
        assert runs.posts == ["2027_Q4", "2027_Q4"]
    assert documents[0] == documents[1] == documents[2]
    assert {entry["timePeriodId"] for entry in documents[0]["entries"]} == {"2027_Q4"}
    assert len({entry["timeFrameId"] for entry in documents[0]["entries"]}) == 1, "more than the latest week"
    assert len(runs.said) == 2


def test_the_cost_is_said_before_it_is_spent(tmp_path: Path) -> None:
    with gate(tmp_path) as runs:
        told: list[int] = []
        runs.said = _Heard(lambda: told.append(len(runs.posts)))
        runs.run()(Q4)
        assert told == [0]
    (said,) = runs.said
    assert said.startswith("this Clari has no synchronous forecast (F21), so 2027_Q4 of net_bookings is exported: ")
    assert said.endswith(": 1 job of a quota of 3 in 30 days, of which 3 are left, 1 in reserve")


def test_the_budget_is_the_current_quarters_whichever_check_asks_first(tmp_path: Path) -> None:
    with gate(tmp_path) as runs:
        ask = runs.run()
        with pytest.raises(
            NotVerified, match=r"export_budget = 1 leaves no export for 2027_Q2 of net_bookings"
        ) as kept:
            ask(Q2)
        ask(Q4)
        assert runs.posts == ["2027_Q4"]
    assert kept.value.way_out.startswith("set export_budget = 3 and let a run")


def test_a_budget_of_two_is_for_two_quarters(tmp_path: Path) -> None:
    with gate(tmp_path, settings={"export_budget = 1 ": "export_budget = 2 "}) as runs:
        ask = runs.run()
        assert {entry["timePeriodId"] for entry in ask(Q3)["entries"]} == {"2027_Q3"}
        with pytest.raises(NotVerified):
            ask(Q2)
        assert runs.posts == ["2027_Q4", "2027_Q3"]


def test_with_a_budget_of_0_nothing_is_exported(tmp_path: Path) -> None:
    with gate(tmp_path, settings={"export_budget = 1 ": "export_budget = 0 "}) as runs:
        with pytest.raises(NotVerified, match="export_budget = 0 leaves no export for 2027_Q4") as kept:
            runs.run()(Q4)
        assert (runs.posts, runs.left, runs.said) == ([], 3, [])
    assert kept.value.way_out == (
        "set export_budget = 1 and let a run of the gate start so many export jobs, or 5 for every forecast and quarter"
    )


def test_the_reserve_is_never_touched(tmp_path: Path) -> None:
    with gate(tmp_path) as runs:
        for _ in range(2):
            runs.run()(Q4)
            runs.clock.step(days=2)
        with pytest.raises(NotVerified, match="1 exports of 3 in 30 days are left, and 1 are kept in reserve") as kept:
            runs.run()(Q4)
        assert (len(runs.posts), runs.left, len(runs.said)) == (2, 1, 2)
    assert "lower quota_reserve" in kept.value.way_out


def test_a_post_whose_answer_was_lost_costs_one_job(tmp_path: Path) -> None:
    with gate(tmp_path, AnswerLost(QUEUED)) as runs:
        assert runs.run()(Q4)["entries"]
        assert (runs.posts, runs.left) == (["2027_Q4"], 2)


def test_what_a_killed_run_has_asked_for_and_nobody_knows_of_is_asked_for_within_the_budget(tmp_path: Path) -> None:
    with gate(tmp_path, settings={"export_budget = 1 ": "export_budget = 0 "}) as runs:
        request = ExportRequest("net_bookings", "2027_Q4", runs.environment.types_to_export, include_historical=False)
        with DuckDBWarehouse(ledger_path(runs.environment), SystemClock()) as ledger:
            ledger.record(LedgerEntry("1", request, runs.clock.now()))
        with pytest.raises(NotVerified, match="export_budget = 0"):
            runs.run()(Q4)
        assert runs.posts == []
        (told,) = runs.cancel()
    assert told.startswith("an export of net_bookings 2027_Q4 was being asked for when the run stopped")


def test_a_stopped_run_s_job_is_cancelled_once(tmp_path: Path) -> None:
    stuck = Organisation(synchronous_forecast=False, monthly_quota=3, stuck_jobs=frozenset({1}))
    with gate(tmp_path, organisation=stuck) as runs:
        request = ExportRequest("net_bookings", "2027_Q4", runs.environment.types_to_export, include_historical=False)
        with runs.connect() as client, DuckDBWarehouse(ledger_path(runs.environment), SystemClock()) as ledger:
            job_id = client.queue_export(request)
            ledger.record(LedgerEntry("1", request, runs.clock.now(), JobState.QUEUED, job_id))
        assert runs.left == 2
        assert runs.cancel() == [f"job {job_id} (net_bookings 2027_Q4) is cancelled, which frees its quota"]
        assert (runs.left, runs.cancel()) == (3, [])


def test_a_job_that_takes_too_long_is_cancelled_and_none_is_queued_again(tmp_path: Path) -> None:
    stuck = Organisation(synchronous_forecast=False, monthly_quota=3, stuck_jobs=frozenset({1}))
    with gate(tmp_path, organisation=stuck) as runs:
        ask = runs.run()
        for _ in range(2):
            with pytest.raises(JobTimedOut, match="is still STARTED after 600 s"):
                ask(Q4)
        assert (runs.posts, runs.left) == (["2027_Q4"], 3)
        assert runs.cancel() == []


def test_a_job_that_fails_is_not_queued_again_by_the_same_run(tmp_path: Path) -> None:
    failing = Organisation(synchronous_forecast=False, monthly_quota=3, failing_jobs=frozenset({1}))
    with gate(tmp_path, organisation=failing) as runs:
        with pytest.raises(JobFailed):
            runs.run()(Q4)
        assert runs.posts == ["2027_Q4"]
        assert runs.run()(Q4)["entries"]


def test_a_job_that_is_gone_is_asked_for_anew_within_the_budget(tmp_path: Path) -> None:
    with gate(tmp_path) as runs:
        runs.run()(Q4)
        runs.simulator.set_faults([Status(Match("GET", JOB.path, frozenset({1})), 404)])
        assert runs.run()(Q4)["entries"]
        assert runs.posts == ["2027_Q4", "2027_Q4"]


def test_an_unknown_forecast_costs_nothing(tmp_path: Path) -> None:
    with gate(tmp_path, settings={'["net_bookings"]': '["no_such_forecast"]'}) as runs:
        with pytest.raises(Refused, match="no_such_forecast_config"):
            runs.run()(Q4)
        assert runs.left == 3


def test_a_type_that_exports_refuse_is_named_and_costs_nothing(tmp_path: Path) -> None:
    refusing = Organisation(synchronous_forecast=False, monthly_quota=3, export_refuses_crm=True)
    with gate(tmp_path, organisation=refusing) as runs:
        with pytest.raises(Refused, match="type_not_supported"):
            runs.run()(Q4)
        assert runs.left == 3


def test_where_the_synchronous_forecast_answers_nothing_is_exported(tmp_path: Path) -> None:
    with gate(tmp_path, organisation=Organisation(monthly_quota=3)) as runs:
        runs.run()(Q4)
        assert (runs.posts, runs.said) == ([], [])
    assert not ledger_path(runs.environment).exists()


def test_nothing_of_it_is_in_the_warehouse_and_its_jobs_are_known_as_the_gates(tmp_path: Path) -> None:
    with gate(tmp_path) as runs:
        runs.run()(Q4)
        with runs.connect() as client:
            assert own_jobs(runs.environment) == {job.job_id for job in client.jobs()}
    files = {path.name for path in runs.environment.directory.rglob("*") if path.is_file()}
    assert "state.exports.duckdb" in files
    assert not [name for name in files if name.startswith("warehouse") or name.endswith(".landed")]


class _Heard(list[str]):
    """Lines that were said, and something that happens when one is."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self._then = then

    def append(self, line: str) -> None:
        super().append(line)
        self._then()
