-- Returns one row for each of the ledger's jobs that were loaded or refused since $since, the newest first: how long each
-- phase took, how long Clari says that it ran, and how far Clari's times lie outside of ours. All in seconds.
SELECT
    job_id,
    forecast_id AS forecast_name,
    time_period_id AS time_period,
    state,
    requested_at,
    queue_seconds,
    wait_seconds AS run_seconds,
    download_seconds,
    load_seconds,
    epoch(finished_at - started_at) AS clari_run_seconds,
    epoch(coalesce(loaded_at, downloaded_at) - requested_at) AS whole_seconds,
    epoch(requested_at - started_at) AS started_early_by,
    epoch(finished_at - downloaded_at) AS finished_late_by
FROM export_jobs
WHERE requested_at >= $since AND state IN ('loaded', 'refused') AND NOT starts_with(coalesce(job_id, ''), 'sync:')
ORDER BY requested_at DESC, request_id DESC
