-- Returns one row for each of the forecasts and each period that it has: rows, rows with any amount, newest export (UTC).
-- reads: forecast_name, time_period, exported_at
-- optional: forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed
WITH {{forecasts}}
SELECT
    forecast_name,
    time_period,
    count(*) AS rows,
    count(coalesce(forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed)) AS amounts,
    max(CAST(exported_at AS TIMESTAMP)) AS exported_at
FROM forecasts
WHERE list_contains($forecasts, forecast_name)
GROUP BY forecast_name, time_period
ORDER BY forecast_name, time_period DESC
