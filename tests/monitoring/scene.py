"""A team's table with exports made to order, and the people in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.model.anomalies import Anomaly, Detection
from clari_readiness.model.calendar import FiscalYear
from clari_readiness.monitoring import Detector
from clari_readiness.warehouse import Export, StandingAmounts, Tables, WarehouseReader
from clari_readiness.warehouse.engines import DuckDBEngine

FISCAL_YEAR = FiscalYear(2, "end")
PERIOD, BEFORE = "2027_Q3", "2027_Q2"  # which begin on 1 August and on 1 May 2026
AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
WEEK = "TF:2026-08-26"
FIFTH = Decimal("0.2")
A_DAY = timedelta(days=1)

# ann and bob sell for mia, cyn for max; mia and max are below the chief
PEOPLE = {"ann": "north", "bob": "north", "cyn": "south", "mia": "top", "max": "top", "chief": None}
PLACES = {"mia": "north", "max": "south", "chief": "top"}

Amounts = Mapping[str, Any]


@dataclass
class Scene:
    """`put` adds an export, `detect` looks at the newest that was put; every export but those named is trusted."""

    threshold: Decimal = FIFTH
    unchanged_for: timedelta = 4 * A_DAY
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    exports: list[Export] = field(default_factory=list)
    elsewhere: Callable[[duckdb.DuckDBPyConnection], str] | None = None
    readers: list[WarehouseReader] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection.execute(
            "SET TimeZone = 'UTC'; SET threads = 1; CREATE TABLE clari_forecasts (forecast_name VARCHAR,"
            " time_period VARCHAR, exported_at TIMESTAMP, job_id VARCHAR, time_frame_id VARCHAR, user_id VARCHAR,"
            " field_id VARCHAR, currency VARCHAR, forecast_amount DECIMAL(15, 2), quota_amount DECIMAL(15, 2),"
            " adjustment_amount DECIMAL(15, 2), crm_total DECIMAL(15, 2), crm_closed DECIMAL(15, 2))"
        )

    def hierarchy(self) -> None:
        """Make the table of users that the reference exporter keeps."""
        self.connection.execute(
            "CREATE TABLE users (user_id VARCHAR, hierarchy_id VARCHAR, parent_hierarchy_id VARCHAR)"
        )
        rows = [(user, PLACES.get(user, f"seat of {user}"), above) for user, above in PEOPLE.items()]
        self.connection.executemany("INSERT INTO users VALUES (?, ?, ?)", rows)

    def put(
        self,
        amounts: Amounts,
        at: datetime = AT,
        *,
        week: str = WEEK,
        period: str = PERIOD,
        column: str = "forecast_amount",
    ) -> Export:
        """Add to an export an amount for each person, under one field; a pair names the field as well."""
        export = Export("net_bookings", period, at, f"job of {at:%d %H:%M} {period}")
        rows = [
            ("net_bookings", period, at.replace(tzinfo=None), export.job_id, week, *_key(key), amount)
            for key, amount in amounts.items()
        ]
        columns = "forecast_name, time_period, exported_at, job_id, time_frame_id, user_id, field_id, currency"
        if rows:
            marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, '', ?)"] * len(rows))
            self.connection.execute(
                f"INSERT INTO clari_forecasts ({columns}, {column}) VALUES {marks}",  # noqa: S608 - ours
                [value for row in rows for value in row],
            )
        if export not in self.exports:
            self.exports.append(export)
        return export

    @property
    def amounts(self) -> StandingAmounts:
        """What is asked: this very table, or a copy of it `elsewhere`, in another engine."""
        if self.elsewhere is not None:
            self.readers.append(WarehouseReader.open(self.elsewhere(self.connection), Tables(), Path()))
            return StandingAmounts(self.readers[-1])
        return StandingAmounts(WarehouseReader(DuckDBEngine(self.connection, "the scene"), Tables()))

    def close(self) -> None:
        """Let go of the copies."""
        for reader in self.readers:
            reader.close()

    @property
    def detector(self) -> Detector:
        return Detector(self.amounts, self.threshold, FISCAL_YEAR, self.unchanged_for)

    def detect(self, *, doubted: Collection[Export] = ()) -> Detection:
        trusted = [each for each in self.exports if each not in doubted]
        return self.detector.detect([max(self.exports, key=lambda each: each.exported_at)], trusted)

    def found(self, *, doubted: Collection[Export] = ()) -> list[tuple[str, str, str]]:
        """Return the level, the person and the kind of each anomaly."""
        return [told(each) for each in self.detect(doubted=doubted).anomalies]


def told(anomaly: Anomaly) -> tuple[str, str, str]:
    return anomaly.level, anomaly.who, anomaly.kind.value


def _key(key: str | tuple[str, str]) -> tuple[str, str]:
    return key if isinstance(key, tuple) else (key, "fc_commit")
