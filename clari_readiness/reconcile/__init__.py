"""Reconciliation: what Clari gave against what the warehouse holds. It returns findings, and sends nothing."""

from clari_readiness.reconcile.reconciler import Reconciler
from clari_readiness.reconcile.seams import ReconcileClient
from clari_readiness.reconcile.settings import compared_warehouse, periods_of, reconciler_of, state_of
from clari_readiness.reconcile.targets import Target, newest_targets

__all__ = [
    "ReconcileClient",
    "Reconciler",
    "Target",
    "compared_warehouse",
    "newest_targets",
    "periods_of",
    "reconciler_of",
    "state_of",
]
