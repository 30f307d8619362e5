-- Returns every export (UTC) of each forecast's periods, the newest first.
-- reads: forecast_name, time_period, exported_at
-- optional: job_id
WITH {{forecasts}}
SELECT DISTINCT
    forecast_name,
    time_period,
    CAST(exported_at AS TIMESTAMP) AS exported_at,
    CAST(job_id AS VARCHAR) AS job_id
FROM forecasts
WHERE list_contains($forecasts, forecast_name) AND list_contains($periods, time_period)
ORDER BY exported_at DESC, job_id DESC, forecast_name, time_period
