-- Returns the rows that go: what is known of the coverage of these periods.
FROM snapshots WHERE list_contains($periods, time_period_id)
