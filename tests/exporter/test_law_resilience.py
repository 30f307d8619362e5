"""The law of resilience, looked for by a state machine over schedules of faults."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from clari_readiness.client.breaker import Breaker
from clari_readiness.client.client import ClariClient
from clari_readiness.client.retry import Retry
from clari_readiness.client.wire import HTTP
from clari_readiness.exporter import Event, Exporter, Patience, Step
from clari_readiness.model.exports import ExportRequest
from clari_readiness.simulator import (
    AnswerLost,
    CutShort,
    Dripping,
    EmptyResults,
    ErrorInside,
    Expired,
    Fault,
    JobStatus,
    LimitReached,
    Malformed,
    ManualClock,
    Match,
    Organisation,
    Outage,
    Reset,
    ResetInBody,
    Revoked,
    Simulator,
    Status,
    Truncated,
    WrongPeriod,
    WrongType,
)
from tests.exporter.clari import Killed
from tests.exporter.conftest import CONTRACTS
from tests.exporter.resilience import KeptOpen, Meanwhile, Watched, lock_of, truth_of
from tests.laws import Tally

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ORGANISATION = Organisation(people=2, managers=1, second_roles=1, audit_events_a_day=0)
REQUESTS = tuple(ExportRequest("net_bookings", period, ("forecast",)) for period in ("2027_Q4", "2027_Q3"))
OTHERS_PERIOD = "2026_Q4"
REQUEUES = 1

POST = r"/v4/export/forecast/.*"
JOBS, JOB, RESULTS, LIMITS = (
    r"/v4/export/jobs",
    r"/v4/export/jobs/[^/]+",
    r"/v4/export/jobs/[^/]+/results",
    r"/v4/admin/limits",
)
CALLS = (("POST", POST), ("GET", JOBS), ("GET", JOB), ("GET", RESULTS), ("GET", LIMITS), ("PATCH", JOB))

nths = st.frozensets(st.integers(1, 6), min_size=1, max_size=4) | st.integers(3, 12).map(lambda n: frozenset(range(n)))


def matches(*calls: tuple[str, str]) -> st.SearchStrategy[Match]:
    return st.builds(
        lambda call, nth: Match(*call, nth), st.sampled_from(calls or CALLS), nths | st.just(None) | nths | nths
    )


retry_afters = st.sampled_from(
    [{}, {"Retry-After": "3"}, {"Retry-After": "25"}, {"Retry-After": "99999999"}, {"Retry-After": "soon"}]
) | st.integers(1, 50).map(
    lambda seconds: {
        "Retry-After": format_datetime(datetime.fromtimestamp(NOW.timestamp() + seconds, UTC), usegmt=True)
    }
)
in_general: st.SearchStrategy[Fault] = st.one_of(
    st.builds(Reset, matches()),
    st.builds(AnswerLost, matches()),
    st.builds(ResetInBody, matches(), st.sampled_from([0.0, 0.5, 0.99])),
    st.builds(CutShort, matches(), st.sampled_from([0.0, 0.5])),
    st.builds(ErrorInside, matches()),
    st.builds(Malformed, matches()),
    st.builds(WrongType, matches()),
    st.builds(Status, matches(), st.sampled_from([500, 502, 503, 504])),
    st.builds(Status, matches(), st.just(429), retry_afters),
    st.builds(lambda match: Status(match, 502, {}, b"<html><title>Bad Gateway</title></html>", "text/html"), matches()),
    st.builds(Revoked, st.builds(Match, st.just("*"), since=st.integers(1, 15))),
    st.builds(Dripping, matches(("GET", RESULTS)), st.just(3), st.just(0.001)),
)
of_exports: st.SearchStrategy[Fault] = st.one_of(
    st.builds(
        JobStatus,
        st.sampled_from(["FAILED", "ABORTED", "CANCELLED", "STARTED"]),
        jobs=st.frozensets(st.integers(1, 4), min_size=1) | st.none(),
        polls=st.integers(1, 6) | st.none(),
    ),
    st.builds(Truncated, flag=st.sampled_from(["rowsTruncated", "cellsTruncated"])),
    st.builds(WrongPeriod, matches(("POST", POST))),
    st.builds(EmptyResults, matches(("GET", RESULTS))),
    st.builds(Expired, matches(("GET", RESULTS))),
    st.builds(Status, matches(("GET", JOB), ("GET", RESULTS)), st.just(404)),
    st.builds(LimitReached, st.sampled_from(["monthly", "concurrent"])),
)

# Too much hangs on it to be left to chance (F12).
lost_posts: st.SearchStrategy[Fault] = st.builds(AnswerLost, matches(("POST", POST)))


class KillSwitch:
    """A client that the process dies in: at its so-manyth call, before or after the call was answered."""

    def __init__(self, client: ClariClient, *, at: int, after: bool) -> None:
        self._client = client
        self._left = at
        self._after = after

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
            answer = getattr(self._client, name)(*arguments)
            if self._left == 0:
                raise Killed
            return answer

        return call


class Resilience(RuleBasedStateMachine):
    """Any schedule of faults ends in exact tables or in a loud error with the tables as they were."""

    directory: Path
    warehouse: KeptOpen
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(NOW)
        self.simulator = Simulator(ORGANISATION, clock=self.clock)
        self.simulator.start()
        self.faults: list[Fault] = []
        self.warehouse.empty()

    def teardown(self) -> None:
        """Without faults everything is exact in the end."""
        try:
            self.simulator.set_faults([])
            self.clock.step(60)
            if not all(event.step.good for event in self.export()):
                # What was gone on with may be a job that was wrong from the start, or somebody else's: that was said.
                assert all(event.step.good for event in self.export())
            periods = {period for rows in self.warehouse.amounts().values() for period, *_ in rows}
            assert periods == {request.time_period for request in REQUESTS}
            self.tally.examples += 1
        finally:
            self.simulator.stop()

    @initialize(first=st.lists(st.one_of(in_general, of_exports, lost_posts), max_size=2))
    def begin(self, first: list[Fault]) -> None:
        self.faults += first

    @rule(fault=in_general)
    def something_breaks(self, fault: Fault) -> None:
        self.faults.append(fault)

    @rule(fault=of_exports)
    def an_export_breaks(self, fault: Fault) -> None:
        self.faults.append(fault)

    @rule(fault=lost_posts)
    def an_answer_to_a_post_is_lost(self, fault: Fault) -> None:
        self.faults.append(fault)

    @rule(fault=lost_posts | st.builds(Reset, matches(("POST", POST))))
    def another_process_exports_meanwhile(self, fault: Fault) -> None:
        self.faults.append(Meanwhile(self.simulator, fault, OTHERS_PERIOD))

    @rule(wait=st.floats(0, 20), seconds=st.floats(1, 400), status=st.sampled_from([503, 500, None]))
    def an_outage_comes(self, wait: float, seconds: float, status: int | None) -> None:
        begins = self.clock.monotonic() + wait
        self.faults.append(Outage(self.clock, begins, begins + seconds, status))

    @rule()
    def all_is_well_again(self) -> None:
        self.faults.clear()

    @rule(hours=st.sampled_from([0.01, 1, 5, 24, 50]))
    def time_passes(self, hours: float) -> None:
        self.clock.step(hours * 3600)

    @rule(seed=st.integers(0, 2**16))
    def a_run(self, seed: int) -> None:
        self.export(seed=seed, faults=self.faults)

    @rule(at=st.integers(1, 12), after=st.booleans())
    def a_run_that_is_killed(self, at: int, *, after: bool) -> None:
        self.export(faults=self.faults, killed=(at, after))

    def export(
        self, *, seed: int = 0, faults: list[Fault] | None = None, killed: tuple[int, bool] | None = None
    ) -> list[Event]:
        """Make one run of the exporter, judge it, and return the ends of its exports."""
        self.tally.steps += 1
        self.simulator.set_faults(faults or [])
        rows, jobs = self.warehouse.amounts(), set(self.simulator._jobs._jobs)
        http = Watched(HTTP(self.simulator.base_url(), self.simulator.key, clock=self.clock), self.clock)
        transport = Retry(Breaker(http, clock=self.clock), clock=self.clock, chance=random.Random(seed))
        client: Any = ClariClient(transport, clock=self.clock)
        if killed is not None:
            client = KillSwitch(client, at=killed[0], after=killed[1])
        events: list[Event] = []
        try:
            for event in self.exporter(client).export_all(REQUESTS):
                events.append(event)  # noqa: PERF402 - what was told before a kill counts, too
        except Killed:
            assert killed is not None
        else:
            self.judge_ends([event for event in events if event.step.last], rows)
        finally:
            http.close()
        assert http.broken == []
        self.judge_tables(rows)
        self.judge_posts(jobs, events)
        return [event for event in events if event.step.last]

    def exporter(self, client: Any) -> Exporter:
        return Exporter(
            client=client,
            warehouse=self.warehouse,
            contracts=CONTRACTS,
            clock=self.clock,
            landing=self.directory / "landing",
            lock=lock_of(self.directory),
            patience=Patience(timeout=60, requeues=REQUEUES),
        )

    def judge_ends(self, ends: list[Event], before: dict[str, Counter[tuple[Any, ...]]]) -> None:
        """Each request has one end: rows that are there, or an error that says what."""
        assert sorted(event.request.time_period for event in ends) == ["2027_Q3", "2027_Q4"]
        new = set(self.warehouse.amounts()) - set(before)
        assert new == {event.job_id for event in ends if event.step is Step.LOADED}
        for event in ends:
            assert event.step.good or str(event.error), event

    def judge_tables(self, before: dict[str, Counter[tuple[Any, ...]]]) -> None:
        """What was there is there, and every job's rows are what Clari knew, to the cent."""
        now = self.warehouse.amounts()
        assert {job_id: now.get(job_id) for job_id in before} == before
        for job_id in set(now) - set(before):
            assert now[job_id] == truth_of(self.simulator, job_id)

    def judge_posts(self, before: set[str], events: list[Event]) -> None:
        """A run queues at most one job for a request, and one more for each time it is queued again."""
        new = [job for job in self.simulator._jobs.all() if job.job_id not in before]
        queued = Counter(job.request["timePeriod"] for job in new)
        del queued[OTHERS_PERIOD]
        again = Counter(event.request.time_period for event in events if event.step is Step.QUEUED_AGAIN)
        assert all(count <= REQUEUES for count in again.values())
        # A period that was ignored on the way shows as none.
        assert all(count <= 1 + again[period] for period, count in queued.items() if period is not None), queued
        assert sum(queued.values()) <= len(REQUESTS) + sum(again.values()), queued


@pytest.fixture
def machine(tally: Tally, tmp_path: Path) -> Iterator[Any]:
    warehouse = KeptOpen(tmp_path, ManualClock(NOW))
    yield type("Resilience", (Resilience,), {"directory": tmp_path, "warehouse": warehouse, "tally": tally})
    warehouse.end()


@pytest.mark.database
def test_law_any_schedule_of_faults_ends_in_exact_tables_or_a_loud_error_with_the_tables_as_they_were(
    machine: Any,
) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None,
            stateful_step_count=8,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
