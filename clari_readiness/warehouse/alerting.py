"""What the suite remembers of alerts, in its own records: which alarms are not over, and who has not heard of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from clari_readiness.model.alarms import ActiveAlarm, Alarm, Backlog, Decision, Drill, Notice, Pending
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.loading import in_utc
from clari_readiness.warehouse.records import Records, aware
from clari_readiness.warehouse.statements import statement


class AlertStore:
    """The alarms, outboxes and drills of `state.duckdb`. Patience is in seconds; errors are those of `Records`."""

    def __init__(self, path: Path, clock: Clock, *, patience: float = 10.0) -> None:
        self._records = Records(path, clock, patience)

    def active(self) -> tuple[ActiveAlarm, ...]:
        """Return the alarms that are not over, the oldest first."""
        return _active(self._records.rows("active_alarms"))

    def settle(self, decide: Callable[[tuple[ActiveAlarm, ...]], Decision], names: Mapping[str, str]) -> None:
        """Decide over the alarms that are not over, and put what is to be told into each outbox, all or nothing.

        Nobody else can write in between. `names` are the destinations: key -> name. What is in the outbox of any other
        one is forgotten.
        """
        with self._records.writing() as connection:
            decision = decide(_active(connection.execute(statement("state/active_alarms")).fetchall()))
            connection.execute(statement("state/forget_alarms"))
            for each in decision.active:
                connection.execute(statement("state/record_alarm"), _active_row(each))
            connection.execute(statement("state/forget_destinations"), {"destinations": list(names)})
            for notice in decision.notices:
                for key, name in names.items():
                    _queue(connection, notice, key, name)

    def outbox(self) -> tuple[Pending, ...]:
        """Return what no destination has accepted yet, the oldest first."""
        return tuple(
            Pending(destination, Notice(kind, _alarm(alarm), aware(since), aware(at)), reason)
            for destination, kind, alarm, since, at, reason in self._records.rows("outbox")
        )

    def backlog(self) -> tuple[Backlog, ...]:
        """Return how much each destination has not accepted."""
        return tuple(
            Backlog(name, count, aware(since), reason) for name, count, since, reason in self._records.rows("backlog")
        )

    def record_delivery(self, tried: Iterable[Pending], name: str, at: datetime, reason: str) -> None:
        """Note what became of trying to deliver notices to a destination; accepted ones leave its outbox."""
        with self._records.writing() as connection:
            for each in tried:
                place = {**_key(each.notice.alarm), "destination": each.destination}
                if reason:
                    connection.execute(statement("state/refuse_notice"), {**place, "reason": reason})
                else:
                    connection.execute(statement("state/withdraw_notice"), place)
                connection.execute(
                    statement("state/record_delivery"),
                    {
                        **_key(each.notice.alarm),
                        "tried_at": in_utc(at),
                        "name": name,
                        "kind": each.notice.kind,
                        "accepted": not reason,
                        "reason": reason,
                    },
                )

    def record_drills(self, drills: Iterable[Drill]) -> None:
        """Add each destination's part in a fire drill, all or none."""
        with self._records.writing() as connection:
            for drill in drills:
                row = {"name": drill.name, "mark": drill.mark, "reason": drill.reason}
                connection.execute(statement("state/record_drill"), {**row, "drilled_at": in_utc(drill.at)})

    def last_drills(self, until: datetime) -> tuple[Drill, ...]:
        """Return each destination's part in its last fire drill until a moment."""
        rows = self._records.rows("last_drills", {"until": in_utc(until)})
        return tuple(Drill(aware(at), name, mark, reason) for at, name, mark, reason in rows)


def _queue(connection: duckdb.DuckDBPyConnection, notice: Notice, key: str, name: str) -> None:
    """Put a notice into an outbox; what is still in there of the same alarm gives way to it.

    Who has not heard that an alarm was raised is told so, however long ago that is.
    """
    place = {**_key(notice.alarm), "destination": key}
    waiting = connection.execute(statement("state/waiting_notice"), place).fetchone()
    kind, since = waiting or (notice.kind, in_utc(notice.at))
    row = {
        **place,
        "name": name,
        "kind": "raised" if (kind, notice.kind) == ("raised", "repeated") else notice.kind,
        "alarm": msgspec.json.encode(notice.alarm).decode(),
        "since": in_utc(notice.since),
        "found_at": in_utc(notice.at),
        "waiting_since": since,
    }
    connection.execute(statement("state/withdraw_notice"), place)
    connection.execute(statement("state/queue_notice"), row)


def _active(rows: Iterable[tuple[Any, ...]]) -> tuple[ActiveAlarm, ...]:
    return tuple(ActiveAlarm(_alarm(alarm), aware(since), aware(told_at)) for alarm, since, told_at in rows)


def _active_row(each: ActiveAlarm) -> dict[str, Any]:
    alarm = msgspec.json.encode(each.alarm).decode()
    return {**_key(each.alarm), "alarm": alarm, "since": in_utc(each.since), "told_at": in_utc(each.told_at)}


def _key(alarm: Alarm) -> dict[str, str]:
    return {"topic": alarm.topic, "cause": alarm.cause}


def _alarm(text: str) -> Alarm:
    return msgspec.json.decode(text, type=Alarm)
