-- Returns nothing: keeps each week of the period as last seen, of two told at one moment the lesser, as in
-- load_users.sql. Another period may have a week of the same id (F14).
INSERT INTO time_frames (time_period_id, time_frame_id, start_date, end_date, seen_at)
SELECT $time_period_id, time_frame_id, start_date, end_date, $exported_at
FROM {{listed}}
ON CONFLICT (time_period_id, time_frame_id) DO UPDATE SET
    start_date = excluded.start_date,
    end_date = excluded.end_date,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > time_frames.seen_at
    OR (
        excluded.seen_at = time_frames.seen_at
        AND CAST(json_array(
            CAST(excluded.start_date AS VARCHAR), CAST(excluded.end_date AS VARCHAR)
        ) AS VARCHAR) < CAST(json_array(
            CAST(time_frames.start_date AS VARCHAR), CAST(time_frames.end_date AS VARCHAR)
        ) AS VARCHAR)
    )
