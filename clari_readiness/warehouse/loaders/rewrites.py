"""Nodes of the statements that load, said another way: what DuckDB has, and more than one other engine lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

Rules = dict[type[exp.Expr], Callable[[Any], exp.Expr]]


def greatest(said: Callable[[exp.Expr, exp.Expr, Sequence[exp.Expr]], exp.Expr]) -> Rules:
    """Return the rules for the value of the row that comes last by something, as `said(value, by, counts)` words it.

    Among the rows that count are those for which each of `counts` is true: none that a FILTER leaves out, and none
    whose value is NULL, except for `arg_max_null`.
    """

    def not_null(node: exp.ArgMax) -> exp.Expr:
        there = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.null()))
        return said(node.this, node.expression, [there, *_let_through(node)])

    def or_null(node: exp.Anonymous) -> exp.Expr:
        if node.name.lower() != "arg_max_null":
            return node
        value, by = node.expressions
        return said(value, by, _let_through(node))

    return {exp.ArgMax: not_null, exp.Anonymous: or_null}


def _let_through(node: exp.Expr) -> list[exp.Expr]:
    return [node.parent.expression.this] if isinstance(node.parent, exp.Filter) else []


def unchecked(column: exp.ColumnDef) -> exp.Expr:
    """Leave out CHECK, where there is none."""
    constraints = [each for each in column.constraints if not isinstance(each.kind, exp.CheckColumnConstraint)]
    column.set("constraints", constraints)
    return column


def one_by_one(compared: exp.Binary) -> exp.Expr:
    """Compare rows value by value, the first that differs decides."""
    if not (isinstance(compared.left, exp.Tuple) and isinstance(compared.right, exp.Tuple)):
        return compared
    *pairs, last = zip(compared.left.expressions, compared.right.expressions, strict=True)
    decided: exp.Expr = type(compared)(this=last[0], expression=last[1])
    for left, right in reversed(pairs):
        differs = type(compared)(this=left.copy(), expression=right.copy())
        decided = exp.or_(differs, exp.and_(exp.EQ(this=left, expression=right), decided))
    return exp.paren(decided)


def as_doubles(division: exp.Div) -> exp.Expr:
    """Divide as DuckDB does, in doubles; what is divided by zero is NULL, and never an error."""
    divisor = division.expression
    if not isinstance(divisor, exp.Nullif):
        divisor = exp.Nullif(this=divisor.unnest(), expression=exp.Literal.number(0))
    return exp.Div(this=exp.cast(division.this.unnest(), exp.DType.DOUBLE), expression=divisor, typed=True)
