-- Returns nothing: keeps each week of the period as last seen, of two told at one moment the greater. Another
-- period may have a week of the same id (F14).
INSERT INTO time_frames
SELECT DISTINCT ON (timeFrameId)
    $time_period_id, timeFrameId, TRY_CAST(startDate AS DATE), TRY_CAST(endDate AS DATE), $exported_at
FROM read_json(
    $time_frames, format = 'array', columns = {timeFrameId: 'VARCHAR', startDate: 'VARCHAR', endDate: 'VARCHAR'}
)
ORDER BY timeFrameId, CAST(row(startDate, endDate) AS VARCHAR) DESC
ON CONFLICT (time_period_id, time_frame_id) DO UPDATE SET
    start_date = excluded.start_date,
    end_date = excluded.end_date,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > time_frames.seen_at
    OR (
        excluded.seen_at = time_frames.seen_at
        AND CAST(row(excluded.start_date, excluded.end_date) AS VARCHAR)
            > CAST(row(time_frames.start_date, time_frames.end_date) AS VARCHAR)
    )
