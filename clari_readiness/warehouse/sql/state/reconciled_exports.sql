-- Returns each export that was the same as Clari's when it was looked at last, until $until.
SELECT forecast_id, time_period_id, exported_at, job_id
FROM reconciliations
WHERE verdict <> 'could not look' AND exported_at IS NOT NULL AND reconciled_at <= $until
QUALIFY
    row_number() OVER (
        PARTITION BY forecast_id, time_period_id, exported_at, job_id
        ORDER BY reconciled_at DESC, verdict
    ) = 1
    AND verdict = 'same'
ORDER BY forecast_id, time_period_id, exported_at, job_id
