-- Returns the rows that go: the days of audit events before $begins.
FROM audit_days WHERE day < $begins
