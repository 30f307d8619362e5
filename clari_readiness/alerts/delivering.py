"""From what a run has found to messages that were accepted, or wait for the next run, which then tells so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clari_readiness.alerts.deciding import decide, one_message_each
from clari_readiness.alerts.posting import Post
from clari_readiness.alerts.wording import message_of
from clari_readiness.environments import Destination
from clari_readiness.errors import WarehouseError
from clari_readiness.model.alarms import ActiveAlarm, Decision, Notice, Pending, Watched
from clari_readiness.model.time import Clock
from clari_readiness.redact import Redactor
from clari_readiness.warehouse import AlertStore

PAUSES = (1.0, 4.0)
"""How long, in seconds, a run waits before it tries a destination again."""

BETWEEN = 1.2
"""How long, in seconds, a destination has between two messages: Slack takes about one in a second."""


@dataclass
class Deliveries:
    """Everything that telling somebody takes.

    `environment` is its name, `redactor` what keeps its secrets out of messages. `clock` is the environment's: a day
    passes by it, and so do the pauses.
    """

    environment: str
    destinations: tuple[Destination, ...]
    store: AlertStore
    post: Post
    clock: Clock
    redactor: Redactor = field(default_factory=lambda: Redactor([]))
    _accepted: set[str] = field(default_factory=set)

    def deliver(self, watched: Watched) -> tuple[str, ...]:
        """Tell what is new, what is still there once a day, and what is over; return a line for what nobody took.

        What an earlier run could not deliver goes first. What is not accepted is tried again, and then by the next run.
        When our own records cannot be opened, what was raised is told all the same: rather twice than never.
        """
        watched = self.redactor.data(watched)
        try:
            waiting = self._decided(watched)
        except WarehouseError as error:
            unremembered = decide((), watched, self.clock.now())
            return (f"alerts: what was raised before is not known: {error}", *self._forgetful(unremembered))
        for destination in self.destinations:
            self._empty([each for each in waiting if each.destination == destination.key], destination)
        return tuple(f"alerts: {each}" for each in self.store.backlog())

    def _decided(self, watched: Watched) -> tuple[Pending, ...]:
        """Decide, remember it before anything is sent, and return all that waits to be sent."""
        at = self.clock.now()

        def decided(active: tuple[ActiveAlarm, ...]) -> Decision:
            return decide(active, watched, at)

        before = self.store.active()
        foreseen = decided(before)
        if not (foreseen.notices or foreseen.active != before or self.store.outbox()):
            return ()
        names = {destination.key: destination.name for destination in self.destinations}
        self.store.settle(decided, names)  # anew: another command may have raised something in between
        return self.store.outbox()

    def _empty(self, waiting: Sequence[Pending], destination: Destination) -> None:
        """Send what waits for a destination, one message for each cause; after a failure the others wait as well."""
        by_notice = {each.notice: each for each in waiting}
        for group in one_message_each(each.notice for each in waiting):
            reason = self._patiently(destination, group)
            self.store.record_delivery(
                (by_notice[notice] for notice in group), destination.name, self.clock.now(), reason
            )
            if reason:
                return

    def _forgetful(self, decision: Decision) -> Iterator[str]:
        for destination in self.destinations:
            for group in one_message_each(decision.notices):
                if reason := self._patiently(destination, group):
                    yield f"alerts: {destination.name} did not accept {group[0].alarm.what!r}: {reason}"
                    break

    def _patiently(self, destination: Destination, group: Sequence[Notice]) -> str:
        """Send one message, again where that may help; return why it was not accepted."""
        message = message_of(group, self.environment)
        if destination.name in self._accepted:
            self.clock.sleep(BETWEEN)
        reason = self.post(destination, message)
        for pause in PAUSES:
            if not reason or destination.url is None:
                break
            self.clock.sleep(pause)
            reason = self.post(destination, message)
        if not reason:
            self._accepted.add(destination.name)
        return reason
