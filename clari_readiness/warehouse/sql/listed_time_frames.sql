-- Returns the weeks that a document lists.
SELECT
    timeFrameId AS time_frame_id,
    TRY_CAST(startDate AS DATE) AS start_date,
    TRY_CAST(endDate AS DATE) AS end_date
FROM read_json(
    $listed, format = 'array', columns = {timeFrameId: 'VARCHAR', startDate: 'VARCHAR', endDate: 'VARCHAR'}
)
