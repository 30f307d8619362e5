"""The statements that load, in BigQuery's words.

What DuckDB has and BigQuery lacks is said another way here, once for all statements. Where a name depends on the
dataset or on the run, there is a mark, which `Said.text` replaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import sqlglot
from google.cloud.bigquery import DatasetReference
from sqlglot import exp

from clari_readiness.warehouse.engines.bigquery import rewrite
from clari_readiness.warehouse.engines.bigquery_values import HERE, in_dataset
from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.loaders.lists import without_lists
from clari_readiness.warehouse.loaders.merge import Merging
from clari_readiness.warehouse.loaders.rewrites import Rules, as_doubles, greatest, one_by_one, unchecked

_RUN = "\x05"
_STAGED = "staged_"
_MERGING = Merging("bigquery", "DATETIME")
_CLUSTERED = {
    "forecast_entries": ("exported_at", "forecast_id", "time_period_id"),
    "entry_changes": ("detected_at", "forecast_id", "time_period_id"),
}
"""By what the large tables are kept together, so that an export is found without reading, and paying for, the rest."""

_GREATEST = (
    "ARRAY_AGG(IF(:counts, STRUCT(:value AS v), NULL) IGNORE NULLS"
    " ORDER BY :first IS NULL DESC, :first DESC, :second DESC LIMIT 1)[SAFE_OFFSET(0)].v"
)


def _kind(kind: exp.DataType) -> exp.Expr:
    """Keep documents as the text that they are."""
    return exp.DataType.build("STRING", dialect="bigquery") if kind.this == exp.DType.JSON else kind


def _column(column: exp.ColumnDef) -> exp.Expr:
    """Leave out what BigQuery has not, or does not enforce: a key that it takes on trust could make it answer wrongly.

    A list is never NULL there, and must not be declared so.
    """
    left_out: tuple[type[exp.Expr], ...] = (exp.PrimaryKeyColumnConstraint,)
    if column.args["kind"].this == exp.DType.ARRAY:
        left_out = (*left_out, exp.NotNullColumnConstraint)
    column.set("constraints", [each for each in column.constraints if not isinstance(each.kind, left_out)])
    return unchecked(column)


def _without_key(schema: exp.Schema) -> exp.Expr:
    schema.set("expressions", [each for each in schema.expressions if not isinstance(each, exp.PrimaryKey)])
    return schema


def _made(create: exp.Create) -> exp.Expr:
    """Keep the rows of large tables together, and name in a view the dataset of each table: it knows no other."""
    if create.kind == "VIEW":
        own = {cte.alias for cte in create.find_all(exp.CTE)}
        for table in create.find_all(exp.Table):
            if table.name not in own:
                table.set("db", exp.Var(this=HERE))
    elif create.this.this.name in _CLUSTERED:
        columns = [exp.to_identifier(name, quoted=True) for name in _CLUSTERED[create.this.this.name]]
        create.set("properties", exp.Properties(expressions=[exp.Cluster(expressions=columns)]))
    return create


def _of_run(table: exp.Table) -> exp.Expr:
    """Call what is staged by the name that it has in this run."""
    if table.name.startswith(_STAGED):
        table.set("this", exp.to_identifier(f"{table.name}{_RUN}", quoted=True))
    return table


def _greatest(value: exp.Expr, by: exp.Expr, counts: Sequence[exp.Expr]) -> exp.Expr:
    """Go by a moment, NULL the last of all, and a text."""
    first, second = by.expressions
    template = sqlglot.parse_one(_GREATEST, read="bigquery")
    counted = exp.and_(*(counts or [exp.true()]))
    return exp.replace_placeholders(template, value=value, first=first, second=second, counts=counted)


def _unfiltered(filtered: exp.Filter) -> exp.Expr:
    """Leave out the filter that went into the greatest of those that count, and count those that it lets through."""
    if isinstance(filtered.this, exp.Count):
        return exp.CountIf(this=filtered.expression.this)
    return filtered if isinstance(filtered.this, exp.AggFunc) else filtered.this


def _known(greatest: exp.Greatest) -> exp.Expr:
    """Pass over a value that is NULL: BigQuery would return NULL."""
    values = [greatest.this, *greatest.expressions]
    function = exp.Anonymous(this="GREATEST", expressions=[each.copy() for each in values])
    return exp.Coalesce(this=function, expressions=[each.copy() for each in values])


def _one_of(contains: exp.ArrayContains) -> exp.Expr:
    return exp.In(this=contains.expression, unnest=exp.Unnest(expressions=[contains.this]))


def _cast(cast: exp.Cast) -> exp.Expr:
    """Write JSON as text, and a text so that rows can be grouped by it: BigQuery groups by no literal."""
    if cast.to.this == exp.DType.TEXT and isinstance(cast.this, exp.JSONArray):
        return exp.Anonymous(this="TO_JSON_STRING", expressions=[cast.this])
    if cast.to.this == exp.DType.TEXT and isinstance(cast.this, exp.Literal):
        return exp.Anonymous(this="CONCAT", expressions=[cast.this, exp.Literal.string("")])
    return cast


def _in_any_order_of_nulls(ordered: exp.Ordered) -> exp.Expr:
    """Leave out where NULLs come in a window: there are none, and BigQuery does not take it in every window."""
    if isinstance(ordered.find_ancestor(exp.Window, exp.Select), exp.Window):
        ordered.set("nulls_first", not ordered.args.get("desc"))
    return ordered


def _all(delete: exp.Delete) -> exp.Expr:
    """Say that all rows are meant: BigQuery wants to be told."""
    return delete if delete.args.get("where") else delete.where(exp.true())


def _listing(listed: exp.Expr) -> tuple[exp.Join, exp.Expr]:
    if isinstance(listed, exp.ArrayAppend):
        one = exp.Array(expressions=[listed.expression])
        listed = exp.Anonymous(this="ARRAY_CONCAT", expressions=[listed.this, one])
    name = exp.to_identifier("listed", quoted=True)
    values = exp.Unnest(expressions=[listed.copy()], alias=exp.TableAlias(columns=[name]))
    return exp.Join(this=values, kind="CROSS"), exp.column(name.copy())


_RULES: Rules = {
    exp.DataType: _kind,
    exp.ColumnDef: _column,
    exp.Schema: _without_key,
    exp.Create: _made,
    exp.Table: _of_run,
    **greatest(_greatest),
    exp.Filter: _unfiltered,
    exp.Greatest: _known,
    exp.ArrayContains: _one_of,
    exp.Cast: _cast,
    exp.Ordered: _in_any_order_of_nulls,
    exp.Delete: _all,
    **dict.fromkeys((exp.GT, exp.LT), one_by_one),
    exp.Div: as_doubles,
    exp.Select: lambda select: without_lists(select, _listing),
    exp.Insert: _MERGING.merged,
}


def _rewrite(node: exp.Expr) -> exp.Expr:
    """Say a node in BigQuery's words, when sqlglot would leave it as it is, or make another thing of it."""
    rule = _RULES.get(type(node))
    return rewrite(rule(node) if rule else node)


