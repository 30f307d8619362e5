"""The statements that load, in PostgreSQL's words.

What DuckDB has and PostgreSQL lacks is said another way here, once for all statements: the greatest of a group by
another column, the replacing of rows, texts that compare byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import sqlglot
from sqlglot import exp

from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.loaders.rewrites import Rules, greatest
from clari_readiness.warehouse.statements import quoted

_GREATEST = "(ARRAY_AGG(:value ORDER BY :by DESC) FILTER(WHERE :counts))[1]"


def _text(kind: exp.DataType) -> exp.Expr:
    return exp.DataType.build("TEXT", dialect="postgres") if kind.this == exp.DType.VARCHAR else kind


def _bytewise_column(column: exp.ColumnDef) -> exp.Expr:
    """Have a column of text compared as DuckDB compares texts, whatever the database's own order is."""
    if _is_text(column.kind):
        column.append("constraints", exp.ColumnConstraint(kind=exp.CollateColumnConstraint(this=_bytewise())))
    return column


def _bytewise_cast(cast: exp.Cast) -> exp.Expr:
    return exp.Collate(this=cast.copy(), expression=_bytewise()) if _is_text(cast.to) else cast


def _exact(division: exp.Div) -> exp.Expr:
    """Divide decimals as decimals: sqlglot would make doubles of them, since that is what DuckDB does."""
    division.set("typed", True)  # noqa: FBT003 - sqlglot's way
    return division


def _json_array(array: exp.JSONArray) -> exp.Expr:
    """Keep the NULLs of a JSON array, which PostgreSQL's own JSON_ARRAY leaves out."""
    return exp.Anonymous(this="JSON_BUILD_ARRAY", expressions=array.expressions)


def _one_of(contains: exp.ArrayContains) -> exp.Expr:
    return exp.EQ(this=contains.expression, expression=exp.Any(this=exp.paren(contains.this)))


def _greatest(value: exp.Expr, by: exp.Expr, counts: Sequence[exp.Expr]) -> exp.Expr:
    template = sqlglot.parse_one(_GREATEST, read="postgres")
    counted = exp.and_(*(counts or [exp.true()]))
    return exp.replace_placeholders(template, value=value.copy(), by=by.copy(), counts=counted)


def _unfiltered(filtered: exp.Filter) -> exp.Expr:
    """Leave out the filter that went into the greatest of those that count."""
    return filtered if isinstance(filtered.this, exp.AggFunc) else filtered.this


def _in_place_of_the_old(insert: exp.Insert) -> exp.Expr:
    """Replace rows by their key, which our statements name first."""
    if not insert.args.get("alternative"):
        return insert
    key, *others = (column.name for column in insert.this.expressions)
    changes = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in others)
    conflict = f"INSERT INTO t VALUES (1) ON CONFLICT ({quoted(key)}) DO UPDATE SET {changes}"  # noqa: S608 - quoted
    insert.set("conflict", sqlglot.parse_one(conflict, read="postgres").args["conflict"])
    insert.set("alternative", None)
    return insert


_RULES: Rules = {
    exp.DataType: _text,
    exp.ColumnDef: _bytewise_column,
    exp.Cast: _bytewise_cast,
    exp.Div: _exact,
    exp.ArrayContains: _one_of,
    exp.JSONArray: _json_array,
    **greatest(_greatest),
    exp.Filter: _unfiltered,
    exp.Insert: _in_place_of_the_old,
}


def _rewrite(node: exp.Expr) -> exp.Expr:
    """Say a node in PostgreSQL's words, when sqlglot would leave it as it is, or make another thing of it."""
    rule = _RULES.get(type(node))
    return rule(node) if rule else node


DIALECT = Dialect("postgres", "%({})s", _rewrite, percent="%%")


@cache
def script(sql: str) -> tuple[str, ...]:
    """Return the statements of a text in DuckDB's dialect, as PostgreSQL takes them; lists stay parameters."""
    trees = (tree for tree in sqlglot.parse(sql, read="duckdb") if not isinstance(tree, exp.Semicolon | None))
    return tuple(text for tree in trees for text in _said(tree))


def _said(tree: exp.Expr) -> Iterator[str]:
    """Yield a statement; a temporary table is not replaced, but dropped before it is made again."""
    table = tree.find(exp.Table)
    if isinstance(tree, exp.Create) and tree.kind == "TABLE" and tree.args.get("replace") and table:
        yield f"DROP TABLE IF EXISTS pg_temp.{quoted(table.name)}"
        tree.set("replace", None)
    yield DIALECT.said(tree)


def _is_text(kind: exp.Expr | None) -> bool:
    return isinstance(kind, exp.DataType) and kind.this == exp.DType.TEXT


def _bytewise() -> exp.Identifier:
    return exp.to_identifier("C", quoted=True)
