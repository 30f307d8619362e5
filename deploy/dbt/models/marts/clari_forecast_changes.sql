-- Returns what became of the forecasts between one export and the next. The change is in per cent of the amount before,
-- NULL from zero, and wide enough for any two amounts.
{{ clari_readiness.refuse_the_exporters_schema(this) }}
SELECT
    u.email AS owner_email,
    c.time_period_id AS time_period,
    c.previous_amount,
    c.current_amount,
    CAST((c.current_amount - c.previous_amount) / nullif(abs(c.previous_amount), 0) * 100 AS NUMERIC(24, 4))
        AS change_pct,
    c.detected_at,
    c.user_id,
    c.field_id,
    c.time_frame_id,
    c.currency,
    c.forecast_id AS forecast_name,
    c.kind,
    c.job_id
FROM {{ ref('stg_clari__entry_changes') }} AS c
LEFT JOIN {{ ref('stg_clari__users') }} AS u ON c.user_id = u.user_id
WHERE c.type = 'forecast'
