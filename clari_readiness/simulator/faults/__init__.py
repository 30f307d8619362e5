"""Faults: what can go wrong between a request and its answer, each chosen by request, one module for each kind.

A fault is anything with a `match` and an `act`. It stands below the application, so it can answer instead of it, let
it answer and lose the answer, or cut the connection. To add one: a module here with a frozen dataclass, and a test that
shows that without it nothing changes and with it exactly one thing does.
"""

from clari_readiness.simulator.faults.answer_lost import AnswerLost
from clari_readiness.simulator.faults.cut_short import CutShort
from clari_readiness.simulator.faults.dripping import Dripping
from clari_readiness.simulator.faults.empty_results import EmptyResults
from clari_readiness.simulator.faults.error_inside import ErrorInside
from clari_readiness.simulator.faults.expired import Expired
from clari_readiness.simulator.faults.job_status import JobStatus
from clari_readiness.simulator.faults.limit_reached import LimitReached
from clari_readiness.simulator.faults.malformed import Malformed
from clari_readiness.simulator.faults.matching import Fault, Injector, Match
from clari_readiness.simulator.faults.outage import Outage
from clari_readiness.simulator.faults.reset import Reset
from clari_readiness.simulator.faults.reset_in_body import ResetInBody
from clari_readiness.simulator.faults.revoked import Revoked
from clari_readiness.simulator.faults.status import Status
from clari_readiness.simulator.faults.truncated import Truncated
from clari_readiness.simulator.faults.wrong_period import WrongPeriod
from clari_readiness.simulator.faults.wrong_type import WrongType

__all__ = [
    "AnswerLost",
    "CutShort",
    "Dripping",
    "EmptyResults",
    "ErrorInside",
    "Expired",
    "Fault",
    "Injector",
    "JobStatus",
    "LimitReached",
    "Malformed",
    "Match",
    "Outage",
    "Reset",
    "ResetInBody",
    "Revoked",
    "Status",
    "Truncated",
    "WrongPeriod",
    "WrongType",
]
