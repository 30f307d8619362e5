"""The reconciler, its warehouse and its records, as the settings want them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from clari_readiness.environments import Environment
from clari_readiness.model.exports import LandedDocument
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.reconcile.reconciler import Keep, Reconciler
from clari_readiness.reconcile.seams import ReconcileClient
from clari_readiness.validation import ContractJudge, Rules
from clari_readiness.warehouse import (
    ComparedWarehouse,
    Export,
    Judge,
    StandingAmounts,
    StateStore,
    kept_exports_of,
    tables_of,
)

PATIENCE = 10.0
"""How long, in seconds of the machine, an exporter that is loading may keep a reconciliation waiting."""


def compared_warehouse(
    environment: Environment, *, scratch: Path, url: str | None = None
) -> AbstractContextManager[ComparedWarehouse]:
    """Open the environment's warehouse, or another at `url`, to be read. Raises WarehouseError."""
    return ComparedWarehouse.open(
        url or environment.warehouse_url,
        tables_of(environment),
        environment.base,
        scratch=scratch,
        clock=SystemClock(),
        patience=PATIENCE,
        timeout=environment.warehouse.timeout,
    )


def reconciler_of(
    environment: Environment, *, client: ReconcileClient, warehouse: ComparedWarehouse, contracts: Rules, clock: Clock
) -> Reconciler:
    """Return the reconciler of an environment."""
    judge = ContractJudge(contracts)
    return Reconciler(
        client=client,
        warehouse=warehouse,
        judge=judge,
        clock=clock,
        types=environment.types_to_export,
        fiscal_year=environment.fiscal_year,
        exact_within=environment.exact_within,
        value_names=environment.value_names,
        has_ledger=environment.uses_reference_exporter,
        keep=None if environment.uses_reference_exporter else _keeper(environment, warehouse, judge),
    )


def _keeper(environment: Environment, warehouse: ComparedWarehouse, judge: Judge) -> Keep:
    """Return what keeps an export's document where the table holds no other export of its period (F32)."""
    amounts, kept = StandingAmounts(warehouse.reader), kept_exports_of(environment)

    def keep(export: Export, landed: LandedDocument) -> None:
        if len(amounts.exports([export.forecast_id], [export.time_period])) == 1:
            environment.make_directory()
            types, names = environment.types_to_export, environment.value_names
            kept.keep(export, landed, judge, types=types, value_names=names)

    return keep


def periods_of(environment: Environment, today: date) -> tuple[str, ...]:
    """Return the quarters that exports cover, the current one first."""
    return tuple(str(quarter) for quarter in environment.fiscal_year.history(today, environment.history_quarters))


def state_of(environment: Environment) -> StateStore:
    """Return the suite's own records of an environment."""
    return StateStore(environment.state_path, SystemClock())
