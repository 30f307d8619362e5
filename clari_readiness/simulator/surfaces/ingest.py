"""The write surface of the same host, which refuses everything and thereby says nothing about a token (F4)."""

from __future__ import annotations

from clari_readiness.simulator.refusals import ingest_error
from clari_readiness.simulator.surfaces.calls import Answer, Call, Refused, World


def write(world: World, call: Call) -> Answer:  # noqa: ARG001 - a handler like the others
    """Refuse: without a partner key for that reason, with one because the tenant does not take data."""
    if not call.headers.get("partnerkey"):
        raise Refused(401, ingest_error("INVALID_PARTNER_KEY", "Unauthorized PartnerKey"))
    raise Refused(403, ingest_error("FORBIDDEN_ERROR", "Data Ingestion has been disabled"))


def job(world: World, call: Call) -> Answer:  # noqa: ARG001 - a handler like the others
    """Refuse: nothing was ever taken in, so there is no such job."""
    if not call.headers.get("partnerkey"):
        raise Refused(401, {"error": "Invalid authentication credentials"})
    raise Refused(404, {"error": "Bulk ingestion job not found. Please provide correct jobId."})
