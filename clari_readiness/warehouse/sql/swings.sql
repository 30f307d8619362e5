-- Returns each amount that a job found changed by more than $threshold (0.20: by a fifth; exactly that is not more).
-- Whatever becomes of zero is more than any part of it. Appeared and vanished amounts have nothing to be compared with.
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    user_id,
    field_id,
    currency,
    type,
    previous_amount,
    current_amount
FROM entry_changes
WHERE
    detected_at = $exported_at
    AND job_id = $job_id
    AND kind = 'changed'
    AND CAST(abs(current_amount - previous_amount) AS DECIMAL(38, 10))
        > CAST(abs(previous_amount) AS DECIMAL(20, 2)) * CAST($threshold AS DECIMAL(16, 8))
ORDER BY
    forecast_id, time_period_id, time_frame_id, user_id, field_id, currency, type, previous_amount, current_amount
