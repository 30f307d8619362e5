"""What the checklist does not ask and production needs."""

from collections.abc import Set as AbstractSet
from datetime import timedelta

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate import item
from clari_readiness.gate.answers import Clari, require_connection
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.headroom import headroom
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.recorded import recorded_documents
from clari_readiness.gate.truncation import Listed
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.time import Clock
from clari_readiness.plugin.trial import AskedTrial
from clari_readiness.validation import Contracts

GRACE = timedelta(hours=2)
"""What a nightly run may take longer than its schedule: a daily snapshot is fresh for 26 hours."""

SHOWN = 5


@item("CLA-01", "Responses match their contracts", priority="P1", source="clari")
def test_every_answer_matches_its_contract(
    readiness: Readiness,
    environment: Environment,
    clari: Clari,
    contracts: Contracts,
    quarters: tuple[Quarter, ...],
    evidence: EvidenceLog,
) -> None:
    """A document that changed its shape loads as something else, or half; nobody is told when Clari changes."""
    documents = [*clari.documents(environment.forecasts, quarters), *recorded_documents(readiness)]
    violations = [
        f"{where}: {violation}"
        for contract, where, document in documents
        for violation in contracts.violations(contract, document)
    ]
    evidence.saw("documents compared", sorted({f"{where} with {contract}" for contract, where, _ in documents}))
    evidence.saw("violations", violations[:50])
    assert not violations, evidence.fails(
        f"{len(violations)} violations, first {violations[0]}",
        expected="every document as its contract in contracts/ says",
        fix="compare the document with its contract; if Clari changed it, change the contract and the exporter with it",
    )
    compared = {contract for contract, _, _ in documents}
    if "forecast" not in compared:
        clari.forecast(environment.forecasts[0], quarters[0])  # tells why there is none, and what it would take
        raise NotVerified("no forecast was compared with its contract", way_out="see what CONN-03 says")
    evidence.concludes(f"{len(documents)} documents, no violation")


@item("CLA-12", "Forecast data is fresh", priority="P2", source="warehouse")
def test_the_newest_snapshot_is_fresh(
    environment: Environment,
    warehouse: AskedWarehouse,
    quarters: tuple[Quarter, ...],
    clock: Clock,
    evidence: EvidenceLog,
) -> None:
    """A board that decides on last week's forecast does not know that it is last week's."""
    newest = {
        row["forecast_name"]: row["exported_at"] for row in warehouse.freshness(environment.forecasts, quarters[0])
    }
    allowed = environment.schedule.current_quarter_every + GRACE
    ages = {name: timedelta(seconds=round((clock.now() - at).total_seconds())) for name, at in newest.items()}
    evidence.saw("age of the newest snapshot", {name: str(age) for name, age in ages.items()})
    stale = [f"{name} has no snapshot of {quarters[0]}" for name in environment.forecasts if name not in newest]
    stale += [f"the newest of {name} is {age} old" for name, age in ages.items() if not -GRACE < age < allowed]
    assert not stale, evidence.fails(
        "; ".join(stale),
        expected=f"a snapshot of {quarters[0]} not older than {allowed}, and none from the future",
        fix="look at why the exporter or the connector did not run, then let it bring the current quarter",
    )
    evidence.concludes(", ".join(f"{name} {age} old" for name, age in ages.items()))


