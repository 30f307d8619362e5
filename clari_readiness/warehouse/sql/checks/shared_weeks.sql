-- Returns the pairs of periods of one forecast whose newest exports have more than one week in common, and how many.
-- reads: forecast_name, time_period, exported_at
-- optional: time_frame_id
-- One week may straddle two quarters (F14); more of them mean that one quarter was answered with the other (F18).
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
weeks AS (
    SELECT DISTINCT
        forecast_name,
        time_period,
        time_frame_id
    FROM forecasts
    SEMI JOIN exports
        ON forecasts.forecast_name = exports.forecast_name
        AND forecasts.time_period = exports.time_period
        AND forecasts.exported_at = exports.exported_at
),
shared AS (
    SELECT
        newer.forecast_name,
        newer.time_period,
        older.time_period AS same_as
    FROM weeks AS newer
    INNER JOIN weeks AS older
        ON newer.forecast_name = older.forecast_name
        AND newer.time_frame_id = older.time_frame_id
        AND newer.time_period > older.time_period
)
SELECT
    forecast_name,
    time_period,
    same_as,
    count(*) AS weeks
FROM shared
GROUP BY forecast_name, time_period, same_as
HAVING count(*) > 1
ORDER BY forecast_name, time_period, same_as
