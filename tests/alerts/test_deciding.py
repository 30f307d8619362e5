"""What is told, and when: pure decisions over what was raised before and is raised now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from clari_readiness.alerts.deciding import decide, one_message_each
from clari_readiness.model.alarms import Decision, Watched
from tests.alerts.making import A_DAY, NIGHT, alarm, notice, watched

FIRST = alarm()
OTHER = alarm("export/net_bookings/2027_Q3")


def told(decision: Decision) -> list[tuple[str, str]]:
    return [(each.kind, each.alarm.topic) for each in decision.notices]


def test_what_is_new_is_told_at_once() -> None:
    decision = decide((), watched(FIRST), NIGHT)
    assert told(decision) == [("raised", FIRST.topic)]
    assert [(each.since, each.told_at) for each in decision.active] == [(NIGHT, NIGHT)]


def test_what_is_still_there_is_told_once_a_day_with_when_it_began() -> None:
    active = decide((), watched(FIRST), NIGHT).active
    soon = decide(active, watched(FIRST), NIGHT + timedelta(hours=1))
    assert told(soon) == []
    tomorrow = decide(soon.active, watched(FIRST), NIGHT + A_DAY)
    assert told(tomorrow) == [("repeated", FIRST.topic)]
    assert tomorrow.notices[0].since == NIGHT
    assert told(decide(tomorrow.active, watched(FIRST), NIGHT + A_DAY + timedelta(hours=22))) == []


def test_a_night_that_begins_a_little_earlier_does_not_skip_the_day() -> None:
    active = decide((), watched(FIRST), NIGHT).active
    assert told(decide(active, watched(FIRST), NIGHT + A_DAY - timedelta(minutes=20))) == [("repeated", FIRST.topic)]


def test_what_is_over_is_told_once() -> None:
    active = decide((), watched(FIRST, OTHER), NIGHT).active
    over = decide(active, watched(OTHER, topics=(FIRST.topic,)), NIGHT + timedelta(hours=1))
    assert told(over) == [("recovered", FIRST.topic)]
    assert [each.alarm for each in over.active] == [OTHER]
    assert told(decide(over.active, watched(topics=(FIRST.topic,)), NIGHT + A_DAY)) == []


def test_nothing_recovers_by_not_being_looked_at() -> None:
    active = decide((), watched(FIRST), NIGHT).active
    dead_token = alarm("export", "the token was refused")
    night = decide(active, Watched(alarms=(dead_token,)), NIGHT + A_DAY)
    assert told(night) == [("raised", "export")]
    assert {each.alarm for each in night.active} == {FIRST, dead_token}
    assert told(decide(night.active, Watched(), NIGHT + 2 * A_DAY)) == []


def test_an_alarm_that_comes_back_is_new() -> None:
    active = decide((), watched(FIRST), NIGHT).active
    over = decide(active, watched(topics=(FIRST.topic,)), NIGHT + A_DAY).active
    again = decide(over, watched(FIRST), NIGHT + 2 * A_DAY)
    assert told(again) == [("raised", FIRST.topic)]
    assert again.notices[0].since == NIGHT + 2 * A_DAY


def test_another_cause_under_the_same_topic_is_another_alarm() -> None:
    active = decide((), watched(FIRST), NIGHT).active
    changed = alarm(cause="empty")
    assert told(decide(active, watched(changed), NIGHT + A_DAY)) == [
        ("raised", FIRST.topic),
        ("recovered", FIRST.topic),
    ]


def test_what_happened_is_told_once_for_each_time_and_is_never_over() -> None:
    swung = replace(FIRST, event="the export of Monday")
    night = decide((), watched(swung), NIGHT)
    assert told(night) == [("raised", FIRST.topic)]
    later = decide(night.active, watched(swung), NIGHT + A_DAY)
    assert told(later) == []
    again = decide(later.active, watched(replace(swung, event="the export of Tuesday")), NIGHT + A_DAY)
    assert [(each.kind, each.since) for each in again.notices] == [("raised", NIGHT + A_DAY)]
    calm = decide(again.active, watched(topics=(FIRST.topic,)), NIGHT + 2 * A_DAY)
    assert (calm.notices, calm.active) == ((), ())


def test_words_that_change_from_night_to_night_are_no_new_alarm_and_the_newest_are_kept() -> None:
    active = decide((), watched(FIRST), NIGHT).active
    reworded = alarm(what="job 17 failed")
    night = decide(active, watched(reworded), NIGHT + timedelta(hours=2))
    assert told(night) == []
    assert night.active[0].alarm == reworded


def test_one_cause_makes_one_message_and_kinds_and_sorts_of_topics_are_apart() -> None:
    notices = [
        notice(topic="export/a/2027_Q4", cause="empty"),
        notice(topic="export/a/2027_Q3", cause="empty"),
        notice(topic="export/a/2027_Q2", cause="truncated"),
        notice(topic="reconciliation/a/2027_Q3", cause="empty"),
        notice("repeated", topic="export/a/2027_Q1", cause="empty"),
    ]
    groups = [[each.alarm.topic for each in group] for group in one_message_each(notices)]
    assert groups == [
        ["export/a/2027_Q4", "export/a/2027_Q3"],
        ["export/a/2027_Q2"],
        ["reconciliation/a/2027_Q3"],
        ["export/a/2027_Q1"],
    ]
