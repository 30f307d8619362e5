-- Returns a count: lists in forgotten which exports are older than $before, or than the $most newest of their period.
CREATE OR REPLACE TEMP TABLE forgotten AS
WITH exports AS (
    SELECT
        forecast_id,
        time_period_id,
        exported_at,
        dense_rank() OVER (PARTITION BY forecast_id, time_period_id ORDER BY exported_at DESC) AS age
    FROM snapshots
)
SELECT DISTINCT forecast_id, time_period_id, exported_at
FROM exports
WHERE age > $most OR exported_at < $before
