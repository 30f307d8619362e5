-- Returns the forecast beside what was closed, of each owner's field in each period, as of its latest week.
WITH amounts AS (
    SELECT
        e.forecast_id,
        e.time_period_id,
        e.user_id,
        e.field_id,
        e.currency,
        max(CASE WHEN w.forecast THEN e.forecast_amount END) AS forecast_amount,
        max(CASE WHEN w.crm_closed THEN e.crm_closed END) AS crm_closed,
        max(e.exported_at) AS exported_at
    FROM {{ ref('int_clari__current_entries') }} AS e
    INNER JOIN {{ ref('int_clari__latest_weeks') }} AS w
        ON e.forecast_id = w.forecast_id
        AND e.time_period_id = w.time_period_id
        AND e.time_frame_id = w.time_frame_id
    WHERE w.forecast OR w.crm_closed
    GROUP BY e.forecast_id, e.time_period_id, e.user_id, e.field_id, e.currency
)
SELECT
    a.time_period_id AS time_period,
    u.name AS owner_name,
    a.forecast_amount,
    a.crm_closed AS actual_closed,
    round((1 - abs(a.forecast_amount - a.crm_closed) / nullif(a.forecast_amount, 0)) * 100, 1) AS accuracy_pct,
    a.forecast_id AS forecast_name,
    u.email AS owner_email,
    a.user_id,
    a.field_id,
    a.currency,
    a.exported_at
FROM amounts AS a
LEFT JOIN {{ ref('stg_clari__users') }} AS u ON a.user_id = u.user_id
WHERE a.forecast_amount IS NOT NULL OR a.crm_closed IS NOT NULL
