-- Returns one row: the rows and the sums of both sides, the keys that one side alone has, and the pairs that differ.
-- Of a pair that differs, the difference is drift unless $strict or the amount was changed before the export, where
-- anybody knows when it was changed: nobody does of quotas and of what comes from the CRM.
WITH found AS ({{found}}),
expected AS ({{expected}}),
joined AS (
    SELECT
        count(*) FILTER (f.there AND e.user_id IS NOT NULL) AS pairs,
        count(*) FILTER (f.there IS NULL) AS missing,
        count(*) FILTER (e.user_id IS NULL) AS unexpected,
        count(f.there) AS found_rows,
        sum(f.forecast_amount) AS found_forecast_amount,
        sum(f.quota_amount) AS found_quota_amount,
        sum(f.adjustment_amount) AS found_adjustment_amount,
        sum(f.crm_total) AS found_crm_total,
        sum(f.crm_closed) AS found_crm_closed,
        count(*) FILTER (
            f.there AND e.user_id IS NOT NULL
            AND e.forecast_amount IS DISTINCT FROM f.forecast_amount
        ) AS apart_forecast_amount,
        count(*) FILTER (
            f.there AND e.user_id IS NOT NULL
            AND e.forecast_amount IS DISTINCT FROM f.forecast_amount
            AND NOT ($strict OR coalesce(e.updated_at <= CAST($exported_at AS TIMESTAMP), false))
        ) AS drifted_forecast_amount,
        count(*) FILTER (
            f.there AND e.user_id IS NOT NULL
            AND e.adjustment_amount IS DISTINCT FROM f.adjustment_amount
        ) AS apart_adjustment_amount,
        count(*) FILTER (
            f.there AND e.user_id IS NOT NULL
            AND e.adjustment_amount IS DISTINCT FROM f.adjustment_amount
            AND NOT ($strict OR coalesce(e.adjusted_at <= CAST($exported_at AS TIMESTAMP), false))
        ) AS drifted_adjustment_amount,
        count(*) FILTER (
            f.there AND e.user_id IS NOT NULL
            AND e.quota_amount IS DISTINCT FROM f.quota_amount
        ) AS apart_quota_amount,
        count(*) FILTER (
            f.there AND e.user_id IS NOT NULL
            AND e.crm_total IS DISTINCT FROM f.crm_total
        ) AS apart_crm_total,
        count(*) FILTER (
            f.there AND e.user_id IS NOT NULL
            AND e.crm_closed IS DISTINCT FROM f.crm_closed
        ) AS apart_crm_closed
    FROM expected AS e
    FULL JOIN found AS f
        ON e.time_frame_id = f.time_frame_id
        AND e.user_id = f.user_id
        AND e.field_id = f.field_id
        AND e.currency = f.currency
),
clari AS (
    SELECT
        count(*) AS expected_rows,
        sum(forecast_amount) AS expected_forecast_amount,
        sum(quota_amount) AS expected_quota_amount,
        sum(adjustment_amount) AS expected_adjustment_amount,
        sum(crm_total) AS expected_crm_total,
        sum(crm_closed) AS expected_crm_closed
    FROM expected
)
SELECT
    clari.*,
    joined.*,
    CASE WHEN $strict THEN 0 ELSE apart_quota_amount END AS drifted_quota_amount,
    CASE WHEN $strict THEN 0 ELSE apart_crm_total END AS drifted_crm_total,
    CASE WHEN $strict THEN 0 ELSE apart_crm_closed END AS drifted_crm_closed
FROM joined
CROSS JOIN clari
