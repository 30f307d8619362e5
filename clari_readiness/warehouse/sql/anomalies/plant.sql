-- Returns nothing: plants an export, with $amount wherever the copied one has any.
INSERT INTO planted
SELECT
    $forecast,
    $period,
    $exported_at,
    $job_id,
    $week,
    user_id,
    field_id,
    currency,
    CASE WHEN forecast_amount IS NOT NULL THEN CAST($amount AS DECIMAL(15, 2)) END,
    CASE WHEN quota_amount IS NOT NULL THEN CAST($amount AS DECIMAL(15, 2)) END,
    CASE WHEN adjustment_amount IS NOT NULL THEN CAST($amount AS DECIMAL(15, 2)) END,
    CASE WHEN crm_total IS NOT NULL THEN CAST($amount AS DECIMAL(15, 2)) END,
    CASE WHEN crm_closed IS NOT NULL THEN CAST($amount AS DECIMAL(15, 2)) END
FROM copied_entries
