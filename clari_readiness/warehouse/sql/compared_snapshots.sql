-- Returns nothing: lists in compared_snapshots what has to be compared after a job was loaded: the snapshots of its
-- moment with those before, and those after with the ones that are now before them, in the weeks that the job covers.
-- Of jobs that ended in one millisecond only the greatest id has all of its rows, so the others are left out.
CREATE OR REPLACE TEMP TABLE compared_snapshots AS
WITH covered AS (
    SELECT time_frame_id, scope_id, currency, exported_at, job_id, types
    FROM snapshots
    WHERE
        forecast_id = $forecast_id
        AND time_period_id = $time_period_id
        AND time_frame_id IN (
            SELECT time_frame_id FROM snapshots WHERE job_id = $job_id AND time_period_id = $time_period_id
        )
    QUALIFY job_id = max(job_id) OVER (PARTITION BY time_frame_id, exported_at)
),
asked AS (
    SELECT time_frame_id, scope_id, currency, exported_at, job_id, unnest(types) AS type
    FROM covered
),
neighbours AS (
    SELECT
        *,
        lag(exported_at) OVER earlier AS previous_exported_at,
        lag(job_id) OVER earlier AS previous_job_id
    FROM asked
    WINDOW earlier AS (PARTITION BY time_frame_id, scope_id, currency, type ORDER BY exported_at)
)
SELECT
    row_number() OVER () AS pair,
    time_frame_id,
    exported_at,
    job_id,
    previous_exported_at,
    previous_job_id,
    bool_or(type = 'forecast') AS forecast,
    bool_or(type = 'quota') AS quota,
    bool_or(type = 'adjustment') AS adjustment,
    bool_or(type = 'crm_total') AS crm_total,
    bool_or(type = 'crm_closed') AS crm_closed
FROM neighbours
WHERE previous_exported_at <= $exported_at AND exported_at >= $exported_at AND type <> 'forecast_updated'
GROUP BY time_frame_id, exported_at, job_id, previous_exported_at, previous_job_id
