"""What our own tables look like, as schema.sql and events_schema.sql say it: for engines that have to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from clari_readiness.warehouse.statements import statement


@dataclass(frozen=True)
class OwnTable:
    """The columns of a table of ours with their types, in DuckDB's words, and the columns of its key."""

    columns: Mapping[str, exp.DataType]
    key: tuple[str, ...]


@cache
def own_tables() -> Mapping[str, OwnTable]:
    """Return our tables by name; views are none of them."""
    trees = [tree for name in ("schema", "events_schema") for tree in sqlglot.parse(statement(name), read="duckdb")]
    made = (tree.this for tree in trees if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema))
    return {schema.this.name: _table(schema) for schema in made}


def _table(schema: exp.Schema) -> OwnTable:
    columns = {column.name: column for column in schema.expressions if isinstance(column, exp.ColumnDef)}
    of_table = [name.name for key in schema.find_all(exp.PrimaryKey) for name in key.expressions]
    of_column = [name for name, column in columns.items() if column.find(exp.PrimaryKeyColumnConstraint)]
    kinds = {name: column.args["kind"] for name, column in columns.items()}
    return OwnTable(kinds, tuple(of_table or of_column))
