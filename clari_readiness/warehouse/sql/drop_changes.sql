-- Returns nothing: takes away the changes that end at, begin at or span the moment of a job, in the weeks it covers.
DELETE FROM entry_changes
WHERE
    forecast_id = $forecast_id
    AND time_period_id = $time_period_id
    AND detected_at >= $exported_at
    AND previous_exported_at <= $exported_at
    AND time_frame_id IN (
        SELECT time_frame_id FROM snapshots WHERE job_id = $job_id AND time_period_id = $time_period_id
    )
