-- Returns one row for each amount that differs from the snapshot before, as the exporter found it when it loaded.
{{ config(enabled=clari_readiness.source_is('exporter')) }}
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    user_id,
    field_id,
    currency,
    type,
    kind,
    previous_amount,
    current_amount,
    previous_job_id,
    previous_exported_at,
    job_id,
    detected_at
FROM {{ source('clari', 'entry_changes') }}
