"""The simulator: a virtual organisation that behaves as Clari does, with a journal and faults on request.

    with Simulator(clock=ManualClock()) as simulator:
        httpx.get(f"{simulator.base_url()}/admin/limits", headers={"apikey": simulator.key})

It imports nothing of the package but its errors: calendar and documents are its own.
"""

from clari_readiness.simulator.clock import DEFAULT_NOW, Clock, ManualClock, RunningClock
from clari_readiness.simulator.faults import (
    AnswerLost,
    CutShort,
    Dripping,
    EmptyResults,
    ErrorInside,
    Expired,
    Fault,
    JobStatus,
    LimitReached,
    Malformed,
    Match,
    Outage,
    Reset,
    ResetInBody,
    Revoked,
    Status,
    Truncated,
    WrongPeriod,
    WrongType,
)
from clari_readiness.simulator.journal import Journal, Line
from clari_readiness.simulator.organisation.settings import ApiUser, Field, Organisation
from clari_readiness.simulator.simulator import Simulator

__all__ = [
    "DEFAULT_NOW",
    "AnswerLost",
    "ApiUser",
    "Clock",
    "CutShort",
    "Dripping",
    "EmptyResults",
    "ErrorInside",
    "Expired",
    "Fault",
    "Field",
    "JobStatus",
    "Journal",
    "LimitReached",
    "Line",
    "Malformed",
    "ManualClock",
    "Match",
    "Organisation",
    "Outage",
    "Reset",
    "ResetInBody",
    "Revoked",
    "RunningClock",
    "Simulator",
    "Status",
    "Truncated",
    "WrongPeriod",
    "WrongType",
]
