"""The reference exporter: forecasts from Clari into the warehouse, exact, and never half."""

from clari_readiness.exporter.events import Cause, Cost, DataFinding, Event, Exported, Step
from clari_readiness.exporter.export import Exporter
from clari_readiness.exporter.lock import exclusively, lock_beside
from clari_readiness.exporter.plan import Schedule, plan
from clari_readiness.exporter.seams import ContractJudge, ExportClient
from clari_readiness.exporter.settings import exporter_of, planned
from clari_readiness.exporter.waiting import Patience

__all__ = [
    "Cause",
    "ContractJudge",
    "Cost",
    "DataFinding",
    "Event",
    "ExportClient",
    "Exported",
    "Exporter",
    "Patience",
    "Schedule",
    "Step",
    "exclusively",
    "exporter_of",
    "lock_beside",
    "plan",
    "planned",
]
