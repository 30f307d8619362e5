-- Returns the list, the entry's key in it, and each id that staged entries refer to and the list does not hold.
SELECT 'users' AS list, 'userId' AS key, user_id AS id
FROM (SELECT DISTINCT user_id FROM staged_entries)
ANTI JOIN read_json($users, format = 'array', columns = {userId: 'VARCHAR'}) ON userId = user_id
UNION ALL
SELECT 'fields', 'fieldId', field_id
FROM (SELECT DISTINCT field_id FROM staged_entries)
ANTI JOIN read_json($fields, format = 'array', columns = {fieldId: 'VARCHAR'}) ON fieldId = field_id
UNION ALL
SELECT 'timePeriods', 'timePeriodId', time_period_id
FROM (SELECT DISTINCT time_period_id FROM staged_entries)
ANTI JOIN read_json($time_periods, format = 'array', columns = {timePeriodId: 'VARCHAR'})
    ON timePeriodId = time_period_id
UNION ALL
SELECT 'timeFrames', 'timeFrameId', time_frame_id
FROM (SELECT DISTINCT time_frame_id FROM staged_entries)
ANTI JOIN read_json($time_frames, format = 'array', columns = {timeFrameId: 'VARCHAR'}) ON timeFrameId = time_frame_id
ORDER BY list, id
LIMIT 100
