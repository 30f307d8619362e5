-- Returns up to 20 of $jobs that have rows in the table: the job, forecast, period, rows, and how many such there are.
-- reads: forecast_name, time_period
-- optional: job_id
WITH {{forecasts}}
SELECT
    CAST(job_id AS VARCHAR) AS job_id,
    forecast_name,
    time_period,
    count(*) AS rows,
    count(*) OVER () AS offenders
FROM forecasts
WHERE list_contains($jobs, CAST(job_id AS VARCHAR))
GROUP BY CAST(job_id AS VARCHAR), forecast_name, time_period
ORDER BY job_id, forecast_name, time_period
LIMIT 20
