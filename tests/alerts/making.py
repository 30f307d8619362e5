"""Alarms, notices and destinations to test with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clari_readiness.environments import Destination
from clari_readiness.environments.destinations import destinations
from clari_readiness.model.alarms import Alarm, Notice, NoticeKind, Watched
from clari_readiness.secrets import Secret

NIGHT = datetime(2026, 11, 21, 3, tzinfo=UTC)
A_DAY = timedelta(days=1)


def alarm(topic: str = "export/net_bookings/2027_Q4", cause: str = "the job failed", **words: Any) -> Alarm:
    return Alarm(
        **{
            "topic": topic,
            "cause": cause,
            "severity": "critical",
            "what": f"{topic}: {cause}",
            "why": "nothing of it is there",
            "todo": "export it again",
            **words,
        }
    )


def notice(kind: NoticeKind = "raised", since: datetime = NIGHT, at: datetime = NIGHT, **words: Any) -> Notice:
    return Notice(kind, alarm(**words), since, at)


def watched(*alarms: Alarm, topics: tuple[str, ...] = ()) -> Watched:
    """What a run says that judged the topics of its alarms, and others."""
    return Watched(frozenset({*topics, *(each.topic for each in alarms)}), alarms)


def unresolvable(reference: str) -> Secret:
    raise AssertionError(f"{reference} is no reference")


def destination(url: str, place: int = 0) -> Destination:
    *_, last = destinations(["x://y"] * place + [url], unresolvable, "0123456789abcdef")
    return last
