-- Returns up to 20 keys that one export holds more than once: the key, the export, how often, and how many such keys.
-- reads: {{grain}}, forecast_name, time_period, exported_at
-- With $newest_only it looks at the newest export of each forecast and period alone, otherwise at the whole history.
WITH {{forecasts}},
newest AS (
    SELECT
        forecast_name,
        time_period,
        max(exported_at) AS exported_at
    FROM forecasts
    GROUP BY forecast_name, time_period
)
SELECT
    {{grain}},
    CAST(exported_at AS TIMESTAMP) AS exported_at,
    count(*) AS copies,
    count(*) OVER () AS offenders
FROM forecasts
WHERE
    NOT $newest_only
    OR (forecast_name, time_period, exported_at) IN (SELECT forecast_name, time_period, exported_at FROM newest)
GROUP BY {{grain}}, exported_at
HAVING count(*) > 1
ORDER BY copies DESC, {{grain}}, exported_at
LIMIT 20
