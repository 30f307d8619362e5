"""The reference exporter as a program that is told everything by environment variables: what a trial starts.

CLARI_BASE_URL=... CLARI_API_KEY=... python -m clari_readiness.exporter
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC
from pathlib import Path
from random import Random
from typing import Protocol, TextIO

from clari_readiness.client import ClariClient, connect
from clari_readiness.environments.variables import VARIABLES, Told, process_environment
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.exporter.audit import export_audit_events
from clari_readiness.exporter.export import Exporter
from clari_readiness.exporter.lock import exclusively, lock_beside
from clari_readiness.exporter.opportunities import export_opportunities
from clari_readiness.exporter.waiting import Patience
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import Clock, ScaledClock, SystemClock
from clari_readiness.redact import without_credentials
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import OwnWarehouse, warehouse_at
from clari_readiness.warehouse.events import EventTables


def run(environ: Mapping[str, str]) -> int:
    """Export what the variables name, and return 0, or 1 when anything was refused, failed or was empty.

    A mistake in the variables is a SettingsError.
    """
    told = Told.by(environ)
    clock = _clock(told)
    with _client(told, clock) as client:
        ends = [_end(export, told, client, clock) for export in (_forecasts, _audit_events, _opportunities)]
    return 0 if all(ends) else 1


def main() -> int:
    """Run with the process's own environment; what a user can mend is one line."""
    try:
        return run(process_environment())
    except ReadinessError as error:
        _say(str(error), to=sys.stderr)
        return 4 if isinstance(error, SettingsError) else 1


def preload(environ: Mapping[str, str]) -> None:
    """Load what a run with these variables takes besides: the driver of its warehouse. Nothing is opened."""
    with suppress(ReadinessError):  # the run itself will say what is wrong
        _warehouse_at(environ.get(VARIABLES["warehouse_url"], ""))


class _Export(Protocol):
    def __call__(self, told: Told, client: ClariClient, clock: Clock) -> bool: ...


def _end(export: _Export, told: Told, client: ClariClient, clock: Clock) -> bool:
    """Export one surface: what goes wrong there is no reason to leave the others out."""
    try:
        return export(told, client, clock)
    except ReadinessError as error:
        _say(str(error), to=sys.stderr)
        return False


def _forecasts(told: Told, client: ClariClient, clock: Clock) -> bool:
    requests = [ExportRequest(told.forecast_id, period, told.types_to_export) for period in told.time_periods]
    good = True
    with closing(_warehouse_at(told.warehouse_url)) as warehouse:
        for event in _exporter(told, client, clock, warehouse).export_all(requests):
            if event.step.last:
                good = good and event.step.good
                _say(f"{event.request.forecast_id} {event.request.time_period}: {event.step}, {event.detail}")
    return good


def _exporter(told: Told, client: ClariClient, clock: Clock, warehouse: OwnWarehouse) -> Exporter:
    poll = told.poll_interval * told.time_scale
    return Exporter(
        client=client,
        warehouse=warehouse,
        contracts=Contracts(),
        clock=clock,
        landing=warehouse.beside.with_name(f"{warehouse.beside.name}.landing"),
        lock=lock_beside(warehouse.beside),
        patience=Patience(timeout=told.job_timeout * told.time_scale, first=poll, longest=max(Patience.longest, poll)),
    )


def _audit_events(told: Told, client: ClariClient, clock: Clock) -> bool:
    if told.audit_from is None:
        return True
    since = told.audit_from.astimezone(UTC).date()
    with _events(told) as store:
        for day in export_audit_events(client, store, Contracts(), clock, since=since):
            _say(f"audit events of {day.day}: {day.events} from {day.pages} pages")
    return True


def _opportunities(told: Told, client: ClariClient, clock: Clock) -> bool:
    if not told.opportunity_ids:
        return True
    with _events(told) as store:
        done = export_opportunities(told.opportunity_ids, client, store, Contracts(), clock)
    _say(f"opportunities: {done.kept} of {len(told.opportunity_ids)}")
    return not done.unknown


def _client(told: Told, clock: Clock) -> ClariClient:
    return connect(
        base_url=told.base_url,
        key=told.api_key,
        clock=clock,
        random=Random(),  # noqa: S311 - jitter is not cryptography
        download_deadline=told.download_timeout,
    )


@contextmanager
def _events(told: Told) -> Iterator[EventTables]:
    with (
        closing(_warehouse_at(told.warehouse_url)) as warehouse,
        exclusively(lock_beside(warehouse.beside)),
        warehouse.held(),
        warehouse.events() as store,
    ):
        yield store


def _warehouse_at(url: str) -> OwnWarehouse:
    """Return the warehouse. What no file of it has a place beside lies at home, in a directory for each database."""
    database = hashlib.sha256(without_credentials(url).encode()).hexdigest()[:16]
    return warehouse_at(url, Path(), SystemClock(), scratch=Path.home() / ".clari-readiness" / database)


def _clock(told: Told) -> Clock:
    machine = SystemClock().now()
    return ScaledClock(told.now or machine, since=machine, speed=told.time_scale)


def _say(line: str, *, to: TextIO | None = None) -> None:
    (to or sys.stdout).write(f"{line}\n")
