"""It takes an empty page of audit events to be behind the last one."""

from tests.sabotage.exporters.plain import check_origin, event_row, get, told

CAUGHT_BY = "pages_empty"


def audit_events():
    found, seen, url = [], set(), f"{told('BASE_URL')}/audit/events?limit=1000&dateFrom={told('AUDIT_FROM')}"
    while url and url not in seen:
        check_origin(url)
        seen.add(url)
        page = get(url)
        if not page["items"]:
            break
        found += page["items"]
        url = page.get("nextLink")
    return [event_row(event) for event in found]
