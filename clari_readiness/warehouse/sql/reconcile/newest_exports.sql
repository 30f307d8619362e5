-- Returns the newest export (UTC) of each forecast's periods, apart for jobs and for synchronous answers, and its rows.
-- reads: forecast_name, time_period, exported_at
-- optional: job_id
WITH {{forecasts}},
exports AS (
    SELECT
        forecast_name,
        time_period,
        CAST(exported_at AS TIMESTAMP) AS exported_at,
        CAST(job_id AS VARCHAR) AS job_id,
        count(*) AS rows
    FROM forecasts
    WHERE
        list_contains($forecasts, forecast_name)
        AND list_contains($periods, time_period)
        AND ($before IS NULL OR CAST(exported_at AS TIMESTAMP) < CAST($before AS TIMESTAMP))
    GROUP BY forecast_name, time_period, CAST(exported_at AS TIMESTAMP), CAST(job_id AS VARCHAR)
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY forecast_name, time_period, coalesce(starts_with(job_id, 'sync:'), false)
            ORDER BY exported_at DESC, job_id DESC
        ) AS age
    FROM exports
)
SELECT forecast_name, time_period, exported_at, job_id, rows
FROM ranked
WHERE age = 1
ORDER BY forecast_name, time_period, exported_at
