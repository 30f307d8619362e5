"""What is on record of alerts: the last fire drill of each destination, and what none of them has accepted yet."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from clari_readiness.errors import WarehouseError
from clari_readiness.gate.collect import Piece
from clari_readiness.gate.readiness import Readiness
from clari_readiness.model.alarms import Drill
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse import AlertStore

_BEFORE = timedelta(days=1)


def drills(readiness: Readiness) -> Piece:
    """Return each destination's part in its last fire drill: `drills_of` reads it.

    In `recorded`, and while recording, it is one that a healthy integration would have left behind the day before.
    """
    return readiness.collector.once("drills", lambda _: msgspec.to_builtins(_last(readiness)))


def drills_of(piece: Piece) -> tuple[Drill, ...]:
    """Read the drills, or raise the error that came instead."""
    return msgspec.convert(piece.value(), type=tuple[Drill, ...])


def alerts_of(readiness: Readiness) -> AlertStore:
    """Return what is remembered of a run's alerts: the environment's own, or that of its rehearsal."""
    path = readiness.environment.state_path
    if readiness.uses_recordings:
        path = readiness.evidence_directory / "alerts.duckdb"
    return AlertStore(path, SystemClock())


def undelivered(readiness: Readiness) -> tuple[str, ...]:
    """Return a line for each destination that has not accepted what nightly runs had to say to it."""
    if readiness.uses_recordings or not readiness.environment.alerts.to:
        return ()
    try:
        return tuple(str(each) for each in alerts_of(readiness).backlog())
    except WarehouseError as error:
        return (f"whether alerts were delivered is not known: {error.message}",)


def _last(readiness: Readiness) -> tuple[Drill, ...]:
    now, store = readiness.clock_at().now(), alerts_of(readiness)
    if readiness.uses_recordings:
        store.record_drills(Drill(now - _BEFORE, each.name, each.mark) for each in readiness.environment.destinations())
    return store.last_drills(now)
