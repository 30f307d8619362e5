"""Error Handling & Resilience: what goes wrong leaves the warehouse right."""

from collections.abc import Iterator
from typing import Any

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.exporter import Landing
from clari_readiness.gate import item
from clari_readiness.gate.emptying import Past, emptied
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.grain import FULL_GRAIN, lacks
from clari_readiness.gate.keeping import Kept, shortened
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.reconciliation import PeriodSeen
from clari_readiness.plugin.trial import AskedTrial

SHOWN = 20
NOT_SEEN_OF_OTHERS = (
    "without the reference exporter's ledger: quarters before the first and after the newest one of a forecast, single "
    "exports of a quarter, raw files of whatever else fills this warehouse"
)


@item("RES-05", "MERGE/UPSERT in warehouse prevents duplicate forecast records", priority="P2", source="warehouse")
def test_no_key_is_there_twice(environment: Environment, warehouse: AskedWarehouse, evidence: EvidenceLog) -> None:
    """Everything loaded twice is a pipeline twice as large, and nobody doubts a good number."""
    grain = environment.warehouse.grain
    assert not lacks(grain), evidence.fails(
        f"the grain {', '.join(grain)} lacks {lacks(grain)}",
        expected=FULL_GRAIN,
        fix=f"correct env.{environment.name}.warehouse.grain",
    )
    rows = sum(row["rows"] for row in warehouse.kept_periods())
    if not rows:
        raise NotVerified("the table of forecasts holds no rows", way_out="export first, then look for duplicates")
    duplicates = warehouse.duplicate_keys(newest_only=False)
    assert not duplicates, evidence.fails(
        f"{duplicates[0]['offenders']} keys are there more than once for one export",
        expected="each key of the grain once for each exported_at",
        fix="load with MERGE on the whole key (user, field, period, time frame, currency), not with INSERT; "
        "of a connector's table, say in a view which row counts",
    )
    reloaded = warehouse.reloaded_jobs()
    assert not reloaded, evidence.fails(
        f"jobs with rows at more than one exported_at: {reloaded[0]['offenders']}, among them {reloaded[0]['job_id']}",
        expected="all rows of a job at the moment at which the job ended",
        fix="take exported_at from the job's endTime, not from the clock of the load: the same job then meets its rows",
    )
    if reloaded is None:
        evidence.saw("not looked at", "whether a job was loaded again at another moment: no column names the job")
    evidence.concludes(f"{rows} rows, no key twice" + ("" if reloaded is None else ", no job twice"))


@item("RES-06", "Data retention policy enforced (rolling 8 quarters typical)", priority="P3", source="warehouse")
def test_the_window_is_kept_and_nothing_before_it(
    environment: Environment,
    window: Window,
    window_of_yesterday: Window,
    quarters: tuple[Quarter, ...],
    warehouse: AskedWarehouse,
    landing: Landing | None,
    evidence: EvidenceLog,
) -> None:
    """What is kept for ever is a risk that nobody decided on; what is deleted too early cannot be had again (F17)."""
    evidence.saw("window", f"{window.first} to {quarters[0]}, and later ones")
    periods, ledger = warehouse.kept_periods(), warehouse.loaded_periods() if landing is not None else None
    kept, loaded = Kept.of(periods), Kept.of(ledger or ())
    wrong = [
        *(f"{quarter} lies before the window" for quarter in kept.before(window_of_yesterday)),
        *kept.gaps(sorted({*environment.forecasts, *loaded.quarters}), loaded, window, quarters[0]),
        *shortened(periods, ledger or (), window),
        *(_left_before(window_of_yesterday, warehouse, landing, evidence) if landing is not None else ()),
    ]
    assert not wrong, evidence.fails(
        "; ".join(wrong[:SHOWN]) + (f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""),
        expected=f"every quarter since the first load, from {window.first} on, and nothing from before it",
        fix="delete whole quarters before the window and nothing else, each night (the reference exporter: "
        "clari-readiness retention); export a quarter that is missing again, by its name",
    )
    unseen = dict([*_unseen(environment, kept), *_unseen_of_ours(environment, ledger, landing)])
    if unseen:
        raise NotVerified("; ".join(unseen), way_out="; ".join(dict.fromkeys(unseen.values())))
    if ledger is None:
        evidence.saw("not looked at", NOT_SEEN_OF_OTHERS)
    held = sum(len(found) for found in kept.quarters.values())
    whole = "none missing in between" if ledger is None else "none missing of those that were loaded"
    evidence.concludes(f"{held} quarters, none before {window_of_yesterday.first}, {whole}")


def _left_before(window: Window, warehouse: AskedWarehouse, landing: Landing, evidence: EvidenceLog) -> Iterator[str]:
    """Yield what the reference exporter still has of past quarters beside the forecasts."""
    past = [str(file.relative_to(landing.directory)) for file in landing.before(window)]
    evidence.saw("landed files", {"there": len(landing.files()), "before the window": past[:SHOWN]})
    if past:
        yield f"{len(past)} landed files lie before the window, the first of them {past[0]}"
    days = warehouse.audit_days_before(window.begins)
    if days:
        yield f"{days} days of audit events lie before {window.begins}"


