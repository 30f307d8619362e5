"""A table that holds the newest export alone has a past: what the suite kept of it, night by night (F32)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.model.anomalies import AnomalyKind, Detection
from clari_readiness.model.calendar import FiscalYear
from clari_readiness.model.exports import LandedDocument
from clari_readiness.model.reconciliation import Reconciliation
from clari_readiness.model.time import SteppedClock
from clari_readiness.monitoring import Detector, newest_of
from clari_readiness.warehouse import Export, KeptExports, StandingAmounts, Tables, WarehouseReader
from clari_readiness.warehouse.kept import AmountsWithPast, kept_reader
from tests.reconcile.place import JUDGE, NIGHT, Place
from tests.warehouse.documents import PERIOD, ask, document, entry, land

A_NIGHT = timedelta(days=1)


class Nights:
    """A table of somebody else's, overwritten each night, and what is kept of it; `jobs` says whether it names them."""

    def __init__(self, directory: Path, *, jobs: bool) -> None:
        self.place = Place(directory, tables=Tables("theirs"))
        self.kept = KeptExports(directory / "state-exports.duckdb", SteppedClock(NIGHT))
        self._columns = "*" if jobs else "* EXCLUDE (job_id)"
        self._reconciled: list[Export] = []

    def night(self, number: int, amount: float, *, keep: bool = True) -> Detection:
        """Let a night pass in which the table is overwritten; reconcile it, and look for swings."""
        self.place.path.unlink(missing_ok=True)
        self.place.at = NIGHT + number * A_NIGHT
        content = document(entry(forecastValue=amount), entry("2:B", forecastValue=500))
        self.place.load(content, f"job-{number}", self.place.at)
        self.place.sql(f"CREATE TABLE theirs AS SELECT {self._columns} FROM clari_forecasts")  # noqa: S608 - ours
        self.place.clari.now, self.place.clari.at = content, self.place.at
        found = self.place.reconcile(keep=self._keep if keep else None)
        earlier, self._reconciled = self._reconciled, [*self._reconciled, *newest_of(found)]
        return self._detected(found, earlier)

    def _keep(self, export: Export, landed: LandedDocument) -> None:
        self.kept.keep(export, landed, JUDGE, types=self.place.types, value_names={})

    def _detected(self, found: Reconciliation, earlier: list[Export]) -> Detection:
        with WarehouseReader.open(f"duckdb:///{self.place.path}", self.place.tables, self.place.directory) as reader:
            if not self.kept.path.exists():
                return self._detector(StandingAmounts(reader)).after(found, earlier)
            with kept_reader(self.kept.path) as past:
                return self._detector(AmountsWithPast(reader, past)).after(found, earlier)

    def _detector(self, amounts: StandingAmounts) -> Detector:
        return Detector(amounts, Decimal("0.2"), FiscalYear(2, "end"), 4 * A_NIGHT)


@pytest.fixture(params=[True, False], ids=["with jobs", "without jobs"])
def nights(request: pytest.FixtureRequest, tmp_path: Path) -> Nights:
    return Nights(tmp_path, jobs=request.param)


def told(detection: Detection) -> list[tuple[Any, ...]]:
    return [(each.kind, each.level, each.who, each.previous, each.current) for each in detection.anomalies]


def test_a_table_that_is_overwritten_is_compared_with_what_was_kept_of_the_night_before(nights: Nights) -> None:
    first = nights.night(0, 100)
    assert (told(first), first.inspected[0].baseline_at, first.inspected[0].history_lost) == ([], None, False)
    second = nights.night(1, 110)
    assert (told(second), second.inspected[0].baseline_at) == ([], NIGHT)
    third = nights.night(2, 220)
    swing = ("swing", "rep", "1:A", Decimal("110.00"), Decimal("220.00"))
    assert swing in told(third)
    assert third.inspected[0].baseline_at == NIGHT + A_NIGHT
    (own,) = [each for each in third.anomalies if each.who == "1:A"]
    assert [seen.amount for seen in own.history] == [Decimal(100), Decimal(110), Decimal(220)]


def test_what_stands_still_for_too_long_is_told_of_a_table_that_is_overwritten(nights: Nights) -> None:
    found = [told(nights.night(number, 100)) for number in range(6)]
    assert found[:5] == [[]] * 5
    assert [kind for kind, *_ in found[5]] == [AnomalyKind.UNCHANGED_TOO_LONG]


def test_without_what_was_kept_the_history_is_lost_and_no_swing_is_missed_in_silence(nights: Nights) -> None:
    nights.night(0, 100, keep=False)
    second = nights.night(1, 300, keep=False)
    assert (told(second), second.inspected[0].history_lost) == ([], True)


def test_a_night_that_was_not_kept_is_not_compared_with_one_that_was(nights: Nights) -> None:
    nights.night(0, 100)
    second = nights.night(1, 300, keep=False)
    assert (told(second), second.inspected[0].baseline_at, second.inspected[0].history_lost) == ([], None, True)


def test_an_export_that_is_kept_twice_is_kept_once(tmp_path: Path) -> None:
    kept, export = (
        KeptExports(tmp_path / "kept.duckdb", SteppedClock(NIGHT)),
        Export("net_bookings", PERIOD, NIGHT, None),
    )
    for _ in range(2):
        kept.keep(export, land(tmp_path, document(entry())), JUDGE, types=("forecast",), value_names={})
    assert ask(kept.path, "SELECT count(*) FROM forecast_entries") == [(1,)]
    assert kept.path.stat().st_mode & 0o777 == 0o600


def test_ten_exports_of_a_period_are_kept_and_none_for_longer_than_200_days(tmp_path: Path) -> None:
    kept = KeptExports(tmp_path / "kept.duckdb", SteppedClock(NIGHT))
    landed = land(tmp_path, document(entry()))

    def keep(at: datetime, period: str = PERIOD) -> None:
        document_of = land(tmp_path, document(entry(period=period))) if period != PERIOD else landed
        export = Export("net_bookings", period, at, None)
        kept.keep(export, document_of, JUDGE, types=("forecast",), value_names={})

    keep(NIGHT - 201 * A_NIGHT, "2027_Q1")
    keep(NIGHT - 150 * A_NIGHT, "2027_Q2")
    for number in range(-11, 1):
        keep(NIGHT + number * A_NIGHT)
    rows = ask(
        kept.path, "SELECT time_period_id, count(*), min(exported_at) FROM forecast_entries GROUP BY 1 ORDER BY 1"
    )
    oldest = (NIGHT - 9 * A_NIGHT).astimezone(UTC).replace(tzinfo=None)
    assert rows == [("2027_Q2", 1, (NIGHT - 150 * A_NIGHT).replace(tzinfo=None)), (PERIOD, 10, oldest)]
    for table in ("snapshots", "entry_changes"):
        moment = "exported_at" if table == "snapshots" else "detected_at"
        ((first,),) = ask(kept.path, f"SELECT min({moment}) FROM {table} WHERE time_period_id = '{PERIOD}'")  # noqa: S608
        assert first is None or first >= oldest
