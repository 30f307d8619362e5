-- Returns what the CRM holds beside the quota it is measured by. The quota often has a field of its own; the two meet by
-- owner, forecast, period and currency. A row that has both keeps its own quota; otherwise the owner's quota fields are
-- added up. The CRM's amounts stay apart by field: the fields of a forecast overlap (a best case holds the commit).
WITH amounts AS (
    SELECT
        e.forecast_id,
        e.time_period_id,
        e.user_id,
        e.field_id,
        e.currency,
        max(CASE WHEN w.quota THEN e.quota_amount END) AS quota_amount,
        max(CASE WHEN w.crm_total THEN e.crm_total END) AS crm_total,
        max(CASE WHEN w.crm_closed THEN e.crm_closed END) AS crm_closed,
        max(e.exported_at) AS exported_at
    FROM {{ ref('int_clari__current_entries') }} AS e
    INNER JOIN {{ ref('int_clari__latest_weeks') }} AS w
        ON e.forecast_id = w.forecast_id
        AND e.time_period_id = w.time_period_id
        AND e.time_frame_id = w.time_frame_id
    GROUP BY e.forecast_id, e.time_period_id, e.user_id, e.field_id, e.currency
),
quotas AS (
    SELECT
        forecast_id,
        time_period_id,
        user_id,
        currency,
        sum(quota_amount) AS quota_amount,
        max(exported_at) AS exported_at
    FROM amounts
    WHERE crm_total IS NULL AND crm_closed IS NULL AND quota_amount IS NOT NULL
    GROUP BY forecast_id, time_period_id, user_id, currency
),
crm AS (
    SELECT *
    FROM amounts
    WHERE crm_total IS NOT NULL OR crm_closed IS NOT NULL
),
met AS (
    SELECT
        coalesce(crm.forecast_id, q.forecast_id) AS forecast_id,
        coalesce(crm.time_period_id, q.time_period_id) AS time_period_id,
        coalesce(crm.user_id, q.user_id) AS user_id,
        crm.field_id,
        coalesce(crm.currency, q.currency) AS currency,
        coalesce(crm.quota_amount, q.quota_amount) AS quota_amount,
        crm.crm_total,
        crm.crm_closed,
        greatest(coalesce(crm.exported_at, q.exported_at), coalesce(q.exported_at, crm.exported_at)) AS exported_at
    FROM crm
    FULL JOIN quotas AS q
        ON crm.forecast_id = q.forecast_id
        AND crm.time_period_id = q.time_period_id
        AND crm.user_id = q.user_id
        AND crm.currency = q.currency
),
managers AS (
    SELECT DISTINCT m.user_id
    FROM {{ ref('stg_clari__users') }} AS m
    INNER JOIN {{ ref('stg_clari__users') }} AS report ON m.hierarchy_id = report.parent_hierarchy_id
)
SELECT
    met.time_period_id AS time_period,
    u.name AS owner_name,
    met.crm_total,
    met.quota_amount,
    met.crm_closed,
    met.forecast_id AS forecast_name,
    u.email AS owner_email,
    met.user_id,
    met.field_id,
    met.currency,
    met.exported_at,
    m.user_id IS NOT NULL AS manages
FROM met
LEFT JOIN {{ ref('stg_clari__users') }} AS u ON met.user_id = u.user_id
LEFT JOIN managers AS m ON met.user_id = m.user_id
