"""One run of the reconciliation: for each forecast and period, Clari's side is fetched, staged and compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from clari_readiness.errors import ClariError, DocumentRefused, NotVerified, Refused
from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.model.exports import ExportRequest, LandedDocument, dated
from clari_readiness.model.reconciliation import Kind, Reconciled, Reconciliation, RollUps, Unreconciled
from clari_readiness.model.time import Clock
from clari_readiness.reconcile.comparison import compare
from clari_readiness.reconcile.seams import ReconcileClient
from clari_readiness.reconcile.targets import Target, newest_targets
from clari_readiness.warehouse import ComparedWarehouse, Export, Judge, Question, StagedEntries

_A_DAY = timedelta(days=1)
_GONE = frozenset({403, 404, 410})

Keep = Callable[[Export, LandedDocument], None]
"""Takes what Clari gave for an export of the team's, before the document is thrown away."""


@dataclass(frozen=True)
class Reconciler:
    """Everything that a reconciliation takes.

    `types` are those that exports ask for, `exact_within` the seconds for which Clari now and an export must agree to
    the cent, `has_ledger` whether the reference exporter's ledger may speak for this warehouse. `keep` is told of each
    document that an export is compared with.
    """

    client: ReconcileClient
    warehouse: ComparedWarehouse
    judge: Judge
    clock: Clock
    types: tuple[str, ...]
    fiscal_year: FiscalYear
    exact_within: float = 300.0
    value_names: Mapping[str, str] = field(default_factory=dict)
    has_ledger: bool = True
    keep: Keep | None = None

    def reconcile(
        self, forecasts: Sequence[str], periods: Sequence[str], *, as_of: date | None = None
    ) -> Reconciliation:
        """Compare the newest export of each forecast and period, or the newest until the end of the day `as_of` (UTC).

        What cannot be compared is told with its reason and does not stop the others. Raises WarehouseError when the
        warehouse itself cannot be asked.
        """
        before = None if as_of is None else datetime.combine(as_of + _A_DAY, time.min, UTC)
        found = newest_targets(self.warehouse, forecasts, periods, has_ledger=self.has_ledger, before=before)
        compared = [self._compared(target, now=as_of is None) for target in found]
        return Reconciliation(
            tuple(each for each in compared if isinstance(each, Reconciled)),
            tuple(each for each in compared if isinstance(each, Unreconciled)),
        )

    def _compared(self, target: Target, *, now: bool) -> Reconciled | Unreconciled:
        try:
            return self._looked(target, now=now)
        except (ClariError, DocumentRefused, NotVerified) as error:
            kind: Kind = "now" if target.reason else "exact"
            return Unreconciled(target.forecast_id, target.time_period, kind, error.message, error.way_out)

    def _looked(self, target: Target, *, now: bool) -> Reconciled:
        """Compare exactly where that is possible, otherwise with Clari as it is now, where that makes sense."""
        reason = target.reason
        if target.export is not None and target.export.job_id is not None and not reason:
            try:
                return self._exactly(target, target.export, target.export.job_id)
            except Refused as refused:
                if refused.code != "invalid_jobId" and refused.status not in _GONE:
                    raise
                reason = f"the results of job {target.export.job_id} cannot be had again ({refused.message})"
        if not now:
            raise NotVerified(reason, way_out="what Clari has now says nothing about a day that is over")
        if target.export is None and self._has_just_begun(target.time_period):
            raise NotVerified(f"{target.time_period} has just begun, and was not exported yet", way_out="export it")
        return self._as_of_now(target, reason)

    def _exactly(self, target: Target, export: Export, job_id: str) -> Reconciled:
        """Compare with the results of the very job (F9), all weeks of them."""
        staged = self._staged(self.client.download(job_id, self._place("job")), export)
        question = Question(target.forecast_id, target.time_period, export.exported_at, job_id)
        return self._answered(question, staged, "exact", "")

    def _as_of_now(self, target: Target, reason: str) -> Reconciled:
        """Compare the export's rows of the week that Clari answers with what it says now (F21).

        It is asked when forecasts were changed, whatever exports ask for: what nobody can date proves nothing.
        """
        request = ExportRequest(target.forecast_id, target.time_period, dated(self.types))
        landed, at = self.client.forecast_now(request, self._place("now"))
        staged = self._staged(landed, target.export)
        _require_its_period(request, staged)
        export, weeks = target.export, self.warehouse.staged_weeks()
        young = export is not None and (at - export.exported_at).total_seconds() < self.exact_within
        question = Question(
            target.forecast_id,
            target.time_period,
            None if export is None else export.exported_at,
            None if export is None else export.job_id,
            weeks=weeks,
            strict=young,
        )
        reconciled = self._answered(question, staged, "now", reason)
        if export is not None and export.rows and not reconciled.found_rows:
            _require_its_week(export.exported_at, staged, weeks)
        return replace(reconciled, rows_beyond=max(0, export.rows - reconciled.found_rows) if export else 0)

    def _answered(self, question: Question, staged: StagedEntries, kind: Kind, reason: str) -> Reconciled:
        found = compare(self.warehouse, question, staged, types=self.types, kind=kind, reason=reason)
        return replace(found, roll_ups=self._roll_ups(question, staged))

    def _roll_ups(self, question: Question, staged: StagedEntries) -> RollUps:
        """Return how managers' forecasts and the sums of their reports' agree in the latest week, as information."""
        begins = _begins(staged)
        if not begins:
            return RollUps()
        week = max(begins, key=lambda each: (begins[each], each))
        row = self.warehouse.ask("roll_ups", question, users=str(staged.lists["users"]), week=week)[0]
        return RollUps(week, row["managers"], row["apart"])

    def _staged(self, landed: LandedDocument, export: Export | None) -> StagedEntries:
        try:
            staged = self.warehouse.stage(landed, self.judge, self.value_names)
            if self.keep is not None and export is not None and staged.periods == (export.time_period,):
                self.keep(export, landed)
            return staged
        finally:
            landed.path.unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        return self.warehouse.scratch / f"{name}.json"

    def _has_just_begun(self, period: str) -> bool:
        """Tell whether a quarter began so recently that its first export may be still to come."""
        try:
            begins = self.fiscal_year.first_day(Quarter.parse(period))
        except ValueError:
            return False
        return self.clock.now().date() - begins <= _A_DAY


