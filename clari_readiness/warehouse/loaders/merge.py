"""Rows that take the place of those with their key: MERGE, where an engine enforces no keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from clari_readiness.warehouse.own_tables import own_tables

_SOURCE = "excluded"
"""What ON CONFLICT calls the rows that come, and so does the MERGE that stands in its place."""


@dataclass(frozen=True)
class Merging:
    """How an engine merges: sqlglot's name of it, its type of a moment, and how its names are written (`cased`)."""

    dialect: str
    moment: str
    cased: Callable[[str], str] = str

    def merged(self, insert: exp.Insert) -> exp.Expr:
        """Merge what is to be inserted, where that may meet rows with its key; its source has one row for each key.

        The key is what ON CONFLICT names, or the table's; of what replaces rows it is the column that is named first.
        """
        conflict = insert.args.get("conflict")
        if not (conflict or insert.args.get("alternative")):
            return insert
        table, columns = insert.this.this, [column.name for column in insert.this.expressions]
        source = self.cased(_SOURCE)
        key = self._key(table, conflict, columns)
        others = [name for name in columns if name not in key]
        return exp.Merge(
            this=table.copy(),
            using=self._source(insert.expression, table.name, columns).subquery(_name(source)),
            on=exp.and_(*(exp.EQ(this=_column(name, table.name), expression=_column(name, source)) for name in key)),
            whens=exp.Whens(expressions=[*_matched(conflict, others, source), _not_matched(columns, source)]),
        )

    def bound_in_source(self, merge: exp.Merge) -> exp.Expr:
        """Let each parameter of a MERGE be a column of its source: it is bound once, and is the same everywhere."""
        source, found = merge.args["using"], list(merge.find_all(exp.Placeholder))
        if not (isinstance(source, exp.Table) and found):
            return merge
        names = {placeholder.name: self.cased(f"the_{placeholder.name}") for placeholder in found}
        for placeholder in found:
            placeholder.replace(_column(names[placeholder.name], source.alias))
        bound = [exp.alias_(exp.Placeholder(this=name), column, quoted=True) for name, column in names.items()]
        shown = exp.select(exp.Star(), *bound).from_(exp.Table(this=source.this.copy()))
        merge.set("using", shown.subquery(_name(source.alias)))
        return merge

    def _key(self, table: exp.Table, conflict: exp.Expr | None, columns: Sequence[str]) -> list[str]:
        if conflict is None:
            return [columns[0]]
        named = [each.name for each in conflict.args.get("conflict_keys") or ()]
        return named or [self.cased(name) for name in own_tables()[table.name.lower()].key]

    def _source(self, query: exp.Expr, table: str, columns: Sequence[str]) -> exp.Select:
        """Return what is to be inserted as a query whose columns are called as those that they go into."""
        values = query.expressions[0].expressions if isinstance(query, exp.Values) else query.expressions
        kinds = own_tables()[table.lower()].columns
        shown = [
            exp.alias_(self._typed(value.unalias().copy(), kinds[name.lower()]), name, quoted=True)
            for name, value in zip(columns, values, strict=True)
        ]
        selection = query.copy() if isinstance(query, exp.Select) else exp.Select()
        return selection.select(*shown, append=False)

    def _typed(self, value: exp.Expr, kind: exp.DataType) -> exp.Expr:
        """Say what kind of NULL a parameter would be; a list is none."""
        if not isinstance(value, exp.Placeholder) or kind.this == exp.DType.ARRAY:
            return value
        is_moment = kind.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)
        return exp.cast(value, self.moment if is_moment else kind.sql(self.dialect), dialect=self.dialect)


def _matched(conflict: exp.Expr | None, others: Sequence[str], source: str) -> Iterator[exp.When]:
    if conflict is None:
        changes: list[exp.Expr] = [
            exp.EQ(this=exp.column(_name(name)), expression=_column(name, source)) for name in others
        ]
    else:
        changes = [each.copy() for each in conflict.expressions]
    if changes:
        where = conflict.args.get("where") if conflict else None
        condition = exp.paren(where.this.copy()) if where else None
        yield exp.When(matched=True, condition=condition, then=exp.Update(expressions=changes))


def _not_matched(columns: Sequence[str], source: str) -> exp.When:
    into = exp.Tuple(expressions=[exp.column(_name(name)) for name in columns])
    values = exp.Tuple(expressions=[_column(name, source) for name in columns])
    return exp.When(matched=False, then=exp.Insert(this=into, expression=values))


def _name(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _column(name: str, table: str) -> exp.Column:
    return exp.column(_name(name), _name(table))
