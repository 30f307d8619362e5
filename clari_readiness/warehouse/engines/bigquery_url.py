"""BigQuery's URLs, and the client that one asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

import google.auth.exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.engines.bigquery_values import in_a_line

LOG_IN = "set GOOGLE_APPLICATION_CREDENTIALS to a service account's file, or `gcloud auth application-default login`"
"""The way out of credentials that are missing or refused."""

_WRITTEN = "write it like bigquery://project/dataset?location=EU"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PROJECT, _DATASET = re.compile(r"[\w.:-]+"), re.compile(r"\w+")


def connected(url: str) -> tuple[bigquery.Client, bigquery.DatasetReference]:
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
        failure = WarehouseError(f"bigquery://{project}/{dataset}: {in_a_line(error)}", way_out=LOG_IN)
    else:
        return client, bigquery.DatasetReference(client.project, dataset)
    raise failure


def name_of(dataset: bigquery.DatasetReference) -> str:
    """Return the project and the dataset, as they may be shown."""
    return f"bigquery://{dataset.project}/{dataset.dataset_id}"


def _taken_apart(url: str) -> tuple[str, str, Mapping[str, str]]:
    """Return project, dataset and options; a WarehouseError repeats none of their values."""
    try:
        parts = urlsplit(url)
        project, dataset = unquote(parts.netloc), unquote(parts.path.strip("/"))
        said = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        local = "endpoint" not in said or urlsplit(said["endpoint"]).hostname in _LOOPBACK
    except ValueError:  # its text repeats parts of the URL
        project = dataset = ""
    if not (_PROJECT.fullmatch(project) and _DATASET.fullmatch(dataset)):
        raise WarehouseError("the warehouse's url is not one that BigQuery reads", way_out=_WRITTEN)
    if set(said) - {"location", "endpoint"} or not local:
        what = "location, and endpoint for an emulator on this machine"
        raise WarehouseError("the warehouse's url says more than a client is made with", way_out=f"it may say {what}")
    return project, dataset, said
