"""What a handler gets and gives: a call, the world it is made in, an answer or a refusal."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clari_readiness.simulator.clock import Clock
from clari_readiness.simulator.jobs import Jobs
from clari_readiness.simulator.organisation.settings import ApiUser, Organisation
from clari_readiness.simulator.plan import NOTHING_PLANNED, Plan
from clari_readiness.simulator.refusals import as_json, error_id, export_error

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A status, a body, and what it is. For the journal: which job was queued, and what faults had in store for it."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    queued: str | None = None
    notes: tuple[str, ...] = ()


def found(document: Any, status: int = 200) -> Answer:
    """Return an answer that says yes."""
    return Answer(status, as_json(document))


class Refused(Exception):
    """An answer that says no, raised from wherever it is found out."""

    def __init__(self, status: int, document: Any) -> None:
        super().__init__(status)
        self.answer = found(document, status)


@dataclass(frozen=True)
class Call:
    """One request, whole, from a user who was let in. `at` is by the simulator's clock, `plan` what faults planned."""

    method: str
    path: str
    segments: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    user: ApiUser
    at: datetime
    plan: Plan = NOTHING_PLANNED

    def first(self, name: str) -> str | None:
        """Return the first query parameter of this name."""
        return next((value for key, value in self.query if key == name), None)

    def every(self, name: str) -> list[str]:
        """Return all query parameters of this name."""
        return [value for key, value in self.query if key == name]

    def document(self) -> dict[str, Any]:
        """Return the JSON object of the body, empty when there is none; raises ValueError when it is anything else."""
        if not self.body.strip():
            return {}
        document = json.loads(self.body)
        if not isinstance(document, dict):
            raise ValueError("not an object")  # noqa: TRY004 - callers treat every unreadable body alike
        return document


class World:
    """What calls are made in: the organisation, its jobs, the time, and the address that the simulator has.

    `late_events` are audit events that were added to a window after somebody had begun to read it, with their times.
    """

    def __init__(self, organisation: Organisation, jobs: Jobs, clock: Clock, address: Callable[[], str]) -> None:
        self.organisation = organisation
        self.jobs = jobs
        self.clock = clock
        self.address = address
        self.late_events: list[tuple[datetime, dict[str, Any]]] = []
        self._errors = itertools.count(1)

    def error_id(self) -> str:
        """Return the next errorId."""
        return error_id(self.organisation.seed, self.clock.now(), next(self._errors))

    def refuse(self, status: int, code: str, message: str, *, namespace: str = "exports", **more: Any) -> Refused:
        """Return a refusal with the body of exports."""
        said = export_error(code, message, namespace=namespace, errors=self.error_id(), org_id=self.organisation.org_id)
        return Refused(status, said | more)


Handler = Callable[[World, Call], Answer]
