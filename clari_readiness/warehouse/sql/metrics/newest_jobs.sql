-- Returns the newest job of each forecast and period that was loaded: how long each phase took (seconds), its entries.
SELECT
    forecast_id AS forecast_name,
    time_period_id AS time_period,
    queue_seconds,
    wait_seconds AS run_seconds,
    download_seconds,
    load_seconds,
    entries
FROM export_jobs
WHERE state = 'loaded' AND NOT starts_with(coalesce(job_id, ''), 'sync:')
QUALIFY row_number() OVER (
    PARTITION BY forecast_id, time_period_id
    ORDER BY finished_at DESC, job_id DESC
) = 1
ORDER BY forecast_id, time_period_id
