"""What a load writes, column by column, and what it tells: in memory, so that a mutant of it is tried in a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clari_readiness.model.exports import Changes, ExportRequest, Loaded, Snapshot, Swing
from clari_readiness.warehouse.changes import swings_of
from clari_readiness.warehouse.loading import in_utc
from tests.warehouse.documents import PERIOD, document, entry
from tests.warehouse.shelf import Shelf

WEEK, LATER_WEEK = "TF:2026-08-05", "TF:2026-08-12"
ENDED = datetime.fromisoformat("2026-09-01T08:00:00.123+02:00")
AT = datetime(2026, 9, 1, 6, 0, 0, 123000)  # noqa: DTZ001 - kept as UTC


@pytest.fixture(autouse=True)
def _emptied(shelf: Shelf) -> None:
    shelf.clear()


def job(number: int = 1, *types: str, later: timedelta = timedelta(0), **asked: Any) -> Snapshot:
    request = ExportRequest("net_bookings", asked.pop("period", PERIOD), types or ("forecast",), **asked)
    return Snapshot(f"job-{number}", request, ENDED + later)


def test_a_load_writes_each_table_and_says_how_many_entries_there_were(shelf: Shelf) -> None:
    content = document(entry(forecastValue=1.5, quotaValue=2, updatedBy="9:Z", updatedOn=1786000000123, isUpdated=True))
    content["timeFrames"].append({"timeFrameId": LATER_WEEK, "startDate": "2026-08-12", "endDate": "2026-08-18"})
    loaded = shelf.load(content, job(1, "quota", "forecast", "quota", scope_id="1::MGR", currency="EUR"))
    assert loaded == Loaded(1, 0)
    updated = datetime(2026, 8, 6, 7, 6, 40, 123000)  # noqa: DTZ001 - kept as UTC
    key = ("net_bookings", PERIOD, WEEK, "1:A", "fc_commit", "EUR", AT, "job-1")
    asked = ("1::MGR", "EUR", ["forecast", "quota"], AT)
    assert shelf.dump() == {
        "forecast_entries": [
            (*key, Decimal("1.50"), Decimal("2.00"), None, None, None, True, "9:Z", updated, None, None, None)
        ],
        "snapshots": [
            ("job-1", "net_bookings", PERIOD, WEEK, *asked, 1),
            ("job-1", "net_bookings", PERIOD, LATER_WEEK, *asked, 0),
        ],
        "users": [("1:A", "Name of 1:A", "1@example.com", None, None, None, None, None, None, AT)],
        "fields": [("fc_commit", "Commit", "CURRENCY", AT)],
        "time_periods": [
            (PERIOD, "quarter", "Quarter", "2027", date(2026, 8, 1), date(2026, 10, 31), None, AT),
        ],
        "time_frames": [
            (PERIOD, WEEK, date(2026, 8, 5), date(2026, 8, 5), AT),
            (PERIOD, LATER_WEEK, date(2026, 8, 12), date(2026, 8, 18), AT),
        ],
        "entry_changes": [],
    }


def listing(*told: int) -> dict[str, Any]:
    """A document that lists each thing once for each number that is told, with the number in all that is told of it."""
    of_a_user = ("name", "crmId", "scopeId", "hierarchyId", "hierarchyName", "parentHierarchyId", "parentHierarchyName")
    of_a_period = ("type", "label", "crmId", "startDate", "endDate")

    def each(number: int) -> dict[str, dict[str, str]]:
        text = f"2026-08-0{number}"
        return {
            "users": {"userId": "1:A", "email": f"{number}@example.com", **dict.fromkeys(of_a_user, text)},
            "fields": {"fieldId": "fc_commit", "fieldName": text, "fieldType": text},
            "timePeriods": {"timePeriodId": PERIOD, "year": f"202{number}", **dict.fromkeys(of_a_period, text)},
            "timeFrames": {"timeFrameId": WEEK, "startDate": text, "endDate": text},
        }

    lists = [each(number) for number in told]
    return document(entry(), **{name: [one[name] for one in lists] for name in lists[0]})


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_what_is_listed_is_as_it_was_seen_last_and_of_one_moment_the_lesser(
    shelf: Shelf, order: tuple[int, ...]
) -> None:
    a_day = timedelta(days=1)
    seen = [(job(1), (1,)), (job(2, later=a_day), (5, 3)), (job(3, later=a_day), (4,))]
    for number in order:
        snapshot, told = seen[number]
        shelf.load(listing(*told), snapshot)
    day, text, at, found = date(2026, 8, 3), "2026-08-03", AT + a_day, shelf.dump()
    assert found["users"] == [("1:A", text, "3@example.com", text, f'"{text}"', *[text] * 4, at)]
    assert found["fields"] == [("fc_commit", text, text, at)]
    assert found["time_periods"] == [(PERIOD, text, text, "2023", day, day, text, at)]
    assert found["time_frames"] == [(PERIOD, WEEK, day, day, at)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_one_moment_what_is_known_stays_where_another_job_has_none(shelf: Shelf, order: tuple[int, ...]) -> None:
    seen = [(job(1), listing(3)), (job(2), listing(3))]
    del seen[1][1]["users"][0]["crmId"]
    for number in order:
        snapshot, content = seen[number]
        shelf.load(content, snapshot)
    assert shelf.ask("SELECT crm_id FROM users") == [("2026-08-03",)]


def test_without_the_history_a_week_that_has_no_entry_is_not_covered(shelf: Shelf) -> None:
    content = document(entry())
    content["timeFrames"].append({"timeFrameId": LATER_WEEK, "startDate": "2026-08-12", "endDate": "2026-08-18"})
    shelf.load(content, job(include_historical=False))
    assert shelf.ask("SELECT time_frame_id, scope_id, currency FROM snapshots") == [(WEEK, "", "")]


def test_the_same_job_again_writes_nothing_and_tells_the_same(shelf: Shelf) -> None:
    shelf.load(document(entry("1:A"), entry("2:A")), job(1))
    newer = document(entry("1:A", forecastValue=1.125), entry("3:A"))
    once = shelf.load(newer, job(2, later=timedelta(days=1)))
    before = shelf.dump()
    changes = Changes(changed=1, appeared=1, vanished=1)
    assert once == Loaded(2, 0, rounded=1, changes=changes)
    assert shelf.load(newer, job(2, later=timedelta(days=1))) == Loaded(0, 2, rounded=1, changes=changes)
    assert shelf.dump() == before


def test_of_one_millisecond_the_greater_job_takes_the_rows_it_has_and_leaves_the_others(shelf: Shelf) -> None:
    shelf.load(document(entry("1:A", forecastValue=1), entry("2:A", forecastValue=1)), job(1))
    new = document(entry("2:A", forecastValue=2, crmClosed=3, more=1), entry("3:A", forecastValue=2))
    assert shelf.load(new, job(2)) == Loaded(2, 0)
    assert shelf.load(document(entry("3:A", forecastValue=0)), job(0)) == Loaded(0, 1)
    assert shelf.ask("SELECT user_id, job_id, forecast_amount, crm_closed, extra FROM forecast_entries ORDER BY 1") == [
        ("1:A", "job-1", Decimal("1.00"), None, None),
        ("2:A", "job-2", Decimal("2.00"), Decimal("3.00"), '{"more":1}'),
        ("3:A", "job-2", Decimal("2.00"), None, None),
    ]


def test_jobs_of_one_millisecond_and_of_other_forecasts_periods_or_currencies_do_not_meet(shelf: Shelf) -> None:
    shelf.load(document(entry(forecastValue=1)), job(1))
    renewals = Snapshot("job-2", ExportRequest("renewals", PERIOD, ("forecast",)), ENDED)
    assert shelf.load(document(entry(forecastValue=2)), renewals).inserted == 1
    assert shelf.load(document(entry(forecastValue=3, period="2027_Q2")), job(3, period="2027_Q2")).inserted == 1
    assert shelf.load(document(entry(forecastValue=4)), job(4, currency="EUR")).inserted == 1
    dollars = entry(forecastValue=5, currency={"code": "USD"})
    assert shelf.load(document(dollars), job(5, currency="EUR")).inserted == 1
    assert shelf.load(document(entry(forecastValue=6)), replace(renewals, job_id="job-6")) == Loaded(1, 0)
    assert shelf.ask(
        "SELECT forecast_id, time_period_id, currency, job_id, forecast_amount FROM forecast_entries ORDER BY job_id"
    ) == [
        ("net_bookings", PERIOD, "", "job-1", Decimal(1)),
        ("net_bookings", "2027_Q2", "", "job-3", Decimal(3)),
        ("net_bookings", PERIOD, "EUR", "job-4", Decimal(4)),
        ("net_bookings", PERIOD, "USD", "job-5", Decimal(5)),
        ("renewals", PERIOD, "", "job-6", Decimal(6)),
    ]


def test_an_entry_that_was_looked_at_twice_arrives_as_a_plain_one_does(shelf: Shelf) -> None:
    amounts = {"forecastValue": 1, "quotaValue": 2, "adjustmentValue": -3.5, "aggregationTotal": 4, "crmClosed": 5.25}
    told = {"isUpdated": True, "updatedBy": "9:Z", "updatedOn": 1000, "adjustedBy": 4711, "adjustedOn": 2000}
    everything = {**amounts, **told, "currency": {"code": "USD"}}
    shelf.load(document(entry("1:A", **everything)), job())
    shelf.load(document(entry("2:A", **everything, more=1)), job())
    assert shelf.ask("SELECT extra FROM forecast_entries ORDER BY user_id") == [(None,), ('{"more":1}',)]
    columns = "SELECT DISTINCT * EXCLUDE (user_id, extra) FROM forecast_entries"
    assert len(shelf.ask(columns)) == 1
    assert None not in shelf.ask(columns)[0]


OTHER_KEY = pytest.mark.parametrize(
    "other",
    [
        {"fieldId": "fc_best"},
        {"timePeriodId": "2027_Q4"},
        {"timeFrameId": LATER_WEEK},
        {"userId": "1:B"},
        {"currency": {"code": "EUR"}},
    ],
    ids=lambda other: next(iter(other)),
)
FIELDS = [{"fieldId": each, "fieldName": each, "fieldType": "CURRENCY"} for each in ("fc_commit", "fc_best")]


@OTHER_KEY
def test_entries_that_differ_in_any_part_of_their_key_are_kept_apart(shelf: Shelf, other: dict[str, Any]) -> None:
    usual = entry(currency={"code": "USD"})
    staged = shelf.stage(document(usual, usual, {**usual, **other}, fields=FIELDS))
    assert (staged.entries, staged.same, staged.other) == (2, 1, 0)


@OTHER_KEY
def test_rows_of_one_moment_that_differ_in_any_part_of_their_key_do_not_meet(
    shelf: Shelf, other: dict[str, Any]
) -> None:
    usual = entry(currency={"code": "USD"}, forecastValue=1)
    shelf.load(document(usual), job(1))
    new = document({**usual, **other, "forecastValue": 2}, fields=FIELDS)
    assert shelf.load(new, job(2)) == Loaded(1, 0)
    assert shelf.ask("SELECT job_id, forecast_amount FROM forecast_entries ORDER BY ALL") == [
        ("job-1", Decimal(1)),
        ("job-2", Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("several", "kept"),
    [
        ([{"updatedOn": 3000}, {"updatedOn": 2000, "adjustedOn": 4000}], 1),
        ([{"adjustedOn": 3000}, {"updatedOn": 4000}, {}], 1),
        ([{}, {"crmClosed": 2}, {"crmClosed": 1}, {"crmClosed": None}], 1),
        ([{"quotaValue": 1, "crmClosed": 9}, {"quotaValue": 2}, {"crmClosed": 9}], 1),
    ],
    ids=["adjusted last", "updated last", "of one moment the greatest", "of one moment the first amount decides"],
)
def test_of_entries_with_one_key_one_is_kept_whatever_their_order(
    shelf: Shelf, several: list[dict[str, Any]], kept: int
) -> None:
    entries = [entry(updatedBy=str(number), **each) for number, each in enumerate(several)]
    for order in (entries, entries[::-1]):
        shelf.clear()
        staged = shelf.stage(document(*order))
        assert (staged.entries, staged.same, staged.other) == (1, 0, len(several) - 1)
        assert shelf.ask("SELECT updated_by FROM staged_entries") == [(str(kept),)]


def test_entries_that_differ_in_any_value_are_not_the_same(shelf: Shelf) -> None:
    told = {
        "isUpdated": True,
        "updatedBy": "9:Z",
        "updatedOn": 1000,
        "adjustedBy": "8:Z",
        "adjustedOn": 2000,
        "more": 1,
    }
    amounts = {"forecastValue": 1, "quotaValue": 2, "adjustmentValue": 3, "aggregationTotal": 4, "crmClosed": 5}
    usual = {**told, **amounts}
    others = [{**usual, key: False if value is True else type(value)(7)} for key, value in usual.items()]
    staged = shelf.stage(document(entry(**usual), entry(**usual), *(entry(**other) for other in others)))
    assert (staged.entries, staged.same, staged.other) == (1, 1, len(others))


def test_an_entry_without_a_currency_keeps_none_where_its_key_is_there_in_the_one_asked_for(shelf: Shelf) -> None:
    euros = {"code": "EUR"}
    content = document(
        entry("1:A", forecastValue=1), entry("1:A", forecastValue=2, currency=euros), entry("2:A", forecastValue=3)
    )
    shelf.load(content, job(currency="EUR"))
    assert shelf.ask("SELECT user_id, currency, forecast_amount FROM forecast_entries ORDER BY ALL") == [
        ("1:A", "", Decimal(1)),
        ("1:A", "EUR", Decimal(2)),
        ("2:A", "EUR", Decimal(3)),
    ]


def test_a_snapshot_that_comes_late_makes_the_changes_around_it_again_and_no_others(shelf: Shelf) -> None:
    def load(day: int, amount: float, **asked: Any) -> Changes:
        return shelf.load(document(entry(forecastValue=amount)), job(day, later=timedelta(days=day), **asked)).changes

    load(1, 10)
    load(3, 30)
    load(5, 50)
    load(4, 7, scope_id="1::MGR")
    assert load(2, 20) == Changes(changed=1)
    found = shelf.ask(
        "SELECT forecast_id, time_period_id, time_frame_id, user_id, field_id, currency, type, kind, previous_amount,"
        " current_amount, previous_job_id, job_id FROM entry_changes ORDER BY detected_at"
    )
    key = ("net_bookings", PERIOD, WEEK, "1:A", "fc_commit", "", "forecast", "changed")
    assert found == [
        (*key, Decimal(10), Decimal(20), "job-1", "job-2"),
        (*key, Decimal(20), Decimal(30), "job-2", "job-3"),
        (*key, Decimal(30), Decimal(50), "job-3", "job-5"),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 3, 1, 2), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_of_one_millisecond_the_changes_of_the_greater_job_alone_stay(shelf: Shelf, order: tuple[int, ...]) -> None:
    days = {0: 0, 1: 1, 2: 1, 3: 2}  # the jobs 1 and 2 ended at one moment
    for number in order:
        shelf.load(document(entry(forecastValue=number)), job(number, later=timedelta(days=days[number])))
    assert shelf.ask("SELECT previous_job_id, job_id, current_amount FROM entry_changes ORDER BY detected_at") == [
        ("job-0", "job-2", Decimal(2)),
        ("job-2", "job-3", Decimal(3)),
    ]


def test_a_snapshot_of_another_week_that_comes_between_leaves_the_changes_of_this_one(shelf: Shelf) -> None:
    shelf.load(document(entry(forecastValue=1)), job(1))
    shelf.load(document(entry(forecastValue=3)), job(3, later=timedelta(days=2)))
    before = shelf.dump()["entry_changes"]
    shelf.load(document(entry(frame=LATER_WEEK)), job(2, later=timedelta(days=1)))
    assert len(before) == 1
    assert shelf.dump()["entry_changes"] == before


def test_amounts_of_one_key_in_two_currencies_are_compared_each_with_its_own(shelf: Shelf) -> None:
    def both(dollars: int, euros: int) -> dict[str, Any]:
        amounts = {"USD": dollars, "EUR": euros}
        return document(*(entry(currency={"code": code}, forecastValue=each) for code, each in amounts.items()))

    shelf.load(both(1, 2), job(1))
    assert shelf.load(both(1, 3), job(2, later=timedelta(days=1))).changes == Changes(changed=1)
    assert shelf.ask("SELECT currency, previous_amount, current_amount FROM entry_changes") == [("EUR", 2, 3)]


def test_a_week_that_is_listed_and_has_no_entry_any_more_has_lost_its_amounts(shelf: Shelf) -> None:
    usual = document(entry())
    shelf.load(usual, job(1))
    emptied = shelf.load({**usual, "entries": []}, job(2, later=timedelta(days=1)))
    assert emptied == Loaded(0, 0, changes=Changes(vanished=1))
    assert len(shelf.ask("FROM forecast_entries")) == 1


def test_swings_are_those_of_the_job_and_of_its_moment_beyond_the_threshold(shelf: Shelf) -> None:
    amounts = {1: (100, 100, -100, -100), 2: (120, "120.01", "-120.01", -101), 3: (1, 1, 1, 1)}
    for day, each in amounts.items():
        people = (entry(f"{number}:A", forecastValue=Decimal(amount)) for number, amount in enumerate(each))
        shelf.load(document(*people), job(day, later=timedelta(days=day)))
    at = in_utc(ENDED + timedelta(days=2))
    key = ("net_bookings", PERIOD, WEEK)
    assert swings_of(shelf.connection, at, "job-2", Decimal("0.2")) == (
        Swing(*key, "1:A", "fc_commit", "", "forecast", Decimal(100), Decimal("120.01")),
        Swing(*key, "2:A", "fc_commit", "", "forecast", Decimal(-100), Decimal("-120.01")),
    )
    assert swings_of(shelf.connection, at, "job-3", Decimal("0.2")) == ()
    assert swings_of(shelf.connection, at + timedelta(days=1), "job-2", Decimal("0.2")) == ()


@pytest.mark.usefixtures("far_from_greenwich")
def test_a_time_is_kept_in_utc_without_a_zone_wherever_the_machine_is() -> None:
    assert in_utc(ENDED) == AT
    assert in_utc(AT.replace(tzinfo=UTC)) == AT
