"""Five weeks of a team's exports, with everything that the views have to tell apart, loaded and landed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.model.exports import ExportRequest, Snapshot
from clari_readiness.model.time import SteppedClock
from clari_readiness.warehouse import DuckDBWarehouse
from tests.mappings import landing
from tests.warehouse.conftest import ByContract
from tests.warehouse.documents import ENDED, PERIOD, document, land

FIRST, SECOND, THIRD = "TF:2026-07-29", "TF:2026-08-05", "TF:2026-08-12"
"""The first week is in two quarters (F14)."""

BEFORE = "2027_Q2"
EVERY = ("forecast", "quota", "adjustment", "crm_total", "crm_closed")
FIELDS = ("fc_commit", "fc_best", "fc_quota", "fc_quota_of_renewals")


@dataclass(frozen=True)
class Export:
    """A job: when it ended, in days and milliseconds, what it asked for, and its document."""

    job_id: str
    day: int
    types: tuple[str, ...]
    entries: tuple[dict[str, Any], ...]
    weeks: tuple[str, ...]
    forecast: str = "net_bookings"
    period: str = PERIOD
    scope: str = ""
    currency: str = ""
    historical: bool = True
    names: dict[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> datetime:
        return ENDED + timedelta(days=self.day)

    @property
    def snapshot(self) -> Snapshot:
        scope, currency = self.scope or None, self.currency or None
        request = ExportRequest(self.forecast, self.period, self.types, scope, currency, self.historical)
        return Snapshot(self.job_id, request, self.ended)

    @property
    def document(self) -> dict[str, Any]:
        content = document(*self.entries)
        content["fields"] = [{"fieldId": each, "fieldName": each, "fieldType": "CURRENCY"} for each in FIELDS]
        content["timeFrames"] = [
            {"timeFrameId": each, "startDate": each[3:], "endDate": each[3:]} for each in self.weeks
        ]
        for user in content["users"]:
            head = user["userId"] == "1:M"
            user["name"] = self.names.get(user["userId"], user["name"])
            user |= {"hierarchyId": "head" if head else user["userId"], "parentHierarchyId": None if head else "head"}
        return content


def value(user: str, week: str = THIRD, of: str = "fc_commit", period: str = PERIOD, **values: Any) -> dict[str, Any]:
    amounts = {name: Decimal(each) if isinstance(each, str) else each for name, each in values.items()}
    return {"fieldId": of, "timePeriodId": period, "timeFrameId": week, "userId": user, **amounts}


def full(user: str, week: str, forecast: str | None, closed: str, total: str, of: str = "fc_commit") -> dict[str, Any]:
    return value(user, week, of, forecastValue=forecast, adjustmentValue=None, aggregationTotal=total, crmClosed=closed)


def quota(user: str, week: str, amount: str) -> dict[str, Any]:
    return value(user, week, "fc_quota", quotaValue=amount)


def team(week: str) -> tuple[dict[str, Any], ...]:
    """A manager over three people: sums in the manager's rows, quotas in a field of their own."""
    return (
        full("1:M", week, "300.10", "50.05", "700.70"),
        full("2:R", week, "200.10", "50.05", "400.70"),
        full("2:R", week, "350.00", "50.05", "500.00", "fc_best"),
        full("3:R", week, "100.00", "0.00", "300.00"),
        full("4:R", week, "0.00", "12.34", "13.00"),
        quota("1:M", week, "900.00"),
        quota("2:R", week, "450.55"),
        quota("3:R", week, "333.33"),
    )


REPEATED = full("3:R", THIRD, "90.00", "110.00", "290.00")

