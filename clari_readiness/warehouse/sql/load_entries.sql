-- Returns nothing: adds the staged entries as rows of one snapshot, where there is no row of its moment yet.
INSERT INTO forecast_entries (
    forecast_id, time_period_id, time_frame_id, user_id, field_id, currency, exported_at, job_id,
    forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed,
    is_updated, updated_by, updated_at, adjusted_by, adjusted_at, extra
)
SELECT
    $forecast_id,
    time_period_id,
    time_frame_id,
    user_id,
    field_id,
    currency,
    $exported_at,
    $job_id,
    forecast_amount,
    quota_amount,
    adjustment_amount,
    crm_total,
    crm_closed,
    is_updated,
    updated_by,
    updated_at,
    adjusted_by,
    adjusted_at,
    extra
FROM staged_entries
