-- Returns one row for each forecast and period of the table: how many rows, its first and its newest export (UTC).
-- reads: forecast_name, time_period, exported_at
WITH {{forecasts}}
SELECT
    forecast_name,
    time_period,
    count(*) AS rows,
    min(CAST(exported_at AS TIMESTAMP)) AS first_exported_at,
    max(CAST(exported_at AS TIMESTAMP)) AS last_exported_at
FROM forecasts
GROUP BY forecast_name, time_period
ORDER BY forecast_name, time_period
