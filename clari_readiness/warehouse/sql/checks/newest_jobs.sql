-- Returns each job that the newest export (UTC) of one of $forecasts and $periods came from; F21 has none.
-- reads: forecast_name, time_period, exported_at
-- optional: job_id
WITH {{forecasts}},
exports AS (
    SELECT
        forecast_name,
        time_period,
        CAST(exported_at AS TIMESTAMP) AS exported_at,
        CAST(job_id AS VARCHAR) AS job_id
    FROM forecasts
    WHERE list_contains($forecasts, forecast_name) AND list_contains($periods, time_period)
    GROUP BY forecast_name, time_period, CAST(exported_at AS TIMESTAMP), CAST(job_id AS VARCHAR)
),
ranked AS (
    SELECT
        *,
        rank() OVER (PARTITION BY forecast_name, time_period ORDER BY exported_at DESC) AS age
    FROM exports
    WHERE job_id IS NULL OR NOT starts_with(job_id, 'sync:')
)
SELECT
    forecast_name,
    time_period,
    exported_at,
    job_id
FROM ranked
WHERE age = 1
ORDER BY forecast_name, time_period, job_id
