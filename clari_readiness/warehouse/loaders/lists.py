"""Lists among the columns of the statements that load, made rows of where an engine cannot do so by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

Listing = Callable[[exp.Expr], tuple[exp.Join, exp.Expr]]
"""How an engine lists an array: a join with its values, one row each, and the column that they are in."""


def without_lists(select: exp.Select, listing: Listing) -> exp.Expr:
    """Make rows of the lists among a SELECT's columns: of those written in it, side by side, or of a column's."""
    lists = [each.unalias().this for each in select.expressions if isinstance(each.unalias(), exp.Explode)]
    if not lists:
        return select
    written = all(isinstance(each, exp.Array) for each in lists)
    join, listed = (_numbered(len(lists[0].expressions)), None) if written else listing(lists[0])
    for column in select.expressions:
        explode = column.unalias()
        if isinstance(explode, exp.Explode):
            explode.replace(_each_of(explode.this.expressions) if listed is None else listed.copy())
    select.append("joins", join)
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
