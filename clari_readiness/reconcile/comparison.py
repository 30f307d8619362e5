"""Comparing what lies staged with the rows of one export: counts and sums, and the keys that are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from clari_readiness.errors import NotVerified
from clari_readiness.model.exports import AMOUNTS
from clari_readiness.model.reconciliation import (
    Amounts,
    Kind,
    Offence,
    OffenceKind,
    Reconciled,
    Vanished,
    Verdict,
)
from clari_readiness.warehouse import ComparedWarehouse, Question, StagedEntries

SHOWN = 20
"""How many keys of each kind of offence are named at most, and how many people who have vanished."""

_TYPES: Mapping[str, str] = {column: kind for kind, (_, column) in AMOUNTS.items()}
_CENTS = Decimal("0.00")


def compare(
    warehouse: ComparedWarehouse,
    question: Question,
    staged: StagedEntries,
    *,
    types: Iterable[str],
    kind: Kind,
    reason: str = "",
) -> Reconciled:
    """Return what differs between the staged entries and the team's rows that the question is about.

    Amounts are compared of the `types` that exports ask for, and of those that the document has. People of whom Clari
    says nothing any more are explained where it is asked as of now; a job's own results are immutable (F9). Raises
    NotVerified when the team's table has a column for none of them.
    """
    asked = [kind for kind in AMOUNTS if kind in types or kind not in staged.absent_types]
    columns = [AMOUNTS[kind][1] for kind in asked if AMOUNTS[kind][1] in warehouse.compared_columns]
    if not columns:
        raise NotVerified(
            f"the table has no column for the amounts of {', '.join(asked)}", way_out="map them in `warehouse.columns`"
        )
    totals = warehouse.ask("totals", question)[0]
    twice = totals["pairs"] - (totals["expected_rows"] - totals["missing"])
    vanished = _vanished(warehouse, question, staged) if kind == "now" and totals["unexpected"] else []
    rows_of_vanished = sum(row["rows"] for row in vanished)
    counts = {
        "missing": totals["missing"],
        "too_many": totals["unexpected"] - rows_of_vanished,
        "twice": twice,
        "differing": sum(_differing(totals, column) for column in columns),
    }
    return _unless_cut(
        warehouse.left_out,
        Reconciled(
            question.forecast_id,
            question.time_period,
            kind,
            question.exported_at,
            question.job_id,
            expected_rows=totals["expected_rows"],
            found_rows=totals["found_rows"],
            missing=counts["missing"],
            too_many=counts["too_many"] + twice,
            amounts=tuple(_amounts(totals, column) for column in columns),
            not_compared=tuple(kind for kind in asked if AMOUNTS[kind][1] not in columns),
            vanished=Vanished(len(vanished), rows_of_vanished, tuple(row["user_id"] for row in vanished[:SHOWN])),
            offences=tuple(_offences(warehouse, question, counts, columns, [row["user_id"] for row in vanished])),
            reason=reason,
            drifts=tuple(_drifts(warehouse, question, totals, columns)),
        ),
    )


def _unless_cut(left_out: int, reconciled: Reconciled) -> Reconciled:
    """Return what was found, unless nothing was where not everything was looked at: that is NotVerified."""
    if not left_out:
        return reconciled
    rows = f"{left_out} rows more differ than may leave this engine, and were not looked at"
    if reconciled.verdict is Verdict.SAME:
        raise NotVerified(
            rows,
            way_out="map the column that names the job in `warehouse.columns.job_id`, or reconcile sooner",
        )
    return replace(reconciled, reason="; ".join(filter(None, (reconciled.reason, rows))))


def _vanished(warehouse: ComparedWarehouse, question: Question, staged: StagedEntries) -> list[dict[str, Any]]:
    """Return the people whom Clari's answer does not know any more (F17), and how many rows are theirs."""
    return warehouse.ask("vanished", question, users=str(staged.lists["users"]))


def _amounts(totals: Mapping[str, Any], column: str) -> Amounts:
    expected, found = (totals[f"{side}_{column}"] or _CENTS for side in ("expected", "found"))
    drifted, undated = (totals[f"{which}_{column}"] for which in ("drifted", "undated"))
    return Amounts(_TYPES[column], expected, found, _differing(totals, column), drifted, undated)


def _differing(totals: Mapping[str, Any], column: str) -> int:
    return int(totals[f"apart_{column}"] - totals[f"drifted_{column}"])


def _offences(
    warehouse: ComparedWarehouse,
    question: Question,
    counts: Mapping[str, int],
    columns: list[str],
    vanished: list[str],
) -> Iterator[Offence]:
    """Name the keys that are wrong. Each kind is asked for only where there is one: a healthy night costs one join."""
    if counts["missing"]:
        yield from (Offence("missing", **row) for row in warehouse.ask("missing", question))
    if counts["too_many"]:
        yield from (Offence("too many", **row) for row in warehouse.ask("too_many", question, vanished=vanished))
    if counts["twice"]:
        yield from (Offence("twice", **row) for row in warehouse.ask("twice", question))
    if counts["differing"]:
        yield from _differences("differs", warehouse.ask("differing", question, columns=columns, undated=False))


def _drifts(
    warehouse: ComparedWarehouse, question: Question, totals: Mapping[str, Any], columns: list[str]
) -> Iterator[Offence]:
    if any(totals[f"undated_{column}"] for column in columns):
        yield from _differences("differs now", warehouse.ask("differing", question, columns=columns, undated=True))


def _differences(kind: OffenceKind, rows: Iterable[dict[str, Any]]) -> Iterator[Offence]:
    for row in rows:
        type_ = _TYPES[row.pop("name")]
        yield Offence(kind, **row, type=type_)
