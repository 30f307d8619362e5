-- Returns up to 20 keys that Clari has and the warehouse lacks.
WITH found AS ({{found}}),
expected AS ({{expected}})
SELECT time_frame_id, user_id, field_id, currency
FROM expected
ANTI JOIN found USING (time_frame_id, user_id, field_id, currency)
ORDER BY ALL
LIMIT 20
