-- Returns up to 20 jobs whose rows lie at more than one exported_at: the job, first and last (UTC), how many such jobs.
-- reads: exported_at
-- optional: job_id
WITH {{forecasts}}
SELECT
    job_id,
    min(CAST(exported_at AS TIMESTAMP)) AS first_exported_at,
    max(CAST(exported_at AS TIMESTAMP)) AS last_exported_at,
    count(*) OVER () AS offenders
FROM forecasts
WHERE job_id IS NOT NULL
GROUP BY job_id
HAVING min(exported_at) < max(exported_at)
ORDER BY job_id
LIMIT 20
