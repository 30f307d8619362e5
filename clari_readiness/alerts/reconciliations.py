"""What is alarming about a reconciliation."""

from __future__ import annotations

from clari_readiness.alerts.failures import could_not_run
from clari_readiness.errors import NotVerified
from clari_readiness.model.alarms import Alarm, Watched
from clari_readiness.model.reconciliation import Reconciled, Reconciliation, Unreconciled, Verdict

_RELOAD = (
    "Load the job's results again as they came, merged on the whole key; `clari-readiness reconcile` shows the keys."
)


def watched_reconciliation(found: Reconciliation, *, link: str = "") -> Watched:
    """Return what a reconciliation says: each forecast and period that differs, and each that nobody could look at.

    What nobody could look at is not judged. When that is all of it, the run could not look at all.
    """
    if not found.reconciled:
        first = next(iter(found.unreconciled), None)
        reason = f"{first}" if first else "there is nothing to compare"
        why_not = NotVerified(reason, way_out=first.way_out if first else "")
        return could_not_run("reconciliation", why_not, link=link)
    different = [each for each in found.reconciled if each.verdict is Verdict.DIFFERENT]
    topics = frozenset({"reconciliation", *(_topic(each) for each in found.reconciled)})
    return Watched(
        topics,
        (*(_differs(each, link) for each in different), *(_not_looked(each, link) for each in found.unreconciled)),
    )


def _differs(each: Reconciled, link: str) -> Alarm:
    return Alarm(
        topic=_topic(each),
        cause=f"different ({each.kind})",
        severity="critical",
        what=f"the warehouse is not what Clari has: {each}",
        why="Every sum over these rows is wrong, and nothing else will say so.",
        todo=_RELOAD,
        link=link,
        details=tuple(map(str, each.offences)),
    )


def _not_looked(each: Unreconciled, link: str) -> Alarm:
    return Alarm(
        topic=_topic(each),
        cause="could not look",
        severity="warning",
        what=f"not reconciled: {each}",
        why="Nobody knows whether these rows still are what Clari has.",
        todo=each.way_out or "run `clari-readiness reconcile` by hand, and read its output",
        link=link,
    )


def _topic(each: Reconciled | Unreconciled) -> str:
    return f"reconciliation/{each.forecast_id}/{each.time_period}"
