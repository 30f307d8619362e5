"""Monitoring & Alerting: the integration is watched, and somebody hears about it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from clari_readiness.environments import Destination, Environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate import item
from clari_readiness.gate.completion import Completion
from clari_readiness.gate.dashboard import may_be_asked, problem_of, silence_of
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.latency import Latencies
from clari_readiness.gate.promql import fires_on_one_failure, fires_on_silence
from clari_readiness.gate.rules import Rules
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.alarms import Drill
from clari_readiness.model.anomalies import PastDetection
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.evidence import COMPLETION, LATENCY
from clari_readiness.model.exports import Job
from clari_readiness.model.reconciliation import PastReconciliation, Reconciliation, Verdict
from clari_readiness.model.time import Clock
from clari_readiness.monitoring import COMPLETION_METRICS, SelfTest

A_NIGHT = timedelta(hours=26)
SHOWN = 3
LATELY, A_MONTH = timedelta(days=7), timedelta(days=30)
DRILL = (
    "run `clari-readiness alert --test`, look whether the message arrived where somebody reads it, keep state.duckdb"
)
NIGHTLY = "run `clari-readiness reconcile` each night after the export, and keep its state.duckdb (see `state`)"


@item("MON-01", "API latency tracked per export job", priority="P3", source="warehouse")
def test_each_job_has_its_latency(
    ledger: AskedWarehouse | None, listed_jobs: Callable[[], list[Job]], clock: Clock, evidence: EvidenceLog
) -> None:
    """An export that takes a little longer each week misses the morning one day, without ever having failed."""
    since = clock.now() - LATELY
    found = Latencies.by_list(listed_jobs(), since) if ledger is None else Latencies.by_ledger(ledger, since)
    evidence.saw(LATENCY, list(found.rows))
    if not found.jobs:
        raise NotVerified("no export job ended within 7 days", way_out="run the export, then look again")
    more = f"; and {len(found.doubts) - SHOWN} more" if found.doubts[SHOWN:] else ""
    assert not found.doubts, evidence.fails(
        "; ".join(found.doubts[:SHOWN]) + more,
        expected="for each job the seconds of queue, run, download and load, as Clari's own start and end allow",
        fix="measure each phase with a clock that never goes backwards, and keep it with the job's id",
    )
    evidence.concludes(f"{found.jobs} jobs within 7 days, each with its seconds of {found.known}")


@item("MON-02", "Error rate alerts set (threshold: any export failure)", priority="P2", source="settings")
def test_a_failure_and_silence_are_told_to_people_who_get_the_message(
    environment: Environment, alert_rules: Rules, drills: tuple[Drill, ...], clock: Clock, evidence: EvidenceLog
) -> None:
    """An export that fails unheard is found at the quarter's end; addresses, tokens and channels die in silence."""
    to = environment.destinations()
    failure = [each.name for each in alert_rules.alerts if fires_on_one_failure(each.expr, each.held_for)]
    silence = [each.name for each in alert_rules.alerts if fires_on_silence(each.expr, each.held_for)]
    wrong = [*alert_rules.problems, *_unwatched(alert_rules, failure, silence), *_unheard(to, drills, clock)]
    assert not wrong, evidence.fails(
        "; ".join(wrong),
        expected="a rule that fires on one failed export, one that fires when no run reports, and destinations in "
        "`alerts.to` that have each accepted a fire drill within 30 days",
        fix=f"name rules such as those of deploy/prometheus/alerts.yaml in `alerts.rules`; {DRILL}",
    )
    if unresolved := [f"{each.name}: {each.problem}" for each in to if each.url is None]:
        raise NotVerified("; ".join(unresolved), way_out="let every destination in `alerts.to` resolve")
    if not drills:
        raise NotVerified("no fire drill was ever held here", way_out=DRILL)
    first = min(each.at for each in drills if each.mark in {destination.mark for destination in to})
    evidence.concludes(
        f"{', '.join(failure)} on one failure, {', '.join(silence)} on silence; "
        f"{', '.join(each.name for each in to)} accepted a drill, none before {first:%Y-%m-%d}"
    )


def _unwatched(rules: Rules, failure: Sequence[str], silence: Sequence[str]) -> Iterator[str]:
    """Yield what no rule fires on; of rules that cannot be read nobody knows."""
    known = ", ".join(each.name for each in rules.alerts) or "none"
    for what, found in (("one failed export", failure), ("no run at all", silence)):
        if not found and not rules.problems:
            yield f"no rule fires on {what} (alert rules: {known})"


