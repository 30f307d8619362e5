from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.model.exports import AMOUNTS, Changes
from clari_readiness.warehouse.changes import swings_of
from clari_readiness.warehouse.loading import in_utc
from tests.strategies import amounts
from tests.warehouse.shelf import Rows, Shelf

pytestmark = pytest.mark.database

WEEKS = ("TF:2026-08-05", "TF:2026-08-12")
KEYS = [(week, user, field) for week in WEEKS for user in ("1:A", "1:B", "2:A") for field in ("commit", "best")]
TYPES = st.lists(st.sampled_from(sorted(AMOUNTS)), min_size=1, unique=True).map(lambda types: tuple(sorted(types)))
# Few amounts, so that some stay as they are; and any, so that none is too large.
VALUES = st.none() | st.sampled_from([Decimal("0.00"), Decimal("1.00"), Decimal("1.20")]) | amounts()
# Those that a change can meet exactly, and any.
THRESHOLDS = st.sampled_from([Decimal("0.2"), Decimal(0), Decimal(1)]) | st.decimals(0, 5, places=4)
SOME_KEYS = st.lists(st.sampled_from(KEYS), unique=True, max_size=6)


def _snapshot(draw: st.DrawFn, number: int, types: tuple[str, ...] | None) -> Rows:
    asked = types or draw(TYPES)
    entries = {key: {kind: draw(VALUES) for kind in asked} for key in draw(SOME_KEYS)}
    return Rows(number, number, asked, entries, WEEKS)


@st.composite
def snapshots(draw: st.DrawFn, number: int = 0, types: tuple[str, ...] | None = None) -> Rows:
    return _snapshot(draw, number, types)


@st.composite
def chains(draw: st.DrawFn, longest: int = 4, types: tuple[str, ...] | None = None) -> list[Rows]:
    """Snapshots of one forecast, period, scope and currency, the oldest first."""
    return [_snapshot(draw, number, types) for number in range(draw(st.integers(2, longest)))]


def said(rows: Rows) -> dict[tuple[Any, ...], Decimal]:
    """What a snapshot says: (week, user, field, type) -> amount. NULL says nothing."""
    return {
        (*key, kind): amount
        for key, values in rows.entries.items()
        for kind, amount in values.items()
        if amount is not None
    }


def fill(shelf: Shelf, chain: list[Rows]) -> list[Changes]:
    shelf.clear()
    return [shelf.put(rows) for rows in chain]


def found(shelf: Shelf) -> Iterator[tuple[tuple[Any, ...], Decimal | None, Decimal | None, str]]:
    rows = shelf.ask(
        "SELECT time_frame_id, user_id, field_id, type, previous_amount, current_amount, job_id, kind"
        " FROM entry_changes ORDER BY detected_at"
    )
    for *key, previous, current, job, kind in rows:
        assert kind == ("appeared" if previous is None else "vanished" if current is None else "changed")
        yield tuple(key), previous, current, job


def applied(state: dict[tuple[Any, ...], Decimal], shelf: Shelf) -> dict[tuple[Any, ...], Decimal]:
    state = dict(state)
    for key, previous, current, _ in found(shelf):
        assert state.get(key) == previous
        if current is None:
            del state[key]
        else:
            state[key] = current
    return state


@given(chains(2, tuple(sorted(AMOUNTS))))
def test_law_changes_applied_to_the_older_snapshot_give_the_newer(shelf: Shelf, chain: list[Rows]) -> None:
    """Law: older + changes = newer, and every change was one."""
    counted = fill(shelf, chain)[1]
    assert applied(said(chain[0]), shelf) == said(chain[1])
    changes = list(found(shelf))
    assert all(previous != current for _, previous, current, _ in changes)
    assert counted.changed + counted.appeared + counted.vanished == len(changes)


@given(st.data(), chains())
def test_law_a_chain_of_changes_gives_the_last_snapshot_in_whatever_order_it_came(
    shelf: Shelf, data: st.DataObject, chain: list[Rows]
) -> None:
    """Law: for each type, the first snapshot that asked for it + all changes = the last that asked for it."""
    first: dict[tuple[Any, ...], Decimal] = {}
    last: dict[tuple[Any, ...], Decimal] = {}
    for kind in AMOUNTS:
        asked = [rows for rows in chain if kind in rows.types]
        if asked:
            first |= {key: amount for key, amount in said(asked[0]).items() if key[3] == kind}
            last |= {key: amount for key, amount in said(asked[-1]).items() if key[3] == kind}
    fill(shelf, data.draw(st.permutations(chain)))
    assert applied(first, shelf) == last


@given(snapshots())
def test_law_nothing_changes_between_equal_snapshots(shelf: Shelf, rows: Rows) -> None:
    """Law: the same amounts again are no change."""
    assert fill(shelf, [rows, replace(rows, number=1, moment=1)])[1] == Changes()
    assert shelf.ask("FROM entry_changes") == []


