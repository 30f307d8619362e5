"""What is known of export jobs: by the exporter's ledger, or by Clari where nobody keeps one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate.answers import Clari, require_connection
from clari_readiness.gate.own_jobs import own_jobs
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.exports import Job


@pytest.fixture
def ledger(request: pytest.FixtureRequest, environment: Environment) -> AskedWarehouse | None:
    """Return the warehouse that holds a ledger of export jobs; None where there is none, and Clari's list has to do.

    NOT VERIFIED where the reference exporter has lost it. A managed connector keeps none, so its warehouse is not
    opened for it.
    """
    if environment.exporter is not None and environment.exporter.kind == "managed":
        return None
    warehouse: AskedWarehouse = request.getfixturevalue("warehouse")
    if warehouse.has_job_times:
        return warehouse
    if environment.uses_reference_exporter:
        raise NotVerified(
            "the reference exporter's ledger (export_jobs) is not in this warehouse",
            way_out="name the warehouse that it fills in `warehouse.url`",
        )
    return None


@pytest.fixture
def listed_jobs(connection: Clari, environment: Environment) -> Callable[[], list[Job]]:
    """Return what asks Clari for this token's jobs (F7) but for the gate's own; nothing is asked until it is called."""

    def ask() -> list[Job]:
        require_connection(connection, environment)
        own = own_jobs(environment)
        return [job for job in connection.jobs() if job.job_id not in own]

    return ask
