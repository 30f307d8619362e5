"""What faults have in common that settle, when something is asked for, what is going to become of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.matching import QUEUED, Match, note
from clari_readiness.simulator.plan import Plan, amend


@dataclass(frozen=True)
class Planning(ABC):
    """Let the application answer, and let it know what is planned; `match` is the request that asks for it.

    So a job is the same in its status, in the list, in its results, at every look and every download (F9).
    """

    match: Match = QUEUED

    @property
    @abstractmethod
    def says(self) -> str:
        """Return what it does, in a few words for the journal."""

    @abstractmethod
    def amended(self, plan: Plan) -> Plan:
        """Return the plan with this in it."""

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Amend the plan, and let the request through."""
        note(scope, self.says)
        amend(scope, self.amended)
        await app(scope, receive, send)
