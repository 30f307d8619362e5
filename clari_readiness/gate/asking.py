"""What a run of the gate would ask of Clari, and what it would cost, without asking anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from clari_readiness.client import Request, endpoints
from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError
from clari_readiness.gate.readiness import Readiness
from clari_readiness.model.exports import dated
from clari_readiness.model.findings import Source
from clari_readiness.reconcile import Target, compared_warehouse, newest_targets, periods_of

NEED_CLARI = ("CONN-01", "CONN-03", "AUTH-02", "AUTH-05", "API-04", "CLA-01", "CLA-06", "MON-05")
"""The items of which a check asks Clari, whoever exports; each of them looks first whether Clari is there."""

BY_LIST = ("MON-01", "MON-04", "CLA-02")
"""The items that ask Clari for the token's jobs where no ledger of an exporter's is known."""

Selected = Collection[tuple[str, Source]]


@dataclass(frozen=True)
class Asked:
    """One request: what it is for, and the items whose checks use its answer."""

    request: str
    purpose: str
    items: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.request}\n      {self.purpose}: {', '.join(self.items)}"


def would_ask(readiness: Readiness, selected: Selected) -> tuple[Asked, ...]:
    """Return each request that the selected checks would make when Clari answers, none of them twice.

    Raises NotVerified while nobody knows what time it is: the simulator was never started.
    """
    if readiness.environment.kind == "recorded":
        return ()
    chosen = {item for item, source in selected if source == ("warehouse" if item in BY_LIST else "clari")}
    asked = (*_answers(readiness), *_reconciled(readiness, chosen))
    found = (replace(each, items=tuple(item for item in each.items if item in chosen)) for each in asked)
    return tuple(each for each in found if each.items)


def would_cost(readiness: Readiness, selected: Selected) -> Iterator[str]:
    """Yield what the run may spend, in sentences: only where Clari has no synchronous forecast (F21)."""
    environment, items = readiness.environment, {item for item, source in selected if source == "clari"}
    wanted = ("API-04", "CLA-01") if items & {"API-04", "CLA-01"} else ("CONN-03", "AUTH-02")
    if environment.kind == "recorded" or not items & {*wanted}:
        yield "no export job"
        return
    plan = readiness.exports.plan
    if "API-04" not in wanted:
        plan = tuple(each for each in plan if each.time_period == plan[0].time_period)
    most = environment.export_budget
    yield "no export job, where the synchronous forecast (F21) answers"
    yield (
        f"where it answers 404, at most {most} of these (export_budget = {most}), each after GET /admin/limits, and "
        f"none that would leave less than {environment.quota_reserve:.0%} of the monthly quota (quota_reserve):"
    )
    for number, request in enumerate(plan):
        there = readiness.exports.is_there(request)
        asked = "1 job" if number < most else "not asked for, export_budget is used up"
        costs = "0 jobs, one of the last day is used again" if there else asked
        posted = endpoints.queue_export(request)
        yield f"  {_shown(posted)}, {request.time_period}, its latest week: {costs}"


def _answers(readiness: Readiness) -> Iterator[Asked]:
    environment = readiness.environment
    by_list = () if environment.uses_reference_exporter else BY_LIST
    v1 = environment.api.profile == "v1"
    first = endpoints.forecast_types() if v1 else endpoints.limits()
    yield Asked(_shown(first), "is Clari there, and is the key good", (*NEED_CLARI, *by_list))
    if v1:
        yield Asked(_shown(endpoints.limits()), "how much of the quota is left (F22)", ("CLA-01", "CLA-06"))
    jobs = ("AUTH-05", "CLA-01", "CLA-06", *by_list)
    yield Asked(_shown(endpoints.jobs()), "whose the token is, and what its jobs became (F7)", jobs)
    if (account := environment.service_account) is not None:
        events = endpoints.audit_events(actor_id=account.user_id)
        yield Asked(_shown(events), "who the service account is (F3, F29)", ("AUTH-05", "CLA-01"))
    yield from _forecasts(environment, readiness)


def _forecasts(environment: Environment, readiness: Readiness) -> Iterator[Asked]:
    v1 = environment.api.profile == "v1"
    today = readiness.clock_at().now().date()
    for forecast_id in environment.forecasts:
        for number, quarter in enumerate(environment.fiscal_year.history(today, environment.history_quarters)):
            request = endpoints.forecast(forecast_id, time_period=str(quarter), types=environment.types_to_export)
            first = ("AUTH-02",) if v1 else ("CONN-03", "AUTH-02")
            items = ("API-04", "CLA-01") if number else (*first, "API-04", "CLA-01")
            yield Asked(_shown(request), "the forecast, its types and its quarter (F21)", items)


def _reconciled(readiness: Readiness, chosen: Collection[str]) -> Iterator[Asked]:
    """Yield the results that are compared with the warehouse, which is read for it."""
    if "MON-05" not in chosen:
        return
    try:
        compared = _compared(readiness)
    except ReadinessError as error:
        what = f"of which jobs, the warehouse does not say: {error.message}"
        yield Asked("GET /export/jobs/{jobId}/results", what, ("MON-05",))
        return
    for each in compared:
        of = f"{each.time_period} of {each.forecast_id}"
        if each.export is not None and each.export.job_id and not each.reason:
            request = endpoints.results(each.export.job_id)
            what = f"what the job of {of} gave; where it has expired, the forecast as of now"
        else:
            types = dated(readiness.environment.types_to_export)
            request = endpoints.forecast(each.forecast_id, time_period=each.time_period, types=types)
            what = f"{of} as of now, once more, to be compared with the warehouse"
        yield Asked(_shown(request), what, ("MON-05",))


def _compared(readiness: Readiness) -> tuple[Target, ...]:
    environment = readiness.environment
    periods = periods_of(environment, readiness.clock_at().now().date())
    has_ledger = environment.uses_reference_exporter
    with (
        TemporaryDirectory() as scratch,
        compared_warehouse(environment, scratch=Path(scratch) / "scratch") as warehouse,
    ):
        return newest_targets(warehouse, environment.forecasts, periods, has_ledger=has_ledger)


def _shown(request: Request) -> str:
    query = f"?{urlencode(request.params)}" if request.params else ""
    return f"{request.method} {request.path_or_url}{query}"
