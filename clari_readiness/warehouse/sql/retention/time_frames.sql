-- Returns the rows that go: the weeks of these periods.
FROM time_frames WHERE list_contains($periods, time_period_id)
