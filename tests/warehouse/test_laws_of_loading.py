from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.errors import DocumentRefused
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import AMOUNTS, EXPORT_TYPES, ExportRequest, Snapshot
from tests.strategies import forecast_documents
from tests.warehouse.documents import ENDED, document, entry
from tests.warehouse.shelf import Kept, Shelf

pytestmark = pytest.mark.database

QUARTER = Quarter(2027, 3)
DOCUMENTS = forecast_documents(quarter=QUARTER, max_entries=6)
COLUMNS = ", ".join(column for _, column in AMOUNTS.values())
KEYS = ("fieldId", "timePeriodId", "timeFrameId", "userId")
TYPES = st.lists(st.sampled_from(EXPORT_TYPES), min_size=1, unique=True)
ASKED = st.tuples(
    st.sampled_from([QUARTER, QUARTER, QUARTER.minus(-1)]),
    st.sampled_from([None, None, "280627::MGR"]),
    st.sampled_from([None, None, "EUR"]),
    st.booleans(),
)
DAYS = st.integers(0, 3)


@st.composite
def jobs(draw: st.DrawFn, number: int = 1) -> tuple[Snapshot, dict[str, Any]]:
    """A job, and a document that answers it; some jobs end in one millisecond."""
    types = tuple(draw(TYPES))
    quarter, scope, currency, historical = draw(ASKED)
    request = ExportRequest(
        "net_bookings", str(quarter), types, scope_id=scope, currency=currency, include_historical=historical
    )
    content = draw(forecast_documents(quarter=quarter, types=types, max_entries=4))
    ended = ENDED + timedelta(days=draw(DAYS))
    return Snapshot(f"job-{number}", request, ended), content


def meeting(job: tuple[Snapshot, dict[str, Any]], number: int) -> tuple[Snapshot, dict[str, Any]]:
    """Another job that ended in the same millisecond and holds the same keys, with amounts of its own."""
    snapshot, content = job
    amounts = dict.fromkeys((key for key, _ in AMOUNTS.values()), Decimal(number))
    entries = [{**each, **{key: amounts[key] for key in amounts if key in each}} for each in content["entries"]]
    return replace(snapshot, job_id=f"job-{number}"), {**content, "entries": entries}


def load(shelf: Shelf, *several: tuple[Snapshot, dict[str, Any]]) -> None:
    for snapshot, content in several:
        shelf.load(content, snapshot)


def usual(number: int = 1, period: str = str(QUARTER)) -> Snapshot:
    return Snapshot(f"job-{number}", ExportRequest("net_bookings", period, EXPORT_TYPES), ENDED)


def key_of(each: dict[str, Any]) -> tuple[Any, ...]:
    return (*(each[key] for key in KEYS), (each.get("currency") or {}).get("code", ""))


@given(jobs(), st.integers(1, 3))
def test_law_a_job_loaded_any_number_of_times_equals_once(
    shelf: Shelf, job: tuple[Snapshot, dict[str, Any]], times: int
) -> None:
    """Law: load(load(x)) = load(x), in every table; the last time it is staged again, too."""
    snapshot, content = job
    shelf.clear()
    kept = shelf.keep(content)
    shelf.load_kept(kept, snapshot)
    once = shelf.dump()
    for _ in range(times - 1):
        shelf.load_kept(kept, snapshot)
    load(shelf, job)
    assert shelf.dump() == once


@given(st.data())
def test_law_any_order_of_jobs_gives_the_same_tables(shelf: Shelf, data: st.DataObject) -> None:
    """Law: what is there depends on what was loaded, not on when: names, ties in one millisecond and changes too."""
    several = [data.draw(jobs(number)) for number in range(data.draw(st.integers(2, 3)))]
    if data.draw(st.booleans()):  # too rare to be left to chance
        several[-1] = meeting(several[0], len(several) - 1)
    kept = [(shelf.keep(content), snapshot) for snapshot, content in several]

    def tables(order: list[tuple[Kept, Snapshot]]) -> dict[str, list[tuple[Any, ...]]]:
        shelf.clear()
        for each in order:
            shelf.load_kept(*each)
        return shelf.dump()

    assert tables(data.draw(st.permutations(kept))) == tables(kept)


@given(st.data())
def test_law_every_entry_of_every_loaded_document_is_found_at_its_exported_at(
    shelf: Shelf, data: st.DataObject
) -> None:
    """Law: a later snapshot takes nothing away from an earlier one (F17)."""
    several = [data.draw(jobs(number)) for number in range(2)]
    several = [
        (Snapshot(snapshot.job_id, snapshot.request, ENDED + timedelta(days=number)), content)
        for number, (snapshot, content) in enumerate(several)
    ]
    shelf.clear()
    load(shelf, *several)
    for snapshot, content in several:
        at = snapshot.exported_at.replace(tzinfo=None)
        rows = shelf.ask(
            "SELECT field_id, time_period_id, time_frame_id, user_id, currency,"  # noqa: S608 - our own columns
            f" {COLUMNS} FROM forecast_entries WHERE exported_at = '{at}'"
        )
        asked = snapshot.request.currency or ""
        expected = [
            (*key_of(each)[:4], key_of(each)[4] or asked, *(each.get(key) for key, _ in AMOUNTS.values()))
            for each in content["entries"]
        ]
        assert Counter(rows) == Counter(expected)


