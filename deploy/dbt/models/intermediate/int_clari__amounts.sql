-- Returns one row for each amount of each entry; one that is NULL is none.
{% for type, column in clari_readiness.amount_columns().items() %}
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    user_id,
    field_id,
    currency,
    exported_at,
    job_id,
    '{{ type }}' AS type,
    {{ column }} AS amount
FROM {{ ref('stg_clari__forecast_entries') }}
WHERE {{ column }} IS NOT NULL
{{ 'UNION ALL' if not loop.last }}
{% endfor %}
