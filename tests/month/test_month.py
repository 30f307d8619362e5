"""A month in the life: 35 nights with all that goes wrong in one, and each alarm on the day on which it should come."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from clari_readiness.simulator import (
    Content,
    ExportTruth,
    Fault,
    ManualClock,
    Match,
    Organisation,
    Outage,
    Revoked,
    Truncated,
    VanishedPerson,
    WrongPeriod,
)
from tests.end_to_end.holdings import Row, contents, loaded, row
from tests.month.nights import COMMANDS, Month, month

BEGINS, NIGHTS = date(2026, 10, 14), 35
ENDED, TURNED = "2027_Q3", "2027_Q4"  # the quarter turns on 1 November
LEAVES = date(2026, 10, 22)
VANISHES = date(2026, 11, 2)
CORRECTED = date(2026, 11, 9)
MENDED = Decimal("12345678.90")
SEED = 4  # people who change their minds by less than a fifth in any night of the month


@dataclass(frozen=True)
class Corrected(Content):
    """Somebody mends an amount of a quarter that is over, to the cent."""

    says = "an amount of the past was corrected"

    def change(self, document: dict[str, Any]) -> dict[str, Any]:
        entries = document["entries"]
        at = next((n for n, entry in enumerate(entries) if self._is_it(entry)), None)
        if at is None:
            return document
        mended = {**entries[at], "forecastValue": MENDED}
        return {**document, "entries": [*entries[:at], mended, *entries[at + 1 :]]}

    def _is_it(self, entry: Mapping[str, Any]) -> bool:
        return (entry["timePeriodId"], entry["timeFrameId"]) == (ENDED, "TF:2026-10-28") and "forecastValue" in entry


@dataclass(frozen=True)
class Day:
    """What happens on a day, in Clari and by somebody's hand, and what its night has to come to.

    `codes` are the exit codes of the commands. `says` is said by one of them that night, and on no night that does not
    expect it. `alarms` are all that anybody hears of: what was raised, repeated or has recovered, its topic and cause.
    """

    codes: tuple[int, int, int] = (0, 0, 0)
    says: str = ""
    faults: Callable[[ManualClock], list[Fault]] = lambda _: []
    by_hand: Callable[[Path], None] = lambda _: None
    alarms: tuple[tuple[str, str, str], ...] = ()


QUIET = Day()

SECOND_POST = Match("POST", r"/v4/export/forecast/.*").turns(2)  # the one for the quarter before: newest come first


def down_for(seconds: float) -> Callable[[ManualClock], list[Fault]]:
    return lambda clock: [Outage(clock, clock.monotonic(), clock.monotonic() + seconds)]


A_ROW = """
SELECT * FROM forecast_entries WHERE time_period_id = '2027_Q3' ORDER BY exported_at DESC, forecast_amount LIMIT 1
"""


def a_row_is_lost(warehouse: Path) -> None:
    """Somebody deletes a row of the newest export of the quarter before."""
    with duckdb.connect(warehouse) as connection:
        connection.execute(f"CREATE TABLE lost AS {A_ROW}")
        connection.execute("DELETE FROM forecast_entries USING lost WHERE forecast_entries = lost")


def the_row_is_back(warehouse: Path) -> None:
    with duckdb.connect(warehouse) as connection:
        connection.execute("INSERT INTO forecast_entries SELECT * FROM lost")
        connection.execute("DROP TABLE lost")


Q2, Q3, Q4 = (f"net_bookings/2027_Q{number}" for number in (2, 3, 4))

DAYS: Mapping[date, Day] = {
    date(2026, 10, 17): Day(
        (1, 0, 0),
        "its rows were truncated",
        lambda _: [Truncated()],
        alarms=(("raised", f"export/{Q3}", "truncated"),),
    ),
    date(2026, 10, 18): Day(alarms=(("recovered", f"export/{Q3}", "truncated"),)),
    date(2026, 10, 20): Day(
        (1, 10, 0),
        "Invalid authentication credentials",
        lambda _: [Revoked(Match())],
        alarms=(("raised", "export", "the token was refused"), ("raised", "reconciliation", "could not look")),
    ),
    date(2026, 10, 21): Day(
        alarms=(("recovered", "export", "the token was refused"), ("recovered", "reconciliation", "could not look"))
    ),
    LEAVES: Day(alarms=(("raised", f"anomalies/{Q3}", "swing"),)),
    date(2026, 10, 24): Day(faults=down_for(20)),
    date(2026, 10, 27): Day(
        (1, 10, 0),
        "HTTP 503",
        down_for(86_400),
        alarms=(("raised", "export", "Clari cannot be reached"), ("raised", "reconciliation", "could not look")),
    ),
    date(2026, 10, 28): Day(
        (1, 0, 0),
        "asked for 2027_Q2, and the answer holds 2027_Q3",
        lambda _: [WrongPeriod(SECOND_POST)],
        alarms=(
            ("recovered", "export", "Clari cannot be reached"),
            ("recovered", "reconciliation", "could not look"),
            ("raised", f"export/{Q2}", "wrong period"),
            ("raised", f"anomalies/{Q3}", "swing"),  # a week begins: from now on the manager's own is without who left
        ),
    ),
    date(2026, 10, 29): Day(
        alarms=(("recovered", f"export/{Q2}", "wrong period"), ("raised", f"anomalies/{Q2}", "swing"))  # who left
    ),
    date(2026, 11, 1): Day(says="2027_Q2 gone", alarms=(("raised", f"anomalies/{Q4}", "swing"),)),
    VANISHES: Day(alarms=(("raised", f"anomalies/{Q3}", "swing"), ("raised", f"anomalies/{Q4}", "swing"))),
    CORRECTED: Day(alarms=(("raised", f"anomalies/{Q3}", "swing"),)),
    date(2026, 11, 12): Day(
        (0, 1, 0),
        "2027_Q3: missing: TF:",
        by_hand=a_row_is_lost,
        alarms=(("raised", f"reconciliation/{Q3}", "different (exact)"),),
    ),
    date(2026, 11, 13): Day(
        (0, 1, 0), "2027_Q3: missing: TF:", alarms=(("repeated", f"reconciliation/{Q3}", "different (exact)"),)
    ),
    date(2026, 11, 14): Day(
        by_hand=the_row_is_back, alarms=(("recovered", f"reconciliation/{Q3}", "different (exact)"),)
    ),
}
"""All that goes wrong, and what has to be heard of it. Nothing is expected of a day that is not here."""


def lasting(day: date) -> list[Fault]:
    """What has changed for good by a day: somebody is not opted in any more, and an old amount was corrected."""
    return [
        *([VanishedPerson()] if day >= VANISHES else []),
        *([Corrected()] if day >= CORRECTED else []),
    ]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    organisation = Organisation(people=6, managers=2, opts_out_on=LEAVES, seed=SEED)
    with month(tmp_path_factory.mktemp("month") / "here", BEGINS, organisation) as here:
        for day in (BEGINS + timedelta(days=number) for number in range(NIGHTS)):
            happens = DAYS.get(day, QUIET)
            happens.by_hand(here.warehouse)
            here.night(day, lambda clock, happens=happens, day=day: [*lasting(day), *happens.faults(clock)])
        yield here


def test_all_that_should_go_wrong_went_wrong_and_nothing_else(lived: Month) -> None:
    met: dict[str, set[date]] = defaultdict(set)
    for line in lived.simulator.journal:
        for fault in filter(None, (line.fault or "").split("; ")):
            met[fault].add(datetime.fromisoformat(line.at).date())
    days = [night.day for night in lived.nights]
    assert met.pop(VanishedPerson.says) == {day for day in days if day >= VANISHES}
    assert met.pop(Corrected.says) == {day for day in days if day >= CORRECTED}
    assert met == {
        "rowsTruncated": {date(2026, 10, 17)},
        "token revoked": {date(2026, 10, 20)},
        "outage": {date(2026, 10, 24), date(2026, 10, 27)},
        "timePeriod ignored": {date(2026, 10, 28)},
    }


def test_each_night_comes_to_what_it_should_and_no_other_does(lived: Month) -> None:
    came = {night.day: night.codes for night in lived.nights if night.codes != QUIET.codes}
    assert came == {day: happens.codes for day, happens in DAYS.items() if happens.codes != QUIET.codes}
    assert len(lived.nights) == NIGHTS


def test_each_alarm_comes_on_its_day_and_on_no_other(lived: Month) -> None:
    told: dict[date, list[tuple[str, str, str]]] = defaultdict(list)
    for day, *alarm in lived.told():
        told[day].append(tuple(alarm))
    expected = {day: sorted(happens.alarms) for day, happens in DAYS.items() if happens.alarms}
    assert {day: sorted(alarms) for day, alarms in told.items()} == expected


def test_every_message_arrives_once_and_says_what_happened_how_bad_it_is_and_what_to_do(lived: Month) -> None:
    for night in lived.nights:
        told = [(kind, topic.partition("/")[0], cause) for day, kind, topic, cause in lived.told() if day == night.day]
        kinds = [kind for kind, *_ in dict.fromkeys(told)]  # one message for each cause
        assert [TITLES[text.split(": ")[1]] for text in night.heard] == kinds
        for text, kind in zip(night.heard, kinds, strict=True):
            assert text.startswith("simulated: ")
            assert all(f"\n{part}: " in text for part in PARTS[kind]), text
            assert "Traceback" not in text
            assert not re.search(r"Error\b|None|[{}]", text), "that is no sentence"


@pytest.mark.parametrize("day", [day for day, happens in DAYS.items() if any(happens.codes)], ids=str)
def test_what_is_said_that_night_is_in_the_message(day: date, lived: Month) -> None:
    (night,) = [night for night in lived.nights if night.day == day]
    assert any(DAYS[day].says.removeprefix("2027_Q3: ") in text for text in night.heard)


@pytest.mark.parametrize("day", [day for day, happens in DAYS.items() if happens.says], ids=str)
def test_what_is_wrong_is_said_that_night_and_on_no_other(day: date, lived: Month) -> None:
    expected = [each for each, happens in DAYS.items() if happens.says == DAYS[day].says]
    assert [night.day for night in lived.nights if DAYS[day].says in night.said] == expected


def test_quarters_are_asked_for_when_they_are_due_and_no_quota_is_spent_beside(lived: Month) -> None:
    asked = {night.day: night.asked for night in lived.nights}
    past = [day for day, periods in asked.items() if set(periods) - {period_of(day)}]
    assert past == [
        date(2026, 10, 14),
        date(2026, 10, 21),
        date(2026, 10, 28),  # answered with the wrong quarter, so it is asked for again the day after
        date(2026, 10, 29),
        date(2026, 11, 1),  # it has ended, and may have changed to the last minute
        date(2026, 11, 2),
        date(2026, 11, 9),
        date(2026, 11, 16),
    ]
    queued = [day for day, periods in asked.items() if period_of(day) in periods]
    assert set(asked) - set(queued) == {date(2026, 10, 20), date(2026, 10, 27)}, "the token was dead, Clari was down"
    assert all(len(set(periods)) == len(periods) for periods in asked.values())


def test_in_the_end_the_warehouse_equals_what_the_simulator_knows(lived: Month) -> None:
    kept = [export for export in lived.simulator.exports() if export.time_period in (ENDED, TURNED)]
    there = loaded(lived.warehouse)
    assert set(there) == {export.job_id for export in kept if export.loadable}
    for export in kept:
        if export.loadable:
            assert there[export.job_id] == rows(export), f"{export.time_period} of {export.exported_at}"


def test_nothing_of_the_quarter_that_left_the_window_is_there(lived: Month) -> None:
    assert {row[0] for row in contents(lived.warehouse)["time_periods"]} == {ENDED, TURNED}
    assert not list((lived.state / "landing").rglob("*2027_Q2*"))


def test_who_opted_out_is_kept_and_known_to_have_vanished(lived: Month) -> None:
    gone = changes(lived, "vanished")
    assert {detected for _, detected in gone} == {LEAVES, VANISHES}
    with duckdb.connect(lived.warehouse, read_only=True) as connection:
        kept = "SELECT DISTINCT user_id FROM last_known_entries EXCEPT SELECT DISTINCT user_id FROM current_entries"
        assert {user for (user,) in connection.execute(kept).fetchall()} == {user for user, _ in gone}


def test_a_late_correction_is_a_change_of_its_day(lived: Month) -> None:
    query = """
    SELECT time_period_id, time_frame_id, CAST(detected_at AS DATE) FROM entry_changes
    WHERE kind = 'changed' AND current_amount = $mended
    """
    with duckdb.connect(lived.warehouse, read_only=True) as connection:
        found = connection.execute(query, {"mended": MENDED}).fetchall()
    assert found == [(ENDED, "TF:2026-10-28", CORRECTED)]


def test_on_the_last_night_the_gate_passes_the_monitoring_after_a_fire_drill(lived: Month) -> None:
    assert lived.command("alert", "--test")[0] == 0
    judged = lived.judged("test_mon.py")
    monitoring = {item: result for item, result in judged.items() if item.startswith("MON-")}
    assert monitoring == dict.fromkeys(("MON-01", "MON-02", "MON-03", "MON-04", "MON-05"), "PASS")


def test_the_last_night_again_spends_no_quota_and_changes_no_row(lived: Month) -> None:
    before, jobs = contents(lived.warehouse), lived.jobs()
    codes = [lived.command(verb)[0] for verb in COMMANDS]
    assert codes == [0, 0, 0]
    assert lived.jobs() == jobs
    assert contents(lived.warehouse) == before


TITLES = {
    "CRITICAL": "raised",
    "WARNING": "raised",
    "STILL CRITICAL": "repeated",
    "STILL WARNING": "repeated",
    "RECOVERED": "recovered",
}
PARTS = {
    "raised": ("What happened", "How bad", "What to do"),
    "repeated": ("What happened", "How bad", "Since", "What to do"),
    "recovered": ("What happened", "It is over"),
}


def period_of(day: date) -> str:
    return ENDED if day < date(2026, 11, 1) else TURNED


def rows(export: ExportTruth) -> list[Row]:
    return sorted((row(entry) for entry in export.document["entries"]), key=repr)


def changes(lived: Month, kind: str) -> set[tuple[str, date]]:
    """Who had a change of this kind, and when it was detected, quarters as a whole left out."""
    query = "SELECT DISTINCT user_id, CAST(detected_at AS DATE) FROM entry_changes WHERE kind = $kind"
    with duckdb.connect(lived.warehouse, read_only=True) as connection:
        return set(connection.execute(query, {"kind": kind}).fetchall())
