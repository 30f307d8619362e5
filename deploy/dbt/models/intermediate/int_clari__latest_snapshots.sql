-- Returns, for each type and covered week, the latest snapshot that asked for it, of the whole organisation and of each
-- scope that was exported since: what is asked of the whole says something about every scope. Ties go to the greater id.
WITH ranked AS (
    SELECT
        a.*,
        row_number() OVER (
            PARTITION BY forecast_id, time_period_id, time_frame_id, scope_id, currency, type
            ORDER BY exported_at DESC, job_id DESC
        ) AS nth
    FROM {{ ref('int_clari__asked') }} AS a
),
latest AS (
    SELECT forecast_id, time_period_id, time_frame_id, scope_id, currency, type, exported_at, job_id
    FROM ranked
    WHERE nth = 1
)
SELECT l.*
FROM latest AS l
LEFT JOIN latest AS whole
    ON l.forecast_id = whole.forecast_id
    AND l.time_period_id = whole.time_period_id
    AND l.time_frame_id = whole.time_frame_id
    AND l.currency = whole.currency
    AND l.type = whole.type
    AND whole.scope_id = ''
WHERE
    l.scope_id = ''
    OR whole.job_id IS NULL
    OR l.exported_at > whole.exported_at
    OR (l.exported_at = whole.exported_at AND l.job_id > whole.job_id)
