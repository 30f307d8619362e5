"""BigQuery, through its own client: each statement is a job with the check as its label, parameters bound by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import TimeoutError as WaitedTooLong
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import google.auth.exceptions
import requests.exceptions
from google.api_core.exceptions import Forbidden, GoogleAPICallError, NotFound, RetryError
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.columns import Described, Kind
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
_TYPES: Mapping[type, str] = MappingProxyType({bool: "BOOL", int: "INT64", datetime: "DATETIME"})
_WRITES = "bigquery.tables.updateData"
_WRITTEN = "write it like bigquery://project/dataset?location=EU"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _rewrite(node: exp.Expr) -> exp.Expr:
    """Mend what sqlglot leaves: hashes, decimals of more than 9 places, and rows that are among a subquery's."""
    if isinstance(node, exp.Cast) and node.to.this == exp.DType.INT128:
        record = exp.Anonymous(this="STRUCT", expressions=node.this.expressions)
        as_text = exp.Anonymous(this="TO_JSON_STRING", expressions=[record])
        return exp.cast(exp.Anonymous(this="FARM_FINGERPRINT", expressions=[as_text]), "NUMERIC", dialect="bigquery")
    if isinstance(node, exp.Cast) and node.to.this == exp.DType.DECIMAL:
        return _decimal(node)
    if isinstance(node, exp.In) and isinstance(node.this, exp.Tuple) and node.args.get("query"):
        node.args["query"].this.set("kind", "STRUCT")
        node.set("this", exp.Anonymous(this="STRUCT", expressions=node.this.expressions))
    return node


def _decimal(node: exp.Cast) -> exp.Expr:
    """Return a number with its places: a NUMERIC has nine of them, and a cast to fewer does not round."""
    places = node.to.expressions[1]
    if int(places.name) > _PLACES:
        return exp.cast(node.this, "BIGNUMERIC", dialect="bigquery")
    return exp.Round(this=exp.cast(node.this, "NUMERIC", dialect="bigquery"), decimals=places.copy())


DIALECT = Dialect("bigquery", "@{}", _rewrite)


class BigQueryEngine:
    """A client of BigQuery. It has no sessions: what keeps it from writing is what its account may do."""

    may_hold_ledger = False

    def __init__(self, client: bigquery.Client, dataset: str, timeout: float) -> None:
        self._client = client
        self._dataset = bigquery.DatasetReference(client.project, dataset)
        self._timeout = timeout
        self._retry = DEFAULT_RETRY.with_timeout(min(_PATIENCE, timeout))

    @property
    def name(self) -> str:
        """The project and the dataset."""
        return f"bigquery://{self._dataset.project}/{self._dataset.dataset_id}"

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        """Run a statement; INFORMATION_SCHEMA.JOBS and the bill have the check's name as the label clari-readiness."""
        rendered = DIALECT.render(sql, params)
        config = bigquery.QueryJobConfig(
            query_parameters=[_parameter(name, value) for name, value in rendered.params.items()],
            labels={"clari-readiness": re.sub(r"[^a-z0-9_-]", "-", check.lower())[:63]},
            default_dataset=self._dataset,
            job_timeout_ms=round(self._timeout * 1_000),
        )
        with self._explaining(check):
            found = self._client.query_and_wait(
                rendered.sql,
                job_config=config,
                wait_timeout=self._timeout,
                retry=self._retry,
                job_retry=None,  # type: ignore[arg-type]  # which is how it is switched off
                page_size=_PAGE,
            )
            columns = tuple(field.name for field in found.schema)
            rows = (tuple(row.values()) for row in found)
            return Ran(
                rendered.sql, columns, tuple(tuple(map(_in_utc, row)) for row in limited(rows, self.name, check))
            )

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
            failure = WarehouseError(
                f"{self.name}: Google refuses the credentials: {_in_a_line(error)}", way_out=_LOG_IN
            )
        else:
            return
        raise failure

    def _explained(self, check: str, error: Exception) -> WarehouseError:
        said = _in_a_line(error)
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


_LOG_IN = "set GOOGLE_APPLICATION_CREDENTIALS to a service account's file, or `gcloud auth application-default login`"


def connect(url: str, base: Path, *, patience: float, timeout: float) -> Engine:  # noqa: ARG001 - readers wait for nobody
    """Make a client for `bigquery://project/dataset?location=EU`; who it is, Google's own environment says.

    `endpoint` names an emulator on this machine, which is asked without credentials. What stops it is a WarehouseError.
    """
    project, dataset, said = _taken_apart(url)
    try:
        client = bigquery.Client(
            project=project,
            location=said.get("location"),
            credentials=AnonymousCredentials() if "endpoint" in said else None,  # type: ignore[no-untyped-call]
            client_options={"api_endpoint": said["endpoint"]} if "endpoint" in said else None,
        )
    except google.auth.exceptions.GoogleAuthError as error:
        failure = WarehouseError(f"bigquery://{project}/{dataset}: {_in_a_line(error)}", way_out=_LOG_IN)
    else:
        return BigQueryEngine(client, dataset, timeout)
    raise failure


def _taken_apart(url: str) -> tuple[str, str, Mapping[str, str]]:
    """Return project, dataset and options; a WarehouseError repeats none of their values."""
    try:
        parts = urlsplit(url)
        project, dataset = unquote(parts.netloc), unquote(parts.path.strip("/"))
        said = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        local = "endpoint" not in said or urlsplit(said["endpoint"]).hostname in _LOOPBACK
    except ValueError:  # its text repeats parts of the URL
        project = dataset = ""
    if not (project and dataset) or "/" in dataset or "@" in project:
        raise WarehouseError("the warehouse's url is not one that BigQuery reads", way_out=_WRITTEN)
    if set(said) - {"location", "endpoint"} or not local:
        what = "location, and endpoint for an emulator on this machine"
        raise WarehouseError("the warehouse's url says more than a client is made with", way_out=f"it may say {what}")
    return project, dataset, said


def _parameter(name: str, value: Any) -> bigquery.ScalarQueryParameter:
    """Return a parameter as it is bound: a decimal as text, which the statement casts."""
    as_bound = str(value) if isinstance(value, Decimal) else value
    return bigquery.ScalarQueryParameter(name, _TYPES.get(type(as_bound), "STRING"), as_bound)


def _in_a_line(error: Exception) -> str:
    said = getattr(error, "errors", None) or [{}]
    first = said[0].get("message") if isinstance(said[0], Mapping) else None
    return " ".join(str(first or getattr(error, "message", "") or error or type(error).__name__).split())


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
