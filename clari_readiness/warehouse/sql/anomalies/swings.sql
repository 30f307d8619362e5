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
    GROUP BY ALL
),
added AS (
    SELECT
        m.level,
        m.who,
        p.field_id,
        p.currency,
        p.type,
        sum(p.previous) AS previous,
        sum(p.current) AS current,
        count(*) FILTER (p.current IS NULL) AS vanished_people,
        coalesce(sum(p.previous) FILTER (p.current IS NULL), 0) AS vanished_amount,
        count(*) FILTER (p.previous IS NULL) AS appeared_people,
        coalesce(sum(p.current) FILTER (p.previous IS NULL), 0) AS appeared_amount
    FROM pairs AS p
    INNER JOIN members AS m USING (user_id)
    GROUP BY ALL
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
                CAST(abs(current - previous) AS DECIMAL(38, 10))
                > CAST(abs(previous) AS DECIMAL(28, 2)) * CAST($threshold AS DECIMAL(10, 8))
                THEN 'swing'
        END AS kind
    FROM added
    WHERE previous IS NOT NULL AND current IS NOT NULL AND list_contains($swinging, type)
)
SELECT *, count(*) OVER (PARTITION BY level) AS of_level
FROM judged
WHERE kind IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY level ORDER BY abs(current - previous) DESC, who, field_id, currency, type
) <= 20
ORDER BY level DESC, abs(current - previous) DESC, who, field_id, currency, type
