-- Returns nothing: takes the exports in forgotten away.
DELETE FROM snapshots
WHERE (forecast_id, time_period_id, exported_at) IN (SELECT forecast_id, time_period_id, exported_at FROM forgotten)
