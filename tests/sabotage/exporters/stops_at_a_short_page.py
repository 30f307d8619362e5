"""It takes a page with fewer events than it asked for to be the last one."""

from tests.sabotage.exporters.plain import event_row, get, told

CAUGHT_BY = "pages_sizes"
LIMIT = 1000


def audit_events():
    found, url = [], f"/audit/events?limit={LIMIT}&dateFrom={told('AUDIT_FROM')}"
    while True:
        page = get(url)
        found += page["items"]
        if len(page["items"]) < LIMIT:
            break
        url = page["nextLink"]
    return [event_row(event) for event in found]
