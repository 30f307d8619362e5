"""From a run's findings to a real web hook: new, repeated, recovered, and what waits while a destination is down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from clari_readiness.alerts import Deliveries, post
from clari_readiness.alerts.delivering import PAUSES
from clari_readiness.environments import Destination
from clari_readiness.model.alarms import ActiveAlarm, Watched
from clari_readiness.model.time import SteppedClock, SystemClock
from clari_readiness.redact import Redactor
from clari_readiness.warehouse import AlertStore
from tests.alerts.making import A_DAY, NIGHT, alarm, destination, watched
from tests.alerts.servers import Hook, web_hook
from tests.warehouse.documents import ask

Run = Callable[..., tuple[str, ...]]

FAILED = alarm()
QUIET = watched(topics=("export", FAILED.topic))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.duckdb"


@pytest.fixture
def run(state: Path, hook: Hook) -> Run:
    """Deliver as a nightly command does, in a process of its own as far as anything is remembered."""

    def run(said: Watched, night: int = 0, to: tuple[Destination, ...] | None = None) -> tuple[str, ...]:
        clock = SteppedClock(NIGHT + night * A_DAY)
        store = AlertStore(state, SystemClock(), patience=0.1)
        to = (destination(hook.url()),) if to is None else to
        return Deliveries("prod", to, store, post, clock, Redactor(["the-api-key-itself"])).deliver(said)

    return run


def test_a_healthy_night_sends_nothing_and_leaves_no_file(run: Run, hook: Hook, state: Path) -> None:
    assert run(QUIET) == ()
    assert hook.requests == []
    assert not state.exists()


def test_an_alarm_is_told_then_repeated_daily_then_recovered_once(run: Run, hook: Hook) -> None:
    assert run(watched(FAILED)) == run(watched(FAILED)) == ()
    run(watched(FAILED), night=1)
    run(QUIET, night=2)
    assert run(QUIET, night=3) == ()
    assert [body["title"].split(": ")[1] for body in hook.bodies] == ["CRITICAL", "STILL CRITICAL", "RECOVERED"]
    assert "Since: 2026-11-21 03:00 UTC" in hook.texts[1]


def test_one_cause_is_one_message_and_another_one_is_another(run: Run, hook: Hook) -> None:
    quarters = [alarm(f"export/net_bookings/2027_Q{number}") for number in (4, 3, 2)]
    run(watched(*quarters, alarm("reconciliation/net_bookings/2027_Q4", "different (exact)")))
    assert ["2027_Q2" in text for text in hook.texts] == [True, False]


def test_what_was_not_delivered_waits_is_shown_and_goes_first_the_next_time(run: Run, hook: Hook, state: Path) -> None:
    hook.status = 503
    lines = run(watched(FAILED))
    assert len(hook.requests) == 1 + len(PAUSES)
    assert len(lines) == 1
    assert lines[0].startswith(
        "alerts: 1 alert could not be delivered to alerts.to[0] (json) since 2026-11-21 03:00 UTC: "
    )
    assert "503" in lines[0]
    hook.status = 200
    hook.requests.clear()
    assert run(Watched()) == ()
    assert [body["title"].split(": ")[1] for body in hook.bodies] == ["CRITICAL"]
    assert AlertStore(state, SystemClock()).backlog() == ()
    assert ask(state, "SELECT accepted, count(*) FROM alert_deliveries GROUP BY 1 ORDER BY 1") == [
        (False, 1),
        (True, 1),
    ]


def test_a_hiccup_is_tried_again_in_the_same_run(state: Path, hook: Hook) -> None:
    hook.status = 500
    clock = SteppedClock(NIGHT)
    answered: list[str] = []

    def hiccup(to: Destination, message: object) -> str:
        answered.append(post(to, message))  # type: ignore[arg-type]
        hook.status = 200
        return answered[-1]

    deliveries = Deliveries("prod", (destination(hook.url()),), AlertStore(state, clock), hiccup, clock)
    assert deliveries.deliver(watched(FAILED)) == ()
    assert len(hook.requests) == 2
    assert clock.now() - NIGHT == timedelta(seconds=PAUSES[0])


def test_a_destination_that_is_down_is_not_hammered_and_does_not_stop_the_others(run: Run, hook: Hook) -> None:
    with web_hook() as down:
        down.status = 500
        to = (destination(down.url()), destination(hook.url(), 1))
        run(watched(FAILED, alarm(cause="empty"), alarm(cause="truncated")), to=to)
        assert len(down.requests) == 1 + len(PAUSES)
    assert len(hook.requests) == 3


def test_who_has_not_heard_of_an_alarm_hears_that_it_was_raised_and_not_that_it_is_still_there(
    run: Run, hook: Hook
) -> None:
    hook.status = 500
    run(watched(FAILED))
    hook.status = 200
    hook.requests.clear()
    run(watched(FAILED), night=1)
    ((_, body),) = hook.requests
    assert body["title"].startswith("prod: CRITICAL: ")
    assert "Since: 2026-11-21 03:00 UTC" in body["message"]


def test_what_was_over_before_anybody_heard_of_it_is_one_message(run: Run, hook: Hook) -> None:
    hook.status = 500
    run(watched(FAILED))
    assert "since 2026-11-21" in run(QUIET, night=1)[-1]
    hook.status = 200
    hook.requests.clear()
    run(QUIET, night=2)
    assert [body["title"].split(": ")[1] for body in hook.bodies] == ["RECOVERED"]


def test_a_destination_that_left_the_settings_is_forgotten(run: Run, hook: Hook, state: Path) -> None:
    gone = destination("json://127.0.0.1:9/gone")
    run(watched(FAILED), to=(gone, destination(hook.url(), 1)))
    assert len(AlertStore(state, SystemClock()).outbox()) == 1
    assert run(QUIET, night=1, to=(destination(hook.url(), 1),)) == ()
    assert AlertStore(state, SystemClock()).outbox() == ()


def test_a_destination_that_does_not_resolve_keeps_its_alerts_and_costs_no_time(state: Path) -> None:
    clock = SteppedClock(NIGHT)
    unset = Destination("alerts.to[0] (env)", "key", problem="environment variable ALERTS is not set")
    (line,) = Deliveries("prod", (unset,), AlertStore(state, clock), post, clock).deliver(watched(FAILED))
    assert line.endswith("environment variable ALERTS is not set")
    assert clock.now() == NIGHT


def test_secrets_are_in_no_message_in_no_record_and_in_no_line(run: Run, hook: Hook, state: Path) -> None:
    leaking = alarm(what="GET with apikey: the-api-key-itself", details=("the-api-key-itself",))
    hook.status = 500
    lines = run(watched(leaking))
    assert b"the-api-key-itself" not in state.read_bytes()
    assert b"T0KEN-0f-the-h00k" not in state.read_bytes()
    assert "the-api-key-itself" not in "".join([*lines, *hook.texts])
    assert "T0KEN-0f-the-h00k" not in "".join(lines)
    kept = f"{ask(state, 'FROM alarms')} {ask(state, 'FROM alert_outbox')} {ask(state, 'FROM alert_deliveries')}"
    assert "[redacted]" in kept
    assert "T0KEN" not in kept
    assert "127.0.0.1" not in kept


def test_records_that_cannot_be_opened_do_not_silence_an_alarm(run: Run, hook: Hook, state: Path) -> None:
    state.write_bytes(b"no database")
    lines = run(watched(FAILED))
    assert "what was raised before is not known" in lines[0]
    assert len(hook.requests) == 1
    assert state.read_bytes() == b"no database"


def test_a_run_that_was_killed_before_it_sent_anything_is_made_good_by_the_next(
    run: Run, hook: Hook, state: Path
) -> None:
    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    clock = SteppedClock(NIGHT)
    deliveries = Deliveries("prod", (destination(hook.url()),), AlertStore(state, clock), killed, clock)
    with pytest.raises(KeyboardInterrupt):
        deliveries.deliver(watched(FAILED))
    run(Watched())
    assert len(hook.requests) == 1


def test_state_of_before_there_were_alerts_has_none(state: Path) -> None:
    with duckdb.connect(state) as connection:
        connection.execute("CREATE TABLE reconciliations (reconciled_at TIMESTAMP)")
    store = AlertStore(state, SystemClock())
    assert (store.active(), store.outbox(), store.backlog(), store.last_drills(NIGHT)) == ((), (), (), ())


def test_what_another_command_raised_in_between_is_not_forgotten(hook: Hook, state: Path, run: Run) -> None:
    other = alarm("reconciliation/net_bookings/2027_Q4", "different (exact)")
    clock = SteppedClock(NIGHT)

    class Met(AlertStore):
        def active(self) -> tuple[ActiveAlarm, ...]:
            before = super().active()
            if not state.exists():
                run(watched(other))
            return before

    Deliveries("prod", (destination(hook.url()),), Met(state, clock), post, clock).deliver(watched(FAILED))
    assert {each.alarm for each in AlertStore(state, clock).active()} == {FAILED, other}
    assert len(hook.requests) == 2
