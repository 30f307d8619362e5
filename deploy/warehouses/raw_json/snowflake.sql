-- Makes analytics.clari_forecasts over raw.clari_results, which keeps each job's document as it came (F13):
-- job_id, forecast_id, finished_at (the job's endTime, with its zone) and document, a VARIANT.
CREATE VIEW analytics.clari_forecasts AS
WITH entries AS (
    SELECT
        l.job_id,
        l.forecast_id,
        l.finished_at,
        e.value AS entry
    FROM raw.clari_results AS l, LATERAL FLATTEN(input => l.document:entries) AS e
),
users AS (
    SELECT
        l.job_id,
        u.value:userId::varchar AS user_id,
        u.value:name::varchar AS owner_name,
        u.value:email::varchar AS owner_email
    FROM raw.clari_results AS l, LATERAL FLATTEN(input => l.document:users) AS u
)
SELECT
    u.owner_name,
    u.owner_email,
    e.entry:forecastValue::number(15, 2) AS forecast_amount,
    e.entry:quotaValue::number(15, 2) AS quota_amount,
    e.entry:adjustmentValue::number(15, 2) AS adjustment_amount,
    e.entry:aggregationTotal::number(15, 2) AS crm_total,
    e.entry:crmClosed::number(15, 2) AS crm_closed,
    e.entry:timePeriodId::varchar AS time_period,
    e.forecast_id AS forecast_name,
    e.finished_at AS exported_at,
    e.entry:userId::varchar AS user_id,
    e.entry:fieldId::varchar AS field_id,
    e.entry:timeFrameId::varchar AS time_frame_id,
    coalesce(e.entry:currency:code::varchar, '') AS currency,
    e.job_id
FROM entries AS e
LEFT JOIN users AS u ON e.job_id = u.job_id AND e.entry:userId::varchar = u.user_id;
