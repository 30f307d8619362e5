"""Lists in the statements that load, in Snowflake's words: arrays, rows of them, and parameters."""

from __future__ import annotations

from collections.abc import Mapping
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


def flattened(listed: exp.Expr) -> tuple[exp.Join, exp.Expr]:
    """Return a join with the values of an array, one row each, and the column that they are in."""
    if isinstance(listed, exp.ArrayAppend):
        listed = exp.Anonymous(this="ARRAY_APPEND", expressions=[listed.this, listed.expression])
    template = sqlglot.parse_one(_LISTED, read="snowflake")
    join = cast("exp.Join", exp.replace_placeholders(template, listed=listed.copy()).args["joins"][0])
    join.this.args["alias"].set("columns", None)  # they are called as ever
    return join, exp.cast(exp.column("VALUE", "LISTED", quoted=True), "VARCHAR", dialect="snowflake")
