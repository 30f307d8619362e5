-- Returns one row for each week of each period (F14), as last seen.
{{ config(enabled=clari_readiness.source_is('exporter')) }}
SELECT
    time_period_id,
    time_frame_id,
    start_date,
    end_date,
    seen_at
FROM {{ source('clari', 'time_frames') }}
