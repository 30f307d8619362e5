-- Returns nothing: copies the latest week of an export that has any amount to copied_entries, of a hundred people.
-- A hundred tell as much as a hundred thousand would, in a second; by their hash, so that not all of them are managers.
CREATE OR REPLACE TEMP TABLE copied_entries AS
WITH entries AS ({{rows}}),
latest AS (
    SELECT *
    FROM entries
    WHERE
        time_frame_id = (
            SELECT max(time_frame_id)
            FROM entries
            WHERE coalesce(forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed) IS NOT NULL
        )
),
chosen AS (
    SELECT DISTINCT user_id
    FROM latest
    ORDER BY hash(user_id), user_id
    LIMIT 100
)
SELECT l.* EXCLUDE (side)
FROM latest AS l
SEMI JOIN chosen USING (user_id)