def _unseen(environment: Environment, kept: Kept) -> Iterator[tuple[str, str]]:
    """Yield what cannot be judged in any warehouse, and the way out."""
    for forecast in environment.forecasts:
        if not kept.of_forecast(forecast):
            yield f"{forecast} has no quarter in the table", "export it first, or correct `forecasts`"
    if kept.others:
        more = f" and {len(kept.others) - SHOWN} more" if len(kept.others) > SHOWN else ""
        yield (
            f"nobody can tell the age of {', '.join(kept.others[:SHOWN])}{more}",
            "name periods as Clari does, like 2027_Q4, or map the column that does",
        )


def _unseen_of_ours(
    environment: Environment, ledger: list[dict[str, Any]] | None, landing: Landing | None
) -> Iterator[tuple[str, str]]:
    """Yield what cannot be judged of the reference exporter, and the way out."""
    if ledger is None and landing is not None and environment.exporter is not None:
        yield (
            "the reference exporter's ledger is not in this warehouse, so nobody knows what was loaded",
            "name the exporter's own warehouse in `warehouse.url`, or in `exporter` what fills this one",
        )
    if landing is not None and any(row["files"] for row in ledger or ()) and not landing.directory.is_dir():
        yield "the landed files that the ledger names are not on this machine", "run the gate where the exporter runs"


@item("RES-03", "Empty export results handled (data quality alert, not silent pass)", priority="P1", source="warehouse")
def test_no_period_that_had_rows_has_none(
    environment: Environment,
    window: Window,
    warehouse: AskedWarehouse,
    landing: Landing | None,
    periods_seen: tuple[PeriodSeen, ...],
    evidence: EvidenceLog,
) -> None:
    """An empty export (F20) that replaced what was there is a quarter in which nobody sold anything."""
    present, past = warehouse.emptied_exports(environment.forecasts), Past(environment.forecasts, window)
    past.remember(periods_seen)
    past.ledger((warehouse.loaded_periods() or ()) if landing is not None else ())
    wrong = [*past.gone(present), *emptied(present)]
    assert not wrong, evidence.fails(
        "; ".join(wrong[:SHOWN]) + (f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""),
        expected="rows in every period that had any, and no export that lost half of the one before",
        fix="let an export without entries fail and keep what is there; then export the period again, by its name",
    )
    compared = sum(row["amounts_before"] is not None for row in present)
    if not (past.known or compared):
        raise NotVerified(
            "nothing says what the periods held before: one export of each is there, and none was reconciled",
            way_out="run `clari-readiness reconcile` each night, and keep its state.duckdb (see `state`)",
        )
    evidence.concludes(
        f"{len(past.known)} periods that are known to have had rows have some, {compared} compared with earlier exports"
    )


@item("RES-01", "Circuit breaker configured for Clari API outages", priority="P2", source="trial")
def test_an_outage_is_survived_without_help(trial: AskedTrial) -> None:
    """An exporter that asks on and on through an outage is part of it, and one that needs a hand at night gets none."""
    broken = trial.broken("RES-01")
    assert not broken, trial.fails(
        broken, fix="ask less and less often, give up loudly, and let the next run begin again"
    )
    trial.concludes("RES-01")


@item("RES-02", "Retry with backoff for 429/5xx responses", priority="P1", source="trial")
def test_what_fails_in_passing_is_tried_again_and_nothing_else_is(trial: AskedTrial) -> None:
    """Half of the failures pass by themselves; the other half must not be repeated, and a POST least of all."""
    broken = trial.broken("RES-02")
    assert not broken, trial.fails(
        broken,
        fix="retry 429, 5xx and broken bodies with backoff; never a 4xx, and never a POST that may have been accepted",
    )
    trial.concludes("RES-02")


@item("RES-03", "Empty export results handled (data quality alert, not silent pass)", priority="P1", source="trial")
def test_an_empty_export_is_no_success(trial: AskedTrial) -> None:
    """Nobody is alarmed by an empty quarter that loads without an error."""
    broken = trial.broken("RES-03")
    assert not broken, trial.fails(broken, fix="fail when a document has no entries, and keep what the warehouse has")
    trial.concludes("RES-03")


@item("RES-04", "Export job timeout detection with automatic re-queue", priority="P2", source="trial")
def test_a_job_that_went_wrong_is_queued_again_once(trial: AskedTrial) -> None:
    """Without it one stuck job is one lost night, and one killed process one export spent for nothing."""
    broken = trial.broken("RES-04")
    assert not broken, trial.fails(
        broken,
        fix="keep a ledger of jobs: queue again once what is stuck or failed, and go on with the same job after a kill",
    )
    trial.concludes("RES-04")


@item("RES-05", "MERGE/UPSERT in warehouse prevents duplicate forecast records", priority="P2", source="trial")
def test_two_runs_leave_what_one_leaves(trial: AskedTrial) -> None:
    """The scheduler runs it twice sooner or later, and now and then at once."""
    broken = trial.broken("RES-05")
    assert not broken, trial.fails(
        broken, fix="load with MERGE in one transaction, and keep a second exporter away by a lock"
    )
    trial.concludes("RES-05")
