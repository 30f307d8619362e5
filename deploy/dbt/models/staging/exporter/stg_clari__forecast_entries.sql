-- Returns one row for each entry of each snapshot.
{{ config(enabled=clari_readiness.source_is('exporter')) }}
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
FROM {{ source('clari', 'forecast_entries') }}
