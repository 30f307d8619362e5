-- Returns one row: how many rows a job has in forecast_entries.
SELECT count(*) FROM forecast_entries WHERE exported_at = $exported_at AND job_id = $job_id
