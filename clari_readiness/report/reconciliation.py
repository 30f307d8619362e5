"""A reconciliation, shown: as a table with the keys that are wrong below it, and as JSON."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clari_readiness.model.anomalies import Detection
from clari_readiness.model.reconciliation import Reconciled, Reconciliation, Total, Unreconciled, Verdict
from clari_readiness.report.anomalies import detection_lines
from clari_readiness.report.plain import plain

_STYLES = {Verdict.SAME: "green", Verdict.DIFFERENT: "bold red", Verdict.NOT_LOOKED: "yellow"}
_COLUMNS = ("forecast", "period", "kind", "expected", "found", "missing", "too many", "differ", "drift", "")


def reconciliation_document(found: Reconciliation) -> dict[str, Any]:
    """Return all that was found as anything that JSON holds, amounts as exact text, the verdicts with it."""
    document: dict[str, Any] = msgspec.to_builtins(found)
    compared = [
        {**row, "verdict": each.verdict.value}
        for row, each in zip(document["reconciled"], found.reconciled, strict=True)
    ]
    return {**document, "verdict": found.verdict.value, "reconciled": compared}


def total_rows(totals: Iterable[Total]) -> list[dict[str, Any]]:
    """Return what exports add up to as rows that JSON holds, amounts as exact text."""
    return [msgspec.to_builtins(each) for each in totals]


def reconciliation_table(found: Reconciliation, *, width: int, colour: bool, detection: Detection | None = None) -> str:
    """Return the table as lines of about `width` columns; what names bring along is shown, not obeyed.

    The anomalies of a `detection` stand below it, and the verdict last: they are no part of it.
    """
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},  # colour and width were decided by the caller
    )
    detected = detection_lines(detection) if detection else ()
    with console.capture() as shown:
        if found.reconciled:
            console.print(_table(found.reconciled))
        for line, style in (*_lines(found), *detected, _verdict(found)):
            console.print(Text(plain(line), style), soft_wrap=True)
    return "\n".join(line.rstrip() for line in shown.get().splitlines())


def _table(reconciled: tuple[Reconciled, ...]) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _COLUMNS[3:9] else "left", overflow="fold")
    for each in reconciled:
        rows = each.expected_rows, each.found_rows
        wrong = each.missing, each.too_many, each.differing, each.drifted
        cells = (each.forecast_id, each.time_period, each.kind, *(f"{count:,}" for count in (*rows, *wrong)))
        table.add_row(*(Text(plain(cell)) for cell in cells), Text(each.verdict.value, _STYLES[each.verdict]))
    return table


def _lines(found: Reconciliation) -> Iterator[tuple[str, str]]:
    """Yield what the table has no room for, each with its style."""
    for each in found.reconciled:
        yield from ((f"{each.forecast_id} {each.time_period}: {told}", style) for told, style in _told(each))
    yield from ((_not_told(one), _STYLES[Verdict.NOT_LOOKED]) for one in found.unreconciled)


def _verdict(found: Reconciliation) -> tuple[str, str]:
    return f"{found.verdict}", _STYLES[found.verdict]


def _told(each: Reconciled) -> Iterator[tuple[str, str]]:
    """Yield sums, then what is wrong, then what explains and informs."""
    for amounts in each.amounts:
        apart = amounts.found - amounts.expected
        sums = f"sum of {amounts.type}: {amounts.expected:,} at Clari, {amounts.found:,} here"
        yield (f"{sums}, {apart:+,}", "bold red" if amounts.differing else "") if apart else (sums, "dim")
    yield from ((str(offence), "red") for offence in each.offences)
    if each.reason:
        yield f"compared with Clari as it is now: {each.reason}", ""
    if each.drifts:
        yield f"{each.undated} amounts differ from what Clari says now, and nobody can say since when:", "yellow"
        yield from ((str(drift), "yellow") for drift in each.drifts)
    if each.rows_beyond:
        yield f"{each.rows_beyond:,} rows of other weeks were not compared: Clari answers one week", "yellow"
    if each.vanished.rows:
        people = ", ".join(each.vanished.user_ids)
        yield f"{each.vanished.rows} rows are of people whom Clari does not name any more (F17): {people}", ""
    if each.not_compared:
        yield f"not compared, since the table has no column: {', '.join(each.not_compared)}", "yellow"
    if each.roll_ups.apart:
        ups = each.roll_ups
        yield f"{ups.apart} of {ups.managers} managers' forecasts are not the sum of their reports' ({ups.week})", "dim"


def _not_told(one: Unreconciled) -> str:
    return f"{one}; {one.way_out}" if one.way_out else str(one)
