"""A job that is shown in another state than its own: FAILED, ABORTED or CANCELLED, or as STARTED for ever.

The show is of one answer alone: the list, the results and the limits know better. `JobEnds` and `JobStuck` are true
everywhere. A good exporter does the same about both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import changed, held
from clari_readiness.simulator.faults.matching import JOB, Match, note

_UNFINISHED = ("SCHEDULED", "STARTED")


@dataclass(frozen=True)
class JobStatus:
    """Show jobs in this state, whatever they are.

    `jobs` says which, counted from 1 in the order in which they are first asked about; None for all. `polls` is how
    often each is shown so (a job that is only slow); None for ever.
    """

    status: str
    match: Match = JOB
    jobs: frozenset[int] | None = None
    polls: int | None = None
    _seen: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the job changed, if it is one of those."""
        answer = await held(app, scope, receive)
        if self._is_meant(scope["path"].rpartition("/")[2]):
            note(scope, f"job {self.status}")
            answer = changed(answer, self._shown)
        await answer.send(send)

    def _is_meant(self, job_id: str) -> bool:
        ordinal = [*self._seen, job_id].index(job_id) + 1
        shown = self._seen[job_id] = self._seen.get(job_id, 0) + 1
        return (self.jobs is None or ordinal in self.jobs) and (self.polls is None or shown <= self.polls)

    def _shown(self, document: Any) -> Any:
        job = document.get("job", document)
        job["status"] = self.status
        if self.status in _UNFINISHED:
            job.pop("endTime", None)
            job.pop("expiredTime", None)
        else:
            job.setdefault("endTime", job["startTime"])
        return document
