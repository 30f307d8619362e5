-- Returns each covered week whose rows are not as many as its job had entries. A document that names a key twice is
-- told and not refused: as the exporter does, the models keep the one updated last.
{{ config(severity='error' if clari_readiness.source_is('exporter') else 'warn') }}
WITH counted AS (
    SELECT job_id, time_period_id, time_frame_id, count(*) AS found
    FROM {{ ref('stg_clari__forecast_entries') }}
    GROUP BY job_id, time_period_id, time_frame_id
)
SELECT a.job_id, a.time_period_id, a.time_frame_id, a.entries, coalesce(c.found, 0) AS found
FROM {{ ref('int_clari__asked') }} AS a
LEFT JOIN counted AS c
    ON a.job_id = c.job_id AND a.time_period_id = c.time_period_id AND a.time_frame_id = c.time_frame_id
WHERE a.type = '' AND a.has_all_rows AND a.entries <> coalesce(c.found, 0)
