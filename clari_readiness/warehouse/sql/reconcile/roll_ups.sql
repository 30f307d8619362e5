-- Returns one row: how many forecasts managers have in $week, and how many of them are not the sum of their reports'.
WITH found AS ({{found}}),
people AS (
    SELECT DISTINCT userId AS user_id, hierarchyId AS place, parentHierarchyId AS above
    FROM read_json(
        $users,
        format = 'array',
        columns = {userId: 'VARCHAR', hierarchyId: 'VARCHAR', parentHierarchyId: 'VARCHAR'}
    )
),
placed AS (
    SELECT p.place, p.above, f.field_id, f.currency, f.forecast_amount
    FROM found AS f
    INNER JOIN people AS p ON f.user_id = p.user_id
    WHERE f.time_frame_id = $week AND f.forecast_amount IS NOT NULL
),
reports AS (
    SELECT above AS place, field_id, currency, sum(forecast_amount) AS forecast_amount
    FROM placed
    GROUP BY ALL
)
SELECT
    count(*) AS managers,
    count(*) FILTER (m.forecast_amount <> r.forecast_amount) AS apart
FROM placed AS m
INNER JOIN reports AS r USING (place, field_id, currency)