STORY = (
    Export(
        "job-00",
        -30,
        ("forecast", "crm_closed"),
        tuple(
            value(user, FIRST, period=BEFORE, forecastValue=forecast, crmClosed=closed)
            for user, forecast, closed in (
                ("2:R", "300.00", "200.00"),
                ("3:R", "10.00", "40.00"),
                ("4:R", None, "1.00"),
            )
        ),
        (FIRST,),
        period=BEFORE,
    ),
    Export("job-01", 0, EVERY, (*team(FIRST), *team(SECOND)), (FIRST, SECOND)),
    Export(
        "job-02",
        1,
        EVERY,
        (
            *team(SECOND)[1:],  # the manager vanished
            *team(THIRD)[:3],
            REPEATED,
            REPEATED,
            full("5:R", THIRD, "1234567890123.45", "0.10", "1234567890123.45"),  # appeared
            value("2:R", THIRD, "fc_best", forecastValue="7.77", currency={"code": "EUR", "symbol": "€"}),
            quota("2:R", THIRD, "500.00"),
            quota("5:R", THIRD, "1.00"),
        ),
        (SECOND, THIRD),  # the first week is not listed, so it stays as it was
    ),
    Export(
        "job-03",
        2,
        ("forecast", "forecast_updated"),
        (
            value("2:R", forecastValue="200.11", isUpdated=True, updatedOn=1_788_000_000_000),
            value("3:R", forecastValue="0.00"),
            value("4:R", forecastValue="-25.00"),
            value("5:R", forecastValue="1234567890123.44"),
        ),
        (THIRD,),
    ),
    Export(
        "job-04",
        3,
        ("quota",),
        (
            quota("1:M", THIRD, "900.00"),
            quota("2:R", THIRD, "480.00"),
            value("2:R", THIRD, "fc_quota_of_renewals", quotaValue="20.25"),  # added up with the other
            quota("3:R", THIRD, "100.00"),  # met
            quota("4:R", THIRD, "80.00"),
            quota("5:R", THIRD, "1.00"),
        ),
        (SECOND, THIRD),
    ),
    Export("job-05", 4, ("forecast",), (value("2:R", forecastValue="250.00"),), (THIRD,), scope="2::MGR"),
    Export("job-06", 5, ("forecast",), (value("2:R", forecastValue="230.00"),), (THIRD,), currency="EUR"),
    Export(
        "job-07",
        6,
        ("forecast",),
        (value("2:R", forecastValue="1.00"), value("3:R", forecastValue="2.00")),
        (THIRD,),
        names={"3:R": "Married since"},
    ),
    Export(
        "job-08",
        6,
        ("forecast",),
        (value("2:R", forecastValue="260.00"), value("4:R", forecastValue="-5.00")),
        (THIRD,),
    ),
    Export("job-09", 7, ("forecast",), (value("2:R", forecastValue="255.00"),), (THIRD,), scope="2::MGR"),
    Export(
        "job-10",
        8,
        ("forecast",),
        (value("3:R", forecastValue="11.00"), value("5:R", forecastValue="12.00")),
        (SECOND, THIRD),  # without the history, a week that has no entries is not covered
        historical=False,
    ),
    Export("job-20", 0, ("forecast",), (value("2:R", forecastValue="5.00"),), (THIRD,), forecast="renewals"),
    Export("job-21", 1, ("forecast",), (value("2:R", forecastValue="4.00"),), (THIRD,), forecast="renewals"),
)


def loaded(path: Path, story: Iterable[Export] = STORY) -> Path:
    """Load the story with the reference exporter's own code, the third export last, as after an outage."""
    judge = ByContract()
    with DuckDBWarehouse(path, SteppedClock(ENDED)) as warehouse:
        for each in sorted(story, key=lambda export: export.job_id == "job-03"):
            warehouse.load(each.snapshot, warehouse.stage(land(path.parent, each.document), judge, {}))
    return path


def landed(path: Path, story: Iterable[Export] = STORY) -> Path:
    """Land the story's documents, with what was asked for in columns of the team's own, and a key of their own."""
    landing(path, [(each.job_id, each.ended, each.document) for each in story])
    columns = ["scope VARCHAR", "asked_currency VARCHAR", "history BOOLEAN", "asked_types VARCHAR"]
    with duckdb.connect(path) as connection:
        for column in columns:
            connection.execute(f"ALTER TABLE raw.clari_results ADD COLUMN {column}")
        for each in story:
            types = None if each.forecast == "renewals" else ",".join(each.types)
            connection.execute(
                "UPDATE raw.clari_results SET forecast_id = ?, scope = nullif(?, ''), asked_currency = nullif(?, ''),"
                " history = ?, asked_types = ?, document = replace(document, 'crmClosed', 'bookedValue')"
                " WHERE job_id = ?",
                [each.forecast, each.scope, each.currency, each.historical, types, each.job_id],
            )
    return path
