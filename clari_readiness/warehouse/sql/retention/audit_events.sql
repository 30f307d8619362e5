-- Returns the rows that go: the audit events of days before $begins.
FROM audit_events WHERE day < $begins
