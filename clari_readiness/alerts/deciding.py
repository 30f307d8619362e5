"""What somebody is to hear, from what a run looked at and what was raised before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from clari_readiness.model.alarms import ActiveAlarm, Decision, Notice, NoticeKind, Watched

A_DAY = timedelta(hours=23)
"""What is still there is said again after this: a night's run that begins a little earlier must not skip a day."""


def decide(active: Iterable[ActiveAlarm], watched: Watched, at: datetime) -> Decision:
    """Tell what is new at once, what is still there once a day, and what is over once.

    An alarm of a topic that the run did not judge, and did not raise, stays as it was and is not told.
    """
    before = {each.alarm.key: each for each in active}
    raised = {alarm.key: alarm for alarm in watched.alarms}
    notices: list[Notice] = []
    after: list[ActiveAlarm] = []
    for key, alarm in raised.items():
        known = before.get(key)
        since, told_at = (at, at) if known is None else (known.since, known.told_at)
        if known is None or at - told_at >= A_DAY:
            kind: NoticeKind = "raised" if known is None else "repeated"
            notices.append(Notice(kind, alarm, since, at))
            told_at = at
        after.append(ActiveAlarm(alarm, since, told_at))
    for each in before.values():
        if each.alarm.key not in raised and each.alarm.topic in watched.topics:
            notices.append(Notice("recovered", each.alarm, each.since, at))
        elif each.alarm.key not in raised:
            after.append(each)
    return Decision(tuple(notices), tuple(after))


def one_message_each(notices: Iterable[Notice]) -> Iterator[tuple[Notice, ...]]:
    """Yield what belongs into one message: notices of one kind, and of one cause under topics of one sort."""
    groups: dict[tuple[str, str, str], list[Notice]] = {}
    for notice in notices:
        sort = notice.alarm.topic.partition("/")[0]
        groups.setdefault((notice.kind, sort, notice.alarm.cause), []).append(notice)
    yield from (tuple(group) for group in groups.values())