DIALECT = Dialect("bigquery", "@{}", _rewrite)


@dataclass(frozen=True)
class Said:
    """One or more statements in BigQuery's words, and the names of their parameters."""

    sql: str
    names: frozenset[str]

    @property
    def is_of_catalog(self) -> bool:
        """Whether it asks what tables there are, which no transaction has a word in."""
        return "INFORMATION_SCHEMA" in self.sql

    def text(self, dataset: DatasetReference, run: str) -> str:
        """Return them for a dataset, and for what a run has staged in it."""
        return in_dataset(self.sql.replace(_RUN, f"_{run}"), dataset)


@cache
def script(sql: str) -> Said:
    """Return a text in DuckDB's dialect as BigQuery takes it: several statements as one script, which is one job."""
    trees = (tree for tree in sqlglot.parse(sql, read="duckdb") if not isinstance(tree, exp.Semicolon | None))
    said = [DIALECT.ordered(each) for tree in trees for each in _counted(tree)]
    return Said(";\n".join(text for text, _ in said), frozenset(name for _, order in said for name in order))


def staged_name(table: str, run: str) -> str:
    """Return what a staged table is called in a run."""
    return f"{table}_{run}"


def _counted(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield a statement; after a temporary table that is made of a query, how many rows it has."""
    yield tree
    if isinstance(tree, exp.Create) and tree.find(exp.TemporaryProperty) and tree.expression:
        yield exp.select(exp.alias_(exp.Count(this=exp.Star()), "made")).from_(exp.to_table(tree.this.name))
