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
from clari_readiness.simulator import DEFAULT_NOW, Organisation, RunningClock, Simulator
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_stopped_run_cancels_what_it_started(place: Place, number: signal.Signals, workers: Sequence[str]) -> None:
    place.reword('job_timeout = "10m"', 'job_timeout = "20h"')
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
    place.reword('job_timeout = "10m"', 'job_timeout = "20h"')
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


def _polled(place: Place) -> bool:
    return any("/export/jobs/" in line["path"] for line in place.journal())
