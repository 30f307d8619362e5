"""It follows every nextLink, also to a page where it was before."""

from tests.sabotage.exporters.plain import check_origin, event_row, get, told

CAUGHT_BY = "pages_loop"


def audit_events():
    found, url = [], f"{told('BASE_URL')}/audit/events?limit=1000&dateFrom={told('AUDIT_FROM')}"
    while url:
        check_origin(url)
        page = get(url)
        found += page["items"]
        url = page.get("nextLink")
    return [event_row(event) for event in found]
