"""CRM amounts where exports do not have them (F24): the current week's are in the synchronous forecast (F21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from clari_readiness.errors import ReadinessError, Refused
from clari_readiness.model.exports import ExportRequest

CRM_TYPES = ("crm_total", "crm_closed")


def without_crm(request: ExportRequest) -> ExportRequest | None:
    """Return the request without CRM types; None when it asks for none, or for nothing else."""
    types = tuple(kind for kind in request.types if kind not in CRM_TYPES)
    return replace(request, types=types) if types and types != request.types else None


def crm_of(request: ExportRequest) -> str:
    """Name the CRM types that a request asks for."""
    return ", ".join(kind for kind in request.types if kind in CRM_TYPES)


def refuses_crm(error: ReadinessError, request: ExportRequest) -> bool:
    """Tell whether this is the export's refusal of a request for its CRM types, which can be asked without them."""
    refused = isinstance(error, Refused) and error.code == "type_not_supported"
    return refused and without_crm(request) is not None


def sync_id(request: ExportRequest, at: datetime) -> str:
    """Return what stands for a job's id in rows of a synchronous answer: forecast, period and the answer's date."""
    return f"sync:{request.forecast_id}:{request.time_period}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
