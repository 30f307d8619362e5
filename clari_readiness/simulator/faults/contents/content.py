"""What changes of a document have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import changed, held
from clari_readiness.simulator.faults.matching import ASKED, Match, note
from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Document, Plan


@dataclass(frozen=True)
class Content(Planning):
    """Change the document, for good where `match` is what asks for it, and for one download where it is the download.

    Documents are JSON: an export as CSV stays as it is. What is chosen follows from `seed` and from what stands in the
    document, never from who asked first.
    """

    match: Match = ASKED
    seed: int = 0

    legitimate: ClassVar[bool] = True

    @abstractmethod
    def change(self, document: Document) -> Document:
        """Return the changed document; the one that was given stays as it is."""

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with this change last."""
        return replace(plan, contents=(*plan.contents, self))

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Plan the change, or make it in this one answer."""
        if ASKED.fits(scope["method"], scope["path"]):
            await super().act(app, scope, receive, send)
        else:
            answer = await held(app, scope, receive)
            note(scope, self.says)
            await changed(answer, self.change).send(send)
