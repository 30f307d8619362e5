-- Returns up to 20 keys that the warehouse has and Clari lacks, those of people of whom Clari says nothing left out.
WITH found AS ({{found}}),
expected AS ({{expected}})
SELECT time_frame_id, user_id, field_id, currency
FROM found
ANTI JOIN expected USING (time_frame_id, user_id, field_id, currency)
WHERE NOT list_contains(CAST($vanished AS VARCHAR[]), coalesce(user_id, ''))
ORDER BY ALL
LIMIT 20
