"""Faults: what can go wrong between a request and its answer, each chosen by request, one module for each kind.

A fault is anything with a `match` and an `act`. It stands below the application, so it can answer instead of it, let
it answer and lose the answer, or cut the connection. To add one: a module here with a frozen dataclass, and a test that
shows that without it nothing changes and with it exactly one thing does.
"""

from clari_readiness.simulator.faults.answer_lost import AnswerLost
from clari_readiness.simulator.faults.matching import Fault, Injector, Match
from clari_readiness.simulator.faults.reset import Reset
from clari_readiness.simulator.faults.status import Status

__all__ = ["AnswerLost", "Fault", "Injector", "Match", "Reset", "Status"]
