-- Returns nothing: compares each pair of compared_snapshots, and keeps one row for each amount that differs.
-- An amount that is not there and one that is NULL are the same.
INSERT INTO entry_changes (
    forecast_id, time_period_id, time_frame_id, user_id, field_id, currency, type, kind, previous_amount, current_amount,
    previous_job_id, previous_exported_at, job_id, detected_at
)
WITH newer AS (
    SELECT
        p.pair,
        e.user_id,
        e.field_id,
        e.currency,
        CASE WHEN p.forecast THEN e.forecast_amount END AS forecast,
        CASE WHEN p.quota THEN e.quota_amount END AS quota,
        CASE WHEN p.adjustment THEN e.adjustment_amount END AS adjustment,
        CASE WHEN p.crm_total THEN e.crm_total END AS crm_total,
        CASE WHEN p.crm_closed THEN e.crm_closed END AS crm_closed
    FROM forecast_entries AS e
    INNER JOIN compared_snapshots AS p
        ON e.exported_at = p.exported_at AND e.job_id = p.job_id AND e.time_frame_id = p.time_frame_id
    WHERE e.forecast_id = $forecast_id AND e.time_period_id = $time_period_id
),
older AS (
    SELECT
        p.pair,
        e.user_id,
        e.field_id,
        e.currency,
        CASE WHEN p.forecast THEN e.forecast_amount END AS forecast,
        CASE WHEN p.quota THEN e.quota_amount END AS quota,
        CASE WHEN p.adjustment THEN e.adjustment_amount END AS adjustment,
        CASE WHEN p.crm_total THEN e.crm_total END AS crm_total,
        CASE WHEN p.crm_closed THEN e.crm_closed END AS crm_closed
    FROM forecast_entries AS e
    INNER JOIN compared_snapshots AS p
        ON e.exported_at = p.previous_exported_at
        AND e.job_id = p.previous_job_id
        AND e.time_frame_id = p.time_frame_id
    WHERE e.forecast_id = $forecast_id AND e.time_period_id = $time_period_id
),
differing AS (
    SELECT
        coalesce(newer.pair, older.pair) AS pair,
        coalesce(newer.user_id, older.user_id) AS user_id,
        coalesce(newer.field_id, older.field_id) AS field_id,
        coalesce(newer.currency, older.currency) AS currency,
        unnest(['forecast', 'quota', 'adjustment', 'crm_total', 'crm_closed']) AS type,
        unnest([older.forecast, older.quota, older.adjustment, older.crm_total, older.crm_closed]) AS previous,
        unnest([newer.forecast, newer.quota, newer.adjustment, newer.crm_total, newer.crm_closed]) AS current
    FROM newer
    FULL JOIN older
        ON newer.pair = older.pair
        AND newer.user_id = older.user_id
        AND newer.field_id = older.field_id
        AND newer.currency = older.currency
    WHERE
        newer.forecast IS DISTINCT FROM older.forecast
        OR newer.quota IS DISTINCT FROM older.quota
        OR newer.adjustment IS DISTINCT FROM older.adjustment
        OR newer.crm_total IS DISTINCT FROM older.crm_total
        OR newer.crm_closed IS DISTINCT FROM older.crm_closed
)
SELECT
    $forecast_id,
    $time_period_id,
    p.time_frame_id,
    d.user_id,
    d.field_id,
    d.currency,
    d.type,
    CASE
        WHEN d.previous IS NULL THEN 'appeared'
        WHEN d.current IS NULL THEN 'vanished'
        ELSE 'changed'
    END AS kind,
    d.previous,
    d.current,
    p.previous_job_id,
    p.previous_exported_at,
    p.job_id,
    p.exported_at
FROM differing AS d
INNER JOIN compared_snapshots AS p ON d.pair = p.pair
WHERE d.previous IS DISTINCT FROM d.current
