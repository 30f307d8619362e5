"""BigQuery, through its own client: each statement is a job with the check as its label, parameters bound by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import TimeoutError as WaitedTooLong
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import google.auth.exceptions
import requests.exceptions
from google.api_core.exceptions import Forbidden, GoogleAPICallError, NotFound, RetryError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines.bigquery_url import LOG_IN, connected, name_of
from clari_readiness.warehouse.engines.bigquery_values import catalog, in_a_line, in_dataset, parameter
from clari_readiness.warehouse.engines.engine import Engine, Ran, limited
from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.statements import quoted
from clari_readiness.warehouse.tables import Tables

_PAGE, _PLACES = 1_000, 9
_PATIENCE = 10.0
"""How many seconds a request is tried again for."""

_KINDS = MappingProxyType(
    {
        "STRING": Kind.TEXT,
        **dict.fromkeys(("INTEGER", "INT64", "NUMERIC", "BIGNUMERIC"), Kind.EXACT),
        **dict.fromkeys(("FLOAT", "FLOAT64"), Kind.FLOAT),
        **dict.fromkeys(("TIMESTAMP", "DATETIME"), Kind.MOMENT),
    }
)
_WRITES = "bigquery.tables.updateData"


def rewrite(node: exp.Expr) -> exp.Expr:
    """Mend what sqlglot leaves: hashes, decimals, rows that are among a subquery's, and where the catalog is."""
    if isinstance(node, exp.Cast) and node.to.this == exp.DType.INT128:
        record = exp.Anonymous(this="STRUCT", expressions=node.this.expressions)
        as_text = exp.Anonymous(this="TO_JSON_STRING", expressions=[record])
        return exp.cast(exp.Anonymous(this="FARM_FINGERPRINT", expressions=[as_text]), "NUMERIC", dialect="bigquery")
    if isinstance(node, exp.Cast) and node.to.this == exp.DType.DECIMAL:
        return _decimal(node)
    if isinstance(node, exp.TimeToUnix) and isinstance(node.this, exp.Sub):
        return _seconds(node.this)
    if isinstance(node, exp.In) and isinstance(node.this, exp.Tuple) and node.args.get("query"):
        node.args["query"].this.set("kind", "STRUCT")
        node.set("this", exp.Anonymous(this="STRUCT", expressions=node.this.expressions))
    return catalog(node)


def _decimal(node: exp.Cast) -> exp.Expr:
    """Return a number with its places: a NUMERIC has nine of them, and a cast to fewer does not round."""
    places = node.to.expressions[1]
    if int(places.name) > _PLACES:
        return exp.cast(node.this, "BIGNUMERIC", dialect="bigquery")
    return exp.Round(this=exp.cast(node.this, "NUMERIC", dialect="bigquery"), decimals=places.copy())


def _seconds(between: exp.Sub) -> exp.Expr:
    """Return the seconds between two moments: what is between them is an INTERVAL there, of which none tells them."""
    parts = [between.this.copy(), between.expression.copy(), exp.Var(this="MICROSECOND")]
    micros = exp.Anonymous(this="DATETIME_DIFF", expressions=parts)
    return exp.paren(exp.Div(this=micros, expression=exp.Literal.number(1_000_000), typed=False))


DIALECT = Dialect("bigquery", "@{}", rewrite)