def _require_its_period(request: ExportRequest, staged: StagedEntries) -> None:
    """Raise NotVerified for an answer of another period (F18), and for one without entries (F20)."""
    if not staged.entries:
        raise NotVerified("Clari has no entry for it now (F20)", way_out="look at the forecast in Clari")
    if staged.periods != (request.time_period,):
        raise NotVerified(
            f"asked for {request.time_period}, Clari answered {', '.join(staged.periods)} (F18)",
            way_out="check `fiscal_year` in the settings against the organisation's calendar in Clari",
        )


def _require_its_week(exported_at: datetime, staged: StagedEntries, weeks: tuple[str, ...]) -> None:
    """Raise NotVerified for an export that cannot hold the week which Clari answers: it is older than that."""
    begins = _begins(staged)
    begun = min((begins[week] for week in weeks if week in begins), default="")
    if begun and exported_at.date().isoformat() <= begun:
        raise NotVerified(
            f"the newest export is of {exported_at:%Y-%m-%d}, and Clari answers the week that began on {begun}",
            way_out="export it again, then reconcile",
        )


def _begins(staged: StagedEntries) -> dict[str, str]:
    """Return the day on which each listed week begins, as ISO 8601, where the document says so."""
    listed: list[dict[str, Any]] = json.loads(staged.lists["timeFrames"].read_bytes())
    return {each["timeFrameId"]: each["startDate"] for each in listed if each.get("startDate")}
