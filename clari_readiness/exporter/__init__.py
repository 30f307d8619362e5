"""The reference exporter: forecasts from Clari into the warehouse, exact, and never half."""

from clari_readiness.exporter.audit import AuditDay, export_audit_events
from clari_readiness.exporter.budget import reserve_of
from clari_readiness.exporter.events import Cause, Cost, DataFinding, Event, Exported, Step
from clari_readiness.exporter.export import Exporter
from clari_readiness.exporter.landing import Landing
from clari_readiness.exporter.lock import exclusively, lock_beside
from clari_readiness.exporter.looking import Looked, Looking
from clari_readiness.exporter.opportunities import Opportunities, export_opportunities
from clari_readiness.exporter.plan import Schedule, plan
from clari_readiness.exporter.queueing import Queue
from clari_readiness.exporter.retention import RetiredFiles, enforce
from clari_readiness.exporter.seams import ContractJudge, ExportClient
from clari_readiness.exporter.settings import (
    due_by_now,
    exporter_of,
    opportunity_ids,
    overdue_before,
    planned,
    require_ids,
    schedule_of,
    warehouse_of,
    window_of,
)
from clari_readiness.exporter.standing import RESUMED_WITHIN, Standing, standings
from clari_readiness.exporter.together import Pause, Steps
from clari_readiness.exporter.waiting import Patience

__all__ = [
    "RESUMED_WITHIN",
    "AuditDay",
    "Cause",
    "ContractJudge",
    "Cost",
    "DataFinding",
    "Event",
    "ExportClient",
    "Exported",
    "Exporter",
    "Landing",
    "Looked",
    "Looking",
    "Opportunities",
    "Patience",
    "Pause",
    "Queue",
    "RetiredFiles",
    "Schedule",
    "Standing",
    "Step",
    "Steps",
    "due_by_now",
    "enforce",
    "exclusively",
    "export_audit_events",
    "export_opportunities",
    "exporter_of",
    "lock_beside",
    "opportunity_ids",
    "overdue_before",
    "plan",
    "planned",
    "require_ids",
    "reserve_of",
    "schedule_of",
    "standings",
    "warehouse_of",
    "window_of",
]
