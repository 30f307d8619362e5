"""What is alarming about a run: of the exporter, of the reconciliation, and of one that could not look at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from clari_readiness.alerts import could_not_run, watched_exports, watched_reconciliation
from clari_readiness.errors import (
    CircuitOpen,
    ExporterBusy,
    JobFailed,
    JobTimedOut,
    LimitReached,
    NoOptIn,
    ReadinessError,
    SecretError,
    Unauthorized,
    Unreachable,
    Unreadable,
    WarehouseError,
)
from clari_readiness.exporter import Cause, DataFinding, Event, Step
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.reconciliation import Amounts, Offence, Reconciled, Reconciliation, Unreconciled

Q4, Q3 = (ExportRequest("net_bookings", f"2027_Q{number}", ("forecast",)) for number in (4, 3))
OF_Q4, OF_Q3 = "export/net_bookings/2027_Q4", "export/net_bookings/2027_Q3"
DEAD = Unauthorized("POST /export", status=401, way_out="put in a new token")

SAME = Reconciled(
    "net_bookings", "2027_Q4", "exact", None, "job-1", 9, 9, 0, 0, (Amounts("forecast", Decimal(1), Decimal(1)),)
)
LOST = replace(SAME, missing=1, found_rows=8, offences=(Offence("missing", "TF", "anna", "fc", "USD"),))


def failed(request: ExportRequest, error: ReadinessError, step: Step = Step.FAILED) -> Event:
    return Event(step, request, detail=str(error), error=error)


def found(request: ExportRequest, cause: Cause) -> Event:
    finding = DataFinding(cause, request, "job-1", "it is so", violations=("$.entries: nothing",))
    return Event(Step.FOUND, request, "job-1", finding=finding)


def test_a_good_run_judges_what_it_exported_and_what_was_up_to_date_and_raises_nothing() -> None:
    watched = watched_exports([Event(Step.LOADED, Q4), Event(Step.REUSED, Q3)])
    assert watched.topics == {"export", OF_Q4, OF_Q3}
    assert watched.alarms == ()


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (JobFailed("job 1 is FAILED"), "the job failed"),
        (JobTimedOut("job 1 is still STARTED"), "the job timed out"),
        (NoOptIn("POST", status=401), "no opt-in"),
        (Unreadable("cut short"), "Clari cannot be reached"),
        (WarehouseError("locked"), "the warehouse cannot be used"),
        (DEAD, "the token was refused"),
    ],
)
def test_an_export_that_failed_is_an_alarm_of_its_own_topic(error: ReadinessError, cause: str) -> None:
    watched = watched_exports([Event(Step.LOADED, Q3), failed(Q4, error)], link="https://dash.example.com")
    (alarm,) = watched.alarms
    assert (alarm.topic, alarm.cause, alarm.severity) == (OF_Q4, cause, "critical")
    assert error.message in alarm.what
    assert alarm.todo
    assert alarm.link == "https://dash.example.com"
    assert watched.topics == {"export", OF_Q4, OF_Q3}


def test_a_refused_document_is_one_alarm_with_what_is_wrong_with_it() -> None:
    told = [found(Q4, Cause.EMPTY), failed(Q4, ReadinessError("refused"), Step.REFUSED), Event(Step.LOADED, Q3)]
    (alarm,) = watched_exports(told).alarms
    assert (alarm.cause, alarm.severity, alarm.details) == ("empty", "critical", ("$.entries: nothing",))


def test_what_was_loaded_with_something_missing_is_a_warning_and_what_is_not_grave_is_nothing() -> None:
    told = [found(Q4, Cause.CRM_MISSING), Event(Step.LOADED, Q4), found(Q3, Cause.CONFLICT), Event(Step.LOADED, Q3)]
    (alarm,) = watched_exports(told).alarms
    assert (alarm.topic, alarm.cause, alarm.severity) == (OF_Q4, "CRM amounts missing", "warning")


@pytest.mark.parametrize(
    "error", [DEAD, Unreachable("no route"), CircuitOpen("open"), LimitReached("out of quota", status=400)]
)
def test_a_run_that_could_not_look_raises_one_alarm_and_judges_nothing(error: ReadinessError) -> None:
    watched = watched_exports(
        [Event(Step.REUSED, ExportRequest("x", "2027_Q1", ())), failed(Q4, error), failed(Q3, error)]
    )
    (alarm,) = watched.alarms
    assert (alarm.topic, alarm.severity) == ("export", "critical")
    assert alarm.what.startswith("export could not run: ")
    assert watched.topics == frozenset()


def test_an_outage_that_began_after_the_first_export_is_told_of_those_that_failed() -> None:
    watched = watched_exports([Event(Step.LOADED, Q4), failed(Q3, CircuitOpen("open"))])
    assert [alarm.topic for alarm in watched.alarms] == [OF_Q3]
    assert "export" in watched.topics


@pytest.mark.parametrize(
    ("error", "cause", "severity"),
    [
        (SecretError("environment variable X is not set", way_out="set it"), "no token", "critical"),
        (ExporterBusy("another one"), "another exporter runs", "warning"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError", "critical"),
    ],
)
def test_whatever_ends_a_run_is_told_with_what_to_do(error: Exception, cause: str, severity: str) -> None:
    watched = could_not_run("retention", error)
    (alarm,) = watched.alarms
    assert (alarm.topic, alarm.cause, alarm.severity) == ("retention", cause, severity)
    assert alarm.todo
    assert watched.topics == frozenset()


def test_a_reconciliation_judges_what_it_compared_and_raises_what_differs() -> None:
    watched = watched_reconciliation(Reconciliation((LOST, replace(SAME, time_period="2027_Q3"))))
    (alarm,) = watched.alarms
    assert (alarm.topic, alarm.cause) == ("reconciliation/net_bookings/2027_Q4", "different (exact)")
    assert alarm.severity == "critical"
    assert alarm.details == ("missing: TF anna fc USD",)
    assert watched.topics == {
        "reconciliation",
        "reconciliation/net_bookings/2027_Q4",
        "reconciliation/net_bookings/2027_Q3",
    }


def test_what_nobody_could_compare_is_a_warning_and_is_not_judged() -> None:
    unseen = Unreconciled("net_bookings", "2027_Q3", "exact", "HTTP 503", "try again")
    watched = watched_reconciliation(Reconciliation((SAME,), (unseen,)))
    (alarm,) = watched.alarms
    assert (alarm.topic, alarm.severity, alarm.todo) == ("reconciliation/net_bookings/2027_Q3", "warning", "try again")
    assert "reconciliation/net_bookings/2027_Q3" not in watched.topics


@pytest.mark.parametrize("unseen", [(), (Unreconciled("net_bookings", "2027_Q3", "exact", "HTTP 401"),)])
def test_a_reconciliation_that_compared_nothing_could_not_run(unseen: tuple[Unreconciled, ...]) -> None:
    watched = watched_reconciliation(Reconciliation((), unseen))
    (alarm,) = watched.alarms
    assert alarm.topic == "reconciliation"
    assert alarm.what.startswith("reconciliation could not run: ")
    assert watched.topics == frozenset()
