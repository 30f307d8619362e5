-- Returns each forecast and period of which a run until $until found rows: the most rows, and when any were found last.
SELECT
    forecast_id,
    time_period_id,
    max(found_rows) AS rows,
    max(reconciled_at) AS last_seen
FROM reconciliations
WHERE found_rows > 0 AND reconciled_at <= $until
GROUP BY forecast_id, time_period_id
ORDER BY forecast_id, time_period_id
