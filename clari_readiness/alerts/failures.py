"""A run that could not look at all: one alarm of its own, and nothing is judged."""

from __future__ import annotations

from typing import Literal

from clari_readiness.errors import (
    ClariError,
    ExporterBusy,
    LimitReached,
    NotVerified,
    ReadinessError,
    SecretError,
    Unauthorized,
    WarehouseError,
)
from clari_readiness.model.alarms import Alarm, Watched

Job = Literal["export", "reconciliation", "retention"]

_KINDS: tuple[tuple[type[Exception], str, str], ...] = (
    (Unauthorized, "the token was refused", "look whether the token's user is still active, and put in a new token"),
    (SecretError, "no token", "put the token where the settings say that it is"),
    (LimitReached, "out of quota", "look at /admin/limits, and at who else uses it up"),
    (ClariError, "Clari cannot be reached", "look at Clari's status page and at the network; the next run tries again"),
    (ExporterBusy, "another exporter runs", "let it finish, or stop it; two of them want to start at different hours"),
    (NotVerified, "could not look", "run it by hand, and read its output"),
    (WarehouseError, "the warehouse cannot be used", "look at the warehouse; the next run tries again"),
)
_CONSEQUENCES: dict[Job, str] = {
    "export": "Nothing of this run is in the warehouse, and nobody knows what it would have found.",
    "reconciliation": "Nobody knows whether the warehouse still is what Clari has.",
    "retention": "What ought to be gone may still be there.",
}


def cause_of(error: Exception) -> str:
    """Return what stays the same of an error from one night to the next, in words."""
    return next((cause for kind, cause, _ in _KINDS if isinstance(error, kind)), type(error).__name__)


def remedy_of(error: Exception) -> str:
    """Return what to do about an error: what it says itself, or what helps against its kind."""
    own = error.way_out if isinstance(error, ReadinessError) else ""
    return own or next(
        (remedy for kind, _, remedy in _KINDS if isinstance(error, kind)), "run it by hand, and read its output"
    )


def could_not_run(job: Job, error: Exception, *, link: str = "") -> Watched:
    """Return the alarm of a run that was ended by an error, and no topic: nothing recovers by not being looked at."""
    said = error.message if isinstance(error, ReadinessError) else f"{type(error).__name__}: {error}"
    alarm = Alarm(
        topic=job,
        cause=cause_of(error),
        severity="warning" if isinstance(error, ExporterBusy) else "critical",
        what=f"{job} could not run: {said}",
        why=_CONSEQUENCES[job],
        todo=remedy_of(error),
        link=link,
    )
    return Watched(alarms=(alarm,))
