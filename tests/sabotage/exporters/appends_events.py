"""It appends the audit events of each run, also those that the run before had."""

CAUGHT_BY = "duplicates_twice"


def load_audit_events(warehouse, events):
    warehouse.executemany("INSERT INTO audit_events VALUES (?, ?, ?, ?)", events)
