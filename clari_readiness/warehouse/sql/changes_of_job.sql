-- Returns one row: how many amounts changed, appeared and vanished with a job.
SELECT
    count(*) FILTER (kind = 'changed') AS changed,
    count(*) FILTER (kind = 'appeared') AS appeared,
    count(*) FILTER (kind = 'vanished') AS vanished
FROM entry_changes
WHERE detected_at = $exported_at AND job_id = $job_id
