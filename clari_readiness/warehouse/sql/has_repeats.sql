-- Returns one row: whether there are fewer keys than staged entries.
SELECT count(DISTINCT hash(field_id, time_period_id, time_frame_id, user_id, currency)) < count(*) FROM staged_entries