def _unheard(to: Sequence[Destination], drills: Sequence[Drill], clock: Clock) -> Iterator[str]:
    """Yield what is wrong with each destination's last drill; where none was ever held, nobody knows."""
    if not to:
        yield "`alerts.to` names nobody"
    last = {each.mark: each for each in drills}
    for each in to if drills else ():
        drill = last.get(each.mark)
        if drill is None and each.url is not None:
            yield f"{each.name} had no drill yet"
        elif drill is not None and not drill.accepted:
            yield f"{each.name} refused the drill of {drill.at:%Y-%m-%d}: {drill.reason}"
        elif drill is not None and clock.now() - drill.at > A_MONTH:
            yield f"{each.name} had its last drill on {drill.at:%Y-%m-%d}"


@item("MON-03", "Forecast amount anomaly detection (>20% swing triggers review)", priority="P3", source="warehouse")
def test_anomalies_were_looked_for_within_a_day(
    environment: Environment,
    quarters: tuple[Quarter, ...],
    earlier_detections: tuple[PastDetection, ...],
    anomaly_threshold: Decimal,
    clock: Clock,
    evidence: EvidenceLog,
) -> None:
    """A forecast that halves overnight is a typo, a loss or a lie, and somebody has to look which."""
    current = str(quarters[0])
    last = {past.forecast_id: past for past in earlier_detections if past.time_period == current}
    never = [forecast for forecast in environment.forecasts if forecast not in last]
    if never:
        raise NotVerified(f"no anomaly was looked for before this run in {', '.join(never)}", way_out=NIGHTLY)
    looked = [last[forecast] for forecast in environment.forecasts]
    wrong = [
        *(f"{each.forecast_id} was looked at on {each.at:%Y-%m-%d}" for each in looked if _is_old(each.at, clock)),
        *(
            f"{each.forecast_id} was looked at for more than {each.threshold.normalize():%}"
            for each in looked
            if each.threshold != anomaly_threshold
        ),
    ]
    assert not wrong, evidence.fails(
        "; ".join(wrong),
        expected=f"swings of more than {anomaly_threshold:%} looked for within 26 hours before this run",
        fix=NIGHTLY,
    )
    lost = [each.forecast_id for each in looked if each.history_lost]
    if lost:
        raise NotVerified(
            f"there was nothing to compare {', '.join(lost)} with: the table does not keep the exports that reconciled",
            way_out="let the nights leave their records in one place (`state = ...`), or keep each export's rows",
        )
    baselines = sum(each.compared for each in looked)
    evidence.concludes(f"{current} of {len(looked)} forecasts, {baselines} with an export before to compare with")


@item("MON-03", "Forecast amount anomaly detection (>20% swing triggers review)", priority="P3", source="warehouse")
def test_the_detection_finds_what_is_planted(detection_self_test: SelfTest, evidence: EvidenceLog) -> None:
    """A detection that never finds anything looks like a quiet quarter."""
    assert not detection_self_test.failures, evidence.fails(
        "; ".join(detection_self_test.failures[:SHOWN]),
        expected="each planted swing found at rep and at total level, and nothing where none is",
        fix="this is the suite's own detection: please report it, with this evidence",
    )
    evidence.concludes(f"{len(detection_self_test.tried)} exports planted, each told for what it is")


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
    evidence.saw(COMPLETION, {forecast: dict(ends) for forecast, ends in found.ended.items()})
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
        fix="load the job's results again as they came, merged on the whole key, or have the connector synchronise the "
        "table again; `clari-readiness reconcile` shows the keys",
    )
    if reconciliation.unreconciled:
        first = reconciliation.unreconciled[0]
        raise NotVerified("; ".join(map(str, reconciliation.unreconciled)), way_out=first.way_out)
    if doubts := "; ".join(_doubts(reconciliation)):
        evidence.warns(doubts)
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
    old = [last[pair] for pair in wanted if pair in last and _is_old(last[pair].at, clock)]
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


def _doubts(found: Reconciliation) -> Iterator[str]:
    """Yield what was compared with Clari as it is now, and is not proven by that."""
    undated = sum(each.undated for each in found.reconciled)
    drifts = [f"{each.time_period} of {each.forecast_id} {drift}" for each in found.reconciled for drift in each.drifts]
    if undated:
        named = "; ".join(drifts[:SHOWN])
        yield f"{undated} amounts differ from what Clari says now, and nobody can say since when: {named}"
    beyond = sum(each.rows_beyond for each in found.reconciled)
    if beyond:
        rows = beyond + sum(each.found_rows for each in found.reconciled if each.rows_beyond)
        yield f"{beyond:,} of {rows:,} rows lie in weeks that Clari does not answer now, and were not compared"


def _is_old(at: datetime, clock: Clock) -> bool:
    return clock.now() - at > A_NIGHT


def _concluded(found: Reconciliation) -> str:
    exact = sum(each.kind == "exact" for each in found.reconciled)
    rows = sum(each.found_rows for each in found.reconciled)
    drifted = sum(each.drifted for each in found.reconciled)
    drift = f", {drifted} amounts changed since" if drifted else ""
    as_of_now = len(found.reconciled) - exact
    return f"{rows:,} rows in {exact} exact comparisons and {as_of_now} as of now, no difference{drift}"
