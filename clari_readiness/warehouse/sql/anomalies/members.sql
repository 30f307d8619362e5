-- Returns in which amounts each person's are: their own, each manager's above them, the total. Part of the others here.
-- A manager's rows hold what their people's do, so only those who have nobody below are in a sum.
WITH RECURSIVE people AS ({{people}}),
managers AS (
    SELECT DISTINCT m.user_id
    FROM people AS m
    SEMI JOIN people AS report ON m.place = report.above
),
-- UNION, and not UNION ALL: a hierarchy that runs in a circle comes to an end.
above AS (
    SELECT p.user_id, p.above AS place
    FROM people AS p
    ANTI JOIN managers AS m ON p.user_id = m.user_id
    WHERE p.above IS NOT NULL
    UNION
    SELECT b.user_id, p.above AS place
    FROM above AS b
    INNER JOIN people AS p ON b.place = p.place
    WHERE p.above IS NOT NULL
),
heads AS (
    SELECT place, min(user_id) AS who
    FROM people
    GROUP BY place
),
seen AS (
    SELECT DISTINCT user_id FROM standing
)
SELECT user_id, 'rep' AS level, user_id AS who
FROM seen
UNION ALL
SELECT b.user_id, 'team' AS level, coalesce(h.who, b.place) AS who
FROM above AS b
LEFT JOIN heads AS h ON b.place = h.place
UNION ALL
SELECT seen.user_id, 'total' AS level, '' AS who
FROM seen
ANTI JOIN managers ON seen.user_id = managers.user_id
