"""What a simulator leaves behind, so that stopping and starting it again continues the same organisation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from clari_readiness.errors import ReadinessError
from clari_readiness.files import replace
from clari_readiness.simulator.jobs import Job
from clari_readiness.simulator.plan import Plan

FILE = "simulator.json"
_KEPT_OF_PLANS = ("ends", "seconds", "truncated", "period_ignored", "every_week")


def private_directory(directory: Path) -> Path:
    """Create the directory where it is missing, for its owner alone, and return it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    return directory


def load(directory: Path) -> dict[str, Any] | None:
    """Return what `simulator.json` in the directory holds, or None when there is none."""
    path = directory / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        document = json.loads(text)
        jobs_of(document)
        return {**document, "clock": dict(document["clock"]), "seed": int(document["seed"])}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ReadinessError(
            f"{path} is not a simulator's state: {type(problem).__name__}", way_out="delete it and start again"
        ) from problem


def save(directory: Path, document: Mapping[str, Any]) -> None:
    """Write `simulator.json`, readable by its owner alone: a reader sees the old file or the new one, never half."""
    replace(directory / FILE, json.dumps(document, ensure_ascii=False, indent=1).encode())


def jobs_of(document: Mapping[str, Any]) -> tuple[Job, ...]:
    """Return the jobs that a state holds."""
    return tuple(_job(each) for each in document["jobs"])


def written(job: Job) -> dict[str, Any]:
    """Return a job as the state file keeps it. Changes of contents are not kept: they last as long as the process."""
    return {
        "number": job.number,
        "job_id": job.job_id,
        "user_id": job.user_id,
        "kind": job.kind,
        "request": dict(job.request),
        "created": job.created.isoformat(),
        "cancelled": job.cancelled.isoformat() if job.cancelled else None,
        "downloads": job.downloads,
        "plan": {name: getattr(job.plan, name) for name in _KEPT_OF_PLANS},
    }


def _job(kept: Mapping[str, Any]) -> Job:
    cancelled = kept["cancelled"]
    times = {
        "created": datetime.fromisoformat(kept["created"]),
        "cancelled": datetime.fromisoformat(cancelled) if cancelled else None,
    }
    return Job(**{**kept, **times, "plan": Plan(**kept.get("plan", {}))})
