-- Returns the amounts that moved by more than $threshold (0.20: a fifth; exactly that is not more) from the second
-- export to the first, of the types in $swinging, up to 20 of each level, the largest moves first, and how many the level has.
-- From zero, to zero and a change of the sign are told whatever the threshold is. What one of the two lacks has nothing
-- to be compared with; in a sum it is told apart, since nobody's amount changed (F17).
WITH standing AS ({{standing}}),
members AS ({{members}}),
pairs AS (
    SELECT
        user_id,
        field_id,
        currency,
        type,
        max(amount) FILTER (side = 1) AS previous,
        max(amount) FILTER (side = 0) AS current
    FROM standing
    GROUP BY user_id, field_id, currency, type
),
added AS (
    SELECT
        m.level,
        m.who,
        p.field_id,
        p.currency,
        p.type,
        CAST(sum(p.previous) AS DECIMAL(38, 2)) AS previous,
        CAST(sum(p.current) AS DECIMAL(38, 2)) AS current,
        count(*) FILTER (p.current IS NULL) AS vanished_people,
        CAST(coalesce(sum(p.previous) FILTER (p.current IS NULL), 0) AS DECIMAL(38, 2)) AS vanished_amount,
        count(*) FILTER (p.previous IS NULL) AS appeared_people,
        CAST(coalesce(sum(p.current) FILTER (p.previous IS NULL), 0) AS DECIMAL(38, 2)) AS appeared_amount
    FROM pairs AS p
    INNER JOIN members AS m USING (user_id)
    GROUP BY m.level, m.who, p.field_id, p.currency, p.type
),
judged AS (
    SELECT
        *,
        CASE
            WHEN previous = current THEN NULL
            WHEN previous = 0 THEN 'from_zero'
            WHEN current = 0 THEN 'to_zero'
            WHEN sign(previous) <> sign(current) THEN 'sign_change'
            WHEN
                CAST(CAST(abs(current - previous) AS DECIMAL(28, 2)) AS DECIMAL(38, 10))
                > CAST(CAST(abs(previous) AS DECIMAL(28, 2)) * CAST($threshold AS DECIMAL(10, 8)) AS DECIMAL(38, 10))
                THEN 'swing'
        END AS kind
    FROM added
    WHERE previous IS NOT NULL AND current IS NOT NULL AND list_contains($swinging, type)
),
ranked AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY level) AS of_level,
        row_number() OVER (
            PARTITION BY level ORDER BY abs(current - previous) DESC, who, field_id, currency, type
        ) AS place
    FROM judged
    WHERE kind IS NOT NULL
)
SELECT
    level,
    who,
    field_id,
    currency,
    type,
    previous,
    current,
    vanished_people,
    vanished_amount,
    appeared_people,
    appeared_amount,
    kind,
    of_level
FROM ranked
WHERE place <= 20
ORDER BY level DESC, abs(current - previous) DESC, who, field_id, currency, type
