"""The gate where Clari has no synchronous forecast (F21), and a quota of 3: one export, and none too many."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.client import connect_to
from clari_readiness.environments import load
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import DEFAULT_NOW, AnswerLost, Organisation, RunningClock, Simulator
from clari_readiness.simulator.faults.matching import QUEUED
from tests.end_to_end.place import Place, Ran, until

QUOTA = 3
SPEED = 20.0
WITHOUT = Organisation(synchronous_forecast=False, monthly_quota=QUOTA)
STUCK = Organisation(synchronous_forecast=False, monthly_quota=QUOTA, stuck_jobs=frozenset({1}))
ITEMS = ("CONN-03", "AUTH-02", "CLA-01")
THESE = ("--env=simulated", "-k", " or ".join(ITEMS))
COST = "1 job of a quota of 3 in 30 days, of which"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.fresh(tmp_path / "place")


def results(place: Place) -> dict[str, str]:
    return {item["id"]: item["result"] for item in place.report()["items"] if item["id"] in ITEMS}


def findings(place: Place, item: str) -> list[dict[str, Any]]:
    return [
        finding
        for each in place.report()["items"]
        if each["id"] == item
        for finding in each["findings"]
        if finding["check"]
    ]


def everywhere(result: str) -> dict[str, str]:
    return dict.fromkeys(ITEMS, result)


def clari(place: Place, organisation: Organisation = WITHOUT, *, days: int = 0) -> Simulator:
    """Clari as it is days after it was asked for the last time; slow enough that a busy machine is in time for it."""
    asked_at = [datetime.fromisoformat(line["at"]) for line in place.journal()]
    clock = RunningClock(max(asked_at, default=DEFAULT_NOW) + timedelta(days=days, minutes=1), speed=SPEED)
    return Simulator(organisation, key=fixture_key("simulated"), clock=clock, state_directory=place.state)


def asked(place: Place, method: str) -> list[dict[str, Any]]:
    return [line for line in place.journal() if line["method"] == method]


def left(place: Place) -> int:
    """How many jobs of the quota are left, by Clari's own word."""
    environment = load(place.settings, environ={}).get("simulated")
    with connect_to(environment, clock=environment.clock()) as client:
        return client.limits().available_monthly


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_one_export_serves_every_check_of_every_worker_and_the_next_run_of_the_day(
    place: Place, workers: Sequence[str]
) -> None:
    with clari(place):
        first, judged = place.gate(*THESE, *workers), results(place)
        again, judged_again = place.gate(*THESE, *workers), results(place)
        assert left(place) == QUOTA - 1
    assert judged == judged_again == everywhere("PASS"), first
    assert len(place.posts()) == 1
    assert f"so 2027_Q4 of net_bookings is exported: {COST} 3 are left, 1 in reserve" in first.said
    assert COST not in again.said
    assert not place.warehouse.exists(), "the gate has written into the team's warehouse"


def test_the_export_is_for_the_latest_week_of_the_current_quarter_and_its_requests_are_shown(place: Place) -> None:
    with clari(place):
        place.gate(*THESE)
    (post,) = place.posts()
    assert post["path"] == "/v4/export/forecast/net_bookings"
    body = json.loads(post["body"])
    assert (body["timePeriod"], body["includeHistorical"], body["schedule"]) == ("2027_Q4", False, "NONE")
    for item in ITEMS:
        (finding,) = findings(place, item)
        requests = [each["label"].partition(" ")[0] for each in finding["evidence"] if each["kind"] == "request"]
        assert "POST" in requests, item


def test_the_reserve_is_never_touched_and_who_is_kept_from_exporting_is_told_what_it_would_take(place: Place) -> None:
    with clari(place):
        place.gate(*THESE)
    with clari(place, days=2):
        assert place.gate(*THESE).code == 10
        assert results(place) == everywhere("PASS")
    assert len(place.posts()) == 2
    with clari(place, days=2):
        kept = place.gate(*THESE)
        assert left(place) == 1
    assert results(place) == everywhere("NOT VERIFIED")
    assert len(place.posts()) == 2
    (finding,) = findings(place, "CONN-03")
    assert "1 exports of 3 in 30 days are left, and 1 are kept in reserve" in finding["observed"]
    assert "lower quota_reserve" in finding["fix"]
    assert COST not in kept.said


