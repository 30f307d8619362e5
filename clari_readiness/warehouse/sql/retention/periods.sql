-- Returns each period before $first_kept of which anything is kept. What is not named like a quarter is none.
SELECT time_period_id
FROM (
    SELECT time_period_id FROM snapshots
    UNION
    SELECT time_period_id FROM time_periods
    UNION
    SELECT DISTINCT time_period_id FROM forecast_entries
)
WHERE regexp_full_match(time_period_id, '[0-9]{4}_Q[1-4]') AND time_period_id < $first_kept
ORDER BY time_period_id