@given(DOCUMENTS)
def test_law_sums_by_forecast_period_field_and_type_equal_the_documents_to_the_cent(
    shelf: Shelf, content: dict[str, Any]
) -> None:
    """Law: no cent is lost or made, whatever the amounts."""
    shelf.clear()
    load(shelf, (usual(), content))
    sums = ", ".join(f"coalesce(sum({column}), 0)" for _, column in AMOUNTS.values())
    rows = shelf.ask(
        "SELECT forecast_id, time_period_id, field_id,"  # noqa: S608 - our own columns
        f" {sums} FROM forecast_entries GROUP BY ALL"
    )
    for forecast, period, field, *found in rows:
        among = [each for each in content["entries"] if (each["timePeriodId"], each["fieldId"]) == (period, field)]
        expected = [sum((each.get(key) or Decimal(0) for each in among), Decimal(0)) for key, _ in AMOUNTS.values()]
        assert (forecast, found) == ("net_bookings", expected)
    assert {row[2] for row in rows} == {each["fieldId"] for each in content["entries"]}


@given(st.data())
def test_law_current_entries_has_one_row_for_each_key(shelf: Shelf, data: st.DataObject) -> None:
    """Law: whatever was exported, and asked for, no key is current twice, nor known last twice."""
    shelf.clear()
    load(shelf, *(data.draw(jobs(number)) for number in range(2)))
    key = "forecast_id, time_period_id, time_frame_id, user_id, field_id, currency"
    # What has not vanished of last_known_entries is current_entries, row by row; the views cost more than the loads.
    known = shelf.ask(f"SELECT {key} FROM last_known_entries ORDER BY ALL")  # noqa: S608 - our own columns
    assert known == shelf.ask(f"SELECT DISTINCT {key} FROM forecast_entries ORDER BY ALL")  # noqa: S608


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-(10**15) + 1, 10**15 - 1))
def test_law_two_roles_of_one_person_and_one_week_in_two_quarters_never_collide(
    shelf: Shelf, one: int, other: int
) -> None:
    """Law: the role and the quarter are part of the key (F13, F14), also where rows of one moment meet."""
    shelf.clear()
    kept = {("2027_Q3", "1:A"): other, ("2027_Q3", "1:B"): one, ("2027_Q2", "1:A"): one, ("2027_Q2", "1:B"): other}
    replaced = {("2027_Q2", "1:A"): other, ("2027_Q2", "1:B"): one}
    for number, told in enumerate((replaced, {**kept, **replaced}, kept)):
        period = "2027_Q3" if number == 1 else "2027_Q2"
        roles = [
            entry(user, frame="TF:2026-07-29", period=period, forecastValue=Decimal(cents).scaleb(-2))
            for (of, user), cents in told.items()
            if of == period
        ]
        load(shelf, (usual(number, period), document(*roles)))
    found = shelf.ask("SELECT time_period_id, user_id, forecast_amount FROM current_entries")
    assert {row[:2]: row[2] for row in found} == {key: Decimal(cents).scaleb(-2) for key, cents in kept.items()}
    assert len(found) == len(kept)


# How to break an entry, and where.
BREAKS = st.sampled_from(
    [
        *((key, None) for key in KEYS),
        *((key, "nobody's") for key in KEYS if key != "timePeriodId"),
        ("timePeriodId", "1999_Q1"),
        ("forecastValue", "12"),
        ("quotaValue", True),
        ("adjustmentValue", [1]),
        ("aggregationTotal", Decimal(10) ** 13),
        ("crmClosed", Decimal("-9999999999999.995")),
        ("isUpdated", "yes"),
        ("updatedOn", -1),
        ("adjustedOn", 1.5),
        ("currency", {"code": "dollars"}),
        ("updatedBy", {}),
    ]
)


@given(DOCUMENTS, st.data())
@example(document(entry()), None)
def test_law_what_the_contract_accepts_loads_and_what_it_refuses_changes_nothing(
    shelf: Shelf, content: dict[str, Any], data: st.DataObject | None
) -> None:
    """Law: all of a document or nothing, and the violation says where."""
    shelf.clear()
    load(shelf, (usual(), content))
    before = shelf.dump()
    assert len(before["forecast_entries"]) == len(content["entries"])
    broken = copy.deepcopy(content)
    position = data.draw(st.integers(0, len(content["entries"]) - 1)) if data else 0
    key, value = data.draw(BREAKS) if data else ("userId", None)
    broken["entries"][position][key] = value
    with pytest.raises(DocumentRefused) as refused:
        load(shelf, (usual(2), broken))
    assert refused.value.violations[0].startswith(f"$.entries[{position}].{key}")
    assert shelf.dump() == before
