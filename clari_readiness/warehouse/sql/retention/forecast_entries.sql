-- Returns the rows that go: the entries of these periods.
FROM forecast_entries WHERE list_contains($periods, time_period_id)
