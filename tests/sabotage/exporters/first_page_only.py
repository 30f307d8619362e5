"""It reads the first page of audit events, and no other."""

from tests.sabotage.exporters.plain import event_row, get, told

CAUGHT_BY = "pages_sizes"


def audit_events():
    page = get(f"/audit/events?limit=1000&dateFrom={told('AUDIT_FROM')}")
    return [event_row(event) for event in page["items"]]
