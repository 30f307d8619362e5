-- Returns the newest reconciliation of each forecast and period that looked, until $until.
SELECT reconciled_at, forecast_id, time_period_id, kind, verdict
FROM reconciliations
WHERE verdict <> 'could not look' AND reconciled_at <= $until
QUALIFY row_number() OVER (
    PARTITION BY forecast_id, time_period_id
    ORDER BY reconciled_at DESC, verdict, kind
) = 1
ORDER BY forecast_id, time_period_id
