"""BigQuery's statements, said in DuckDB's dialect again; what BigQuery refuses of a statement is refused here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

_DECIMALS = (exp.DType.DECIMAL, exp.DType.BIGDECIMAL)
_DESCRIBED = re.compile(r"ALTER TABLE `(\w+)` SET OPTIONS \(description = '([^']*)'\)")
_OF_RUN = re.compile(r"staged_\w+_([0-9a-f]{12})\b")
_CHANGES: dict[type[exp.Expr], str] = {exp.Update: "UPDATE", exp.Delete: "DELETE", exp.Merge: "MERGE"}


class RefusedError(Exception):
    """BigQuery would not run this statement."""


@dataclass(frozen=True)
class Worded:
    """A statement in DuckDB's dialect, what BigQuery calls its kind, and the table whose rows it changes, if any."""

    sql: str
    kind: str
    names: frozenset[str]
    changes: str = ""

    @property
    def is_dml(self) -> bool:
        return self.kind in {"INSERT", *_CHANGES.values()}

    @property
    def is_permanent(self) -> bool:
        return self.kind.startswith(("CREATE", "ALTER", "DROP")) and self.kind != "CREATE_TEMP_TABLE"


def worded(sql: str, project: str = "") -> tuple[Worded, ...]:
    """Return the statements of a script. Those of another project, or another run, were perhaps said before."""
    own = {"the_project": project or "the_project", "the_run": next(iter(_OF_RUN.findall(sql)), "the_run")}
    for mark, name in own.items():
        sql = sql.replace(name, mark)
    return tuple(replace(each, sql=_again(each.sql, own)) for each in _all_worded(sql))


@lru_cache(maxsize=500)
def _all_worded(sql: str) -> tuple[Worded, ...]:
    return tuple(_worded(each) for each in _taken_apart(sql))


def _again(sql: str, own: dict[str, str]) -> str:
    for mark, name in own.items():
        sql = sql.replace(mark, name)
    return sql


def _taken_apart(sql: str) -> Iterator[exp.Expr]:
    described = _DESCRIBED.search(sql)
    for tree in sqlglot.parse(_DESCRIBED.sub("", sql), read="bigquery"):
        if tree is not None and not isinstance(tree, exp.Semicolon):
            yield tree
    if described:
        comment = exp.Literal.string(described[2])
        yield exp.Comment(this=exp.to_table(described[1]), kind="TABLE", expression=comment)


def _worded(tree: exp.Expr) -> Worded:
    for refuse in (_unqualified, _without_where, _by_tuples):
        refuse(tree)
    kind = _kind(tree)
    changes = tree.this.find(exp.Table).name if type(tree) in _CHANGES else ""
    again = _said_again(tree)
    return Worded(again.sql("duckdb"), kind, frozenset(node.name for node in again.find_all(exp.Parameter)), changes)


def _kind(tree: exp.Expr) -> str:
    if isinstance(tree, exp.Create):
        return f"CREATE_{'TEMP_' if tree.find(exp.TemporaryProperty) else ''}{tree.kind}"
    if isinstance(tree, exp.Comment):
        return "ALTER_TABLE"
    return _CHANGES.get(type(tree), "INSERT" if isinstance(tree, exp.Insert) else "SELECT")


def _unqualified(tree: exp.Expr) -> None:
    """Refuse a view that does not name the dataset of its tables: the default one is none of its."""
    if not isinstance(tree, exp.Create) or tree.kind != "VIEW":
        return
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.expression.find_all(exp.Table):
        if not table.db and table.name not in own:
            raise RefusedError(f'Table "{table.name}" must be qualified with a dataset (e.g. dataset.table).')


def _without_where(tree: exp.Expr) -> None:
    if isinstance(tree, exp.Update | exp.Delete) and not tree.args.get("where"):
        raise RefusedError(f"{tree.key.upper()} must have a WHERE clause")


def _by_tuples(tree: exp.Expr) -> None:
    for compared in tree.find_all(exp.GT, exp.LT):
        if isinstance(compared.this, exp.Tuple):
            raise RefusedError("Greater than is not defined for arguments of type STRUCT")
    if tree.find(exp.Filter, exp.CheckColumnConstraint, exp.OnConflict):
        raise RefusedError("Syntax error: FILTER, CHECK and ON CONFLICT are none of BigQuery's")


