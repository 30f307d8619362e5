-- Returns for each forecast and period how many amounts its newest snapshot changed by more than $threshold (0.20: by a fifth).
WITH newest AS (
    SELECT forecast_id, time_period_id, job_id
    FROM snapshots
    QUALIFY row_number() OVER (
        PARTITION BY forecast_id, time_period_id
        ORDER BY exported_at DESC, job_id DESC
    ) = 1
)
SELECT
    newest.forecast_id AS forecast_name,
    newest.time_period_id AS time_period,
    count(changes.type) AS swings
FROM newest
LEFT JOIN entry_changes AS changes
    ON newest.forecast_id = changes.forecast_id
    AND newest.time_period_id = changes.time_period_id
    AND newest.job_id = changes.job_id
    AND changes.kind = 'changed'
    AND CAST(abs(changes.current_amount - changes.previous_amount) AS DECIMAL(38, 10))
        > CAST(abs(changes.previous_amount) AS DECIMAL(20, 2)) * CAST($threshold AS DECIMAL(16, 8))
GROUP BY newest.forecast_id, newest.time_period_id
ORDER BY newest.forecast_id, newest.time_period_id
