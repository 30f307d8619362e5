-- Returns each accuracy above 100 of a forecast above zero, each that is missing, and each of what has none.
SELECT *
FROM {{ ref('clari_forecast_accuracy') }}
WHERE
    (accuracy_pct > 100 AND forecast_amount > 0)
    OR (accuracy_pct IS NULL AND forecast_amount <> 0 AND actual_closed IS NOT NULL)
    OR (accuracy_pct IS NOT NULL AND (forecast_amount IS NULL OR forecast_amount = 0 OR actual_closed IS NULL))
