"""Rows that take the place of those with their key: MERGE, since Snowflake's keys are not enforced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from clari_readiness.warehouse.own_tables import own_tables

_SOURCE = "EXCLUDED"
"""What ON CONFLICT calls the rows that come, and so does the MERGE that stands in its place."""


def merged(insert: exp.Insert) -> exp.Expr:
    """Merge what is to be inserted, where that may meet rows with its key; its source has one row for each key.

    The key is what ON CONFLICT names, or the table's; of what replaces rows it is the column that is named first.
    """
    conflict = insert.args.get("conflict")
    if not (conflict or insert.args.get("alternative")):
        return insert
    table, columns = insert.this.this, [column.name for column in insert.this.expressions]
    key = _key(table, conflict, columns)
    whens = [*_matched(conflict, [name for name in columns if name not in key]), _not_matched(columns)]
    return exp.Merge(
        this=table.copy(),
        using=_source(insert.expression, table.name, columns).subquery(_name(_SOURCE)),
        on=exp.and_(*(exp.EQ(this=_column(name, table.name), expression=_column(name)) for name in key)),
        whens=exp.Whens(expressions=whens),
    )


def bound_in_source(merge: exp.Merge) -> exp.Expr:
    """Let each parameter of a MERGE be a column of its source: it is bound once, and is the same wherever it stands."""
    source, found = merge.args["using"], list(merge.find_all(exp.Placeholder))
    if not (isinstance(source, exp.Table) and found):
        return merge
    names = list(dict.fromkeys(placeholder.name for placeholder in found))
    for placeholder in found:
        placeholder.replace(_column(_bound(placeholder.name), source.alias))
    bound = [exp.alias_(exp.Placeholder(this=name), _bound(name), quoted=True) for name in names]
    shown = exp.select(exp.Star(), *bound).from_(exp.Table(this=source.this.copy()))
    merge.set("using", shown.subquery(_name(source.alias)))
    return merge


def _key(table: exp.Table, conflict: exp.Expr | None, columns: Sequence[str]) -> list[str]:
    if conflict is None:
        return [columns[0]]
    named = [each.name for each in conflict.args.get("conflict_keys") or ()]
    return named or [name.upper() for name in own_tables()[table.name.lower()].key]


def _source(query: exp.Expr, table: str, columns: Sequence[str]) -> exp.Select:
    """Return what is to be inserted as a query whose columns are called as those that they go into."""
    values = query.expressions[0].expressions if isinstance(query, exp.Values) else query.expressions
    kinds = own_tables()[table.lower()].columns
    shown = [
        exp.alias_(_typed(value.unalias().copy(), kinds[name.lower()]), name, quoted=True)
        for name, value in zip(columns, values, strict=True)
    ]
    selection = query.copy() if isinstance(query, exp.Select) else exp.Select()
    return selection.select(*shown, append=False)


def _typed(value: exp.Expr, kind: exp.DataType) -> exp.Expr:
    """Say what kind of NULL a parameter would be."""
    moment = kind.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)
    to = "TIMESTAMPNTZ(6)" if moment else kind.sql("snowflake")
    return exp.cast(value, to, dialect="snowflake") if isinstance(value, exp.Placeholder) else value


def _matched(conflict: exp.Expr | None, others: Sequence[str]) -> Iterator[exp.When]:
    if conflict is None:
        changes: list[exp.Expr] = [exp.EQ(this=exp.column(_name(name)), expression=_column(name)) for name in others]
    else:
        changes = [each.copy() for each in conflict.expressions]
    if changes:
        where = conflict.args.get("where") if conflict else None
        condition = exp.paren(where.this.copy()) if where else None
        yield exp.When(matched=True, condition=condition, then=exp.Update(expressions=changes))


def _not_matched(columns: Sequence[str]) -> exp.When:
    into = exp.Tuple(expressions=[exp.column(_name(name)) for name in columns])
    values = exp.Tuple(expressions=[_column(name) for name in columns])
    return exp.When(matched=False, then=exp.Insert(this=into, expression=values))


def _name(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _column(name: str, table: str = _SOURCE) -> exp.Column:
    return exp.column(_name(name), _name(table))


def _bound(name: str) -> str:
    return f"THE_{name.upper()}"
