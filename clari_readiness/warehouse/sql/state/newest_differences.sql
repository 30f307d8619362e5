-- Returns what the newest reconciliation of each forecast and period found that looked: counts, over its kinds.
WITH newest AS (
    SELECT *
    FROM reconciliations
    WHERE verdict <> 'could not look'
    QUALIFY reconciled_at = max(reconciled_at) OVER (PARTITION BY forecast_id, time_period_id)
)
SELECT
    max(reconciled_at) AS reconciled_at,
    forecast_id,
    time_period_id,
    sum(missing) AS missing,
    sum(too_many) AS too_many,
    sum(differing) AS differing
FROM newest
GROUP BY forecast_id, time_period_id
ORDER BY forecast_id, time_period_id
