-- Returns up to 20 keys that one export holds more than once: the key, the export, how often, and how many such keys.
-- reads: {{grain}}, exported_at
WITH {{forecasts}}
SELECT
    {{grain}},
    CAST(exported_at AS TIMESTAMP) AS exported_at,
    count(*) AS copies,
    count(*) OVER () AS offenders
FROM forecasts
GROUP BY {{grain}}, exported_at
HAVING count(*) > 1
ORDER BY copies DESC, {{grain}}, exported_at
LIMIT 20
