-- Returns what each of the named amounts was in each export that had it.
WITH standing AS ({{standing}}),
members AS ({{members}}),
named AS (
    SELECT
        unnest(CAST($levels AS VARCHAR[])) AS level,
        unnest(CAST($whose AS VARCHAR[])) AS who,
        unnest(CAST($fields AS VARCHAR[])) AS field_id,
        unnest(CAST($currencies AS VARCHAR[])) AS currency,
        unnest(CAST($types AS VARCHAR[])) AS type
)
SELECT n.level, n.who, n.field_id, n.currency, n.type, s.side, CAST(sum(s.amount) AS DECIMAL(38, 2)) AS amount
FROM standing AS s
INNER JOIN members AS m ON s.user_id = m.user_id
INNER JOIN named AS n
    ON m.level = n.level
    AND m.who = n.who
    AND s.field_id = n.field_id
    AND s.currency = n.currency
    AND s.type = n.type
GROUP BY n.level, n.who, n.field_id, n.currency, n.type, s.side
ORDER BY n.level, n.who, n.field_id, n.currency, n.type, s.side
