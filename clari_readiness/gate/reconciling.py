"""Reconciliation as evidence: what earlier runs left behind, and what this one finds, once for all of its workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from clari_readiness.client import ClariClient, Exchange
from clari_readiness.errors import WarehouseError
from clari_readiness.gate.collect import Piece
from clari_readiness.gate.naming import forecast_piece
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.rehearsal import CASSETTE, rehearsal_directory, warehouse_url
from clari_readiness.model.anomalies import Detection, PastDetection
from clari_readiness.model.exports import ExportRequest, LandedDocument
from clari_readiness.model.reconciliation import PastReconciliation, PeriodSeen, Reconciliation, Total
from clari_readiness.model.time import SystemClock
from clari_readiness.monitoring import detector_of, newest_of
from clari_readiness.reconcile import ReconcileClient, compared_warehouse, periods_of, reconciler_of, state_of
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import Export, StandingAmounts, StateStore, standing_amounts


def reconciliation(readiness: Readiness) -> Piece:
    """Return what differs between Clari and the warehouse, what swings, and what the newest exports add up to.

    `reconciled_of`, `detection_of` and `totals_of` read it. What it finds, and what swings, is recorded for the next
    run, after what earlier runs had recorded was read.
    """
    periods_seen(readiness)
    return readiness.collector.once("reconciliation", lambda exchanges: _reconcile(readiness, exchanges))


def before_this_run(readiness: Readiness) -> Piece:
    """Return what was recorded last of each forecast and quarter: `earlier_of` and `detections_of` read it.

    In `recorded`, and while recording, a reconciliation follows the export first, as in a healthy integration.
    """
    return readiness.collector.once("before-this-run", lambda exchanges: _earlier(readiness, exchanges))


def periods_seen(readiness: Readiness) -> Piece:
    """Return each forecast and period of which a run before this one found rows: `seen_of` reads it."""
    before_this_run(readiness)
    return readiness.collector.once("periods-seen-before", lambda _: _seen(readiness))


def reconciled_of(piece: Piece) -> Reconciliation:
    """Read what was found, or raise the error that came instead."""
    return msgspec.convert(piece.value()["reconciliation"], type=Reconciliation)


def detection_of(piece: Piece) -> Detection:
    """Read which amounts swing, or raise the error that came instead."""
    return msgspec.convert(piece.value()["detection"], type=Detection)


def totals_of(piece: Piece) -> tuple[Total, ...]:
    """Read what the newest exports add up to, or raise the error that came instead."""
    return msgspec.convert(piece.value()["totals"], type=tuple[Total, ...])


def earlier_of(piece: Piece) -> tuple[PastReconciliation, ...]:
    """Read what earlier runs had reconciled, or raise the error that came instead."""
    return msgspec.convert(piece.value()["reconciliations"], type=tuple[PastReconciliation, ...])


def detections_of(piece: Piece) -> tuple[PastDetection, ...]:
    """Read which anomalies earlier runs had looked for, or raise the error that came instead."""
    return msgspec.convert(piece.value()["detections"], type=tuple[PastDetection, ...])


def seen_of(piece: Piece) -> tuple[PeriodSeen, ...]:
    """Read of which periods earlier runs had found rows, or raise the error that came instead."""
    return msgspec.convert(piece.value(), type=tuple[PeriodSeen, ...])


def _seen(readiness: Readiness) -> Any:
    return msgspec.to_builtins(_state(readiness).periods_with_rows(readiness.clock_at().now()))


def _earlier(readiness: Readiness, exchanges: list[Exchange]) -> Any:
    if readiness.uses_recordings:
        _compared(readiness, exchanges, _exported_at(readiness))
    state, now = _state(readiness), readiness.clock_at().now()
    return msgspec.to_builtins({"reconciliations": state.reconciliations(now), "detections": state.detections(now)})


def _reconcile(readiness: Readiness, exchanges: list[Exchange]) -> Any:
    return msgspec.to_builtins(_compared(readiness, exchanges, None))


def _compared(readiness: Readiness, exchanges: list[Exchange], at: datetime | None) -> _Compared:
    """Reconcile, look for anomalies, and record both, as of now or of another moment; add up what was looked at."""
    environment, clock = readiness.environment, readiness.clock_at()
    scratch = readiness.evidence_directory / "reconcile"
    url = warehouse_url(readiness)
    with (
        _client(readiness, exchanges) as client,
        compared_warehouse(environment, scratch=scratch, url=url) as warehouse,
    ):
        reconciler = reconciler_of(environment, client=client, warehouse=warehouse, contracts=Contracts(), clock=clock)
        found = reconciler.reconcile(environment.forecasts, periods_of(environment, clock.now().date()))
        at, state = at or clock.now(), _state(readiness)
        with standing_amounts(environment, warehouse.reader) as amounts:
            detection = detector_of(environment, amounts).after(found, state.reconciled_exports(at))
            totals = tuple(_totals(amounts, newest_of(found)))
    state.record(found, at)
    state.record_detection(detection, at)
    return _Compared(found, detection, totals)


def _totals(amounts: StandingAmounts, exports: Sequence[Export]) -> Iterator[Total]:
    """Yield what each export adds up to; nothing where the table cannot tell, which is no reason not to reconcile."""
    for forecast in dict.fromkeys(export.forecast_id for export in exports):
        own = [export for export in exports if export.forecast_id == forecast]
        with suppress(WarehouseError):
            for row in amounts.totals(own):
                side = row.pop("side")
                yield Total(forecast, own[side].time_period, **row)


@contextmanager
def _client(readiness: Readiness, exchanges: list[Exchange]) -> Iterator[ReconcileClient]:
    """Ask Clari, or its recordings; what is being recorded is asked for without recording it again."""
    if readiness.environment.kind == "recorded":
        yield _Replayed(readiness, exchanges)
    else:
        with readiness.connect(exchanges.append) as client:
            yield client


@dataclass(frozen=True)
class _Compared:
    """What one look at Clari and the warehouse found."""

    reconciliation: Reconciliation
    detection: Detection
    totals: tuple[Total, ...]


@dataclass(frozen=True)
class _Replayed:
    """The recorded answers: results are among those of the export, each of which can be had again (F9)."""

    readiness: Readiness
    exchanges: list[Exchange]

    def download(self, job_id: str, to: Path) -> LandedDocument:
        with self._asked(CASSETTE) as client:
            return client.download(job_id, to)

    def forecast_now(self, request: ExportRequest, to: Path) -> tuple[LandedDocument, datetime]:
        with self._asked(forecast_piece(request.forecast_id, request.time_period)) as client:
            return client.forecast_now(request, to)

    @contextmanager
    def _asked(self, cassette: str) -> Iterator[ClariClient]:
        clock = self.readiness.clock_at(cassette)
        with self.readiness.cassette(cassette), self.readiness.connect(self.exchanges.append, clock=clock) as client:
            yield client


def _state(readiness: Readiness) -> StateStore:
    if readiness.uses_recordings:
        return StateStore(rehearsal_directory(readiness) / "state.duckdb", SystemClock())
    return state_of(readiness.environment)


def _exported_at(readiness: Readiness) -> datetime:
    """Return when the rehearsed integration had exported."""
    if readiness.environment.kind == "recorded":
        return readiness.recordings.made(CASSETTE).ended
    return readiness.clock_at().now()
