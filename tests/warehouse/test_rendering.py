"""Statements in another engine's dialect: what is a parameter stays one, whatever is in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines import bigquery, postgres, snowflake, sqlite
from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.statements import quoted, render, statement
from clari_readiness.warehouse.tables import CANONICAL_COLUMNS, GRAIN, Tables

HOSTILE = "x'); DROP TABLE forecasts; -- %s $1 :a"
PARAMS: dict[str, Any] = {
    **{each: [HOSTILE, "another"] for each in ("forecasts", "periods", "jobs", "columns")},
    **dict.fromkeys(("time_period", "table_name"), HOSTILE),
    **dict.fromkeys(("since", "until", "day"), datetime(2026, 9, 1)),  # noqa: DTZ001 - as checks give it
    "newest_only": True,
}
CHECKS = sorted(Path(each.name).stem for each in (files("clari_readiness.warehouse") / "sql" / "checks").iterdir())
DIALECTS = {each.DIALECT.name: each.DIALECT for each in (postgres, sqlite, snowflake, bigquery)}


def written(name: str) -> str:
    """Return a check's statement over a table with all columns, in DuckDB's dialect."""
    described = Described('"100%s"."clari"', dict.fromkeys(CANONICAL_COLUMNS, Kind.TEXT))
    selection = Tables().selection(CANONICAL_COLUMNS, (), described)
    grain = ", ".join(map(quoted, GRAIN))
    return render(f"checks/{name}", {"forecasts": f"forecasts AS NOT MATERIALIZED ({selection.sql})", "grain": grain})


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_statement_holds_the_name_of_each_parameter_and_no_value(dialect: Dialect, name: str) -> None:
    rendered = dialect.render(written(name), PARAMS)
    assert "DROP" not in rendered.sql
    assert len(sqlglot.parse(rendered.sql.replace("%%", "%"), read=dialect.name)) == 1
    for parameter in rendered.params:
        assert dialect.placeholder.format(parameter) in rendered.sql
    assert set(rendered.order) == set(rendered.params)
    assert len(rendered.values) == sum(rendered.sql.count(mark) for mark in _marks(rendered.params, dialect))
    named = {each for each in PARAMS if f"${each}" in statement(f"checks/{name}")}
    assert {parameter.rstrip("0123456789_") for parameter in rendered.params} == named


def _marks(params: Mapping[str, Any], dialect: Dialect) -> set[str]:
    """Return how the parameters are written: each by its name, or all alike."""
    return {dialect.placeholder.format(name) for name in params}


def test_a_list_becomes_a_parameter_for_each_value_and_an_empty_one_is_never_true() -> None:
    rendered = postgres.DIALECT.render("SELECT 1 FROM t WHERE list_contains($names, a)", {"names": ["b", "c"]})
    assert dict(rendered.params) == {"names_0": "b", "names_1": "c"}
    assert '"a" IN (%(names_0)s, %(names_1)s)' in rendered.sql
    empty = postgres.DIALECT.render("SELECT 1 FROM t WHERE list_contains($names, a)", {"names": []})
    assert dict(empty.params) == {}
    assert "FALSE" in empty.sql


def test_a_statement_that_was_rendered_before_is_bound_to_the_values_of_this_time() -> None:
    sql = "SELECT list_contains($names, name) AND $since IS NULL AND at = $at FROM t"
    first, again, longer, since = (
        postgres.DIALECT.render(sql, {"names": names, "since": when, "at": at})
        for names, when, at in ((["a"], None, 1), (["b"], None, 2), (["b", "c"], None, 2), (["b"], 3, 2))
    )
    assert first.sql == again.sql
    assert dict(first.params) == {"names_0": "a", "at": 1}
    assert dict(again.params) == {"names_0": "b", "at": 2}
    assert dict(longer.params) == {"names_0": "b", "names_1": "c", "at": 2}
    assert len({first.sql, longer.sql, since.sql}) == 3


def test_a_percent_sign_that_is_no_parameter_is_doubled_where_the_driver_would_read_it() -> None:
    assert '"100%%s"."clari"' in postgres.DIALECT.render(written("freshness"), PARAMS).sql
    assert '"100%s"."clari"' in sqlite.DIALECT.render(written("freshness"), PARAMS).sql


def test_a_selection_is_not_copied_and_what_joins_is_not_worked_out_for_each_use() -> None:
    join = "SELECT * FROM a JOIN u ON a.x = u.x"
    sql = f"WITH a AS NOT MATERIALIZED (SELECT * FROM t), b AS NOT MATERIALIZED ({join}) SELECT * FROM b"  # noqa: S608
    assert postgres.DIALECT.render(sql, {}).sql.count("NOT MATERIALIZED") == 1
    assert '"a" AS NOT MATERIALIZED' in postgres.DIALECT.render(sql, {}).sql
    for other in (sqlite, snowflake, bigquery):
        assert "MATERIALIZED" not in other.DIALECT.render(sql, {}).sql
