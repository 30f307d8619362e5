-- Returns one row for each amount that differs from the snapshot before: for each type, the latest of the same forecast,
-- period, week, scope and currency that asked for it.
WITH neighbours AS (
    SELECT
        forecast_id,
        time_period_id,
        time_frame_id,
        type,
        job_id,
        exported_at,
        lag(job_id) OVER (
            PARTITION BY forecast_id, time_period_id, time_frame_id, scope_id, currency, type
            ORDER BY exported_at
        ) AS previous_job_id,
        lag(exported_at) OVER (
            PARTITION BY forecast_id, time_period_id, time_frame_id, scope_id, currency, type
            ORDER BY exported_at
        ) AS previous_exported_at
    FROM {{ ref('int_clari__asked') }}
    WHERE has_all_rows AND type NOT IN ('', 'forecast_updated')
),
pairs AS (
    SELECT *
    FROM neighbours
    WHERE previous_job_id IS NOT NULL
),
{% for side, prefix in [('newer', ''), ('older', 'previous_')] %}
{{ side }} AS (
    SELECT p.job_id, p.time_period_id, p.time_frame_id, p.type, a.user_id, a.field_id, a.currency, a.amount
    FROM pairs AS p
    INNER JOIN {{ ref('int_clari__amounts') }} AS a
        ON p.{{ prefix }}job_id = a.job_id
        AND p.{{ prefix }}exported_at = a.exported_at
        AND p.forecast_id = a.forecast_id
        AND p.time_period_id = a.time_period_id
        AND p.time_frame_id = a.time_frame_id
        AND p.type = a.type
),
{% endfor %}
differing AS (
    SELECT
        coalesce(newer.job_id, older.job_id) AS job_id,
        coalesce(newer.time_period_id, older.time_period_id) AS time_period_id,
        coalesce(newer.time_frame_id, older.time_frame_id) AS time_frame_id,
        coalesce(newer.type, older.type) AS type,
        coalesce(newer.user_id, older.user_id) AS user_id,
        coalesce(newer.field_id, older.field_id) AS field_id,
        coalesce(newer.currency, older.currency) AS currency,
        older.amount AS previous_amount,
        newer.amount AS current_amount
    FROM newer
    FULL JOIN older
        ON newer.job_id = older.job_id
        AND newer.time_period_id = older.time_period_id
        AND newer.time_frame_id = older.time_frame_id
        AND newer.type = older.type
        AND newer.user_id = older.user_id
        AND newer.field_id = older.field_id
        AND newer.currency = older.currency
    WHERE newer.amount IS DISTINCT FROM older.amount
)
SELECT
    p.forecast_id,
    d.time_period_id,
    d.time_frame_id,
    d.user_id,
    d.field_id,
    d.currency,
    d.type,
    CASE
        WHEN d.previous_amount IS NULL THEN 'appeared'
        WHEN d.current_amount IS NULL THEN 'vanished'
        ELSE 'changed'
    END AS kind,
    d.previous_amount,
    d.current_amount,
    p.previous_job_id,
    p.previous_exported_at,
    p.job_id,
    p.exported_at AS detected_at
FROM differing AS d
INNER JOIN pairs AS p
    ON d.job_id = p.job_id
    AND d.time_period_id = p.time_period_id
    AND d.time_frame_id = p.time_frame_id
    AND d.type = p.type
