"""What somebody is to hear, from what a run looked at and what was raised before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from clari_readiness.model.alarms import ActiveAlarm, Alarm, Decision, Notice, NoticeKind, Watched

A_DAY = timedelta(hours=23)
"""What is still there is said again after this: a night's run that begins a little earlier must not skip a day."""


def decide(active: Iterable[ActiveAlarm], watched: Watched, at: datetime) -> Decision:
    """Tell what is new at once, what is still there once a day, and what is over once.

    What happened (`event`) is told each time that it happens: it does not go on, and is not over either. An alarm of a
    topic that the run did not judge, and did not raise, stays as it was and is not told.
    """
    before = {each.alarm.key: each for each in active}
    raised = {alarm.key: alarm for alarm in watched.alarms}
    notices: list[Notice] = []
    after: list[ActiveAlarm] = []
    for key, alarm in raised.items():
        known = _known(before.get(key), alarm)
        since, told_at = (at, at) if known is None else (known.since, known.told_at)
        if known is None or (not alarm.event and at - told_at >= A_DAY):
            kind: NoticeKind = "raised" if known is None else "repeated"
            notices.append(Notice(kind, alarm, since, at))
            told_at = at
        after.append(ActiveAlarm(alarm, since, told_at))
    for each in before.values():
        if each.alarm.key in raised:
            continue
        if each.alarm.topic not in watched.topics:
            after.append(each)
        elif not each.alarm.event:
            notices.append(Notice("recovered", each.alarm, each.since, at))
    return Decision(tuple(notices), tuple(after))


def _known(active: ActiveAlarm | None, alarm: Alarm) -> ActiveAlarm | None:
    """Return what is known of an alarm; nothing when it is about another event than the one that was told."""
    return active if active is not None and active.alarm.event == alarm.event else None


def one_message_each(notices: Iterable[Notice]) -> Iterator[tuple[Notice, ...]]:
    """Yield what belongs into one message: notices of one kind, and of one cause under topics of one sort."""
    groups: dict[tuple[str, str, str], list[Notice]] = {}
    for notice in notices:
        sort = notice.alarm.topic.partition("/")[0]
        groups.setdefault((notice.kind, sort, notice.alarm.cause), []).append(notice)
    yield from (tuple(group) for group in groups.values())
