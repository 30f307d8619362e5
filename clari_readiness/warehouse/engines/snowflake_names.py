"""Tables whose names are in upper case in Snowflake, under the names in lower case that our statements ask for."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from clari_readiness.warehouse.own_tables import own_tables

_CATALOGUE = ("table_schema", "table_name", "column_name")
_NAMES = ("table_name", "column_name")


def in_lower_case(table: exp.Table) -> exp.Expr:
    """Show a table that the reference exporter made, or one of the catalogue, as our statements name its columns.

    What it holds of names is in lower case as well. Any other table, and a name in quotes, stays as it is.
    """
    if table.this.args.get("quoted"):
        return table
    if table.db == "information_schema":
        return _shown(table, _CATALOGUE)
    own = own_tables().get(table.name)
    return table if table.db or own is None else _shown(table, own.columns)


def _shown(table: exp.Table, columns: Collection[str]) -> exp.Expr:
    """Return a query over a table that shows those columns that the statement names."""
    named = {column.name for column in table.root().find_all(exp.Column)}
    shown = [exp.alias_(_source(name, table), name, quoted=True) for name in columns if name in named]
    upper = exp.table_(table.name.upper(), db=table.db.upper() or None, quoted=True)
    return exp.select(*shown).from_(upper).subquery(exp.to_identifier(table.alias_or_name, quoted=True))


def _source(name: str, table: exp.Table) -> exp.Expr:
    column = exp.column(exp.to_identifier(name.upper(), quoted=True))
    return exp.func("LOWER", column) if table.db and name in _NAMES else column
