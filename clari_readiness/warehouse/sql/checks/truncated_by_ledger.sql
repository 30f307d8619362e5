-- Returns up to 20 jobs that the ledger calls truncated (F10) and that are loaded all the same, and how many there are.
-- Loaded they are by the word of the ledger, or by their rows in the table.
-- reads: exported_at
-- optional: job_id
WITH {{forecasts}},
loaded AS (
    SELECT DISTINCT CAST(job_id AS VARCHAR) AS job_id
    FROM forecasts
    WHERE job_id IS NOT NULL
)
SELECT
    job_id,
    forecast_id AS forecast_name,
    time_period_id AS time_period,
    state,
    rows_truncated,
    cells_truncated,
    count(*) OVER () AS offenders
FROM export_jobs
WHERE (rows_truncated OR cells_truncated) AND (state = 'loaded' OR job_id IN (SELECT job_id FROM loaded))
ORDER BY job_id
LIMIT 20
