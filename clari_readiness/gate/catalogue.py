"""The catalogue: every item of the checklist. It is the denominator of the decision, whatever a run collects."""

from __future__ import annotations

from collections.abc import Mapping

from clari_readiness.model.findings import Item, Source

CATALOGUE: tuple[Item, ...] = (
    Item("CONN-01", "Clari API reachable", "P1", ("clari",)),
    Item("CONN-02", "API key set", "P1", ("settings",)),
    Item("CONN-03", "Export types available", "P1", ("clari",)),
    Item("AUTH-01", "CLARI_API_KEY stored in secrets manager (not config files)", "P1", ("settings",)),
    Item("AUTH-02", "Token tested against production endpoint before go-live", "P1", ("clari",)),
    Item("AUTH-03", "Key rotation procedure documented (quarterly cycle)", "P1", ("settings",)),
    Item("AUTH-04", "Separate tokens for dev/staging/prod environments", "P2", ("settings",)),
    Item("AUTH-05", "Service account with least-privilege scopes (read-only for exports)", "P2", ("clari",)),
    Item(
        "API-01",
        "Production base URL configured",
        "P1",
        (
            "settings",
            "trial",
        ),
    ),
    Item("API-02", "Rate limit handling with exponential backoff", "P1", ("trial",)),
    Item(
        "API-03",
        "All required typesToExport configured (forecast, quota, crm_closed)",
        "P2",
        (
            "settings",
            "warehouse",
            "trial",
        ),
    ),
    Item(
        "API-04",
        "Time period coverage verified (current quarter + 4 historical)",
        "P2",
        (
            "clari",
            "warehouse",
        ),
    ),
    Item(
        "API-05",
        "Deduplication logic handles re-exports and overlapping periods",
        "P2",
        (
            "warehouse",
            "trial",
        ),
    ),
    Item("API-06", "Pagination implemented for large pipeline result sets", "P2", ("trial",)),
    Item(
        "API-07",
        "Export job polling with configurable timeout (default: 10 min)",
        "P2",
        (
            "settings",
            "trial",
        ),
    ),
    Item("RES-01", "Circuit breaker configured for Clari API outages", "P2", ("trial",)),
    Item("RES-02", "Retry with backoff for 429/5xx responses", "P1", ("trial",)),
    Item(
        "RES-03",
        "Empty export results handled (data quality alert, not silent pass)",
        "P1",
        (
            "warehouse",
            "trial",
        ),
    ),
    Item("RES-04", "Export job timeout detection with automatic re-queue", "P2", ("trial",)),
    Item(
        "RES-05",
        "MERGE/UPSERT in warehouse prevents duplicate forecast records",
        "P2",
        (
            "warehouse",
            "trial",
        ),
    ),
    Item("RES-06", "Data retention policy enforced (rolling 8 quarters typical)", "P3", ("warehouse",)),
    Item("MON-01", "API latency tracked per export job", "P3", ("warehouse",)),
    Item("MON-02", "Error rate alerts set (threshold: any export failure)", "P2", ("settings",)),
    Item("MON-03", "Forecast amount anomaly detection (>20% swing triggers review)", "P3", ("warehouse",)),
    Item(
        "MON-04",
        "Pipeline health dashboard with job completion rates",
        "P3",
        (
            "settings",
            "warehouse",
        ),
    ),
    Item(
        "MON-05",
        "Daily reconciliation: exported row counts vs expected",
        "P1",
        (
            "clari",
            "warehouse",
        ),
    ),
    Item("CLA-01", "Responses match their contracts", "P1", ("clari",)),
    Item(
        "CLA-02",
        "Truncated exports are refused",
        "P1",
        (
            "warehouse",
            "trial",
        ),
    ),
    Item("CLA-03", "The period answered is the period asked for", "P1", ("trial",)),
    Item("CLA-04", "The key never leaves its origin", "P1", ("trial",)),
    Item("CLA-05", "Out of quota stops, too many jobs waits", "P2", ("trial",)),
    Item("CLA-06", "Quota headroom for the planned schedule", "P2", ("clari",)),
    Item("CLA-07", "Vanished people are kept", "P2", ("trial",)),
    Item("CLA-08", "Amounts are exact", "P1", ("trial",)),
    Item("CLA-09", "New keys do not break, missing keys do not pass", "P2", ("trial",)),
    Item("CLA-10", "Names are data", "P2", ("trial",)),
    Item("CLA-11", "A failed run leaves the warehouse as it was", "P1", ("trial",)),
    Item("CLA-12", "Forecast data is fresh", "P2", ("warehouse",)),
)

NEVER_WAIVED = frozenset({"CONN-01", "CONN-02", "AUTH-02", "CLA-04", "CLA-11"})
"""Items whose failure cannot be waived; they can be not applicable."""

SUBSETS: Mapping[str, frozenset[tuple[str, Source]]] = {
    "connection": frozenset({("CONN-01", "clari"), ("CONN-02", "settings"), ("CONN-03", "clari")}),
    "contracts": frozenset({("CLA-01", "clari")}),
    "reconciliation": frozenset({("MON-05", "clari"), ("MON-05", "warehouse")}),
    "trial": frozenset((item.id, "trial") for item in CATALOGUE if "trial" in item.sources),
}
"""The markers with which a run may decide over a part of the catalogue: marker -> (item, source) it decides over."""