@given(chains(2, ("forecast", "quota")))
def test_law_changes_are_reversed_when_the_snapshots_are(shelf: Shelf, chain: list[Rows]) -> None:
    """Law: what appeared has vanished, and previous and current have changed places."""
    older, newer = chain
    forth = fill(shelf, chain)[1]
    one_way = {(key, previous, current) for key, previous, current, _ in found(shelf)}
    back = fill(shelf, [replace(newer, number=0, moment=0), replace(older, number=1, moment=1)])[1]
    assert {(key, current, previous) for key, previous, current, _ in found(shelf)} == one_way
    assert (back.changed, back.appeared, back.vanished) == (forth.changed, forth.vanished, forth.appeared)


@given(chains(types=("forecast",)))
def test_law_no_change_ever_overflows_and_from_zero_there_is_no_per_cent(shelf: Shelf, chain: list[Rows]) -> None:
    """Law: change_pct is there for any two amounts, with their sign, and NULL exactly when there is no ratio."""
    fill(shelf, chain)
    for previous, current, per_cent in shelf.ask(
        "SELECT previous_amount, current_amount, change_pct FROM clari_forecast_changes"
    ):
        assert (per_cent is None) == (not previous or current is None)
        if per_cent is not None:
            exact = (current - previous) / abs(previous) * 100
            assert abs(per_cent - exact) <= Decimal("0.0001") + abs(exact) * Decimal("1e-12")


@given(chains(2, ("forecast", "quota")), THRESHOLDS, THRESHOLDS)
def test_law_a_higher_threshold_never_finds_more(shelf: Shelf, chain: list[Rows], one: Decimal, other: Decimal) -> None:
    """Law: swings beyond the higher threshold are among those beyond the lower, and each is really beyond it."""
    fill(shelf, chain)
    newest, low, high = chain[1].snapshot, min(one, other), max(one, other)
    at = in_utc(newest.exported_at)
    below = set(swings_of(shelf.connection, at, newest.job_id, low))
    assert set(swings_of(shelf.connection, at, newest.job_id, high)) <= below
    beyond = {
        key
        for key, previous, current, _ in found(shelf)
        if previous is not None and current is not None and abs(current - previous) > low * abs(previous)
    }
    assert {(swing.time_frame_id, swing.user_id, swing.field_id, swing.type) for swing in below} == beyond


@given(chains())
def test_law_what_is_current_is_each_amount_as_the_last_that_asked_for_it_said(shelf: Shelf, chain: list[Rows]) -> None:
    """Law: an export that did not ask for a type blanks nothing of it, and one that did says what is."""
    fill(shelf, chain)
    expected = {}
    for kind in AMOUNTS:
        asked = [rows for rows in chain if kind in rows.types]
        expected |= {key: amount for key, amount in said(asked[-1]).items() if key[3] == kind} if asked else {}
    columns = ", ".join(column for _, column in AMOUNTS.values())
    current = shelf.ask(f"SELECT time_frame_id, user_id, field_id, {columns} FROM current_entries")  # noqa: S608
    assert {
        (*row[:3], kind): amount
        for row in current
        for kind, amount in zip(AMOUNTS, row[3:], strict=True)
        if amount is not None
    } == expected
    assert len({row[:3] for row in current}) == len(current)


@given(
    snapshots(0),
    snapshots(1),
    st.sampled_from([{"scope": "1::MGR"}, {"currency": "EUR"}, {"period": "2027_Q4"}]),
)
def test_law_an_export_of_another_scope_currency_or_period_blanks_nothing(
    shelf: Shelf, first: Rows, second: Rows, asked: dict[str, Any]
) -> None:
    """Law: what was current and is not said anew is as it was; nothing is compared."""

    def current() -> dict[tuple[Any, ...], tuple[Any, ...]]:
        columns = ", ".join(column for _, column in AMOUNTS.values())
        rows = shelf.ask(
            "SELECT time_period_id, time_frame_id, user_id, field_id, currency,"  # noqa: S608 - our own columns
            f" {columns} FROM current_entries"
        )
        assert len({row[:5] for row in rows}) == len(rows)
        return {row[:5]: row[5:] for row in rows}

    later = replace(second, **asked)
    fill(shelf, [first])
    before = current()
    shelf.put(later)
    after = current()
    for key, values in before.items():
        new = later.entries.get(key[1:4], {}) if (key[0], key[4]) == (later.period, later.currency) else {}
        for kind, was, now in zip(AMOUNTS, values, after[key], strict=True):
            assert now == new.get(kind, was)
    assert shelf.ask("FROM entry_changes") == []


@given(
    st.data(),
    st.lists(
        st.builds(
            lambda rows, moment, scope, currency: replace(rows, moment=moment, scope=scope, currency=currency),
            snapshots(),
            st.integers(0, 3),
            st.sampled_from(["", "", "1::MGR"]),
            st.sampled_from(["", "", "EUR"]),
        ),
        min_size=2,
        max_size=4,
        unique_by=lambda rows: rows.moment,
    ),
)
def test_law_changes_are_the_same_in_whatever_order_the_snapshots_came(
    shelf: Shelf, data: st.DataObject, several: list[Rows]
) -> None:
    """Law: the table of changes depends on what was loaded and not on when, late snapshots and scopes included."""
    several = [replace(rows, number=number) for number, rows in enumerate(several)]
    fill(shelf, several)
    one = shelf.dump()
    fill(shelf, data.draw(st.permutations(several)))
    assert shelf.dump() == one
