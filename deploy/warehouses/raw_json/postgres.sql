-- Makes analytics.clari_forecasts over raw.clari_results, which keeps each job's document as it came (F13):
-- job_id, forecast_id, finished_at (the job's endTime, with its zone) and document, a jsonb.
CREATE VIEW analytics.clari_forecasts AS
WITH entries AS (
    SELECT
        l.job_id,
        l.forecast_id,
        l.finished_at,
        e.entry
    FROM raw.clari_results AS l
    CROSS JOIN LATERAL jsonb_array_elements(l.document -> 'entries') AS e (entry)
),
users AS (
    SELECT
        l.job_id,
        u.person ->> 'userId' AS user_id,
        u.person ->> 'name' AS owner_name,
        u.person ->> 'email' AS owner_email
    FROM raw.clari_results AS l
    CROSS JOIN LATERAL jsonb_array_elements(l.document -> 'users') AS u (person)
)
SELECT
    u.owner_name,
    u.owner_email,
    CAST(e.entry ->> 'forecastValue' AS numeric(15, 2)) AS forecast_amount,
    CAST(e.entry ->> 'quotaValue' AS numeric(15, 2)) AS quota_amount,
    CAST(e.entry ->> 'adjustmentValue' AS numeric(15, 2)) AS adjustment_amount,
    CAST(e.entry ->> 'aggregationTotal' AS numeric(15, 2)) AS crm_total,
    CAST(e.entry ->> 'crmClosed' AS numeric(15, 2)) AS crm_closed,
    e.entry ->> 'timePeriodId' AS time_period,
    e.forecast_id AS forecast_name,
    e.finished_at AS exported_at,
    e.entry ->> 'userId' AS user_id,
    e.entry ->> 'fieldId' AS field_id,
    e.entry ->> 'timeFrameId' AS time_frame_id,
    coalesce(e.entry -> 'currency' ->> 'code', '') AS currency,
    e.job_id
FROM entries AS e
LEFT JOIN users AS u ON e.job_id = u.job_id AND e.entry ->> 'userId' = u.user_id;
