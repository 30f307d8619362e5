"""What BigQuery's errors mean, in one line each, with the way out."""

from __future__ import annotations

import google.auth.exceptions
from google.api_core.exceptions import Forbidden, NotFound, TooManyRequests

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.engines.bigquery_url import LOG_IN
from clari_readiness.warehouse.engines.bigquery_values import in_a_line

_WAYS_OUT = (
    (
        "concurrent update",
        "another exporter, or a statement of somebody's, changed the same table: let it finish, and run it again",
    ),
    ("Job timed out", "look at what holds the table, or at the slots of the project, and run it again"),
    ("Not found: Dataset", "make it, or mend `warehouse.url`: bigquery://project/dataset"),
    ("Quota exceeded", "look at the quotas of the project"),
)

_GRANTED = (
    "grant the account BigQuery Data Editor on the dataset, and BigQuery User on the project: it makes tables, views,"
    " jobs and sessions"
)


def refused(name: str, error: Exception) -> WarehouseError:
    """Return the error of what Google refuses."""
    said = in_a_line(error)
    if isinstance(error, google.auth.exceptions.GoogleAuthError):
        return WarehouseError(f"{name}: Google refuses the credentials: {said}", way_out=LOG_IN)
    return WarehouseError(f"{name} refuses: {said}", way_out=_way_out(error, said))


def _way_out(error: Exception, said: str) -> str:
    way_out = next((way_out for sign, way_out in _WAYS_OUT if sign in said), "")
    if way_out:
        return way_out
    if isinstance(error, Forbidden):
        return _GRANTED
    if isinstance(error, TooManyRequests):
        return "wait, and run it again"
    return "look at the names in `warehouse.url`" if isinstance(error, NotFound) else ""
