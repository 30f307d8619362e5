"""Our tables and views in a dataset of BigQuery's: what is missing, or of another version, is made, by one script."""

from __future__ import annotations

import hashlib

from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from clari_readiness.warehouse.loaders.leased import Found


def found(session: BigQuerySession) -> Found:
    """Return what there is of ours."""
    ledger, lease, entries = map(session.described, ("export_jobs", "exporter_lease", "forecast_entries"))
    return Found(ledger is not None, lease is not None, entries)


def make_tables(session: BigQuerySession) -> None:
    """Make what is missing, unless this very text has made it: that is told by a mark."""
    said = session.texts("schema")
    mark = f"schema {hashlib.sha256(said.encode()).hexdigest()}"
    if session.described("forecast_entries") != mark:
        session.said(f"{said};\nALTER TABLE `forecast_entries` SET OPTIONS (description = '{mark}')")
