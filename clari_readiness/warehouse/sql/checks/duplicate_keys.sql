-- Returns up to 20 keys that one export holds more than once: the key, the export, how often, and how many such keys.
-- reads: {{grain}}, forecast_name, time_period, exported_at
-- With $newest_only it looks at the newest export of each forecast and period alone, otherwise at the whole history.
-- Keys are grouped by their hashes first, once for all (MATERIALIZED): a long history has tens of millions, and few of
-- them are suspects.
WITH {{forecasts}},
newest AS (
    SELECT
        forecast_name,
        time_period,
        max(exported_at) AS exported_at
    FROM forecasts
    GROUP BY forecast_name, time_period
),
inspected AS NOT MATERIALIZED (
    SELECT
        {{grain}},
        exported_at,
        CAST(hash({{grain}}, exported_at) AS HUGEINT) AS hashed
    FROM forecasts
    WHERE
        NOT $newest_only
        OR (forecast_name, time_period, exported_at) IN (SELECT forecast_name, time_period, exported_at FROM newest)
),
suspects AS MATERIALIZED (
    SELECT hashed
    FROM inspected
    GROUP BY hashed
    HAVING count(*) > 1
)
SELECT
    {{grain}},
    CAST(exported_at AS TIMESTAMP) AS exported_at,
    count(*) AS copies,
    count(*) OVER () AS offenders
FROM inspected
WHERE hashed IN (SELECT hashed FROM suspects)
GROUP BY {{grain}}, exported_at
HAVING count(*) > 1
ORDER BY copies DESC, {{grain}}, exported_at
LIMIT 20
