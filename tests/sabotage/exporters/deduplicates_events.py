"""It keeps one of each audit event: two that are equal can have happened."""

CAUGHT_BY = "healthy"


def load_audit_events(warehouse, events):
    warehouse.execute("DELETE FROM audit_events")
    warehouse.executemany("INSERT INTO audit_events VALUES (?, ?, ?, ?)", set(events))
