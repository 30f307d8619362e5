"""Laws on audit events, of which there can be true duplicates (F29), and on opportunities (F30)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from clari_readiness.trial.course import Event, Run
from clari_readiness.trial.rows import Row
from clari_readiness.trial.verdict import Broken


def events(run: Run, spare: int) -> Iterator[Broken]:
    """Judge that every event of the window is there as often as it happened, but for `spare` ones too many."""
    since = run.assignment.audit_from
    if since is None:
        return
    certain, possible = Counter(run.truth.certain_events), Counter(run.truth.possible_events)
    held = Counter(_event(row) for row in run.after.audit_events if _within(row, since))
    lost, more = certain - held, held - possible
    if not run.truth.certain_events and not run.truth.possible_events:
        yield Broken("lost", "lost all audit events: it never asked for them")
    elif lost:
        yield Broken(
            "lost",
            f"lost {lost.total()} of {certain.total()} audit events{_pages(run)}",
            tuple({"lost": each} for each in lost),
        )
    if more.total() > (spare if all(event in possible for event in more) else 0):
        again = sum(count for event, count in more.items() if event in possible)
        what = f"duplicated {again}" if again else f"invented {more.total()}"
        yield Broken(
            "duplicated", f"{what} of {possible.total()} audit events", tuple({"too many": each} for each in more)
        )


def no_worse(run: Run, spare: int) -> Iterator[Broken]:
    """Judge that after a failed run no event is gone that was there, and none is there that never happened."""
    since = run.assignment.audit_from
    if since is None:
        return
    before, after = (Counter(map(_event, rows.audit_events)) for rows in (run.before, run.after))
    gone, more = before - after, after - (before | Counter(run.truth.possible_events))
    if gone:
        yield Broken("unchanged", f"lost {gone.total()} of {before.total()} audit events that it had, as it failed")
    if more.total() > spare:
        yield Broken(
            "unchanged", f"holds {more.total()} audit events that never happened", tuple({"new": each} for each in more)
        )


def opportunities(run: Run) -> Iterator[Broken]:
    """Judge that every opportunity is there once, as it is now."""
    truth = run.truth.opportunities
    held = Counter(str(row["opportunity_id"]) for row in run.after.opportunities)
    lost = [name for name in truth if name not in held]
    twice = [name for name, count in held.items() if count > 1]
    if lost:
        yield Broken(
            "lost",
            f"lost {len(lost)} of {len(truth)} opportunities{_batches(run)}",
            tuple({"lost": name} for name in lost),
        )
    if twice:
        yield Broken("duplicated", f"duplicated {len(twice)} opportunities", tuple({"id": name} for name in twice))
    scores = {str(row["opportunity_id"]): row["score"] for row in run.after.opportunities if "score" in row}
    wrong = [name for name in truth if name in scores and scores[name] != truth[name]]
    if wrong:
        yield Broken("stale", f"the score of {len(wrong)} opportunities is not what Clari said")


def _event(row: Row) -> Event:
    at = row["event_timestamp"]
    moment = at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at
    return moment, row["actor_id"], row["session_id"], row["event"]


def _within(row: Row, since: datetime) -> bool:
    at: Any = row["event_timestamp"]
    return not isinstance(at, datetime) or at >= since


def _pages(run: Run) -> str:
    asked = sum(request.line.path.endswith("/audit/events") for request in run.requests)
    return ": it read 1 page" if asked == 1 else f": it read {asked} pages"


def _batches(run: Run) -> str:
    asked = sum(request.line.path.endswith("/opportunity") for request in run.requests)
    return ": it asked once" if asked == 1 else f": it asked {asked} times"
