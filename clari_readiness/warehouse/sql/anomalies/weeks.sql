-- Returns the weeks in which each export has any amount.
WITH entries AS ({{rows}})
SELECT DISTINCT side, time_frame_id
FROM entries
WHERE coalesce(forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed) IS NOT NULL
ORDER BY side, time_frame_id
