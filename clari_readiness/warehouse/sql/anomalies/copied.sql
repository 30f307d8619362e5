-- Returns nothing: copies the latest week of an export that has any amount to copied_entries.
CREATE OR REPLACE TEMP TABLE copied_entries AS
WITH entries AS ({{rows}})
SELECT * EXCLUDE (side)
FROM entries
WHERE
    time_frame_id = (
        SELECT max(time_frame_id)
        FROM entries
        WHERE coalesce(forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed) IS NOT NULL
    )
