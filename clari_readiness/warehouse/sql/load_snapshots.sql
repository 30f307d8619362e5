-- Returns nothing: records which weeks the job covered. With the history asked for, a listed week without entries is
-- covered and empty; without it, only the weeks that have entries are known to be covered.
INSERT INTO snapshots
SELECT
    $job_id,
    $forecast_id,
    $time_period_id,
    time_frame_id,
    $scope_id,
    $currency,
    $types,
    $exported_at,
    count(s.user_id) AS entries
FROM (
    SELECT DISTINCT timeFrameId AS time_frame_id
    FROM read_json($time_frames, format = 'array', columns = {timeFrameId: 'VARCHAR'})
)
LEFT JOIN staged_entries AS s USING (time_frame_id)
GROUP BY time_frame_id
HAVING $include_historical OR count(s.user_id) > 0
ON CONFLICT DO NOTHING
