from __future__ import annotations

import random
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.warehouse import DuckDBWarehouse
from tests.strategies import encode
from tests.warehouse.documents import ask, document, entry, land, snapshot

WEEKS, PEOPLE = 13, 7700


def many(**more: Any) -> tuple[bytes, int]:
    """A document of 100,100 entries, and the sum of its forecasts in cents."""
    chance = random.Random(20270301)
    total, entries = 0, []
    for person in range(PEOPLE):
        for week in range(WEEKS):
            cents = chance.randrange(-(10**9), 10**11)
            total += cents
            amount = Decimal(cents).scaleb(-2)
            key = entry(f"{person}:A", frame=f"TF:2026-08-{week + 1:02}", forecastValue=amount)
            entries.append({**key, "quotaValue": 5, "updatedOn": 1786000000000, "isUpdated": True, **more})
    return encode(document(*entries)), total


@pytest.mark.parametrize("more", [{}, {"newKey": {"deep": 1.5}}], ids=["plain", "every entry has a new key"])
def test_a_hundred_thousand_entries_arrive_to_the_cent(
    warehouse: DuckDBWarehouse, judge: Any, tmp_path: Path, path: Path, more: dict[str, Any]
) -> None:
    content, cents = many(**more)
    landed = land(tmp_path, content)
    begun = time.perf_counter()
    staged = warehouse.stage(landed, judge, {})
    loaded = warehouse.load(snapshot(), staged)
    sys.stdout.write(f"{landed.size / 1e6:.0f} MB staged and loaded in {time.perf_counter() - begun:.2f} s\n")
    warehouse.close()
    assert (loaded.inserted, loaded.rounded) == (PEOPLE * WEEKS, 0)
    assert staged.unknown_keys == tuple(more)
    assert ask(path, "SELECT sum(forecast_amount), count(extra) FROM forecast_entries") == [
        (Decimal(cents).scaleb(-2), PEOPLE * WEEKS if more else 0)
    ]


def test_what_has_no_column_is_kept_with_its_keys_in_order(
    warehouse: DuckDBWarehouse, judge: Any, tmp_path: Path, path: Path
) -> None:
    news = [{}, {"z": None, "b": 1}, {"b": {"deep": [1.50]}, "a": "x"}, {"a": [1, "é"], "b": -0.5}]
    content = document(*(entry(f"{number}:A", **new) for number, new in enumerate(news)))
    staged = warehouse.stage(land(tmp_path, content), judge, {})
    warehouse.load(snapshot(), staged)
    warehouse.close()
    assert staged.unknown_keys == ("a", "b", "z")
    assert ask(path, "SELECT user_id, extra::VARCHAR FROM forecast_entries ORDER BY 1") == [
        ("0:A", None),
        ("1:A", '{"b":1,"z":null}'),
        ("2:A", '{"a":"x","b":{"deep":[1.5]}}'),
        ("3:A", '{"a":[1,"é"],"b":-0.5}'),
    ]


def test_rounded_amounts_of_many_entries_are_counted(warehouse: DuckDBWarehouse, judge: Any, tmp_path: Path) -> None:
    content = document(*(entry(f"{number}:A", forecastValue=1.125, quotaValue=1.1) for number in range(50)))
    assert warehouse.stage(land(tmp_path, content), judge, {}).rounded == 50
