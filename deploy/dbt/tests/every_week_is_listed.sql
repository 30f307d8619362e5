-- Returns each covered week without a start: whether it is the latest of its quarter cannot be known (F14).
SELECT DISTINCT s.time_period_id, s.time_frame_id
FROM {{ ref('stg_clari__snapshots') }} AS s
LEFT JOIN {{ ref('stg_clari__time_frames') }} AS f
    ON s.time_period_id = f.time_period_id AND s.time_frame_id = f.time_frame_id
WHERE f.start_date IS NULL
