"""Lists in the statements that load, in Snowflake's words: arrays, rows of them, and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import sqlglot
from sqlglot import exp

_LISTED = 'SELECT 1 FROM t CROSS JOIN LATERAL FLATTEN(INPUT => :listed) AS "LISTED"'


def of_each(tree: exp.Expr, lists: Mapping[str, int]) -> exp.Expr:
    """Say whether a value is one of a list's by its values, and have any other list arrive as an array.

    `lists` are the parameters that are lists, and how many values each has.
    """

    def rewrite(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.ArrayContains) and isinstance(node.this, exp.Placeholder):
            values = [exp.Placeholder(this=f"{node.this.name}_{at}") for at in range(lists[node.this.name])]
            return exp.In(this=node.expression, expressions=values) if values else exp.false()
        if isinstance(node, exp.Placeholder) and node.name in lists:
            return exp.cast(exp.Anonymous(this="PARSE_JSON", expressions=[node.copy()]), "ARRAY", dialect="snowflake")
        return node

    return tree.transform(rewrite)


def without_lists(select: exp.Select) -> exp.Expr:
    """Make rows of the lists among a SELECT's columns: of those written in it, side by side, or of a column's."""
    lists = [each.unalias().this for each in select.expressions if isinstance(each.unalias(), exp.Explode)]
    if not lists:
        return select
    written = all(isinstance(each, exp.Array) for each in lists)
    for column in select.expressions:
        explode = column.unalias()
        if isinstance(explode, exp.Explode):
            explode.replace(_each_of(explode.this.expressions) if written else _listed_value())
    select.append("joins", _numbered(len(lists[0].expressions)) if written else _flattened(lists[0]))
    return select


def _each_of(values: Sequence[exp.Expr]) -> exp.Expr:
    """Return the value of a written list that has the number of the row."""
    cases = [exp.If(this=exp.Literal.number(at), true=value.copy()) for at, value in enumerate(values)]
    return exp.Case(this=exp.column("AT", "LISTED", quoted=True), ifs=cases)


def _numbered(length: int) -> exp.Join:
    """Return a join with so many numbers, from zero on."""
    rows = [exp.select(exp.alias_(exp.Literal.number(at), "AT", quoted=True)) for at in range(length)]
    numbers = exp.union(*rows, distinct=False).subquery(exp.to_identifier("LISTED", quoted=True))
    return exp.Join(this=numbers, kind="CROSS")


def _listed_value() -> exp.Expr:
    return exp.cast(exp.column("VALUE", "LISTED", quoted=True), "VARCHAR", dialect="snowflake")


def _flattened(listed: exp.Expr) -> exp.Join:
    """Return a join with the values of an array, one row each."""
    if isinstance(listed, exp.ArrayAppend):
        listed = exp.Anonymous(this="ARRAY_APPEND", expressions=[listed.this, listed.expression])
    template = sqlglot.parse_one(_LISTED, read="snowflake")
    join = cast("exp.Join", exp.replace_placeholders(template, listed=listed.copy()).args["joins"][0])
    join.this.args["alias"].set("columns", None)  # they are called as ever
    return join