def test_with_a_budget_of_0_nothing_is_exported(place: Place) -> None:
    place.reword("export_budget = 1 ", "export_budget = 0 ")
    with clari(place):
        judged = place.gate(*THESE)
    assert (judged.code, results(place)) == (10, everywhere("NOT VERIFIED"))
    assert place.posts() == []
    (finding,) = findings(place, "AUTH-02")
    assert "export_budget = 0 leaves no export for 2027_Q4 of net_bookings" in finding["observed"]
    assert "set export_budget = 1 and let a run of the gate start so many export jobs, or 5 for" in finding["fix"]


def test_a_budget_for_each_quarter_lets_every_answer_be_looked_at(place: Place) -> None:
    place.reword("export_budget = 1 ", "export_budget = 2 ")
    place.remember_quarters(1)
    with clari(place):
        judged = place.gate("--env=simulated", "-k", "API-04 and answers")
    assert "API-04" not in [line.split()[0] for line in judged.lines if line.startswith("  ")]
    assert [finding["result"] for finding in findings(place, "API-04")] == ["PASS"]
    assert len(place.posts()) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_stopped_run_cancels_what_it_started(place: Place, number: signal.Signals, workers: Sequence[str]) -> None:
    with clari(place, STUCK):
        gate = place.start_gate(*THESE, *workers)
        until(lambda: _polled(place), gate)
        stopped = gate.signalled(number)
        assert left(place) == QUOTA
    assert stopped.code == 2, stopped
    (cancelled,) = asked(place, "PATCH")
    assert cancelled["status"] == 200
    assert "(net_bookings 2027_Q4) is cancelled, which frees its quota" in stopped.said
    assert " PASSED" not in stopped.said
    assert "Traceback" not in stopped.said


def test_a_stop_in_the_middle_of_the_post_waits_for_its_answer(place: Place) -> None:
    with clari(place, STUCK) as simulator:
        running: list[Any] = []
        append = simulator.journal.append

        def stop_it(line: Any) -> None:
            append(line)
            if line.method == "POST":
                running[0].process.send_signal(signal.SIGINT)

        simulator.journal.append = stop_it  # type: ignore[method-assign]
        running.append(place.start_gate(*THESE))
        stopped: Ran = running[0].end()
        assert left(place) == QUOTA
    assert stopped.code == 2, stopped
    assert len(place.posts()) == 1
    assert len(asked(place, "PATCH")) == 1


def test_a_killed_run_leaves_its_job_to_the_next_one(place: Place) -> None:
    with clari(place):
        gate = place.start_gate(*THESE)
        until(place.posts, gate)
        gate.kill()
        gate.end()
        again = place.gate(*THESE)
        assert left(place) == QUOTA - 1
    assert results(place) == everywhere("PASS"), again
    assert len(place.posts()) == 1


def test_a_post_whose_answer_was_lost_costs_one_job(place: Place) -> None:
    with clari(place) as simulator:
        simulator.set_faults([AnswerLost(QUEUED)])
        judged = place.gate(*THESE)
        assert left(place) == QUOTA - 1
    assert results(place) == everywhere("PASS"), judged


def test_a_job_that_takes_too_long_is_cancelled_and_none_is_queued_again(place: Place) -> None:
    place.reword('job_timeout = "10m"', 'job_timeout = "30s"')
    with clari(place, STUCK):
        judged = place.gate(*THESE)
        assert left(place) == QUOTA
    assert (judged.code, results(place)) == (10, everywhere("NOT VERIFIED"))
    assert len(place.posts()) == len(asked(place, "PATCH")) == 1
    (finding,) = findings(place, "CONN-03")
    assert "is still STARTED after" in finding["observed"]


def test_an_unknown_forecast_is_not_exported(place: Place) -> None:
    place.settings.write_text(place.settings.read_text().replace('["net_bookings"]', '["no_such_forecast"]'))
    with clari(place):
        judged = place.gate(*THESE)
        assert left(place) == QUOTA
    assert results(place)["CONN-03"] == "FAIL"
    assert "no_such_forecast_config" in judged.out


def _polled(place: Place) -> bool:
    return any("/export/jobs/" in line["path"] for line in place.journal())
