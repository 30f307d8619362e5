"""The fire drill of MON-02: one test message to every destination, and a record of who took it."""

from __future__ import annotations

from collections.abc import Iterable

from clari_readiness.alerts.posting import Post
from clari_readiness.alerts.wording import drill_message
from clari_readiness.environments import Destination
from clari_readiness.model.alarms import Drill
from clari_readiness.model.time import Clock


def drill(environment: str, destinations: Iterable[Destination], post: Post, clock: Clock) -> tuple[Drill, ...]:
    """Send a test message to every destination, once, and return what became of each."""
    at = clock.now()
    message = drill_message(environment, at)
    return tuple(Drill(at, each.name, each.mark, post(each, message)) for each in destinations)