@item("CLA-02", "Truncated exports are refused", priority="P1", source="warehouse")
def test_no_truncated_job_is_loaded(
    environment: Environment,
    quarters: tuple[Quarter, ...],
    warehouse: AskedWarehouse,
    connection: Clari,
    evidence: EvidenceLog,
) -> None:
    """Half of an export that counts as all of it is believed, since every number in it is right."""
    newest = {str(row["job_id"] or "") for row in warehouse.newest_jobs(environment.forecasts, quarters)}
    if not newest:
        raise NotVerified("the table holds no export of these forecasts", way_out="export first, then look for flags")
    named = newest - {""}
    ledger = warehouse.truncated_by_ledger() if environment.uses_reference_exporter else None
    noted, known = warehouse.whole_by_ledger(named) if ledger is not None else (0, frozenset[str]())
    unnamed = "" in newest and (named or not noted)  # where no row names its job, the ledger still knows all of them
    asked = not ledger and bool(unnamed or not named <= known)
    listed = _listed(connection, environment, evidence) if asked else Listed.of(())
    cut = ledger or warehouse.rows_of_jobs(listed.truncated)
    assert not cut, evidence.fails(
        f"loaded, and truncated: {', '.join(dict.fromkeys(row['job_id'] for row in cut))}",
        expected="no job loaded that Clari flags as rowsTruncated or cellsTruncated (F10)",
        fix="delete the rows of these jobs, look at both flags before loading, and export in smaller parts",
    )
    _require_known(named - known, listed)
    if unnamed:
        _require_none_truncated(listed)
    says = f"Clari lists {len(listed)} jobs" if asked else f"the exporter's ledger has {noted} loaded jobs"
    evidence.concludes(f"{says}, and no truncated one is loaded")


def _listed(connection: Clari, environment: Environment, evidence: EvidenceLog) -> Listed:
    """Return the jobs that Clari lists as DONE; NOT VERIFIED, with one cause for all, when Clari cannot be asked."""
    require_connection(connection, environment)
    listed = Listed.of(connection.jobs())
    evidence.saw("jobs that Clari lists as DONE", {"whole": len(listed.whole), "truncated": sorted(listed.truncated)})
    return listed


def _require_known(jobs: AbstractSet[str], listed: Listed) -> None:
    """Raise NotVerified when nobody knows of a job of the newest exports whether it is whole."""
    unknown = sorted(jobs - listed.whole)
    if unknown:
        raise NotVerified(
            f"nobody knows whether {', '.join(unknown[:SHOWN])} is whole: neither a ledger nor Clari's list of this "
            "token's jobs has it",
            way_out="give the gate the token that exports (F7 lists one user's jobs), or export these periods again",
        )


def _require_none_truncated(listed: Listed) -> None:
    """Raise NotVerified when no column names the job, unless there is no truncated job that could have been loaded."""
    if listed.truncated:
        raise NotVerified(
            f"Clari truncated {', '.join(sorted(listed.truncated)[:SHOWN])}, and no column says which job was loaded",
            way_out="map the column that holds the job in warehouse.columns.job_id, or export again what was truncated",
        )
    if not listed.whole:
        raise NotVerified(
            "this token has no job that is DONE, and no column says which job was loaded",
            way_out="give the gate the token that exports (F7 lists one user's jobs), or map warehouse.columns.job_id",
        )


@item("CLA-06", "Quota headroom for the planned schedule", priority="P2", source="clari")
def test_the_schedule_fits_the_quota(
    environment: Environment, clari: Clari, clock: Clock, evidence: EvidenceLog
) -> None:
    """A quota that ends on the 25th of the month ends when the quarter does."""
    room = headroom(environment, clari.limits(), clari.jobs(), clock)
    evidence.saw("jobs in 30 days", {"needed": room.needed, "quota": room.quota, "reserve": room.reserve})
    evidence.saw("taken by others in the last 30 days", room.others)
    evidence.saw("largest run", {"jobs": room.largest, "at once": room.at_once, "takes at most": str(room.longest_run)})
    lacking = list(room.lacks())
    assert not lacking, evidence.fails(
        "; ".join(lacking),
        expected="what the schedule needs in 30 days, within the monthly quota less the reserve and what others took",
        fix="export fewer forecasts or quarters, past quarters less often (`schedule`), or ask Clari for more",
    )
    evidence.concludes(f"{room.needed} exports needed in 30 days, {room.left} left of {room.quota}")


