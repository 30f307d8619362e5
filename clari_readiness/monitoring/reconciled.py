"""What a reconciliation says about exports: which are the newest, and which may be a baseline."""

from __future__ import annotations

from clari_readiness.model.reconciliation import Reconciliation, Verdict
from clari_readiness.warehouse import Export


def newest_of(found: Reconciliation) -> tuple[Export, ...]:
    """Return the newest export of each forecast and period that was compared, whatever came of it."""
    newest: dict[tuple[str, str], Export] = {}
    for each in found.reconciled:
        pair = (each.forecast_id, each.time_period)
        if each.exported_at is not None and (pair not in newest or newest[pair].exported_at < each.exported_at):
            newest[pair] = Export(*pair, each.exported_at, each.job_id)
    return tuple(newest.values())


def reconciled_of(found: Reconciliation) -> tuple[Export, ...]:
    """Return the exports that were the same as Clari's."""
    return _with(found, Verdict.SAME)


def different_of(found: Reconciliation) -> tuple[Export, ...]:
    """Return the exports that were not."""
    return _with(found, Verdict.DIFFERENT)


def _with(found: Reconciliation, verdict: Verdict) -> tuple[Export, ...]:
    return tuple(
        Export(each.forecast_id, each.time_period, each.exported_at, each.job_id)
        for each in found.reconciled
        if each.verdict is verdict and each.exported_at is not None
    )
