-- Returns one row: whether the export of a job is kept.
SELECT count(*) > 0 FROM snapshots WHERE job_id = $job_id
