-- Returns the ledger's jobs that were asked for between $since and $until and never ended, the oldest first, 20 at most.
SELECT forecast_id AS forecast_name, time_period_id AS time_period, job_id, state, requested_at
FROM export_jobs
WHERE requested_at >= $since AND requested_at < $until AND state IN ('requested', 'queued', 'finished')
ORDER BY requested_at, request_id
LIMIT 20
