"""What is alarming about a run of the exporter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clari_readiness.alerts.failures import cause_of, could_not_run, remedy_of
from clari_readiness.errors import (
    AnswerLost,
    CircuitOpen,
    DeadlineExceeded,
    JobFailed,
    JobTimedOut,
    LimitReached,
    NoOptIn,
    ReadinessError,
    Refused,
    ServerFault,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from clari_readiness.exporter import DataFinding, Event, Step
from clari_readiness.model.alarms import Alarm, Watched
from clari_readiness.model.exports import ExportRequest

_ENDED = {JobFailed: "the job failed", JobTimedOut: "the job timed out", NoOptIn: "no opt-in"}
_WITHOUT_IT = "The warehouse keeps what it had of it, and nothing newer."
_INCOMPLETE = "It was loaded, and a part of what was asked for is missing."


def watched_exports(events: Iterable[Event], *, link: str = "") -> Watched:
    """Return what a run of the exporter says: each export that failed or was refused, and each grave finding.

    When not one export got as far as being judged (no token, no Clari, no quota), the run could not look at all.
    """
    told = tuple(events)
    ends = [event for event in told if event.step.last]
    tried = [event.error for event in ends if event.step is not Step.REUSED]
    if tried and all(error is not None and _kept_from_looking(error) for error in tried):
        first = next(error for error in tried if error is not None)
        return could_not_run("export", first, link=link)
    topics = frozenset({"export", *(_topic(event.request) for event in ends)})
    return Watched(topics, tuple(_alarms(told, ends, link)))


def _alarms(told: Sequence[Event], ends: Sequence[Event], link: str) -> Iterator[Alarm]:
    grave = [event.finding for event in told if event.finding is not None and event.finding.grave]
    bad = {event.request for event in ends if not event.step.good}
    for finding in grave:
        yield _finding(finding, link, loaded=finding.request not in bad)
    explained = {finding.request for finding in grave}
    yield from (_end(event, link) for event in ends if not event.step.good and event.request not in explained)


def _finding(finding: DataFinding, link: str, *, loaded: bool) -> Alarm:
    kept = f" The document is kept at {finding.kept}." if finding.kept else ""
    return Alarm(
        topic=_topic(finding.request),
        cause=finding.cause.value,
        severity="warning" if loaded else "critical",
        what=f"export of {_named(finding.request)}: {finding.cause.value}: {finding.detail}",
        why=_INCOMPLETE if loaded else _WITHOUT_IT,
        todo=f"Look at the export in Clari (job {finding.job_id}), and export it again.{kept}",
        link=link,
        details=finding.violations,
    )


def _end(event: Event, link: str) -> Alarm:
    error = event.error or ReadinessError(event.detail)
    return Alarm(
        topic=_topic(event.request),
        cause=next((cause for kind, cause in _ENDED.items() if isinstance(error, kind)), cause_of(error)),
        severity="critical",
        what=f"export of {_named(event.request)} {event.step.value}: {error.message}",
        why=_WITHOUT_IT,
        todo=remedy_of(error),
        link=link,
    )


def _kept_from_looking(error: ReadinessError) -> bool:
    """Tell whether an error is about the way to Clari and not about this export."""
    if isinstance(error, Refused):
        return isinstance(error, Unauthorized | LimitReached | TooManyRequests | ServerFault)
    return isinstance(error, Unreachable | AnswerLost | DeadlineExceeded | CircuitOpen)


def _topic(request: ExportRequest) -> str:
    return f"export/{request.forecast_id}/{request.time_period}"


def _named(request: ExportRequest) -> str:
    return f"{request.forecast_id} {request.time_period}"
