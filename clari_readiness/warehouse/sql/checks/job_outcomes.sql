-- Returns one row for each forecast and state of the ledger's jobs that were asked for since $since: how many they are, and
-- how many of them contradict themselves: loaded, though Clari never said that they were DONE.
SELECT
    forecast_id AS forecast_name,
    state,
    count(*) AS jobs,
    count(*) FILTER (state = 'loaded' AND status IS DISTINCT FROM 'DONE') AS not_done
FROM export_jobs
WHERE requested_at >= $since AND NOT starts_with(coalesce(job_id, ''), 'sync:')
GROUP BY forecast_id, state
ORDER BY forecast_id, state
