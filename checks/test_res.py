"""Error Handling & Resilience: what goes wrong leaves the warehouse right."""

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate import item
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.plugin.trial import AskedTrial

PEOPLE = ("user_id", "owner_email", "owner_name")


@item("RES-05", "MERGE/UPSERT in warehouse prevents duplicate forecast records", priority="P2", source="warehouse")
def test_no_key_is_there_twice(environment: Environment, warehouse: AskedWarehouse, evidence: EvidenceLog) -> None:
    """Everything loaded twice is a pipeline twice as large, and nobody doubts a good number."""
    grain = environment.warehouse.grain
    assert not grain or ("time_period" in grain and any(person in grain for person in PEOPLE)), evidence.fails(
        f"the grain {', '.join(grain)} lacks the period or the person",
        expected="what makes a row unique in one export: at least the period and the person",
        fix=f"correct env.{environment.name}.warehouse.grain",
    )
    rows = sum(row["rows"] for row in warehouse.periods(environment.forecasts))
    if not rows:
        raise NotVerified("the table of forecasts holds no rows", way_out="export first, then look for duplicates")
    duplicates = warehouse.duplicate_keys()
    assert not duplicates, evidence.fails(
        f"{duplicates[0]['offenders']} keys are there more than once for one export",
        expected="each key of the grain once for each exported_at",
        fix="load with MERGE on the whole key (user, field, period, time frame, currency), not with INSERT",
    )
    evidence.concludes(f"{rows} rows, no key twice")


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
