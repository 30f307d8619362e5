-- Returns nothing: takes the exports in forgotten away.
DELETE FROM entry_changes
WHERE (forecast_id, time_period_id, detected_at) IN (SELECT forecast_id, time_period_id, exported_at FROM forgotten)
