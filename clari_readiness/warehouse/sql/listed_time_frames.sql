-- Returns the weeks that a document lists, one of each id: of two told at one moment the greater.
SELECT DISTINCT ON (timeFrameId)
    timeFrameId AS time_frame_id,
    TRY_CAST(startDate AS DATE) AS start_date,
    TRY_CAST(endDate AS DATE) AS end_date
FROM read_json(
    $listed, format = 'array', columns = {timeFrameId: 'VARCHAR', startDate: 'VARCHAR', endDate: 'VARCHAR'}
)
ORDER BY
    timeFrameId,
    coalesce('=' || CAST(TRY_CAST(startDate AS DATE) AS VARCHAR), '') DESC,
    coalesce('=' || CAST(TRY_CAST(endDate AS DATE) AS VARCHAR), '') DESC
