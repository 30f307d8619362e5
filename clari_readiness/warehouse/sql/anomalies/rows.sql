-- Returns the rows that the team's table holds of some exports, amounts in cents. Part of the other statements here.
-- reads: forecast_name, time_period, exported_at, time_frame_id, user_id, field_id
-- optional: job_id, currency, forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed
-- The exports are numbered as they are listed: moments, periods, job ids where a column has them, and the one week
-- that is asked for where it is not the latest.
SELECT
    s.side,
    CAST(f.time_frame_id AS VARCHAR) AS time_frame_id,
    CAST(f.user_id AS VARCHAR) AS user_id,
    CAST(f.field_id AS VARCHAR) AS field_id,
    coalesce(CAST(f.currency AS VARCHAR), '') AS currency,
    CAST(f.forecast_amount AS DECIMAL(15, 2)) AS forecast_amount,
    CAST(f.quota_amount AS DECIMAL(15, 2)) AS quota_amount,
    CAST(f.adjustment_amount AS DECIMAL(15, 2)) AS adjustment_amount,
    CAST(f.crm_total AS DECIMAL(15, 2)) AS crm_total,
    CAST(f.crm_closed AS DECIMAL(15, 2)) AS crm_closed
FROM ({{forecasts}}) AS f
INNER JOIN (
    SELECT
        unnest(range(len($moments))) AS side,
        unnest(CAST($moments AS TIMESTAMP[])) AS exported_at,
        unnest(CAST($periods AS VARCHAR[])) AS time_period,
        unnest(CAST($jobs AS VARCHAR[])) AS job_id,
        unnest(CAST($weeks AS VARCHAR[])) AS week
) AS s
    ON CAST(f.exported_at AS TIMESTAMP) = s.exported_at AND f.time_period = s.time_period
WHERE
    f.forecast_name = $forecast
    AND (s.job_id IS NULL OR CAST(f.job_id AS VARCHAR) = s.job_id)
    AND (s.week IS NULL OR CAST(f.time_frame_id AS VARCHAR) = s.week)
