-- Returns one row: how many jobs the ledger knows as loaded and whole (F10), and which of $jobs are among them.
SELECT
    count(*) AS loaded,
    coalesce(array_agg(job_id ORDER BY job_id) FILTER (list_contains($jobs, job_id)), CAST([] AS VARCHAR[])) AS jobs
FROM export_jobs
WHERE state = 'loaded' AND NOT rows_truncated AND NOT cells_truncated
