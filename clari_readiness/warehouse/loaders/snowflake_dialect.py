"""The statements that load, in Snowflake's words.

A name that is not quoted is one of Snowflake's, in upper case, so that a team finds our tables without quotes. What
DuckDB has and Snowflake lacks is said another way here, once for all statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.loaders.lists import without_lists
from clari_readiness.warehouse.loaders.merge import Merging
from clari_readiness.warehouse.loaders.rewrites import Rules, as_doubles, greatest, one_by_one, unchecked
from clari_readiness.warehouse.loaders.snowflake_lists import flattened, of_each

_MOMENT = "YYYY-MM-DD HH24:MI:SS.FF6"
_GREATER = (exp.GT, exp.LT)
_MERGING = Merging("snowflake", "TIMESTAMPNTZ(6)", str.upper)


def _upper_case(name: exp.Identifier) -> exp.Expr:
    return name if name.args.get("quoted") else exp.to_identifier(name.name.upper(), quoted=True)


def _kind(kind: exp.DataType) -> exp.Expr:
    """Keep documents as the text that they are, moments without a zone whatever the session says, and lists untyped."""
    if kind.this == exp.DType.JSON:
        return exp.DataType.build("VARCHAR", dialect="snowflake")
    if kind.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ):
        return exp.DataType.build("TIMESTAMPNTZ(6)", dialect="snowflake")
    return exp.DataType.build("ARRAY", dialect="snowflake") if kind.this == exp.DType.ARRAY else kind


def _greatest(value: exp.Expr, by: exp.Expr, counts: Sequence[exp.Expr]) -> exp.Expr:
    """Go by a moment and a text, as one text.

    MAX_BY leaves out what it would go by where that is NULL, and takes one expression only.
    """
    goes_by = _one_text(by)
    if counts:
        goes_by = exp.Anonymous(this="IFF", expressions=[exp.and_(*counts), goes_by, exp.null()])
    return exp.Anonymous(this="MAX_BY", expressions=[value.copy(), goes_by])


def _one_text(by: exp.Expr) -> exp.Expr:
    """Return a moment, or a day, and a text as one text that sorts as they do; a moment that is NULL comes last."""
    moment, text = by.expressions
    at = exp.cast(moment.copy(), "TIMESTAMPNTZ(6)", dialect="snowflake")
    written = exp.Anonymous(this="TO_CHAR", expressions=[at, exp.Literal.string(_MOMENT)])
    known = exp.func("COALESCE", written, exp.Literal.string("~"))
    return exp.DPipe(this=exp.DPipe(this=known, expression=exp.Literal.string(" ")), expression=text.copy())


def _unfiltered(filtered: exp.Filter) -> exp.Expr:
    """Leave out the filter that went into the greatest of those that count, and count those that it lets through."""
    if isinstance(filtered.this, exp.Count):
        counted = exp.Anonymous(this="IFF", expressions=[filtered.expression.this, exp.Literal.number(1), exp.null()])
        return exp.Count(this=counted)
    return filtered if isinstance(filtered.this, exp.AggFunc) else filtered.this


def _in_some_order(window: exp.Window) -> exp.Expr:
    """Give rows their numbers in an order that is none: Snowflake wants to be told one."""
    if isinstance(window.this, exp.RowNumber) and not window.args.get("order"):
        window.set("order", exp.Order(expressions=[exp.Ordered(this=exp.null(), nulls_first=False)]))
    return window


def _with_grants(made: exp.Create) -> exp.Expr:
    """Let who may read a view read the one that takes its place."""
    if made.kind == "VIEW" and made.args.get("replace"):
        made.set("properties", exp.Properties(expressions=[exp.CopyGrantsProperty()]))
    return made


_RULES: Rules = {
    exp.Identifier: _upper_case,
    exp.DataType: _kind,
    exp.ColumnDef: unchecked,
    **greatest(_greatest),
    exp.Filter: _unfiltered,
    **dict.fromkeys(_GREATER, one_by_one),
    exp.Div: as_doubles,
    exp.Window: _in_some_order,
    exp.Select: lambda select: without_lists(select, flattened),
    exp.Create: _with_grants,
    exp.Insert: _MERGING.merged,
    exp.Merge: _MERGING.bound_in_source,
}


def _rewrite(node: exp.Expr) -> exp.Expr:
    """Say a node in Snowflake's words, when sqlglot would leave it as it is, or make another thing of it."""
    rule = _RULES.get(type(node))
    return rule(node) if rule else node


DIALECT = Dialect("snowflake", "?", _rewrite)


@dataclass(frozen=True)
class Said:
    """A statement in Snowflake's words, and the names of its parameters in the order of their places."""

    sql: str
    order: tuple[str, ...]

    def bound(self, params: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what is bound to its places: of a list each of its values, or all of it as the text of an array."""
        lists = {name: value for name, value in params.items() if isinstance(value, list)}
        one_by_one = {f"{name}_{at}": value for name, each in lists.items() for at, value in enumerate(each)}
        values = {**params, **one_by_one, **{name: json.dumps(value) for name, value in lists.items()}}
        return tuple(_plain(values[name]) for name in self.order)


def _plain(value: Any) -> Any:
    """Return a state of ours as the text that it is, and a decimal as one, which the statement casts.

    The connector binds what it knows by name, and a decimal as a whole number.
    """
    return str(value) if isinstance(value, str | Decimal) else value


def script(sql: str, params: Mapping[str, Any] | None = None) -> tuple[Said, ...]:
    """Return the statements of a text in DuckDB's dialect, as Snowflake takes them with these parameters."""
    lists = {name: len(value) for name, value in (params or {}).items() if isinstance(value, list)}
    return _script(sql, tuple(sorted(lists.items())))


@cache
def _script(sql: str, lists: tuple[tuple[str, int], ...]) -> tuple[Said, ...]:
    trees = (tree for tree in sqlglot.parse(sql, read="duckdb") if not isinstance(tree, exp.Semicolon | None))
    said = (DIALECT.ordered(of_each(each, dict(lists))) for tree in trees for each in _without_making(tree))
    return tuple(Said("BEGIN TRANSACTION" if text == "BEGIN" else text, order) for text, order in said)


def _without_making(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield a statement; a temporary table that is made of a query is filled anew, since making it would commit."""
    table = tree.find(exp.Table)
    if not (isinstance(tree, exp.Create) and tree.args.get("replace") and tree.find(exp.TemporaryProperty) and table):
        yield tree
        return
    yield exp.Delete(this=table.copy())
    columns = [exp.to_identifier(name) for name in tree.expression.named_selects]
    yield exp.Insert(this=exp.Schema(this=table.copy(), expressions=columns), expression=tree.expression)
