"""Messages in words: complete, short, and harmless whatever stands in a name."""

from __future__ import annotations

import pytest

from clari_readiness.alerts.wording import MOST, drill_message, message_of, one_line
from tests.alerts.making import A_DAY, NIGHT, notice

APART = "\u200b"


def test_a_message_says_what_happened_how_bad_what_to_do_and_where_to_read_on() -> None:
    message = message_of([notice(link="https://dash.example.com/clari", details=("one", "two"))], "prod")
    assert message.urgency == "critical"
    assert message.title == "prod: CRITICAL: export/net_bookings/2027_Q4: the job failed"
    assert message.body.splitlines() == [
        "What happened: export/net_bookings/2027_Q4: the job failed",
        "How bad: critical. nothing of it is there",
        "What to do: export it again",
        "See: https://dash.example.com/clari",
        "- one",
        "- two",
    ]


def test_what_is_still_there_says_since_when() -> None:
    message = message_of([notice("repeated", at=NIGHT + A_DAY)], "prod")
    assert message.title.startswith("prod: STILL CRITICAL: ")
    assert "Since: 2026-11-21 03:00 UTC" in message.body.splitlines()


def test_what_is_over_says_so_and_nothing_of_what_to_do() -> None:
    message = message_of([notice("recovered", at=NIGHT + A_DAY)], "prod")
    assert (message.urgency, message.title.split(": ")[1]) == ("recovered", "RECOVERED")
    assert "seen for the first time at 2026-11-21 03:00 UTC, and not any more at 2026-11-22 03:00 UTC" in message.body
    assert "What to do" not in message.body


def test_several_of_one_cause_are_one_message_that_names_each() -> None:
    several = [notice(topic=f"export/net_bookings/2027_Q{number}") for number in (4, 3)]
    message = message_of([*several, notice(topic="export/x/2027_Q1", severity="warning", todo="look")], "prod")
    lines = message.body.splitlines()
    assert message.title.endswith("(and 2 more)")
    assert [line for line in lines if line.startswith("- ")] == [
        "- export/net_bookings/2027_Q4: the job failed",
        "- export/net_bookings/2027_Q3: the job failed",
        "- export/x/2027_Q1: the job failed",
    ]
    assert [line for line in lines if line.startswith("What to do")] == [
        "What to do: export it again",
        "What to do: look",
    ]


def test_of_many_details_twenty_are_told_and_how_many_more_there_are() -> None:
    message = message_of([notice(details=tuple(f"row {number}" for number in range(50)))], "prod")
    details = [line for line in message.body.splitlines() if line.startswith(("- ", "..."))]
    assert details == [*(f"- row {number}" for number in range(MOST)), "... and 30 more"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<!channel> now", f"<{APART}!channel> now"),
        ("<!here|here>", f"<{APART}!here|here>"),
        ("<@U024BE7LH>", f"<{APART}@{APART}U024BE7LH>"),
        ("@here @channel @everyone", f"@{APART}here @{APART}channel @{APART}everyone"),
        ("Anna\r\nBcc: everybody@example.com", "Anna Bcc: everybody@example.com"),
        ("a\u2028b\x1b[31mc\u202ed\x00", "a b [31mc d"),
        ("anna@example.com", "anna@example.com"),
        ("net_bookings *2027_Q4* Müller & Søn 李", "net_bookings *2027_Q4* Müller & Søn 李"),
    ],
)
def test_a_name_calls_nobody_and_begins_no_line(name: str, shown: str) -> None:
    assert one_line(name) == shown
    message = message_of([notice(what=name, details=(name,), todo=name, why=name, link=name)], name)
    assert "\n" not in message.title
    assert len(message.body.splitlines()) == 5
    assert f"- {shown}" in message.body


def test_what_is_too_long_is_cut_and_the_count_of_the_others_is_not() -> None:
    several = [notice(what="x" * 9000, topic=f"export/a/{number}") for number in range(3)]
    message = message_of(several, "prod")
    assert len(message.title) == 150
    assert message.title.endswith(" ... (and 2 more)")
    assert max(map(len, message.body.splitlines())) < 600


def test_a_drill_says_that_nothing_is_wrong() -> None:
    message = drill_message("prod", NIGHT)
    assert message.title == "prod: TEST: a fire drill of clari-readiness"
    assert message.body.startswith("Nothing is wrong.")
