-- Returns each week that a staged entry belongs to.
SELECT DISTINCT time_frame_id FROM staged_entries ORDER BY time_frame_id
