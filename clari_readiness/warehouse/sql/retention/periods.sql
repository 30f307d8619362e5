-- Returns each period before $first_kept of which anything is kept, if only a landed file. What is not named like a
-- quarter is none.
SELECT time_period_id
FROM (
    SELECT DISTINCT time_period_id FROM forecast_entries
    UNION
    SELECT DISTINCT time_period_id FROM entry_changes
    UNION
    SELECT time_period_id FROM snapshots
    UNION
    SELECT time_period_id FROM time_frames
    UNION
    SELECT time_period_id FROM time_periods
    UNION
    SELECT time_period_id FROM export_jobs WHERE path IS NOT NULL
) AS held
WHERE regexp_matches(time_period_id, '^[0-9]{4}_Q[1-4]$') AND time_period_id < $first_kept
ORDER BY time_period_id
