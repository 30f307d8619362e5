"""Reconciliation: what Clari gave against what the warehouse holds. It returns findings, and sends nothing."""

from clari_readiness.reconcile.reconciler import Reconciler
from clari_readiness.reconcile.seams import ReconcileClient
from clari_readiness.reconcile.settings import compared_warehouse, periods_of, reconciler_of, state_of

__all__ = [
    "ReconcileClient",
    "Reconciler",
    "compared_warehouse",
    "periods_of",
    "reconciler_of",
    "state_of",
]
