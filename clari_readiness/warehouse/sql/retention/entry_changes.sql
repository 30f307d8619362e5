-- Returns the rows that go: the changes of these periods.
FROM entry_changes WHERE list_contains($periods, time_period_id)
