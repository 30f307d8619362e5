"""Audit events, page by page (F29)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from clari_readiness.simulator.organisation.audit import actors_of, events, late_event
from clari_readiness.simulator.paging import Page
from clari_readiness.simulator.refusals import audit_error
from clari_readiness.simulator.surfaces.calls import Answer, Call, Refused, World, found
from clari_readiness.simulator.surfaces.times import Window, WindowProblem, window

_MOST = 1000
_FILTERS = ("actorId", "impersonatingActorId", "sessionId", "sessionType", "event")
_NAMES = ("dateFrom", "dateTo")


@dataclass(frozen=True)
class _Asked:
    """Which page: at most `limit` events from `offset` on, after so many empty pages in its place."""

    limit: int
    window: Window
    filters: dict[str, str]
    offset: int = 0
    empty: int = 0


def page(world: World, call: Call) -> Answer:
    """Show one page of audit events, and where the next one is."""
    try:
        asked = _asked(call)
    except WindowProblem as problem:
        raise Refused(400, audit_error(400, "bad_request", str(problem), target=problem.target)) from None
    if call.plan.paging.inserts:
        _insert(world, call, asked.window)
    every = _events(world, call, asked)
    cut = Page.cut(call.plan.paging, asked.offset, asked.limit, len(every))
    items = every[cut.first : cut.end]
    shown: dict[str, Any] = {"items": items, "actors": actors_of(world.organisation, items)}
    if cut.next is not None:
        shown["nextLink"] = f"{world.address()}{call.path}?{_cursor(asked, cut)}"
    return found(shown)


def _events(world: World, call: Call, asked: _Asked) -> list[dict[str, Any]]:
    start, end = asked.window.start, min(asked.window.end, call.at)
    late = [event for moment, event in reversed(world.late_events) if start <= moment < end]
    chosen = [event for event in late if all(event.get(name) == value for name, value in asked.filters.items())]
    return chosen + events(world.organisation, start, end, asked.filters)


def _insert(world: World, call: Call, within: Window) -> None:
    moment = min(within.end, call.at) - timedelta(seconds=1)
    world.late_events.append((moment, late_event(world.organisation, moment, len(world.late_events))))


def _cursor(asked: _Asked, cut: Page) -> str:
    # The window is in the cursor, so that pages do not shift while time passes.
    within = {"from": asked.window.start.isoformat(), "to": asked.window.end.isoformat()}
    # An empty page is not linked to under its own address: that would be a loop.
    empty = {"empty": asked.empty + 1} if cut.first == cut.end else {}
    cursor = {"offset": cut.next, **within, **empty, **asked.filters}
    return urlencode({"limit": asked.limit, "cursor": _packed(cursor)})


def _asked(call: Call) -> _Asked:
    limit = call.first("limit") or "100"
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= _MOST):
        raise WindowProblem(f"limit must be an integer between 1 and {_MOST}", "limit")
    cursor = call.first("cursor")
    if cursor is None:
        filters = {name: value for name in _FILTERS if (value := call.first(name)) is not None}
        within = window(call.first("dateFrom"), call.first("dateTo"), at=call.at, names=_NAMES)
        return _Asked(int(limit), within, filters)
    kept = _unpacked(cursor)
    within = window(kept.pop("from"), kept.pop("to"), at=call.at, names=_NAMES)
    return _Asked(int(limit), within, offset=kept.pop("offset"), empty=kept.pop("empty", 0), filters=kept)


def _packed(cursor: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> dict[str, Any]:
    try:
        kept = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(kept["offset"], int) and {"from", "to"} <= set(kept):
            return dict(kept)
    except (ValueError, KeyError, TypeError):
        pass
    raise WindowProblem("cursor is not one of ours", "cursor")
