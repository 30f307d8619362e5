"""The simulator: a virtual organisation that behaves as Clari does, with a journal and faults on request.

    with Simulator(clock=ManualClock()) as simulator:
        httpx.get(f"{simulator.base_url()}/admin/limits", headers={"apikey": simulator.key})

It imports nothing of the package but its errors: calendar and documents are its own.
"""

from clari_readiness.simulator.clock import DEFAULT_NOW, Clock, ManualClock, RunningClock
from clari_readiness.simulator.faults import AnswerLost, Fault, Match, Reset, Status
from clari_readiness.simulator.journal import Journal, Line
from clari_readiness.simulator.organisation.settings import ApiUser, Field, Organisation
from clari_readiness.simulator.simulator import Simulator

__all__ = [
    "DEFAULT_NOW",
    "AnswerLost",
    "ApiUser",
    "Clock",
    "Fault",
    "Field",
    "Journal",
    "Line",
    "ManualClock",
    "Match",
    "Organisation",
    "Reset",
    "RunningClock",
    "Simulator",
    "Status",
]
