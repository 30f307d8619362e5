"""A machine that is busy with others hides pauses: it is measured, and what it hides is tried again more slowly."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from clari_readiness.trial import Accused, Outcome, Pace, Trial, Verdict, chosen
from clari_readiness.trial.child import Starter
from clari_readiness.trial.course import Course
from clari_readiness.trial.laws import pauses
from clari_readiness.trial.laws.busy import hidden_by
from clari_readiness.trial.meter import Meter
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.verdict import Broken
from tests.sabotage.specimens import DEFECTIVE
from tests.trial.making import JOB, RESULTS, course, post, request, run

QUARTER = 0.25


def polled(gap: float, *, added: float) -> Course:
    looks = [request(1.0 + number * gap) for number in range(4)]
    return replace(course(run(post(0.0), *looks, request(9.0, RESULTS)), added=added), pace=Pace(20.0))


def test_pauses_are_hidden_when_the_machine_adds_more_than_a_share_of_them() -> None:
    assert hidden_by(polled(1.0, added=0.0), QUARTER) == 0.0
    assert hidden_by(polled(2.0, added=0.4), QUARTER) == 0.0
    assert hidden_by(polled(2.0, added=0.6), QUARTER) == 0.6
    assert hidden_by(polled(2.0, added=0.4), 0.1) == 0.4


def test_so_little_that_it_hides_nothing_is_nothing_even_where_there_is_no_pause_at_all() -> None:
    assert hidden_by(polled(0.0, added=0.29), QUARTER) == 0.0


def test_where_nothing_asks_for_a_pause_none_can_be_hidden() -> None:
    assert hidden_by(course(run(post(0.0), request(0.1), request(0.2, RESULTS)), added=5.0), QUARTER) == 0.0


def test_what_failed_asks_for_a_pause_whatever_comes_next() -> None:
    failed = [post(0.0, status=400, queued=None), request(0.5, "/v4/admin/limits")]
    assert hidden_by(course(run(*failed), added=1.0), QUARTER) == 1.0


@pytest.mark.parametrize(("added", "scale"), [(0.3, 10.0), (0.6, 5.0), (2.0, 2.0), (90.0, 2.0)])
def test_a_slower_pace_is_a_whole_number_and_makes_what_was_added_small(added: float, scale: float) -> None:
    slower = Pace(20.0).slower(added)
    assert slower == Pace(scale)
    assert slower.slowest == (scale == 2.0)


def test_a_pace_that_is_as_the_machine_s_is_slow_enough() -> None:
    assert Pace().slowest


def test_no_backoff_is_seen_through_what_the_machine_adds() -> None:
    def tried(pause: float) -> Course:
        failed = [request(pause * number, JOB, status=503) for number in range(4)]
        return replace(course(run(*failed, request(pause * 4, JOB)), added=0.2), pace=Pace(3.0))

    assert [each.sentence for each in pauses.growing_delays(tried(0.25))] == ["tried again at once, without any pause"]
    assert "without any pause" not in str(list(pauses.growing_delays(tried(1.0))))


def test_a_meter_measures_that_others_compute_and_only_since_the_moment_that_is_asked_for() -> None:
    over = threading.Event()

    def compute() -> None:
        while not over.is_set():
            sum(range(10_000))

    busy = threading.Thread(target=compute)
    with Meter() as meter:
        began = time.monotonic()
        busy.start()
        deadline = began + 20
        while not meter.added(began) and time.monotonic() < deadline:
            time.sleep(0.1)
        over.set()
        busy.join()
        assert meter.added(began) > 0.0
        assert meter.added(time.monotonic() + 60) == 0.0


class Busy(Meter):
    """A machine that adds a tenth of a real second."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def added(self, since: float) -> float:  # noqa: ARG002 - always the same
        self.asked += 1
        return 0.1


def test_on_a_busy_machine_who_does_not_pause_is_caught_three_times_by_a_slower_clock(tmp_path: Path) -> None:
    (specimen,) = (each for each in DEFECTIVE if each.name == "no_backoff")
    meter = Busy()
    trial = Trial(specimen._accused(), tmp_path, dict(os.environ), pace=Pace(20.0), _meter=meter)
    healthy, outcome = trial.outcomes(chosen(("resilience_500",)))
    assert (healthy.verdict, outcome.verdict) == (Verdict.KEPT, Verdict.BROKEN)
    assert {each.law for each in outcome.broken} == {"backoff"}
    assert outcome.hidden_by == 0.0
    assert meter.asked == (1 + 1) + (1 + 3)


