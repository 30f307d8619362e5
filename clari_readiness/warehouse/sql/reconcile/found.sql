-- Returns the rows that the team's table holds of one export, amounts in cents. Part of the other statements here.
-- reads: forecast_name, time_period, exported_at, time_frame_id, user_id, field_id
-- optional: job_id, currency, forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed
-- $weeks is NULL where the export is compared with all of its weeks.
SELECT
    CAST(time_frame_id AS VARCHAR) AS time_frame_id,
    CAST(user_id AS VARCHAR) AS user_id,
    CAST(field_id AS VARCHAR) AS field_id,
    coalesce(CAST(currency AS VARCHAR), '') AS currency,
    CAST(forecast_amount AS DECIMAL(15, 2)) AS forecast_amount,
    CAST(quota_amount AS DECIMAL(15, 2)) AS quota_amount,
    CAST(adjustment_amount AS DECIMAL(15, 2)) AS adjustment_amount,
    CAST(crm_total AS DECIMAL(15, 2)) AS crm_total,
    CAST(crm_closed AS DECIMAL(15, 2)) AS crm_closed,
    true AS there
FROM ({{forecasts}}) AS forecasts
WHERE
    forecast_name = $forecast
    AND time_period = $period
    AND CAST(exported_at AS TIMESTAMP) = CAST($exported_at AS TIMESTAMP)
    AND ($job_id IS NULL OR CAST(job_id AS VARCHAR) = $job_id)
    AND ($weeks IS NULL OR list_contains(CAST($weeks AS VARCHAR[]), CAST(time_frame_id AS VARCHAR)))
