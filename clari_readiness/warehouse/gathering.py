"""The team's rows of an export that lies in another engine, as if they lay here: only what differs is fetched.

Both sides are dealt into buckets by the hash of their keys, and of each bucket a count and a checksum leave the engine.
Where they agree, the team's rows are Clari's. Where they do not, the bucket is dealt once more, and its rows come here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clari_readiness.warehouse.reading import Answer, WarehouseReader
from clari_readiness.warehouse.statements import named_in, render
from clari_readiness.warehouse.tables import AMOUNT_COLUMNS

_DIGITS = (3, 5)
"""By how many hexadecimal digits rows are dealt, first and then: 4,096 buckets, and 256 in each that is looked into."""

_FETCHED = 4_000
"""How many rows are fetched at most: with their keys, well below what an answer may hold."""

_DEALT_AGAIN = 40
"""How many buckets are dealt once more at most: their checksums are an answer, too."""


@dataclass(frozen=True)
class Side:
    """Rows of one side: who asks for them, the query over them, and its parameters."""

    reader: WarehouseReader
    rows: str
    params: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class _Apart:
    """Buckets that differ, by so many digits, and how many rows the team has in each."""

    digits: int
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def gathered(found: Side, expected: Side, columns: Sequence[str], scratch: Path) -> int:
    """Make `found_rows` where `expected` lies, of amounts in `columns`; return how many rows were left out of it.

    They are left out, and Clari's taken for them, where more differ than may leave an engine. Raises WarehouseError.
    """
    apart = _apart(found, expected, columns)
    fetched = dict(_fetchable(apart.rows))
    path = scratch / "fetched.json"
    with path.open("w", encoding="utf-8") as file:
        for row in _rows(found, columns, apart.digits, sorted(fetched)):
            file.write(json.dumps(row, default=str) + "\n")
    same = ", ".join(
        f"{column}" if column in columns else f"CAST(NULL AS DECIMAL(15, 2)) AS {column}" for column in AMOUNT_COLUMNS
    )
    chosen = _chosen(apart.digits, "there")
    parts = {"compared": _compared(expected, columns), "same": same, "apart": chosen}
    given = {"path": str(path), "there": sorted(fetched)}
    _answer(expected, "gathered", render("reconcile/gathered", parts), given)
    return apart.total - sum(fetched.values())


def _apart(found: Side, expected: Side, columns: Sequence[str]) -> _Apart:
    """Deal both sides, and those buckets that differ once more where that makes fewer rows of them."""
    apart = _differing(found, expected, columns, _DIGITS[0])
    if _few(apart) or len(apart.rows) > _DEALT_AGAIN:
        return apart
    return _differing(found, expected, columns, _DIGITS[1], within=apart)


def _few(apart: _Apart) -> bool:
    """Tell whether the rows are so few that dealing again would not pay."""
    return apart.total <= _FETCHED // 10


def _differing(
    found: Side, expected: Side, columns: Sequence[str], digits: int, within: _Apart | None = None
) -> _Apart:
    here, there = (dict(_dealt(side, columns, digits, within)) for side in (expected, found))
    differing = [bucket for bucket in sorted({*here, *there}) if here.get(bucket) != there.get(bucket)]
    return _Apart(digits, {bucket: there[bucket][0] if bucket in there else 0 for bucket in differing})


def _dealt(
    side: Side, columns: Sequence[str], digits: int, within: _Apart | None
) -> Iterator[tuple[str, tuple[int, str]]]:
    parts = {
        "compared": _compared(side, columns),
        "digits": str(digits),
        "within": str(within.digits if within else 0),
        "chosen": _chosen(within.digits, "within") if within else "true",
    }
    given = {"within": sorted(within.rows)} if within else {}
    for bucket, rows, checksum in _answer(side, "buckets", render("reconcile/buckets", parts), given).rows:
        yield str(bucket), (int(rows), str(checksum))


def _rows(side: Side, columns: Sequence[str], digits: int, buckets: Sequence[str]) -> Iterator[dict[str, Any]]:
    if not buckets:
        return
    parts = {"compared": _compared(side, columns), "within": str(digits), "chosen": _chosen(digits, "within")}
    yield from _answer(side, "apart", render("reconcile/apart", parts), {"within": list(buckets)}).dicts()


def _answer(side: Side, name: str, sql: str, given: Mapping[str, Any]) -> Answer:
    return side.reader.run(name, sql, named_in(sql, {**side.params, **given}))


def _fetchable(rows: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield buckets, the smallest first, for as long as their rows may be fetched."""
    total = 0
    for bucket, count in sorted(rows.items(), key=lambda each: (each[1], each[0])):
        total += count
        if total > _FETCHED:
            return
        yield bucket, count


def _compared(side: Side, columns: Sequence[str]) -> str:
    """Return the query over a side's rows as they are compared: amounts in cents, as text."""
    cents = [f"coalesce(CAST(CAST(round({column} * 100) AS BIGINT) AS VARCHAR), '') || ';'" for column in columns]
    return render("reconcile/compared", {"rows": side.rows, "amounts": " || ".join(cents)})


def _chosen(digits: int, name: str) -> str:
    return f"list_contains(CAST(${name} AS VARCHAR[]), substr(place, 1, {digits}))"
