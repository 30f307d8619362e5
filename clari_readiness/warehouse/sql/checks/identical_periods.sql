-- Returns the pairs of periods of one forecast whose newest exports hold the same amounts in the same places.
-- reads: forecast_name, time_period, exported_at, owner_email
-- optional: user_id, field_id, time_frame_id, currency
-- optional: forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed
-- A place is a person, a field and the week's number in its quarter: the weeks of two quarters have other dates, and
-- an answer that silently held another quarter (F18) has the same. Periods without any amount are no evidence.
WITH {{forecasts}},
exports AS (
    SELECT
        forecast_name,
        time_period,
        max(exported_at) AS exported_at
    FROM forecasts
    WHERE list_contains($forecasts, forecast_name)
    GROUP BY forecast_name, time_period
),
newest AS (
    SELECT *
    FROM forecasts
    SEMI JOIN exports
        ON forecasts.forecast_name = exports.forecast_name
        AND forecasts.time_period = exports.time_period
        AND forecasts.exported_at = exports.exported_at
),
placed AS (
    SELECT
        *,
        dense_rank() OVER (PARTITION BY forecast_name, time_period ORDER BY time_frame_id) AS week,
        coalesce(user_id, owner_email) AS person
    FROM newest
),
periods AS (
    SELECT
        forecast_name,
        time_period,
        count(*) AS rows,
        sum(CAST(hash(
            person, field_id, currency, week,
            forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed
        ) AS HUGEINT)) AS content
    FROM placed
    GROUP BY forecast_name, time_period
    HAVING count(*) FILTER (
        WHERE coalesce(forecast_amount, 0) <> 0 OR coalesce(quota_amount, 0) <> 0 OR coalesce(adjustment_amount, 0) <> 0
        OR coalesce(crm_total, 0) <> 0 OR coalesce(crm_closed, 0) <> 0
    ) > 0
)
SELECT
    newer.forecast_name,
    newer.time_period AS time_period,
    older.time_period AS same_as,
    newer.rows
FROM periods AS newer
INNER JOIN periods AS older
    ON newer.forecast_name = older.forecast_name
    AND newer.time_period > older.time_period
    AND newer.rows = older.rows
    AND newer.content = older.content
ORDER BY newer.forecast_name, newer.time_period, same_as
