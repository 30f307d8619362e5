-- Returns up to 20 keys of Clari's that the warehouse has more than once.
WITH found AS ({{found}}),
expected AS ({{expected}})
SELECT time_frame_id, user_id, field_id, currency
FROM found
SEMI JOIN expected USING (time_frame_id, user_id, field_id, currency)
GROUP BY ALL
HAVING count(*) > 1
ORDER BY ALL
LIMIT 20
