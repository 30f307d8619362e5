"""What a run found that somebody must hear about; who hears it, and when again, is decided by `alerts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Alarm:
    """One cause for concern about one topic.

    `topic` is what was looked at ("export/net_bookings/2027_Q4", "reconciliation/net_bookings/2027_Q4",
    "anomalies/net_bookings", "retention"); `cause` is a key under it that stays the same from run to run, for which
    there is one message. `what` happened, `why` says how bad that is, `todo` what to do about it, and `link` where to
    read on: sentences for people. `details` has one line each for what is grouped in it.

    A run says which topics it judged: an alarm of such a topic that was raised before and is not now is over. What a
    run did not judge stays as it was, since nothing recovers by not being looked at.
    """

    topic: str
    cause: str
    severity: Severity
    what: str
    why: str
    todo: str
    link: str = ""
    details: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same alarm as one of an earlier run."""
        return self.topic, self.cause
