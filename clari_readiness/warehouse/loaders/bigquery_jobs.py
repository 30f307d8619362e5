"""Jobs of BigQuery's in one dataset, through Google's own client: statements and loads, and what the catalog says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as WaitedTooLong
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import google.auth.exceptions
import requests.exceptions
from google.api_core.exceptions import Conflict, GoogleAPICallError, NotFound, RetryError, ServerError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from google.resumable_media.common import DataCorruption, InvalidResponse

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.connection import Fetched
from clari_readiness.warehouse.engines.bigquery_url import connected, name_of
from clari_readiness.warehouse.engines.bigquery_values import in_a_line
from clari_readiness.warehouse.loaders.bigquery_refusals import refused

_ANSWER = 60.0
"""How many seconds one request may take; BigQuery is told to answer earlier, if only that the job still runs."""

_AGAIN = 120.0
"""How many seconds a request is sent again for, as long as it has no answer."""

_LABELS = {"clari-readiness": "export"}
_LOADED = bigquery.LoadJobConfig(
    source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
    write_disposition=bigquery.WriteDisposition.WRITE_EMPTY,
    create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
    labels=_LABELS,
)
_OF_THE_WAY = (
    *(RetryError, WaitedTooLong, requests.exceptions.RequestException, ServerError, InvalidResponse, DataCorruption),
)
"""Errors of which nobody knows whether the job ran."""


class ConnectionLost(WarehouseError):
    """A request had no answer, or none of BigQuery's: what it asked for may have been done."""


class Jobs:
    """A client and a dataset. Each job has the label clari-readiness, and ends after `patience` seconds."""

    def __init__(self, client: bigquery.Client, dataset: bigquery.DatasetReference, patience: float) -> None:
        self.dataset = dataset
        self.name = name_of(dataset)
        self._client = client
        self._patience = patience
        self._retry = DEFAULT_RETRY.with_timeout(min(_AGAIN, patience))
        self._location = client.location

    @classmethod
    def open(cls, url: str, *, patience: float) -> Self:
        """Make a client, and look where the dataset is: its jobs run there. What stops it is a WarehouseError."""
        client, dataset = connected(url)
        jobs = cls(client, dataset, patience)
        with jobs._explained():
            jobs._location = client.get_dataset(dataset, retry=jobs._retry, timeout=_ANSWER).location
        return jobs

    def config(self, parameters: Sequence[Any] = ()) -> bigquery.QueryJobConfig:
        """Return how a statement with these parameters is run."""
        return bigquery.QueryJobConfig(
            query_parameters=parameters,
            labels=_LABELS,
            default_dataset=self.dataset,
            job_timeout_ms=round(self._patience * 1_000),
        )

    def run(self, text: str, config: bigquery.QueryJobConfig) -> Fetched:
        """Run a statement. A request that is sent again, since its answer was lost, does not run it again.

        A job that failed is not run again: what a transaction had still to do would be committed without it.
        """
        with self._explained():
            found = self._client.query_and_wait(
                text,
                job_config=config,
                location=self._location,
                api_timeout=_ANSWER,
                wait_timeout=self._patience + _ANSWER,  # BigQuery itself gives up before
                retry=self._retry,
                job_retry=None,  # type: ignore[arg-type]  # which is how it is switched off
            )
            if found.num_dml_affected_rows is not None:
                return Fetched([("rows",)], [(found.num_dml_affected_rows,)])
            return Fetched([(field.name,) for field in found.schema], [tuple(row.values()) for row in found])

    def planned(self, text: str) -> str:
        """Return what kind of statement this is, by BigQuery's own word; it is not run."""
        config = self.config()
        config.dry_run = True
        with self._explained():
            planned = self._client.query(
                text, job_config=config, location=self._location, retry=self._retry, timeout=_ANSWER, job_retry=None
            )
        return str(planned.statement_type)

    def load(self, file: Path, table: str) -> int:
        """Load a file of JSON, an object a line, into an empty table, and return how many rows came.

        The job's name is ours: one whose answer was lost is found by it, and is not begun again.
        """
        name = f"clari-readiness-{uuid4()}"
        with self._explained(), file.open("rb") as content:
            job: Any
            try:
                job = self._client.load_table_from_file(
                    content,
                    self.dataset.table(table),
                    size=file.stat().st_size,
                    job_id=name,
                    location=self._location,
                    job_config=_LOADED,
                    timeout=_ANSWER,
                )
            except Conflict:
                job = self._client.get_job(name, location=self._location, retry=self._retry, timeout=_ANSWER)
            job.result(retry=self._retry, timeout=self._patience)
            return int(job.output_rows or 0)

    def described(self, table: str) -> str | None:
        """Return how a table is described; None where there is none of that name. It is no job, and costs nothing."""
        with self._explained():
            try:
                found = self._client.get_table(self.dataset.table(table), retry=self._retry, timeout=_ANSWER)
            except NotFound:
                return None
        return str(found.description or "")

    def drop(self, table: str) -> None:
        """Drop a table, if it is there."""
        with self._explained():
            self._client.delete_table(self.dataset.table(table), not_found_ok=True, retry=self._retry, timeout=_ANSWER)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what Google refuses in one line; where nobody knows what came of it, that is a ConnectionLost."""
        try:
            yield
        except (GoogleAPICallError, google.auth.exceptions.GoogleAuthError, *_OF_THE_WAY) as error:
            if isinstance(error, _OF_THE_WAY):
                failure: WarehouseError = ConnectionLost(
                    f"{self.name}: the connection was lost: {in_a_line(error)}",
                    way_out="run it again: what was committed all the same stays as it is",
                )
            else:
                failure = refused(self.name, error)
        else:
            return
        raise failure
