-- Returns each week that is the latest of its forecast and period for a type, and for which: each week holds the whole
-- quarter as it was seen then, and an export may ask for some types only.
WITH ranked AS (
    SELECT
        a.forecast_id,
        a.time_period_id,
        a.time_frame_id,
        a.type,
        row_number() OVER (
            PARTITION BY a.forecast_id, a.time_period_id, a.type
            ORDER BY f.start_date DESC, a.time_frame_id DESC
        ) AS nth
    FROM {{ ref('int_clari__asked') }} AS a
    INNER JOIN {{ ref('stg_clari__time_frames') }} AS f
        ON a.time_period_id = f.time_period_id AND a.time_frame_id = f.time_frame_id
    WHERE a.entries > 0 AND a.type <> ''
)
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    max(CASE WHEN type = 'forecast' THEN 1 ELSE 0 END) = 1 AS forecast,
    max(CASE WHEN type = 'quota' THEN 1 ELSE 0 END) = 1 AS quota,
    max(CASE WHEN type = 'crm_total' THEN 1 ELSE 0 END) = 1 AS crm_total,
    max(CASE WHEN type = 'crm_closed' THEN 1 ELSE 0 END) = 1 AS crm_closed
FROM ranked
WHERE nth = 1
GROUP BY forecast_id, time_period_id, time_frame_id
