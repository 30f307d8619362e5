"""The warehouse: where exports are kept, and where the gate asks its questions."""

from clari_readiness.warehouse.alerting import AlertStore
from clari_readiness.warehouse.comparing import ComparedWarehouse, Export, Question
from clari_readiness.warehouse.kept import KeptExports
from clari_readiness.warehouse.ledger import JobState, LedgerEntry
from clari_readiness.warehouse.loaders.opening import warehouse_at
from clari_readiness.warehouse.opening import existing
from clari_readiness.warehouse.reading import Answer, WarehouseReader
from clari_readiness.warehouse.retention import Retired, RetiredRows
from clari_readiness.warehouse.runs import RunStore
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.settings import kept_exports_of, standing_amounts, tables_of
from clari_readiness.warehouse.staging import StagedEntries
from clari_readiness.warehouse.standing import PlantedExports, Standing, StandingAmounts
from clari_readiness.warehouse.state import StateStore
from clari_readiness.warehouse.store import DuckDBWarehouse, OwnWarehouse, Warehouse
from clari_readiness.warehouse.tables import AMOUNT_COLUMNS, CANONICAL_COLUMNS, Tables
from clari_readiness.warehouse.url import database_path

__all__ = [
    "AMOUNT_COLUMNS",
    "CANONICAL_COLUMNS",
    "AlertStore",
    "Answer",
    "ComparedWarehouse",
    "DuckDBWarehouse",
    "Export",
    "JobState",
    "Judge",
    "KeptExports",
    "LedgerEntry",
    "OwnWarehouse",
    "PlantedExports",
    "Question",
    "Retired",
    "RetiredRows",
    "RunStore",
    "StagedEntries",
    "Standing",
    "StandingAmounts",
    "StateStore",
    "Tables",
    "Warehouse",
    "WarehouseReader",
    "database_path",
    "existing",
    "kept_exports_of",
    "standing_amounts",
    "tables_of",
    "warehouse_at",
]
