-- Returns the rows of the latest week of an export that has any amount, of a hundred people.
-- A hundred tell as much as a hundred thousand would, in a second; by their hash, so that not all of them are managers.
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
    SELECT user_id
    FROM latest
    GROUP BY user_id
    ORDER BY md5(user_id)
    LIMIT 100
)
SELECT
    time_frame_id,
    user_id,
    field_id,
    currency,
    forecast_amount,
    quota_amount,
    adjustment_amount,
    crm_total,
    crm_closed
FROM latest
WHERE user_id IN (SELECT user_id FROM chosen)
