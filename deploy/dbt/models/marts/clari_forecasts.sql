-- Returns one row for each entry of each export. An export names its forecast by id only, so that is the name.
{{ clari_readiness.refuse_the_exporters_schema(this) }}
SELECT
    u.name AS owner_name,
    u.email AS owner_email,
    e.forecast_amount,
    e.quota_amount,
    e.crm_total,
    e.crm_closed,
    e.adjustment_amount,
    e.time_period_id AS time_period,
    e.forecast_id AS forecast_name,
    e.exported_at,
    e.user_id,
    e.field_id,
    e.time_frame_id,
    e.currency,
    e.job_id
FROM {{ ref('stg_clari__forecast_entries') }} AS e
LEFT JOIN {{ ref('stg_clari__users') }} AS u ON e.user_id = u.user_id
