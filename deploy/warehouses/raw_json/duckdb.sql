-- Makes analytics.clari_forecasts over raw.clari_results, which keeps each job's document as it came (F13):
-- job_id, forecast_id, finished_at (the job's endTime, with its zone) and document, a JSON.
CREATE VIEW analytics.clari_forecasts AS
WITH entries AS (
    SELECT
        job_id,
        forecast_id,
        finished_at,
        unnest(CAST(document -> 'entries' AS JSON[])) AS entry
    FROM raw.clari_results
),
people AS (
    SELECT
        job_id,
        unnest(CAST(document -> 'users' AS JSON[])) AS person
    FROM raw.clari_results
),
users AS (
    SELECT
        job_id,
        (person ->> 'userId') AS user_id,
        (person ->> 'name') AS owner_name,
        (person ->> 'email') AS owner_email
    FROM people
)
SELECT
    u.owner_name,
    u.owner_email,
    CAST((e.entry ->> 'forecastValue') AS DECIMAL(15, 2)) AS forecast_amount,
    CAST((e.entry ->> 'quotaValue') AS DECIMAL(15, 2)) AS quota_amount,
    CAST((e.entry ->> 'adjustmentValue') AS DECIMAL(15, 2)) AS adjustment_amount,
    CAST((e.entry ->> 'aggregationTotal') AS DECIMAL(15, 2)) AS crm_total,
    CAST((e.entry ->> 'crmClosed') AS DECIMAL(15, 2)) AS crm_closed,
    (e.entry ->> 'timePeriodId') AS time_period,
    e.forecast_id AS forecast_name,
    e.finished_at AS exported_at,
    (e.entry ->> 'userId') AS user_id,
    (e.entry ->> 'fieldId') AS field_id,
    (e.entry ->> 'timeFrameId') AS time_frame_id,
    coalesce(e.entry ->> '$.currency.code', '') AS currency,
    e.job_id
FROM entries AS e
LEFT JOIN users AS u ON e.job_id = u.job_id AND (e.entry ->> 'userId') = u.user_id;
