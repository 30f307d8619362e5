"""Monitoring & Alerting: the integration is watched, and somebody hears about it."""

from collections.abc import Callable
from datetime import timedelta

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate import item
from clari_readiness.gate.completion import Completion
from clari_readiness.gate.dashboard import may_be_asked, problem_of, silence_of
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.latency import Latencies
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import Job
from clari_readiness.model.reconciliation import PastReconciliation, Reconciliation, Verdict
from clari_readiness.model.time import Clock
from clari_readiness.monitoring import COMPLETION_METRICS

A_NIGHT = timedelta(hours=26)
SHOWN = 3
LATELY, A_MONTH = timedelta(days=7), timedelta(days=30)
NIGHTLY = "run `clari-readiness reconcile` each night after the export, and keep its state.duckdb (see `state`)"


@item("MON-01", "API latency tracked per export job", priority="P3", source="warehouse")
def test_each_job_has_its_latency(
    ledger: AskedWarehouse | None, listed_jobs: Callable[[], list[Job]], clock: Clock, evidence: EvidenceLog
) -> None:
    """An export that takes a little longer each week misses the morning one day, without ever having failed."""
    since = clock.now() - LATELY
    found = Latencies.by_list(listed_jobs(), since) if ledger is None else Latencies.by_ledger(ledger, since)
    evidence.saw("seconds by job and phase", list(found.rows))
    if not found.jobs:
        raise NotVerified("no export job ended within 7 days", way_out="run the export, then look again")
    more = f"; and {len(found.doubts) - SHOWN} more" if found.doubts[SHOWN:] else ""
    assert not found.doubts, evidence.fails(
        "; ".join(found.doubts[:SHOWN]) + more,
        expected="for each job the seconds of queue, run, download and load, as Clari's own start and end allow",
        fix="measure each phase with a clock that never goes backwards, and keep it with the job's id",
    )
    evidence.concludes(f"{found.jobs} jobs within 7 days, each with its seconds of {found.known}")


@item("MON-04", "Pipeline health dashboard with job completion rates", priority="P3", source="settings")
def test_a_dashboard_shows_the_completion_rate(environment: Environment, evidence: EvidenceLog) -> None:
    """A pipeline that loses one job in ten looks healthy on every day on which nobody counts."""
    dashboard = environment.dashboard
    assert dashboard is not None, evidence.fails(
        "no dashboard is named", expected="a dashboard's file or address", fix="name it: dashboard = { file = ... }"
    )
    metrics = (dashboard.completion_metric,) if dashboard.completion_metric else COMPLETION_METRICS
    problem = problem_of(environment.file_of(dashboard.file), metrics) if dashboard.file else ""
    evidence.saw("dashboard", {"file": dashboard.file, "url": dashboard.url, "completion rate": metrics})
    assert not problem, evidence.fails(
        f"{dashboard.file} {problem}",
        expected="a dashboard's definition, with a panel that shows the completion rate",
        fix="import deploy/grafana/dashboard.json, or name the metric of your own as dashboard.completion_metric",
    )
    if dashboard.url is not None:
        if not may_be_asked(dashboard.url, live=environment.live):
            raise NotVerified("only a live environment asks for the dashboard's address", way_out="name a file, too")
        silence = silence_of(dashboard.url)
        assert not silence, evidence.fails(
            silence, expected="a dashboard, or a login before it", fix="mend dashboard.url, or start what answers there"
        )
    evidence.concludes(" and ".join(filter(None, (dashboard.file, dashboard.url and "its address answers"))))


