-- Returns one row for each entry of each snapshot. As when the exporter loads: of entries with one key the one updated
-- last is kept, and two jobs that ended in the same millisecond meet in one row, that of the greater id.
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
WITH ranked AS (
    SELECT
        e.*,
        row_number() OVER (
            PARTITION BY forecast_id, exported_at, time_period_id, time_frame_id, user_id, field_id, currency
            ORDER BY
                job_id DESC,
                greatest(coalesce(updated_ms, adjusted_ms), coalesce(adjusted_ms, updated_ms)) DESC NULLS LAST,
                forecast_amount DESC NULLS LAST,
                quota_amount DESC NULLS LAST,
                adjustment_amount DESC NULLS LAST,
                crm_total DESC NULLS LAST,
                crm_closed DESC NULLS LAST
        ) AS nth
    FROM {{ ref('stg_clari__landed_entries') }} AS e
)
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    user_id,
    field_id,
    currency,
    exported_at,
    job_id,
    forecast_amount,
    quota_amount,
    adjustment_amount,
    crm_total,
    crm_closed
FROM ranked
WHERE nth = 1
