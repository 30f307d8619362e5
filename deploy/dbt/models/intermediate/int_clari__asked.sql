-- Returns one row for each type that a job asked for of a week, and one with the type '', which stands for any.
-- Of jobs that ended in one millisecond only the greatest id has all of its rows.
WITH snapshots AS (
    SELECT
        s.*,
        max(job_id) OVER (PARTITION BY forecast_id, time_period_id, time_frame_id, exported_at) = job_id AS has_all_rows
    FROM {{ ref('stg_clari__snapshots') }} AS s
)
{% for type in [''] + clari_readiness.export_types() %}
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    scope_id,
    currency,
    job_id,
    exported_at,
    entries,
    has_all_rows,
    '{{ type }}' AS type
FROM snapshots
{{ 'WHERE ' ~ type if type }}
{{ 'UNION ALL' if not loop.last }}
{% endfor %}
