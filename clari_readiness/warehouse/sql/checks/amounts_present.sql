-- Returns one row for each of the forecasts: how many rows, and how many of them have each amount.
-- reads: forecast_name
-- optional: forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed
WITH {{forecasts}}
SELECT
    forecast_name,
    count(*) AS rows,
    count(forecast_amount) AS forecast_amount,
    count(quota_amount) AS quota_amount,
    count(adjustment_amount) AS adjustment_amount,
    count(crm_total) AS crm_total,
    count(crm_closed) AS crm_closed
FROM forecasts
WHERE list_contains($forecasts, forecast_name)
GROUP BY forecast_name
ORDER BY forecast_name
