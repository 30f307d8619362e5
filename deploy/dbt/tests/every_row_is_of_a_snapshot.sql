-- Returns the rows of jobs that are not known to have covered their week: no view would ever show them as current.
SELECT e.job_id, e.time_period_id, e.time_frame_id, count(*) AS found
FROM {{ ref('stg_clari__forecast_entries') }} AS e
LEFT JOIN {{ ref('stg_clari__snapshots') }} AS s
    ON e.job_id = s.job_id
    AND e.exported_at = s.exported_at
    AND e.forecast_id = s.forecast_id
    AND e.time_period_id = s.time_period_id
    AND e.time_frame_id = s.time_frame_id
WHERE s.job_id IS NULL
GROUP BY e.job_id, e.time_period_id, e.time_frame_id
