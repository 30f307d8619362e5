-- Returns what stands in each export, added up over those who have nobody below: one row for each field and currency.
-- Fields are never added up, since they overlap (a best case holds the commit). The quota often has a field of its own:
-- a field without any is measured by what the fields that hold nothing but quotas add up to.
WITH standing AS ({{standing}}),
members AS ({{members}}),
totals AS (
    SELECT
        s.side,
        s.field_id,
        s.currency,
        CAST(sum(s.amount) FILTER (s.type = 'forecast') AS DECIMAL(38, 2)) AS forecast,
        CAST(sum(s.amount) FILTER (s.type = 'crm_closed') AS DECIMAL(38, 2)) AS closed,
        CAST(sum(s.amount) FILTER (s.type = 'quota') AS DECIMAL(38, 2)) AS quota
    FROM standing AS s
    INNER JOIN members AS m ON s.user_id = m.user_id
    WHERE m.level = 'total'
    GROUP BY s.side, s.field_id, s.currency
),
quotas AS (
    SELECT side, currency, CAST(sum(quota) AS DECIMAL(38, 2)) AS quota
    FROM totals
    WHERE forecast IS NULL AND closed IS NULL
    GROUP BY side, currency
)
SELECT t.side, t.field_id, t.currency, t.forecast, t.closed, coalesce(t.quota, q.quota) AS quota
FROM totals AS t
LEFT JOIN quotas AS q ON t.side = q.side AND t.currency = q.currency
WHERE t.forecast IS NOT NULL OR t.closed IS NOT NULL
ORDER BY t.side, t.currency, t.field_id