def _said_again(tree: exp.Expr) -> exp.Expr:
    """Say what DuckDB calls otherwise, the innermost first."""
    for node in reversed(list(tree.bfs())):
        for rule in _RULES.get(type(node), ()):
            new = rule(node)
            if new is not node:
                node.replace(new)
                break
    return tree


def _hash(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name != "FARM_FINGERPRINT":
        return node
    struct = node.find(exp.Struct)
    assert struct is not None
    return exp.Anonymous(this="hash", expressions=[_row(struct)])


def _row(struct: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="row", expressions=[each.copy() for each in struct.expressions])


def _decimal(kind: exp.DataType) -> exp.Expr:
    if not kind.expressions and kind.this in _DECIMALS:
        return exp.DataType.build("DECIMAL(38, 9)", dialect="duckdb")
    return kind


def _rows(select: exp.Select) -> exp.Expr:
    if select.args.get("kind") == "STRUCT":
        select.set("kind", None)
        select.set("expressions", [exp.Anonymous(this="row", expressions=select.expressions)])
    return select


def _among(node: exp.In) -> exp.Expr:
    if node.args.get("unnest"):
        listed = node.args["unnest"]
        listed = listed.expressions[0] if isinstance(listed, exp.Unnest) else listed
        return exp.ArrayContains(this=listed.copy(), expression=node.this.copy())
    if isinstance(node.this, exp.Struct):
        node.set("this", _row(node.this))
    return node


def _first_of(dot: exp.Dot) -> exp.Expr:
    """Say ARRAY_AGG(IF(counts, STRUCT(value AS v), NULL) IGNORE NULLS ORDER BY ... LIMIT 1)[SAFE_OFFSET(0)].v."""
    if not (isinstance(dot.this, exp.Bracket) and isinstance(dot.this.this, exp.IgnoreNulls)):
        return dot
    order = dot.this.this.this.this.this
    counts, value = order.this.this, order.this.args["true"].expressions[0].expression
    ordered = exp.Order(this=value.copy(), expressions=[each.copy() for each in order.expressions])
    listed = exp.Filter(
        this=exp.Anonymous(this="list", expressions=[ordered]), expression=exp.Where(this=counts.copy())
    )
    return exp.Bracket(this=exp.paren(listed), expressions=[exp.Literal.number(1)], offset=1)


def _as_text(function: exp.Expr) -> exp.Expr:
    array = function.find(exp.JSONArray)
    return exp.cast(array.copy(), "VARCHAR") if array else function


def _null_if_any(greatest: exp.Greatest) -> exp.Expr:
    values = [greatest.this, *greatest.expressions]
    any_null = exp.or_(*(exp.Is(this=each.copy(), expression=exp.null()) for each in values))
    named = exp.Anonymous(this="greatest", expressions=[each.copy() for each in values])
    return exp.Case(ifs=[exp.If(this=any_null, true=exp.null())], default=named)


def _catalog(table: exp.Table) -> exp.Expr:
    name = table.name.upper()
    if not name.startswith("INFORMATION_SCHEMA."):
        return table
    of = exp.to_table(name.lower())
    here = (("table_catalog", table.catalog), ("table_schema", table.db))
    where = exp.and_(*(exp.column(column).eq(exp.Literal.string(value)) for column, value in here))
    return exp.select("*").from_(of).where(where).subquery("found")


def _plain(create: exp.Create) -> exp.Expr:
    """Leave out how BigQuery keeps a table."""
    properties = create.args.get("properties")
    if properties:
        kept = [each for each in properties.expressions if isinstance(each, exp.TemporaryProperty)]
        create.set("properties", exp.Properties(expressions=kept) if kept else None)
    return create


def _by_the_clock(_: exp.CurrentDatetime) -> exp.Expr:
    """Say what time it is now: within a transaction DuckDB's own functions say when that began, as BigQuery's do."""
    return sqlglot.parse_one("CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP)", read="duckdb")


_RULES: dict[type[exp.Expr], tuple[Callable[[Any], exp.Expr], ...]] = {
    exp.FarmFingerprint: (_hash,),
    exp.Anonymous: (_hash,),
    exp.DataType: (_decimal,),
    exp.Select: (_rows,),
    exp.In: (_among,),
    exp.Dot: (_first_of,),
    exp.JSONFormat: (_as_text,),
    exp.Greatest: (_null_if_any,),
    exp.Table: (_catalog,),
    exp.CurrentDatetime: (_by_the_clock,),
    exp.Create: (_plain,),
}
