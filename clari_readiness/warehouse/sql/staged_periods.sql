-- Returns each period that a staged entry belongs to.
SELECT DISTINCT time_period_id FROM staged_entries ORDER BY time_period_id
