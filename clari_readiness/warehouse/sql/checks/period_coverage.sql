-- Returns one row for each of the forecasts and each period that it has: how many rows, and the newest export (UTC).
-- reads: forecast_name, time_period, exported_at
WITH {{forecasts}}
SELECT
    forecast_name,
    time_period,
    count(*) AS rows,
    max(CAST(exported_at AS TIMESTAMP)) AS exported_at
FROM forecasts
WHERE list_contains($forecasts, forecast_name)
GROUP BY forecast_name, time_period
ORDER BY forecast_name, time_period DESC
