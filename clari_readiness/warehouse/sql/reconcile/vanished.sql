-- Returns each person that the warehouse has rows of and that Clari's answer neither lists nor names (F17), and the rows.
WITH found AS ({{found}}),
expected AS ({{expected}}),
named AS (
    SELECT userId AS user_id FROM read_json($users, format = 'array', columns = {userId: 'VARCHAR'})
    UNION
    SELECT user_id FROM expected
)
SELECT user_id, count(*) AS rows
FROM found
ANTI JOIN named USING (user_id)
WHERE user_id IS NOT NULL
GROUP BY user_id
ORDER BY rows DESC, user_id
