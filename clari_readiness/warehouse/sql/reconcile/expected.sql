-- Returns what Clari gave of one period, as it was staged. Part of the other statements here.
SELECT
    time_frame_id,
    user_id,
    field_id,
    CASE WHEN $with_currency THEN currency ELSE '' END AS currency,
    forecast_amount,
    quota_amount,
    adjustment_amount,
    crm_total,
    crm_closed,
    updated_at,
    adjusted_at
FROM staged_entries
WHERE time_period_id = $period