STOPPED = Outcome(
    "s",
    (),
    "",
    Verdict.BROKEN,
    broken=(Broken("quiet", "ended with exit code 1 (run 2)"), Broken("ends", "did not end within 25 s")),
    slowness=3.0,
)
"""Its first run was stopped, and what that had left behind made the second one fail."""


@dataclass(frozen=True)
class Told(Trial):
    """A trial whose tries come to what is told; `works` and `scales` are the pace of each."""

    told: list[Outcome] = field(default_factory=list)
    works: list[float] = field(default_factory=list)
    scales: list[float] = field(default_factory=list)

    def _tried(self, scenario: Scenario, starter: Starter, pace: Pace) -> Outcome:  # noqa: ARG002 - as it is called
        self.works.append(pace.work)
        self.scales.append(pace.scale)
        return self.told.pop(0)


@pytest.mark.parametrize(
    ("told", "verdict", "works"),
    [
        ([STOPPED, replace(STOPPED, verdict=Verdict.KEPT, broken=())], Verdict.KEPT, [15.0, 45.0]),
        ([STOPPED, STOPPED, STOPPED], Verdict.BROKEN, [15.0, 45.0, 135.0]),
        ([STOPPED, replace(STOPPED, broken=STOPPED.broken[:1])], Verdict.BROKEN, [15.0, 45.0]),
        ([replace(STOPPED, slowness=1.0)] * 3, Verdict.BROKEN, [15.0, 15.0, 15.0]),
    ],
    ids=["slow", "hangs", "wrong as well", "hangs on an idle machine"],
)
def test_who_was_stopped_is_tried_again_with_more_time_where_the_machine_is_busy(
    told: list[Outcome], verdict: Verdict, works: list[float], tmp_path: Path
) -> None:
    trial = Told(Accused(()), tmp_path, {}, told=list(told))
    (scenario,) = chosen(("healthy",))
    outcome = trial._outcome(scenario, None)  # type: ignore[arg-type]
    assert (outcome.verdict, trial.works, trial.told) == (verdict, works, [])


HASTY = replace(STOPPED, broken=(Broken("jitter", "29 of 32 pauses were as long as those of other requests"),))
KEPT = replace(STOPPED, verdict=Verdict.KEPT, broken=())
UNCLEAR = replace(KEPT, unclear=True)


@pytest.mark.parametrize(
    ("told", "verdict", "scales"),
    [
        ([HASTY, KEPT, HASTY, HASTY], Verdict.BROKEN, [20.0, 20.0, 10.0, 10.0]),
        ([HASTY, HASTY, KEPT, HASTY], Verdict.BROKEN, [20.0, 20.0, 20.0, 20.0]),
        ([HASTY, KEPT, KEPT], Verdict.KEPT, [20.0, 20.0, 10.0]),
        ([UNCLEAR, HASTY, HASTY, HASTY], Verdict.BROKEN, [20.0, 10.0, 10.0, 10.0]),
        ([UNCLEAR, UNCLEAR, KEPT], Verdict.KEPT, [20.0, 10.0, 5.0]),
        ([UNCLEAR, UNCLEAR, UNCLEAR, UNCLEAR], Verdict.KEPT, [20.0, 10.0, 5.0, 2.0]),
        ([KEPT], Verdict.KEPT, [20.0]),
        ([HASTY, replace(STOPPED, broken=STOPPED.broken[:1])], Verdict.BROKEN, [20.0, 20.0]),
    ],
    ids=["now and then", "but once", "once", "seen later", "seen not to be", "never clear", "clear", "wrong as well"],
)
def test_one_try_that_a_busy_machine_spoke_in_neither_acquits_nor_convicts(
    told: list[Outcome], verdict: Verdict, scales: list[float], tmp_path: Path
) -> None:
    trial = Told(Accused(()), tmp_path, {}, pace=Pace(20.0), told=list(told))
    outcome = trial._outcome(chosen(("limits_429_each",))[0], None)  # type: ignore[arg-type]
    assert (outcome.verdict, trial.scales, trial.told) == (verdict, scales, [])
