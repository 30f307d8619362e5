"""Rows as the laws look at them: by key, the newest of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from clari_readiness.trial.rows import KEY, Row, Rows

Key = tuple[str, ...]


def rows_of(rows: Rows, period: str) -> list[Row]:
    """Return the forecasts of a period."""
    return [row for row in rows.forecasts if row["time_period"] == period]


def key_of(row: Row, rows: Rows) -> Key:
    """Return a row's key, without the currency where the exporter keeps none."""
    return shown(tuple(str(row.get(name)) for name in KEY), rows)


def shown(key: Key, rows: Rows) -> Key:
    """Return a key as it is in these rows."""
    return key[:-1] if "currency" in rows.absent else key


def current(found: Sequence[Row], rows: Rows) -> dict[Key, Row]:
    """Return the newest row of each key."""
    newest: dict[Key, Row] = {}
    for row in found:
        key = key_of(row, rows)
        if key not in newest or moment(newest[key]) <= moment(row):
            newest[key] = row
    return newest


def moment(row: Row) -> float:
    """Return what snapshots are ordered by; a moment that could not be read is older than any other."""
    at = row.get("exported_at")
    return at.timestamp() if isinstance(at, datetime) else 0.0
