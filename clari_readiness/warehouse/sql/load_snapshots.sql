-- Returns nothing: records which weeks the job covered. With the history asked for, a listed week without entries is
-- covered and empty; without it, only the weeks that have entries are known to be covered.
INSERT INTO snapshots (
    job_id, forecast_id, time_period_id, time_frame_id, scope_id, currency, types, exported_at, entries
)
SELECT
    $job_id,
    $forecast_id,
    $time_period_id,
    f.time_frame_id,
    $scope_id,
    $currency,
    $types,
    $exported_at,
    count(s.user_id) AS entries
FROM {{listed}} AS f
LEFT JOIN staged_entries AS s ON f.time_frame_id = s.time_frame_id
GROUP BY f.time_frame_id
HAVING $include_historical OR count(s.user_id) > 0
ON CONFLICT DO NOTHING
