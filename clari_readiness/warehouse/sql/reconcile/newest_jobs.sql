-- Returns the newest job of each forecast's periods that the reference exporter's ledger knows as loaded.
SELECT
    forecast_id AS forecast_name,
    time_period_id AS time_period,
    finished_at AS exported_at,
    job_id
FROM export_jobs
WHERE
    state = 'loaded'
    AND NOT starts_with(job_id, 'sync:')
    AND list_contains($forecasts, forecast_id)
    AND list_contains($periods, time_period_id)
    AND ($before IS NULL OR finished_at < CAST($before AS TIMESTAMP))
QUALIFY row_number() OVER (PARTITION BY forecast_id, time_period_id ORDER BY finished_at DESC, job_id DESC) = 1
ORDER BY forecast_id, time_period_id
