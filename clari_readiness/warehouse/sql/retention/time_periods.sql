-- Returns the rows that go: these periods.
FROM time_periods WHERE list_contains($periods, time_period_id)
