-- Returns one row for each of the forecasts that has the period: the newest export (UTC), and how many rows it has.
-- reads: forecast_name, time_period, exported_at
WITH {{forecasts}}
SELECT
    forecast_name,
    time_period,
    max(CAST(exported_at AS TIMESTAMP)) AS exported_at,
    count(*) AS rows
FROM forecasts
WHERE list_contains($forecasts, forecast_name) AND time_period = $time_period
GROUP BY forecast_name, time_period
ORDER BY forecast_name
