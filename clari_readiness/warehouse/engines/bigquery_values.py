"""What BigQuery is given and gives: parameters, names that depend on the dataset, errors in a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from google.cloud import bigquery
from sqlglot import exp

HERE = "\x03"
"""Where a statement is rendered, stands for the dataset that it will be run in."""

_HERE_AS_TEXT = "\x04"

_TYPES: Mapping[type, str] = MappingProxyType(
    {bool: "BOOL", int: "INT64", float: "FLOAT64", datetime: "DATETIME", date: "DATE"}
)


def parameter(name: str | None, value: Any) -> bigquery.ScalarQueryParameter | bigquery.ArrayQueryParameter:
    """Return a parameter as it is bound, without a name by its place: a decimal as text, which the statement casts.

    What a NULL is one of, the statement says as well; a list is one of texts.
    """
    if isinstance(value, list | tuple):
        return bigquery.ArrayQueryParameter(name, "STRING", list(value))
    as_bound = str(value) if isinstance(value, Decimal) else value
    return bigquery.ScalarQueryParameter(name, _TYPES.get(type(as_bound), "STRING"), as_bound)


def catalog(node: exp.Expr) -> exp.Expr:
    """Have what DuckDB says of its schemas asked of the dataset: elsewhere there is no INFORMATION_SCHEMA."""
    if isinstance(node, exp.Table) and node.db.lower() == "information_schema":
        return exp.Table(this=exp.Var(this=f"{HERE}.INFORMATION_SCHEMA.{node.name.upper()}"))
    return exp.Var(this=f"'{_HERE_AS_TEXT}'") if isinstance(node, exp.CurrentSchema) else node


def in_dataset(sql: str, dataset: bigquery.DatasetReference) -> str:
    """Return a rendered statement for the dataset that it runs in."""
    named = f"`{dataset.project}`.`{dataset.dataset_id}`"
    return sql.replace(HERE, named).replace(_HERE_AS_TEXT, dataset.dataset_id)


def in_a_line(error: Exception) -> str:
    """Return what an error of Google's says, in a line."""
    said = getattr(error, "errors", None) or [{}]
    first = said[0].get("message") if isinstance(said[0], Mapping) else None
    return " ".join(str(first or getattr(error, "message", "") or error or type(error).__name__).split())
