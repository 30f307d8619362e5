-- Returns nothing: adds the staged entries as rows of one snapshot; a row of the same job is left as it is.
-- Two jobs that ended in the same millisecond meet in one row: the greater job id stays.
MERGE INTO forecast_entries AS e
USING staged_entries AS s
ON
    e.exported_at = $exported_at
    AND e.forecast_id = $forecast_id
    AND e.time_period_id = s.time_period_id
    AND e.time_frame_id = s.time_frame_id
    AND e.user_id = s.user_id
    AND e.field_id = s.field_id
    AND e.currency = s.currency
WHEN MATCHED AND e.job_id < $job_id THEN UPDATE SET
    job_id = $job_id,
    forecast_amount = s.forecast_amount,
    quota_amount = s.quota_amount,
    adjustment_amount = s.adjustment_amount,
    crm_total = s.crm_total,
    crm_closed = s.crm_closed,
    is_updated = s.is_updated,
    updated_by = s.updated_by,
    updated_at = s.updated_at,
    adjusted_by = s.adjusted_by,
    adjusted_at = s.adjusted_at,
    extra = s.extra
WHEN NOT MATCHED THEN INSERT (
    forecast_id, time_period_id, time_frame_id, user_id, field_id, currency, exported_at, job_id,
    forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed,
    is_updated, updated_by, updated_at, adjusted_by, adjusted_at, extra
) VALUES (
    $forecast_id, s.time_period_id, s.time_frame_id, s.user_id, s.field_id, s.currency, $exported_at, $job_id,
    s.forecast_amount, s.quota_amount, s.adjustment_amount, s.crm_total, s.crm_closed,
    s.is_updated, s.updated_by, s.updated_at, s.adjusted_by, s.adjusted_at, s.extra
)
