-- Returns for each export how many amounts stand in it, and a sum over them that is the same when all of them are.
WITH standing AS ({{standing}})
SELECT
    side,
    count(*) AS amounts,
    CAST(sum(CAST(hash(user_id, field_id, currency, type, amount) AS HUGEINT)) AS VARCHAR) AS content
FROM standing
GROUP BY side
ORDER BY side
