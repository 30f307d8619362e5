"""How long each export job took, and whether that can be true, by Clari's own start and end (F6). All in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.exports import Job

PHASES = ("queue", "run", "download", "load")

APART = 300.0
"""How far the clocks of Clari and of the exporter may be apart."""

_MARGIN = 10.0  # what rounding, and an answer on its way, may make of a duration


@dataclass(frozen=True)
class JobTimes:
    """One job of the ledger: its phases (None: not measured), and what they are judged by.

    `run` is how long the exporter waited for the job, `clari_run` how long Clari says that it ran, `whole` from the
    request to the end. `started_early_by` and `finished_late_by` say how far Clari's times lie outside of ours.
    """

    job_id: str
    what: str
    loaded: bool
    phases: Mapping[str, float | None]
    clari_run: float | None
    whole: float | None
    started_early_by: float | None
    finished_late_by: float | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> JobTimes:
        """Read a row of `job_phases`."""
        return cls(
            job_id=str(row["job_id"]),
            what=f"{row['time_period']} of {row['forecast_name']}",
            loaded=row["state"] == "loaded",
            phases={phase: row[f"{phase}_seconds"] for phase in PHASES},
            clari_run=row["clari_run_seconds"],
            whole=row["whole_seconds"],
            started_early_by=row["started_early_by"],
            finished_late_by=row["finished_late_by"],
        )

    def doubts(self) -> Iterator[str]:
        """Yield what is missing or cannot be, each with the job."""
        for doubt in (*self._missing(), *self._impossible()):
            yield f"{self.what}: {doubt} (job {self.job_id})"

    def _missing(self) -> Iterator[str]:
        wanted = PHASES if self.loaded else PHASES[:-1]
        yield from (f"{phase} was not measured" for phase in wanted if self.phases[phase] is None)
        if self.clari_run is None:
            yield "Clari's start and end are not on record"

    def _impossible(self) -> Iterator[str]:
        measured = {phase: seconds for phase, seconds in self.phases.items() if seconds is not None}
        yield from (f"{phase} took {seconds:g} s" for phase, seconds in measured.items() if seconds < 0)
        clari_run, waited = self.clari_run or 0.0, measured.get("queue", 0.0) + measured.get("run", 0.0)
        if clari_run < 0:
            yield f"it ended {-clari_run:.0f} s before it started"
        if "run" in measured and clari_run > waited + _MARGIN:
            yield f"it ran for {clari_run:.0f} s by Clari, and its end was seen after {waited:.0f} s"
        if self.whole is not None and sum(measured.values()) > self.whole + _MARGIN:
            yield f"its phases took {sum(measured.values()):.0f} s of {self.whole:.0f} s in all"
        if (self.started_early_by or 0.0) > APART:
            yield f"it started {self.started_early_by:.0f} s before it was asked for"
        if (self.finished_late_by or 0.0) > APART:
            yield f"it ended {self.finished_late_by:.0f} s after it was downloaded"


@dataclass(frozen=True)
class Latencies:
    """How long jobs took: how many they are, a row for each of them to be shown, what cannot be, and what was known."""

    jobs: int
    rows: tuple[dict[str, Any], ...]
    doubts: tuple[str, ...]
    known: str

    @classmethod
    def by_ledger(cls, ledger: AskedWarehouse, since: datetime) -> Latencies:
        """Judge the jobs that the ledger knows, of those asked for since then."""
        jobs = [JobTimes.of(row) for row in ledger.job_phases(since)]
        rows = tuple({"job": job.job_id, "of": job.what, **job.phases, "run at Clari": job.clari_run} for job in jobs)
        doubts = tuple(doubt for job in jobs for doubt in job.doubts())
        return cls(len(jobs), rows, doubts, "queue, run, download and load")

    @classmethod
    def by_list(cls, listed: Iterable[Job], since: datetime) -> Latencies:
        """Judge the jobs that Clari lists as ended since then (F7); it knows nothing of what came after their end."""
        jobs = [job for job in listed if job.status.finished and (job.end_time is None or job.end_time >= since)]
        rows = tuple({"job": job.job_id, "run": _run(job)} for job in jobs)
        return cls(len(jobs), rows, tuple(filter(None, map(_doubt, jobs))), "run, by Clari's list")


def _run(job: Job) -> float | None:
    if job.start_time is None or job.end_time is None:
        return None
    return (job.end_time - job.start_time).total_seconds()


def _doubt(job: Job) -> str:
    ran = _run(job)
    if ran is None:
        return f"job {job.job_id}: start or end is not in Clari's list"
    return f"job {job.job_id} ended {-ran:.0f} s before it started" if ran < 0 else ""
