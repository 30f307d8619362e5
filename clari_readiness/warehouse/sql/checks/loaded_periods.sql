-- Returns one row for each forecast and period that was loaded by the ledger: how many exports, when the first of them was
-- made (UTC), and how many landed files.
SELECT
    forecast_id AS forecast_name,
    time_period_id AS time_period,
    count(*) AS exports,
    min(finished_at) AS first_exported_at,
    count(path) AS files
FROM export_jobs
WHERE state = 'loaded'
GROUP BY forecast_id, time_period_id
ORDER BY forecast_id, time_period_id
