-- Returns how many amounts the newest detection of each forecast and period until $until found to have moved: none
-- where there was nothing to compare with. What stands still has not moved: it is one at most, and named.
SELECT
    forecast_id,
    time_period_id,
    found - CAST(list_contains(json_extract_string(anomalies, '$[*].kind'), 'unchanged_too_long') AS INTEGER) AS swings
FROM detections
WHERE detected_at <= $until
QUALIFY row_number() OVER (PARTITION BY forecast_id, time_period_id ORDER BY detected_at DESC, exported_at DESC) = 1
ORDER BY forecast_id, time_period_id