@item("CLA-02", "Truncated exports are refused", priority="P1", source="trial")
def test_truncated_exports_are_refused(trial: AskedTrial) -> None:
    """A truncated file is valid JSON: only a flag on the job says that half of the money is missing."""
    broken = trial.broken("CLA-02")
    assert not broken, trial.fails(broken, fix="look at rowsTruncated and cellsTruncated before loading anything")
    trial.concludes("CLA-02")


@item("CLA-03", "The period answered is the period asked for", priority="P1", source="trial")
def test_nothing_of_another_quarter_lands(trial: AskedTrial) -> None:
    """Clari answers an unknown quarter with the current one, and says so nowhere but in the document."""
    broken = trial.broken("CLA-03")
    assert not broken, trial.fails(broken, fix="compare timePeriods in the document with what was asked for")
    trial.concludes("CLA-03")


@item("CLA-04", "The key never leaves its origin", priority="P1", source="trial")
def test_the_key_never_leaves_its_origin(trial: AskedTrial) -> None:
    """A key that was sent elsewhere once is everybody's."""
    broken = trial.broken("CLA-04")
    assert not broken, trial.fails(broken, fix="follow no redirect and no nextLink to another scheme, host or port")
    trial.concludes("CLA-04")


@item("CLA-05", "Out of quota stops, too many jobs waits", priority="P2", source="trial")
def test_out_of_quota_stops_and_too_many_jobs_waits(trial: AskedTrial) -> None:
    """The same error means both: waiting helps against one, and wastes the night on the other."""
    broken = trial.broken("CLA-05")
    assert not broken, trial.fails(
        broken, fix="after export_monthly_quota_reached ask /admin/limits which of the two it is"
    )
    trial.concludes("CLA-05")


@item("CLA-07", "Vanished people are kept", priority="P2", source="trial")
def test_who_vanished_is_kept(trial: AskedTrial) -> None:
    """Somebody who opted out is gone from every past week of the next export, and history must not change for it."""
    broken = trial.broken("CLA-07")
    assert not broken, trial.fails(
        broken, fix="never delete what an earlier export recorded because a later one lacks it"
    )
    trial.concludes("CLA-07")


@item("CLA-08", "Amounts are exact", priority="P1", source="trial")
def test_amounts_are_exact(trial: AskedTrial) -> None:
    """A cent that is lost in each row is an audit finding at the year's end."""
    broken = trial.broken("CLA-08")
    assert not broken, trial.fails(
        broken, fix="read numbers as text, keep them as DECIMAL, and let what does not fit be an error"
    )
    trial.concludes("CLA-08")


@item("CLA-09", "New keys do not break, missing keys do not pass", priority="P2", source="trial")
def test_new_keys_do_not_break_and_missing_ones_do_not_pass(trial: AskedTrial) -> None:
    """APIs grow keys without notice; a key that goes must be noticed by a person, not by a NULL."""
    broken = trial.broken("CLA-09")
    assert not broken, trial.fails(
        broken, fix="ignore or keep what is new; refuse a document that lacks a key or has another type"
    )
    trial.concludes("CLA-09")


@item("CLA-10", "Names are data", priority="P2", source="trial")
def test_names_are_data(trial: AskedTrial) -> None:
    """Names come from people, and some people's names are markup, quotes or formulas."""
    broken = trial.broken("CLA-10")
    assert not broken, trial.fails(
        broken, fix="bind names as parameters, and escape them where they are shown, not where they are stored"
    )
    trial.concludes("CLA-10")


@item("CLA-11", "A failed run leaves the warehouse as it was", priority="P1", source="trial")
def test_a_failed_run_leaves_the_warehouse_as_it_was(trial: AskedTrial) -> None:
    """A run that fails half-way and leaves half is worse than one that never ran."""
    broken = trial.broken("CLA-11")
    assert not broken, trial.fails(broken, fix="validate first, then load everything in one transaction")
    trial.concludes("CLA-11")
