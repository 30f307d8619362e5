-- Returns nothing: entries that name no currency are in the one that was asked for, unless their key is there in it.
UPDATE staged_entries AS s
SET currency = $currency
WHERE
    currency = ''
    AND NOT EXISTS (
        SELECT 1
        FROM staged_entries AS o
        WHERE
            o.currency = $currency
            AND o.field_id = s.field_id
            AND o.time_period_id = s.time_period_id
            AND o.time_frame_id = s.time_frame_id
            AND o.user_id = s.user_id
    )
