"""In what the rows of one period differ from the document that they should hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clari_readiness.trial.course import Document, Entry, Run
from clari_readiness.trial.laws.told import Key, current, key_of, moment, rows_of, shown
from clari_readiness.trial.rows import Row
from clari_readiness.trial.verdict import Broken

_PLURALS = {"entry": "entries"}
_TEXTS = ("owner_name", "owner_email")


def differences(run: Run, period: str, document: Document) -> Iterator[Broken]:
    """Yield what was lost, duplicated, invented, resurrected, stale, inexact or altered."""
    rows = rows_of(run.after, period)
    newest = current(rows, run.after)
    truth = {shown(entry.key, run.after): entry for entry in document.entries}
    yield from _lost(period, truth, newest)
    yield from _duplicated(period, rows, run)
    yield from _unknown(period, truth, newest, run)
    yield from _inexact(period, truth, newest, _earlier(run, document))
    yield from _altered(period, truth, newest)


def counted(number: int, what: str) -> str:
    """Return `1 row` or `2 rows`."""
    return f"1 {what}" if number == 1 else f"{number} {_PLURALS.get(what, f'{what}s')}"


def _lost(period: str, truth: Mapping[Key, Entry], newest: Mapping[Key, Row]) -> Iterator[Broken]:
    lost = tuple({"lost": entry.key} for key, entry in truth.items() if key not in newest)
    if lost:
        yield Broken("lost", f"lost {len(lost)} of {counted(len(truth), 'entry')} of {period}", lost)


def _duplicated(period: str, rows: Sequence[Row], run: Run) -> Iterator[Broken]:
    times = Counter((key_of(row, run.after), row.get("exported_at")) for row in rows)
    twice = tuple({"key": key} for (key, _), count in times.items() if count > 1)
    moments = {row.get("exported_at") for row in rows}
    exports = sum(document.period == period for document in run.truth.documents)
    if twice:
        most = max(times.values())
        what = f"duplicated {counted(len(twice), 'row')} of {period}: one key is there up to {most} times"
        yield Broken("duplicated", what, twice)
    elif "exported_at" not in run.after.absent and len(moments) > max(exports, 1):
        held = f"holds {len(moments)} snapshots of {period}, from {counted(exports, 'export')} of it"
        yield Broken("duplicated", held)


def _unknown(period: str, truth: Mapping[Key, Entry], newest: Mapping[Key, Row], run: Run) -> Iterator[Broken]:
    """Judge rows of keys that the answer does not have: only those that were there before may stay, as they were."""
    before = current(rows_of(run.before, period), run.before)
    strange = {key: row for key, row in newest.items() if key not in truth}
    new = tuple(row for key, row in strange.items() if key not in before)
    latest = max((moment(row) for key, row in newest.items() if key in truth), default=0.0)
    raised = tuple(
        row for key, row in strange.items() if key in before and moment(row) == latest and moment(before[key]) < latest
    )
    if new:
        yield Broken("invented", f"holds {counted(len(new), 'row')} of {period} that no answer to it had", new)
    if raised:
        what = f"resurrected {counted(len(raised), 'row')} of {period}, which the newest export lacks"
        yield Broken("resurrected", what, raised)


def _inexact(
    period: str, truth: Mapping[Key, Entry], newest: Mapping[Key, Row], earlier: Mapping[Key, list[Entry]]
) -> Iterator[Broken]:
    """Judge amounts; a row that says what an earlier export said is stale, any other that differs is inexact."""
    stale: list[dict[str, Any]] = []
    inexact: list[dict[str, Any]] = []
    for key, entry in truth.items():
        if key in newest and (differ := _differing(entry, newest[key])):
            is_stale = any(not _differing(before, newest[key]) for before in earlier.get(key, ()))
            (stale if is_stale else inexact).extend(differ)
    if stale:
        what = f"{counted(len(stale), 'amount')} of {period} stale: {_example(stale)}"
        yield Broken("stale", what, tuple(stale))
    if inexact:
        what = f"{counted(len(inexact), 'amount')} of {period} wrong: {_example(inexact)}"
        yield Broken("inexact", what, tuple(inexact))


def _altered(period: str, truth: Mapping[Key, Entry], newest: Mapping[Key, Row]) -> Iterator[Broken]:
    altered = [
        {"key": key, "column": column, "is": newest[key][column], "should be": getattr(entry, column)}
        for key, entry in truth.items()
        for column in _TEXTS
        if column in newest.get(key, ()) and newest[key][column] != getattr(entry, column)
    ]
    if altered:
        what = f"altered {counted(len(altered), 'text')} of {period}: {_example(altered)}"
        yield Broken("altered", what, tuple(altered))


def _differing(entry: Entry, row: Row) -> list[dict[str, Any]]:
    return [
        {"key": entry.key, "column": column, "is": row.get(column), "should be": amount}
        for column, amount in entry.amounts.items()
        if row.get(column) != amount
    ]


def _earlier(run: Run, document: Document) -> dict[Key, list[Entry]]:
    """Return, by key, what earlier good documents of the same period said."""
    found: dict[Key, list[Entry]] = {}
    for each in run.truth.documents:
        if each.job_id == document.job_id:
            break
        if each.period == document.period and not each.damage:
            for entry in each.entries:
                found.setdefault(shown(entry.key, run.after), []).append(entry)
    return found


def _example(differences: Sequence[Mapping[str, Any]]) -> str:
    first = differences[0]
    return f"{first['column']} is {_quoted(first['is'])} and should be {_quoted(first['should be'])}"


def _quoted(value: Any) -> str:
    return repr(value) if isinstance(value, str) else "NULL" if value is None else str(value)
