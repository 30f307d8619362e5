-- Returns one row: how many rows of a forecast were exported at a moment, and how many of them by a job.
SELECT
    count(*) AS rows,
    count(*) FILTER (job_id = $job_id) AS of_job
FROM forecast_entries
WHERE exported_at = $exported_at AND forecast_id = $forecast_id
