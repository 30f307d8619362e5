-- Returns one row: the rows and the sums of both sides, the keys that one side alone has, and the pairs that differ.
-- Of a pair that differs, the difference is drift unless $strict or the amount was changed before the export, where
-- anybody knows when it was changed: nobody does of quotas and of what comes from the CRM, which are undated drift.
-- What agrees leaves the join at once, and the sums are scans of their own: counting and adding up behind the join,
-- or keeping a side for two readers, costs as much as the join itself.
WITH found AS NOT MATERIALIZED ({{found}}),
expected AS NOT MATERIALIZED ({{expected}}),
apart AS (
    SELECT
        f.there IS NULL AS missing,
        e.user_id IS NULL AS unexpected,
        f.there AND e.user_id IS NOT NULL AS paired,
        paired AND e.forecast_amount IS DISTINCT FROM f.forecast_amount AS forecast_amount,
        paired AND e.quota_amount IS DISTINCT FROM f.quota_amount AS quota_amount,
        paired AND e.adjustment_amount IS DISTINCT FROM f.adjustment_amount AS adjustment_amount,
        paired AND e.crm_total IS DISTINCT FROM f.crm_total AS crm_total,
        paired AND e.crm_closed IS DISTINCT FROM f.crm_closed AS crm_closed,
        $strict OR coalesce(e.updated_at <= CAST($exported_at AS TIMESTAMP), false) AS forecast_settled,
        $strict OR coalesce(e.adjusted_at <= CAST($exported_at AS TIMESTAMP), false) AS adjustment_settled,
        NOT $strict AND e.updated_at IS NULL AS forecast_undated,
        NOT $strict AND e.adjusted_at IS NULL AS adjustment_undated
    FROM expected AS e
    FULL JOIN found AS f
        ON e.time_frame_id = f.time_frame_id
        AND e.user_id = f.user_id
        AND e.field_id = f.field_id
        AND e.currency = f.currency
    WHERE
        f.there IS NULL
        OR e.user_id IS NULL
        OR e.forecast_amount IS DISTINCT FROM f.forecast_amount
        OR e.quota_amount IS DISTINCT FROM f.quota_amount
        OR e.adjustment_amount IS DISTINCT FROM f.adjustment_amount
        OR e.crm_total IS DISTINCT FROM f.crm_total
        OR e.crm_closed IS DISTINCT FROM f.crm_closed
),
counted AS (
    SELECT
        count(*) FILTER (missing) AS missing,
        count(*) FILTER (unexpected) AS unexpected,
        count(*) FILTER (forecast_amount) AS apart_forecast_amount,
        count(*) FILTER (forecast_amount AND NOT forecast_settled) AS drifted_forecast_amount,
        count(*) FILTER (forecast_amount AND forecast_undated) AS undated_forecast_amount,
        count(*) FILTER (quota_amount) AS apart_quota_amount,
        count(*) FILTER (quota_amount AND NOT $strict) AS drifted_quota_amount,
        count(*) FILTER (quota_amount AND NOT $strict) AS undated_quota_amount,
        count(*) FILTER (adjustment_amount) AS apart_adjustment_amount,
        count(*) FILTER (adjustment_amount AND NOT adjustment_settled) AS drifted_adjustment_amount,
        count(*) FILTER (adjustment_amount AND adjustment_undated) AS undated_adjustment_amount,
        count(*) FILTER (crm_total) AS apart_crm_total,
        count(*) FILTER (crm_total AND NOT $strict) AS drifted_crm_total,
        count(*) FILTER (crm_total AND NOT $strict) AS undated_crm_total,
        count(*) FILTER (crm_closed) AS apart_crm_closed,
        count(*) FILTER (crm_closed AND NOT $strict) AS drifted_crm_closed,
        count(*) FILTER (crm_closed AND NOT $strict) AS undated_crm_closed
    FROM apart
),
here AS (
    SELECT
        count(*) AS found_rows,
        sum(forecast_amount) AS found_forecast_amount,
        sum(quota_amount) AS found_quota_amount,
        sum(adjustment_amount) AS found_adjustment_amount,
        sum(crm_total) AS found_crm_total,
        sum(crm_closed) AS found_crm_closed
    FROM found
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
    here.*,
    counted.*,
    here.found_rows - counted.unexpected AS pairs
FROM clari
CROSS JOIN here
CROSS JOIN counted
