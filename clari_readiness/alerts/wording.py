"""A message, in words: what happened, how bad, what to do, and where to read on.

Names come from outside, and a name may hold anything. A message is plain text with one line for each thing, in which
nothing calls anybody, links anywhere or sets a header; what else has a meaning where it is read, the delivery escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clari_readiness.model.alarms import Notice, Severity

MOST = 20
"""How many lines of detail a message has at most."""

_LONGEST, _LONGEST_TITLE = 500, 150
_APART = "\u200b"  # takes no room, and no chat takes what it divides for a mention
_MENTION = re.compile(r"(?<![\w.+-])@(?=\w)|<(?=[!@#])")

Urgency = Literal["critical", "warning", "recovered", "drill"]


@dataclass(frozen=True)
class Message:
    """What one destination gets at once. `title` is one line."""

    urgency: Urgency
    title: str
    body: str


def message_of(notices: Sequence[Notice], environment: str) -> Message:
    """Return one message for notices of one kind and cause, at least one."""
    kind, severity = notices[0].kind, _worst(notices)
    urgency: Urgency = "recovered" if kind == "recovered" else severity
    said = {"raised": severity, "repeated": f"still {severity}", "recovered": "recovered"}[kind]
    more = f" (and {len(notices) - 1} more)" if len(notices) > 1 else ""
    title = one_line(f"{environment}: {said.upper()}: {notices[0].alarm.what}", _LONGEST_TITLE - len(more))
    return Message(urgency, title + more, "\n".join(_lines(notices, severity)))


def drill_message(environment: str, at: datetime) -> Message:
    """Return the message of a fire drill."""
    return Message(
        "drill",
        one_line(f"{environment}: TEST: a fire drill of clari-readiness", _LONGEST_TITLE),
        f"Nothing is wrong. This is how an alert of this integration reaches you.\n"
        f"Sent by `clari-readiness alert --test` at {_time(at)}.",
    )


def one_line(text: str, longest: int = _LONGEST) -> str:
    """Return a text as one line without mentions, and without what cannot be seen; cut where it is too long."""
    seen = "".join(character if character.isprintable() else " " for character in text)
    calm = _MENTION.sub(lambda match: match[0] + _APART, " ".join(seen.split()))
    return calm if len(calm) <= longest else f"{calm[: longest - 4].rstrip()} ..."


def _lines(notices: Sequence[Notice], severity: Severity) -> Iterator[str]:
    first = notices[0]
    yield f"What happened: {one_line(first.alarm.what)}"
    if first.kind == "recovered":
        yield f"It is over: seen for the first time at {_time(_since(notices))}, and not any more at {_time(first.at)}."
    else:
        yield f"How bad: {severity}. {one_line(first.alarm.why)}"
        if _since(notices) < first.at:
            yield f"Since: {_time(_since(notices))}"
        yield from (f"What to do: {todo}" for todo in _each_once(notice.alarm.todo for notice in notices))
    yield from (f"See: {link}" for link in _each_once(notice.alarm.link for notice in notices))
    yield from _limited([*_others(notices), *(line for notice in notices for line in notice.alarm.details)])


def _others(notices: Sequence[Notice]) -> list[str]:
    return [notice.alarm.what for notice in notices] if len(notices) > 1 else []


def _limited(details: Sequence[str]) -> Iterator[str]:
    yield from (f"- {one_line(line)}" for line in details[:MOST])
    if len(details) > MOST:
        yield f"... and {len(details) - MOST} more"


def _each_once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one_line(text) for text in texts if text))


def _worst(notices: Sequence[Notice]) -> Severity:
    return "critical" if any(notice.alarm.severity == "critical" for notice in notices) else "warning"


def _since(notices: Sequence[Notice]) -> datetime:
    return min(notice.since for notice in notices)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