class BigQueryEngine:
    """A client of BigQuery. It has no sessions: what keeps it from writing is what its account may do."""

    may_hold_ledger = True

    def __init__(self, client: bigquery.Client, dataset: bigquery.DatasetReference, timeout: float) -> None:
        self._client = client
        self._dataset = dataset
        self._timeout = timeout
        self._retry = DEFAULT_RETRY.with_timeout(min(_PATIENCE, timeout))

    @property
    def name(self) -> str:
        """The project and the dataset."""
        return name_of(self._dataset)

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        """Run a statement; INFORMATION_SCHEMA.JOBS and the bill have the check's name as the label clari-readiness."""
        rendered = DIALECT.render(sql, params)
        text = in_dataset(rendered.sql, self._dataset)
        config = bigquery.QueryJobConfig(
            query_parameters=[parameter(name, value) for name, value in rendered.params.items()],
            labels={"clari-readiness": re.sub(r"[^a-z0-9_-]", "-", check.lower())[:63]},
            default_dataset=self._dataset,
            job_timeout_ms=round(self._timeout * 1_000),
        )
        with self._explaining(check):
            found = self._client.query_and_wait(
                text,
                job_config=config,
                wait_timeout=self._timeout,
                retry=self._retry,
                job_retry=None,  # type: ignore[arg-type]  # which is how it is switched off
                page_size=_PAGE,
            )
            columns = tuple(field.name for field in found.schema)
            rows = (tuple(row.values()) for row in found)
            return Ran(text, columns, tuple(tuple(map(_in_utc, row)) for row in limited(rows, self.name, check)))

    def describe(self, tables: Tables) -> Described | None:
        """Return the table or view of that name: the same, or the one that differs in upper and lower case alone."""
        reference = self._found(tables)
        if reference is None:
            return None
        with self._explaining("columns"):
            table = self._client.get_table(reference, retry=self._retry)
        relation = ".".join(map(quoted, (reference.project, reference.dataset_id, reference.table_id)))
        return Described(relation, {each.name: _KINDS.get(each.field_type, Kind.OTHER) for each in table.schema})

    def relations(self) -> tuple[str, ...]:
        """Return every table and view of the dataset."""
        return tuple(each.table_id for each in self._listed(self._dataset))

    def may_write(self, tables: Tables) -> str:
        """Return the account when it may change rows of the table."""
        reference = self._found(tables)
        if reference is None:
            return ""
        with self._explaining("rights"):
            may = self._client.test_iam_permissions(reference, [_WRITES], retry=self._retry).get("permissions", ())
        account = getattr(self._client._credentials, "service_account_email", "")
        return f"the account {account}".rstrip() if _WRITES in may else ""

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _found(self, tables: Tables) -> bigquery.TableReference | None:
        *place, table = tables.parts
        if place[2:]:
            return None
        dataset = bigquery.DatasetReference(
            place[0] if place[1:] else self._dataset.project, place[-1] if place else self._dataset.dataset_id
        )
        named = [each.table_id for each in self._listed(dataset) if each.table_id.lower() == table.lower()]
        exact = [each for each in named if each == table]
        return next((dataset.table(each) for each in [*exact, *named]), None)

    def _listed(self, dataset: bigquery.DatasetReference) -> list[bigquery.table.TableListItem]:
        try:
            with self._explaining("tables"):
                return list(self._client.list_tables(dataset, retry=self._retry))
        except _NoSuchDataset:
            return []

    @contextmanager
    def _explaining(self, check: str) -> Iterator[None]:
        try:
            yield
        except (GoogleAPICallError, RetryError, requests.exceptions.RequestException, WaitedTooLong) as error:
            failure = self._explained(check, error)
        except google.auth.exceptions.GoogleAuthError as error:
            failure = WarehouseError(f"{self.name}: Google refuses the credentials: {in_a_line(error)}", way_out=LOG_IN)
        else:
            return
        raise failure

    def _explained(self, check: str, error: Exception) -> WarehouseError:
        said = in_a_line(error)
        if isinstance(error, WaitedTooLong) or "Job timed out" in said:
            return WarehouseError(
                f"{self.name}: the check {check} had no answer within {self._timeout:g} s",
                way_out="raise `warehouse.timeout`, or partition the table",
            )
        if isinstance(error, RetryError | requests.exceptions.RequestException):
            return WarehouseError(f"{self.name} cannot be reached: {said}", way_out="look at the network")
        if isinstance(error, Forbidden):
            way_out = "grant the account BigQuery Data Viewer on the dataset, and BigQuery Job User on the project"
            return WarehouseError(f"{self.name}: the check {check} may not read this: {said}", way_out=way_out)
        kind = _NoSuchDataset if isinstance(error, NotFound) and check == "tables" else WarehouseError
        return kind(f"{self.name}: the check {check} cannot run: {said}")


class _NoSuchDataset(WarehouseError):
    """There is no dataset of that name, so no table in it either."""


def connect(url: str, base: Path, *, patience: float, timeout: float) -> Engine:  # noqa: ARG001 - readers wait for nobody
    """Open `bigquery://project/dataset?location=EU` to read it. What stops it is a WarehouseError."""
    client, dataset = connected(url)
    return BigQueryEngine(client, dataset, timeout)


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