@item("MON-04", "Pipeline health dashboard with job completion rates", priority="P3", source="warehouse")
def test_the_completion_rate_of_30_days_is_known(
    ledger: AskedWarehouse | None, listed_jobs: Callable[[], list[Job]], clock: Clock, evidence: EvidenceLog
) -> None:
    """A job that never ended is in no rate: it neither failed nor was completed, and is simply forgotten."""
    now, since = clock.now(), clock.now() - A_MONTH
    if ledger is None:
        found = Completion.by_list(listed_jobs(), since, now)
    else:
        found = Completion.by_ledger(ledger, since, now)
    evidence.saw("jobs of 30 days by outcome", {forecast: dict(ends) for forecast, ends in found.ended.items()})
    wrong = [*found.unended, *found.doubts]
    assert not wrong, evidence.fails(
        "; ".join(wrong[:SHOWN]),
        expected="each job with an end, and as completed only what Clari had done",
        fix="run the export again, which goes on with what was left behind, and keep the end of each job",
    )
    if not found.jobs:
        raise NotVerified("no export job ended within 30 days", way_out="run the export, then look again")
    assert found.loaded, evidence.fails(
        f"none of {found.jobs} jobs was completed in 30 days",
        expected="jobs that are completed",
        fix="see why each of them ended otherwise",
    )
    evidence.concludes(str(found))


@item("MON-05", "Daily reconciliation: exported row counts vs expected", priority="P1", source="clari")
def test_the_warehouse_holds_what_clari_gave(reconciliation: Reconciliation, evidence: EvidenceLog) -> None:
    """A row that was lost on the way is missing from every sum, and nothing else will ever say so."""
    different = [each for each in reconciliation.reconciled if each.verdict is Verdict.DIFFERENT]
    offences = [str(offence) for each in different for offence in each.offences]
    assert not different, evidence.fails(
        "; ".join([*map(str, different), *offences[:SHOWN]]),
        expected="the same rows, keys and amounts, to the cent, for each forecast and quarter",
        fix="load the job's results again as they came, merged on the whole key; "
        "`clari-readiness reconcile` shows the keys",
    )
    if reconciliation.unreconciled:
        first = reconciliation.unreconciled[0]
        raise NotVerified("; ".join(map(str, reconciliation.unreconciled)), way_out=first.way_out)
    evidence.concludes(_concluded(reconciliation))


@item("MON-05", "Daily reconciliation: exported row counts vs expected", priority="P1", source="warehouse")
def test_a_reconciliation_ran_within_a_day(
    environment: Environment,
    quarters: tuple[Quarter, ...],
    earlier_reconciliations: tuple[PastReconciliation, ...],
    clock: Clock,
    evidence: EvidenceLog,
) -> None:
    """A comparison that runs when somebody thinks of it finds last month's loss when the quarter is over."""
    wanted = [(forecast, str(quarter)) for forecast in environment.forecasts for quarter in quarters]
    last = {(past.forecast_id, past.time_period): past for past in earlier_reconciliations}
    if not any(pair in last for pair in wanted):
        raise NotVerified("nothing was reconciled before this run", way_out=NIGHTLY)
    old = [last[pair] for pair in wanted if pair in last and clock.now() - last[pair].at > A_NIGHT]
    assert not old, evidence.fails(
        "; ".join(f"{each.time_period} of {each.forecast_id} was reconciled on {each.at:%Y-%m-%d}" for each in old),
        expected="each forecast and quarter reconciled within 26 hours before this run",
        fix=NIGHTLY,
    )
    never = [f"{period} of {forecast}" for forecast, period in wanted if (forecast, period) not in last]
    if never:
        raise NotVerified(f"never reconciled before this run: {', '.join(never)}", way_out=NIGHTLY)
    oldest = min(last[pair].at for pair in wanted)
    evidence.concludes(f"{len(wanted)} forecasts and quarters, none before {oldest:%Y-%m-%d %H:%M} UTC")


def _concluded(found: Reconciliation) -> str:
    exact = sum(each.kind == "exact" for each in found.reconciled)
    rows = sum(each.found_rows for each in found.reconciled)
    drifted = sum(each.drifted for each in found.reconciled)
    drift = f", {drifted} amounts changed since" if drifted else ""
    as_of_now = len(found.reconciled) - exact
    return f"{rows:,} rows in {exact} exact comparisons and {as_of_now} as of now, no difference{drift}"
